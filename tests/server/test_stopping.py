"""Being told to stop: in order within five seconds, at once when told again, and never held up by what hangs."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest
import websockets
from served import Serve
from server_process import running

from biofeedback.server.clinic import Clinic
from biofeedback.server.health import not_ready
from biofeedback.settings import Settings
from biofeedback.store import committer

HANGS = """
serving.EXIT_WITHIN_S = 0.3
ready = serving.LiveServer.startup
async def startup(self, sockets=None):
    await ready(self, sockets)
    asyncio.get_running_loop().call_soon(time.sleep, 60)
serving.LiveServer.startup = startup
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_told_to_stop_says_so_to_all_and_is_gone_within_five_seconds(
    number: int, tmp_path: Path
) -> None:
    async with running(tmp_path) as server, httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/readyz")).json() == {"status": "ready"}
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/ws", origin=server.url) as viewer:  # type: ignore[arg-type]
            await viewer.send('{"type":"hello","protocol":1,"role":"patient"}')
            await viewer.recv()
            before_s = asyncio.get_running_loop().time()
            assert await server.end(number) == 0
            assert asyncio.get_running_loop().time() - before_s < 5
            await viewer.wait_closed()
            assert viewer.close_code == 1012
    assert [(entry["level"], entry["message"]) for entry in server.log] == [
        ("info", "the server is ready"),
        ("info", "the server was told to stop"),
        ("info", "the server has stopped"),
    ]


async def test_a_server_that_is_told_twice_is_gone_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        assert await server.end(signal.SIGTERM, signal.SIGINT) in (128 + signal.SIGINT, 128 + signal.SIGTERM)
    assert "the server has stopped" not in [entry["message"] for entry in server.log]


async def test_a_server_that_hangs_is_ended_by_the_system(tmp_path: Path) -> None:
    async with running(tmp_path, before=HANGS) as server:
        assert await server.end(signal.SIGTERM) == -signal.SIGALRM


async def test_while_it_closes_it_is_not_ready_and_takes_nobody_in(serve: Serve) -> None:
    served = await serve()
    clinic = served.server.clinic
    lingering = asyncio.create_task(asyncio.Event().wait())
    clinic.visits.add(lingering)  # type: ignore[arg-type]
    async with httpx.AsyncClient(base_url=served.url) as client:
        assert (await client.get("/readyz")).status_code == 200
        served.server.should_exit = True
        await clinic.closing.wait()
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "closing"})
        assert (await client.get("/livez")).status_code == 200
        async with served.page(role=None) as late:
            await late.say("hello", protocol=1, role="patient")
            assert await late.closed() == 1012
        lingering.cancel()


def test_before_it_is_open_it_is_not_ready() -> None:
    assert not_ready(Clinic(Settings())) == "starting"


async def test_while_the_store_refuses_it_is_not_ready_and_afterwards_it_is(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "RETRY_S", 0.02)
    served = await serve()
    store = served.server.clinic.store
    async with httpx.AsyncClient(base_url=served.url) as client:
        await store.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1").all())
        async with served.page() as page:
            while (await client.get("/readyz")).status_code == 200:
                await page.say("mark", kind="note", text="x" * 2000)
                await store.commit()
            assert (await client.get("/readyz")).json() == {"status": "store_unavailable"}
            assert (await client.get("/livez")).status_code == 200
            await page.hear("beat")
        await store.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1000000").all())
        assert await store.commit()
        assert (await client.get("/readyz")).json() == {"status": "ready"}
