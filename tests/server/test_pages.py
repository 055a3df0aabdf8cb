"""Pages and answers over plain HTTP, as a browser and a probe ask for them."""

import asyncio
import re
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import Serve

from biofeedback.errors import InputError
from biofeedback.loopback import is_loopback
from biofeedback.server import app as application
from biofeedback.straps import ble


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


HAS_IPV6 = _has_ipv6()


async def get(served: Any, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=served.url, timeout=60, trust_env=False) as client:
        return await client.get(path, headers=headers)


async def test_every_page_and_all_that_it_loads_is_there(serve: Serve) -> None:
    served = await serve()
    for path in ("/", "/patient", "/physio", "/staff", "/join", "/review/01K00000000000000000000000"):
        page = await get(served, path)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        links = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        assert links
        for link in links:
            assert (await get(served, link)).status_code == 200
    for language in ("nl", "en"):
        assert (await get(served, f"/lang/patient.{language}.json")).json()["patient.stop"]
    assert (await get(served, "/lang/patient.xx.json")).status_code == 404
    assert (await get(served, "/static/../pyproject.toml")).status_code == 404
    assert (await get(served, "/static/%2e%2e/pyproject.toml")).status_code == 404


async def test_every_answer_has_the_security_headers_and_no_cookie(serve: Serve) -> None:
    served = await serve()
    for path in ("/", "/static/style.css", "/api/status", "/livez", "/nowhere"):
        headers = (await get(served, path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers
        assert "server" not in headers


async def test_only_names_of_this_machine_are_answered(serve: Serve) -> None:
    served = await serve()
    port = served.server.port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "localhost"):
        assert (await get(served, "/livez", Host=host)).status_code == 200
    for host in (f"evil.example:{port}", "127.0.0.1.evil.example", "192.168.1.5", "localhost.evil.example", ""):
        answer = await get(served, "/livez", Host=host)
        assert answer.status_code == 421
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_server_says_how_it_is(serve: Serve) -> None:
    served = await serve()
    assert (await get(served, "/livez")).json() == {"status": "alive"}
    assert (await get(served, "/readyz")).json() == {"status": "ready"}
    status = (await get(served, "/api/status")).json()
    assert (status["state"], status["simulated"], status["saved"], status["viewers"]) == ("ready", True, True, 0)
    exercises = {exercise["name"]: exercise for exercise in (await get(served, "/api/exercises")).json()}
    assert exercises["measured_4_6"]["steps"][1] == {
        "step": "breathe", "duration_s": 120, "pattern": "4-6", "movement": None,
    }  # fmt: skip
    paths = (await get(served, "/api/openapi.json")).json()["paths"]
    assert {"/livez", "/readyz", "/api/status", "/api/exercises"} <= set(paths)
    await served.server.clinic.close()
    assert (await get(served, "/readyz")).status_code == 503


async def test_a_foreign_page_cannot_ask_for_a_page_in_a_frame_or_a_form(serve: Serve) -> None:
    served = await serve()
    policy = (await get(served, "/patient")).headers["content-security-policy"]
    assert "form-action 'none'" in policy
    assert "base-uri 'none'" in policy


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_only_this_machine_is_this_machine(name: str, is_ours: bool) -> None:
    assert is_loopback(name) is is_ours


def test_missing_pages_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (application.web_folder() / "index.html").is_file()
    monkeypatch.setattr(application.biofeedback, "__file__", str(tmp_path / "biofeedback" / "__init__.py"))
    with pytest.raises(InputError, match="install biofeedback again"):
        application.web_folder()
    packaged = tmp_path / "biofeedback" / "web"
    packaged.mkdir(parents=True)
    (packaged / "index.html").touch()
    assert application.web_folder() == packaged


async def test_the_first_page_is_there_at_once(serve: Serve) -> None:
    served = await serve()
    pages = await asyncio.gather(*(get(served, "/patient") for _ in range(20)))
    assert {page.status_code for page in pages} == {200}


async def test_without_an_adapter_auto_is_simulated_and_says_so(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def has_adapter() -> bool:
        return False

    monkeypatch.setattr(ble, "has_adapter", has_adapter)
    served = await serve(strap="auto")
    assert "No Bluetooth adapter" in capsys.readouterr().out
    status = (await get(served, "/api/status")).json()
    assert (status["strap"], status["simulated"]) == ("simulated:responder", True)


async def test_a_replayed_file_is_not_said_to_be_simulated(
    serve: Serve, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rr.txt"
    path.write_text("".join(f"{800 + k % 7}\n" for k in range(100)))
    served = await serve(strap=f"replay:{path}", host="::1" if HAS_IPV6 else "127.0.0.1")
    assert "imulated" not in capsys.readouterr().out
    assert not served.server.clinic.room().session.channel.facts.simulated


async def test_what_changes_something_is_asked_by_our_own_page_alone(serve: Serve) -> None:
    served = await serve()
    async with httpx.AsyncClient(base_url=served.url, timeout=60, trust_env=False) as client:
        for origin in ("http://evil.example", "null", "https://127.0.0.1", f"http://localhost:{served.server.port}"):
            assert (await client.post("/api/sign-out", headers={"Origin": origin})).status_code == 403
        missing = await client.post("/api/sign-out")
        assert (missing.status_code, missing.json()["code"]) == (403, "foreign_origin")
        nowhere = await client.post("/nowhere", headers={"Origin": served.url})
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
        typed = await client.get("/patients", headers={"Accept": "text/html,*/*"})
        assert (typed.status_code, typed.headers["location"]) == (307, "/")
        asked = await client.get("/api/nowhere", headers={"Accept": "text/html,*/*"})
        assert (asked.status_code, asked.json()["code"]) == (404, "not_found")
