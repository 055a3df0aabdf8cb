"""The server over TLS from end to end: a page that signs in, a collector, and whoever cannot trust or be trusted."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from collected_logs import logs_of, server_holds
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from scripted import ScriptedStrap
from served import BUSY_S, Page, Serve, Served
from staffed import PASSWORD, staff

from biofeedback.certificates import Certificates
from biofeedback.clock import clock_of
from biofeedback.collecting import Collector, Place, Timings
from biofeedback.core.events import Characteristic
from biofeedback.errors import InputError
from biofeedback.keys import DeviceKeys
from biofeedback.server.access.joining import invite
from biofeedback.straps import Connected, Payload

NOW = datetime.now(UTC)
BEAT = Payload(Characteristic.HEART_RATE, b"\x10\x44\x00\x04")
TRUSTED = "SSL_CERT_FILE"  # as docs/remote.md says
Said = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def own(tmp_path: Path) -> Certificates:
    """The clinic's own certificate, for this machine's names and one of its own."""
    certificates = Certificates(tmp_path / "clinic")
    certificates.make(["clinic.local"], NOW)
    return certificates


def trusting(own: Certificates) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=own.authority)


async def sealed(serve: Serve, certificate: Path, **settings: Any) -> Served:
    return await serve(tls_cert=certificate, tls_key=certificate, **settings)


def place(served: Served, scheme: str = "https") -> str:
    return f"{scheme}://localhost:{served.server.port}"


def for_another_name(folder: Path) -> Path:
    """A certificate that vouches for itself, and for no name of this machine; with its key."""
    key, path = ec.generate_private_key(ec.SECP256R1()), folder / "other.pem"
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "other.example")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("other.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    with path.open("ab") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    return path


def collector(served: Served, folder: Path, say: Callable[..., None]) -> Collector:
    """A collector of an ended strap with ten beats, as the command makes one."""
    key = DeviceKeys(folder / "data").make("room-2", folder / "room-2.key")
    script = [(0.0, Connected("ble", "Polar H10")), *((0.1 * k, BEAT) for k in range(1, 11))]
    timings = Timings(back_off_s=(0.02,), open_s=BUSY_S)
    where = Place.parse(place(served))
    return Collector(ScriptedStrap(script, ends=True), clock_of(50.0), folder / "logs", where, key, say, 30, timings)


async def test_a_patient_comes_in_and_watches_over_tls(serve: Serve, own: Certificates) -> None:
    served = await sealed(serve, own.server)
    staffed, page = await staff(served, agrees=True), place(served)
    opened = {"base_url": page, "headers": {"Origin": page}, "verify": trusting(own), "trust_env": False}
    async with httpx.AsyncClient(**opened, timeout=BUSY_S) as browser:
        token = (await invite(staffed.access, staffed.room)).token
        joined = await browser.post("/api/join", json={"token": token})
        cookie = joined.headers["set-cookie"]
        assert cookie.startswith("__Host-")
        assert "; Secure" in cookie
        ticket = (await browser.post("/api/ticket", json={"room": staffed.room})).json()["ticket"]
        address = place(served, "wss") + "/ws"
        async with websockets.connect(address, origin=page, ssl=trusting(own), open_timeout=BUSY_S) as socket:
            viewer = Page(socket)
            await viewer.hello("patient", ticket=ticket)
            assert (await viewer.hear("beat"))["rr_ms"] > 0
        with pytest.raises(websockets.InvalidStatus, match="403"):  # the same page, as if it had come in clear text
            await websockets.connect(address, origin=page.replace("https", "http"), ssl=trusting(own))
        signed = await browser.post("/api/sign-in", json={"user": "merel", "password": PASSWORD})
        assert signed.status_code == 204


async def test_a_page_that_cannot_trust_the_server_says_nothing_to_it(serve: Serve, own: Certificates) -> None:
    served = await sealed(serve, own.server)
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        await websockets.connect(place(served, "wss") + "/ws", origin=place(served), ssl=ssl.create_default_context())
    with pytest.raises(websockets.InvalidHandshake):
        await websockets.connect(place(served, "ws") + "/ws", origin=served.url)  # in clear text


async def test_a_collector_that_trusts_the_clinic_fills_its_session_over_tls(
    serve: Serve, own: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = await sealed(serve, own.server, strap="remote-simulated:room-2")
    monkeypatch.setenv(TRUSTED, str(own.authority))
    said: Said = []
    remote = collector(served, tmp_path, lambda key, **values: said.append((key, values)))
    async with asyncio.timeout(BUSY_S):
        unkept = await remote.run()
    session = served.server.clinic.room().session.channel.facts.epoch
    assert said[-1][0] == "collect.admitted"
    assert server_holds(tmp_path / "data")[session] == [e for log in logs_of(tmp_path / "logs", session) for e in log]
    assert unkept == remote.backlog.left


@pytest.mark.parametrize("wrong", ["certificate", "certificate_name"])
async def test_a_collector_shows_its_key_to_no_server_that_it_cannot_trust(
    wrong: str, serve: Serve, own: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = for_another_name(tmp_path)
    served = await sealed(serve, own.server if wrong == "certificate" else other, strap="remote-simulated:room-2")
    monkeypatch.setenv(TRUSTED, str(other))
    async with asyncio.timeout(BUSY_S):
        with pytest.raises(InputError, match=f"^collect.refused.{wrong}$"):
            await collector(served, tmp_path, lambda key, **_values: None).run()


async def test_a_collector_whose_clock_is_not_set_yet_goes_on(
    serve: Serve, own: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.make(["clinic.local"], NOW - timedelta(days=900))  # as one looks that has ended, to a clock that is right
    served = await sealed(serve, own.server, strap="remote-simulated:room-2")
    monkeypatch.setenv(TRUSTED, str(own.authority))
    told = asyncio.Event()
    said: list[str] = []

    def say(key: str, **_values: object) -> None:
        said.append(key)
        if len(said) == 2:
            told.set()

    remote = collector(served, tmp_path, say)
    running = asyncio.create_task(remote.run())
    async with asyncio.timeout(BUSY_S):
        await told.wait()
        while remote.backlog.unsent < 12:
            await remote.backlog.changed.wait()
    running.cancel()
    assert await running == 13  # ten beats; that there was a strap, is none any more, and that it was stopped
    assert said[:2] == ["collect.refused.certificate_time"] * 2


@pytest.mark.parametrize("ciphers", ["ECDHE-ECDSA-AES256-SHA", "AECDH-AES256-SHA", "ECDHE-ECDSA-NULL-SHA"])
async def test_nothing_is_agreed_on_that_seals_badly_or_not_at_all(
    ciphers: str, serve: Serve, own: Certificates
) -> None:
    served = await sealed(serve, own.server)
    for chosen in ("ECDHE+AESGCM", ciphers):
        asked = trusting(own)
        asked.maximum_version = ssl.TLSVersion.TLSv1_2  # the newer one has no other ciphers
        asked.set_ciphers(f"{chosen}:@SECLEVEL=0")
        connecting = asyncio.open_connection("127.0.0.1", served.server.port, ssl=asked)
        if chosen == ciphers:
            with pytest.raises((ssl.SSLError, ConnectionResetError)):
                await connecting
            continue
        _reader, writer = await connecting
        assert "GCM" in writer.get_extra_info("cipher")[0]
        writer.close()
        with suppress(ssl.SSLError, ConnectionResetError):
            await writer.wait_closed()
