"""A server as its own process, with a log to read, and with what a test wants to go wrong in it."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

PROGRAM = """
import asyncio, sys, time
from pathlib import Path
from biofeedback.server import serving
from biofeedback.settings import LogFormat, Settings

settings = dict(port=0, data=Path(sys.argv[1]), strap="simulated:responder:3", log_format=LogFormat.JSON)
serving.EXIT_WITHIN_S = 60  # a busy machine is no fault of the server
{before}
serving.serve(Settings(**settings))
"""


class Running:
    """A server process; ``log`` is what it has written, once it has ended."""

    def __init__(self, process: asyncio.subprocess.Process, data: Path, port: int) -> None:
        self.process = process
        self.port = port
        self.data = data
        self.url = f"http://127.0.0.1:{port}"
        self.written = ""
        self.log: list[dict[str, object]] = []

    async def end(self, *signals: int) -> int:
        """Exit status after these signals."""
        for number in signals:
            self.process.send_signal(number)
        async with asyncio.timeout(60):
            _, err = await self.process.communicate()
        self.written = err.decode()
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
        async with asyncio.timeout(90):
            said = (await process.stdout.readuntil(b"stop.\n")).decode()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\n", said)
        assert found is not None
        yield Running(process, data, int(found[1]))
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
