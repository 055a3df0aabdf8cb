"""The clinic's own certificates, shown over a real TLS connection."""

import asyncio
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from biofeedback.certificates import Certificates, names_of
from biofeedback.errors import InputError

NOW = datetime.now(UTC)
NAMES = ["clinic.local", "192.168.1.20"]


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path / "data")


async def shown(certificates: Certificates, name: str) -> str:
    """Issuer that a client sees which trusts the authority and asks for this name."""
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(certificates.server)
    theirs = ssl.create_default_context(cafile=certificates.authority)
    theirs.verify_flags |= ssl.VERIFY_X509_STRICT

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=ours) as server:
        port = server.sockets[0].getsockname()[1]
        _reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=theirs, server_hostname=name)
        found = writer.get_extra_info("peercert")
        writer.close()
        await writer.wait_closed()
    return str(dict(pair[0] for pair in found["issuer"])["commonName"])


async def test_who_installed_the_authority_trusts_the_server_by_its_names(certificates: Certificates) -> None:
    authority = certificates.make(NAMES, NOW)
    assert len(authority.fingerprint) == 95
    assert authority.expires_utc > NOW + timedelta(days=3600)
    for name in (*NAMES, "localhost", "127.0.0.1", "::1"):
        assert (await shown(certificates, name)).startswith("biofeedback ")
    with pytest.raises(ssl.SSLCertVerificationError):
        await shown(certificates, "example.org")
    assert names_of(certificates.server) == (*NAMES, "localhost", "127.0.0.1", "::1")


def test_the_authority_stays_when_the_certificate_is_made_again(certificates: Certificates) -> None:
    first = certificates.make(NAMES, NOW)
    old = certificates.server.read_bytes()
    assert certificates.make(NAMES[:1], NOW) == first
    assert certificates.server.read_bytes() != old
    with pytest.raises(InputError, match=r"not made for other.local; remove"):
        certificates.make(["other.local"], NOW)


def test_a_certificate_that_ends_within_the_year_is_renewed(certificates: Certificates) -> None:
    certificates.renew(NOW)  # where there is none
    assert not certificates.server.exists()
    certificates.make(NAMES, NOW)
    old = certificates.server.read_bytes()
    certificates.renew(NOW + timedelta(days=390))
    assert certificates.server.read_bytes() == old
    certificates.renew(NOW + timedelta(days=410))
    assert certificates.server.read_bytes() != old
    assert names_of(certificates.server) == (*NAMES, "localhost", "127.0.0.1", "::1")


def test_an_authority_without_its_key_is_said_with_the_cure(certificates: Certificates, tmp_path: Path) -> None:
    certificates.make(NAMES, NOW)
    key = tmp_path / "data" / "tls" / "authority.key"
    other = rsa.generate_private_key(65537, 2048)
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for spoilt in (b"", b"text", other.private_bytes(serialization.Encoding.PEM, *plain)):
        key.write_bytes(spoilt)
        with pytest.raises(InputError, match=r"authority\.key: this is no key .* bring back a copy"):
            certificates.renew(NOW + timedelta(days=410))
    key.unlink()
    with pytest.raises(InputError, match=r"authority\.key: cannot be read .* bring back a copy"):
        certificates.make(NAMES, NOW)


def test_keys_are_for_their_owner_only(certificates: Certificates, tmp_path: Path) -> None:
    certificates.make(NAMES, NOW)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").rglob("*")}
    assert modes == {"tls": 0o700, "authority.crt": 0o600, "authority.key": 0o600, "server.pem": 0o600}
    assert b"PRIVATE" not in certificates.authority.read_bytes()


@pytest.mark.parametrize(
    "name", ["", "clinic local", "192.168.1.300", "-", "a..b", "*.clinic.local", "https://clinic.local", "kliniek_é"]
)
def test_what_is_no_name_is_said_to_be_none(certificates: Certificates, name: str) -> None:
    with pytest.raises(InputError, match="no name or address"):
        certificates.make([name], NOW)


def test_a_file_that_is_no_certificate_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        names_of(tmp_path / "none.pem")
    (tmp_path / "text.pem").write_text("text")
    with pytest.raises(InputError, match="no certificate"):
        names_of(tmp_path / "text.pem")
    (tmp_path / "data").write_text("a file")
    with pytest.raises(InputError, match="data"):
        Certificates(tmp_path / "data").make(NAMES, NOW)
