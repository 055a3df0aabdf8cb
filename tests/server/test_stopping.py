"""Being told to stop: in order, at once when told again, and never held up by what hangs: the system ends that."""

import asyncio
import resource
import signal
from pathlib import Path

import httpx
import pytest
import websockets
from served import Serve
from server_process import running

from biofeedback.doctor.machine import check_port
from biofeedback.doctor.service import answers
from biofeedback.server import serving
from biofeedback.server.clinic import Clinic
from biofeedback.server.health import not_ready
from biofeedback.settings import Settings
from biofeedback.store import committer
from tests.faults.full_disk import refused

HANGS = """
serving.EXIT_WITHIN_S = 0.3
ready = serving.LiveServer.startup
async def startup(self, sockets=None):
    await ready(self, sockets)
    asyncio.get_running_loop().call_soon(time.sleep, 60)
serving.LiveServer.startup = startup
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_told_to_stop_says_so_to_all_and_goes_by_itself(number: int, tmp_path: Path) -> None:
    async with (
        running(tmp_path) as server,
        httpx.AsyncClient(base_url=server.url, timeout=60) as client,
    ):
        assert (await client.get("/readyz")).json() == {"status": "ready"}
        ours = await asyncio.to_thread(check_port, server.port, answers)
        assert (ours.finding.key, answers(1)) == ("doctor.port.ours", False)
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/ws", origin=server.url) as viewer:
            await viewer.send('{"type":"hello","protocol":1,"role":"patient"}')
            await viewer.recv()
            assert await server.end(number) == 0
            await viewer.wait_closed()
            assert viewer.close_code == 1012
    assert [(entry["level"], entry["message"]) for entry in server.log] == [
        ("info", "the server is ready"),
        ("info", "the server was told to stop"),
        ("info", "the server has stopped"),
    ]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="a process is forbidden to write as on Linux")
async def test_a_server_whose_disk_refuses_goes_by_itself_and_says_what_is_lost(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as server,
        websockets.connect(f"ws://127.0.0.1:{server.port}/ws", origin=server.url) as viewer,
    ):
        await viewer.send('{"type":"hello","protocol":1,"role":"patient"}')
        with refused(server.process):
            async with asyncio.timeout(120):
                while b'"saved":false' not in await viewer.recv(decode=False):
                    pass
            assert await server.end(signal.SIGTERM) == 0
        await viewer.wait_closed()
        assert viewer.close_code == 1012
    said = [str(entry["message"]).partition(":")[0] for entry in server.log if entry["level"] == "error"]
    assert said[0] == "nothing is being saved"
    assert [message for message in said if message.endswith("inputs could not be saved")]


async def test_a_server_that_is_told_twice_is_gone_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        assert await server.end(signal.SIGTERM, signal.SIGINT) in (128 + signal.SIGINT, 128 + signal.SIGTERM)
    assert "the server has stopped" not in [entry["message"] for entry in server.log]


async def test_a_server_that_hangs_is_ended_by_the_system(tmp_path: Path) -> None:
    assert serving.EXIT_WITHIN_S == 5
    async with running(tmp_path, before=HANGS) as server:
        assert await server.end(signal.SIGTERM) == -signal.SIGALRM


async def test_while_it_closes_it_is_not_ready_and_takes_nobody_in(serve: Serve) -> None:
    served = await serve()
    clinic = served.server.clinic
    lingering = asyncio.create_task(asyncio.Event().wait())
    clinic.visits.add(lingering)
    async with httpx.AsyncClient(base_url=served.url, timeout=60) as client:
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
    async with httpx.AsyncClient(base_url=served.url, timeout=60) as client:
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
