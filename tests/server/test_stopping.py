"""Being told to stop: in order within five seconds, at once when told again, and never held up by what hangs."""

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import websockets
from served import Serve

from biofeedback.server.clinic import Clinic
from biofeedback.server.health import not_ready
from biofeedback.settings import Settings

PROGRAM = """
import asyncio, sys, time
from pathlib import Path
from biofeedback.server import serving
from biofeedback.settings import LogFormat, Settings

settings = Settings(port=0, data=Path(sys.argv[1]), strap="simulated:responder:3", log_format=LogFormat.JSON)
{before}
serving.serve(settings)
"""
HANGS = """
serving.EXIT_WITHIN_S = 0.3
ready = serving.LiveServer.startup
async def startup(self, sockets=None):
    await ready(self, sockets)
    asyncio.get_running_loop().call_soon(time.sleep, 60)
serving.LiveServer.startup = startup
"""


class Running:
    """A server process; ``log`` is what it has written, once it has ended."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log: list[dict[str, object]] = []

    async def end(self, *signals: int) -> int:
        """Exit status after these signals."""
        for number in signals:
            self.process.send_signal(number)
        async with asyncio.timeout(10):
            _, err = await self.process.communicate()
        self.log = [json.loads(line) for line in err.splitlines()]
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def running(data: Path, before: str = "") -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM.format(before=before), str(data)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            said = (await process.stdout.readuntil(b"stop.\n")).decode()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\n", said)
        assert found is not None
        yield Running(process, int(found[1]))
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


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
