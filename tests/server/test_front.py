"""Under which names a server answers, over which certificate, and what it says when it starts."""

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from served import Serve

from biofeedback.certificates import Certificates
from biofeedback.cli import main
from biofeedback.doctor.service import answers
from biofeedback.errors import InputError
from biofeedback.server.front import Front, front_of
from biofeedback.settings import Settings

NOW = datetime.now(UTC)


def front(data: Path, **settings: object) -> Front:
    return front_of(Settings(data=data, **settings), NOW)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_other_machines_are_admitted_over_tls_only(tmp_path: Path, host: str) -> None:
    with pytest.raises(InputError, match="over TLS only") as caught:
        front(tmp_path, host=host)
    assert "\n" not in str(caught.value)


def test_a_proxy_may_do_the_tls(tmp_path: Path) -> None:
    origins, proxies = ("https://hrv.clinic.example",), ("10.0.0.2",)
    found = front(tmp_path, host="0.0.0.0", origins=origins, proxies=proxies)
    assert found.answers("https", "HRV.clinic.example", "10.0.0.5")
    assert not found.answers("http", "hrv.clinic.example", "10.0.0.5")
    assert not found.answers("https", "hrv.clinic.example:8443", "10.0.0.5")
    for wrong in ({"origins": origins}, {"proxies": proxies}, {"origins": ("http://hrv.local",), "proxies": proxies}):
        with pytest.raises(InputError, match="over TLS only"):
            front(tmp_path, host="0.0.0.0", **wrong)


def test_the_clinics_own_certificate_is_used_where_others_are_admitted(tmp_path: Path) -> None:
    Certificates(tmp_path).make(["clinic.local", "192.168.1.20"], NOW)
    assert front(tmp_path).certificate is None
    found = front(tmp_path, host="0.0.0.0")
    assert found.scheme == "https"
    for host in ("clinic.local", "CLINIC.local:8800", "192.168.1.20:8800", "localhost:8800", "[::1]:8800"):
        assert found.answers("https", host, "192.168.1.20")
    for host in ("evil.example", "", "clinic.local.evil.example", "192.168.1.21", "[fe80::1]", "x.clinic.local"):
        assert not found.answers("https", host, "192.168.1.20")
    assert front(tmp_path, host="0.0.0.0", insecure_http=True).certificate is None


def test_a_given_certificate_is_for_its_names(tmp_path: Path) -> None:
    own = Certificates(tmp_path / "elsewhere")
    own.make(["clinic.example"], NOW)
    found = front(tmp_path, host="0.0.0.0", tls_cert=own.server, tls_key=own.server)
    assert (found.certificate, found.key) == (own.server, own.server)
    assert found.answers("https", "clinic.example", "")
    with pytest.raises(InputError, match="cannot be read"):
        front(tmp_path, tls_cert=tmp_path / "none.pem", tls_key=tmp_path / "none.pem")


def test_a_key_that_does_not_fit_its_certificate_is_said_with_both(tmp_path: Path) -> None:
    here, there = Certificates(tmp_path / "here"), Certificates(tmp_path / "there")
    for own in (here, there):
        own.make(["clinic.example"], NOW)
    locked = tmp_path / "locked.key"
    key = serialization.load_pem_private_key(here.server.read_bytes(), None)
    passphrase = serialization.BestAvailableEncryption(b"nobody is asked for it")
    locked.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, passphrase))
    for wrong in (there.server, locked):
        with pytest.raises(InputError) as caught:
            front(tmp_path, tls_cert=here.server, tls_key=wrong)
        assert f"--tls-key {wrong}: this is no key of {here.server}; give the one" in str(caught.value)
    with pytest.raises(InputError, match=r"--tls-key .*none.pem: cannot be read"):
        front(tmp_path, tls_cert=here.server, tls_key=tmp_path / "none.pem")


def test_a_certificate_for_all_of_a_domain_is_for_one_name_beneath_it() -> None:
    found = Front(names=("*.clinic.example",))
    assert found.answers("https", "hrv.clinic.example", "")
    assert not found.answers("https", "a.hrv.clinic.example", "")
    assert not found.answers("https", "clinic.example", "")


def test_without_tls_only_the_address_that_was_called_will_do() -> None:
    found = Front(by_address=True)
    assert found.answers("http", "192.168.1.5:8800", "192.168.1.5")
    assert found.answers("http", "[fe80::1]:8800", "fe80::1%eth0")
    for host in ("192.168.1.6:8800", "clinic.local:8800", "evil.example"):
        assert not found.answers("http", host, "192.168.1.5")


def test_others_are_told_an_address_that_they_can_use(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, host="0.0.0.0")
    assert Front(tmp_path, names=("localhost", "*.x.example", "fd00::1")).outward(settings, 1) == "https://[fd00::1]:1"
    assert Front(origins=("https://hrv.example",)).outward(settings, 8800) == "https://hrv.example"
    for host in ("0.0.0.0", "::", "192.168.1.5"):
        assert Front().outward(Settings(data=tmp_path, host=host), 80) is not None
    assert Front().outward(Settings(data=tmp_path), 8800) is None


@pytest.mark.parametrize("names", [["192.168.1.20", "clinic.local"], ["clinic.local", "192.168.1.20"]])
def test_links_begin_with_what_the_certificate_was_first_made_for(tmp_path: Path, names: list[str]) -> None:
    Certificates(tmp_path).make(names, NOW)
    settings = Settings(data=tmp_path, host="0.0.0.0")
    assert front_of(settings, NOW).outward(settings, 8800) == f"https://{names[0]}:8800"


async def test_a_server_with_tls_answers_over_tls_and_says_always(
    serve: Serve, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificates = Certificates(tmp_path / "data")
    certificates.make(["clinic.local"], NOW)
    served = await serve(host="0.0.0.0")
    port = served.server.port
    said = capsys.readouterr().out
    assert f"https://clinic.local:{port}/staff#first=" in said
    assert f"https://clinic.local:{port}/certificate\n" in said
    trusting = ssl.create_default_context(cafile=certificates.authority)
    async with httpx.AsyncClient(
        base_url=f"https://localhost:{port}", timeout=60, verify=trusting, trust_env=False
    ) as client:
        here = await client.get("/api/me")
        assert here.json()["role"] is None
        assert "strict-transport-security" not in here.headers
        outside = await client.get("/api/me", headers={"Host": f"clinic.local:{port}"})
        assert outside.headers["strict-transport-security"] == "max-age=31536000"
        assert (await client.get("/api/me", headers={"Host": "evil.example"})).status_code == 421
        assert await asyncio.to_thread(answers, port)  # the doctor knows its own
        assert await asyncio.to_thread(main, ["admin", "first", "--data", str(tmp_path / "data")]) == 0
        said = capsys.readouterr().out
        assert f"https://clinic.local:{port}/staff#first=" in said  # of the command line that only the server was told
        authority = await client.get("/biofeedback.crt")
        assert authority.content == certificates.authority.read_bytes()
        assert authority.headers["content-type"] == "application/x-x509-ca-cert"
        token = said.partition("#first=")[2].split()[0]
        made = await client.post(
            "/api/first",
            json={"token": token, "user": "beheer", "password": "vier paarden op een dak"},
            headers={"Origin": f"https://localhost:{port}"},
        )
        assert made.status_code == 204
        assert made.headers["set-cookie"].startswith("__Host-biofeedback=")
        assert (await client.get("/api/me")).json()["role"] == "admin"


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02"], ids=["silent", "half"])
async def test_a_connection_that_does_not_get_as_far_as_tls_is_cut_off(
    said: bytes, serve: Serve, tmp_path: Path
) -> None:
    Certificates(tmp_path / "data").make(["clinic.local"], NOW)
    served = await serve(host="0.0.0.0", header_s=0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.server.port)
    writer.write(said)
    async with asyncio.timeout(30):  # asyncio's own patience is a minute
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()


async def test_without_tls_a_warning_is_printed(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    served = await serve(host="0.0.0.0", insecure_http=True)
    assert "WARNING" in capsys.readouterr().out
    url = f"http://127.0.0.1:{served.server.port}"
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
        assert (await client.get("/api/me")).json()["role"] == "local"
        assert (await client.get("/biofeedback.crt")).status_code == 404
