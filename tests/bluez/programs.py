"""`biofeedback` as a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LONGEST_END_S = 120.0


@asynccontextmanager
async def program(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program while the block runs, which must end it; it does not outlive it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "biofeedback",
        *arguments,
        env=dict(os.environ),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
        async with asyncio.timeout(LONGEST_END_S):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
