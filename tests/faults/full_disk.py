"""A disk that fills up, or refuses, in the middle of a session, and takes it again: what pages show, what is kept."""

import asyncio
import json
import os
import random
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import websockets

from tests.faults.busy_room import BusyRoom
from tests.faults.read_back import compare, read_back
from tests.faults.sides import page_server, stop
from tests.ports import free_port

__all__ = ["Filled", "fill_disk", "refuse_writes", "refused", "small_disk", "watching"]

DISK = "3m"
BLOCK = 4096
FULL_S = 3.0  # for so long
SEEN_WITHIN_S = 120.0  # on a machine that has much else to do; how long it took is a figure
Fault = Callable[[BaseProcess], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Filled:
    """How it went with one disk."""

    seed: int
    wrong: tuple[str, ...]
    said_s: tuple[float, ...]  # from the last free byte to the word on the screens
    saved_s: tuple[float, ...]  # from room on the disk until all that waited was saved
    acknowledged: int
    wall_s: float


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of its own of a few megabytes.

    Raises
    ------
    OSError
        Where this program may not mount one.
    """
    with tempfile.TemporaryDirectory(prefix="disk") as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", name]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            raise OSError("a disk cannot be mounted here")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


async def fill_disk(seed: int, times: int = 2) -> Filled:
    """Fill a disk so many times while a session runs on it, with a patient and a physiotherapist watching."""
    with small_disk() as disk:
        return await _endure(seed, times, disk / "data", lambda _server: _filled(disk / "filler"))


async def refuse_writes(seed: int, times: int = 2) -> Filled:
    """The same with a disk that takes nothing from one moment to the next, as one that became read-only.

    A file system with open files cannot be made read-only by anybody but the kernel. But a process may be forbidden to
    write to any file, from outside and for a while, and SQLite is told no by the same call.
    """
    with tempfile.TemporaryDirectory(prefix="refused") as name:
        return await _endure(seed, times, Path(name) / "data", refused)


@contextmanager
def refused(server: BaseProcess | asyncio.subprocess.Process) -> Iterator[None]:
    """While this lasts, no write of a process to any file succeeds (POSIX with prlimit: Linux)."""
    assert server.pid is not None
    soft, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it may have been told to stop meanwhile
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def _filled(path: Path) -> Iterator[None]:
    """While this lasts, there is no room on a disk."""
    _fill(path)
    try:
        yield
    finally:
        os.truncate(path, 0)


async def _endure(seed: int, times: int, data: Path, fault: Fault) -> Filled:
    """Let a disk be at fault so many times while a session runs on it."""
    began_s = time.monotonic()
    port = free_port()
    room = BusyRoom(port, random.Random(seed), "page", None, another_session=0.0)
    room.begin_life(1)
    server = await asyncio.to_thread(page_server, data, port)
    busy = asyncio.create_task(room.run())
    said_s: list[float] = []
    saved_s: list[float] = []
    wrong: list[str] = []
    try:
        async with asyncio.timeout(SEEN_WITHIN_S):
            await room.is_live.wait()
        for _ in range(times):
            said, saved = await _fail_and_recover(lambda: fault(server), port, wrong)
            said_s.append(said)
            saved_s.append(saved)
    finally:
        busy.cancel()
        with suppress(asyncio.CancelledError):
            await busy
        await asyncio.to_thread(stop, server, signal.SIGTERM)
    with tempfile.TemporaryDirectory(prefix="copy") as copy:
        contents, unsound = read_back(data, Path(copy) / "data")
    wrong += unsound + compare(contents, room.ledger) + room.ledger.wrong
    lasted_s = round(time.monotonic() - began_s, 2)
    return Filled(seed, tuple(wrong), tuple(said_s), tuple(saved_s), room.ledger.acknowledged, lasted_s)


async def _fail_and_recover(
    fault: Callable[[], AbstractContextManager[None]], port: int, wrong: list[str]
) -> tuple[float, float]:
    """Seconds until both were told that nothing is saved, and until it was again."""
    async with watching(port, "patient") as patient, watching(port, "physio") as physio:
        with fault():
            began_s = time.monotonic()
            first_s = await _told(patient, saved=False)
            await _told(physio, saved=False)
            said_s = time.monotonic() - began_s
            await asyncio.sleep(FULL_S)
        began_s = time.monotonic()
        last_s = await _told(patient, saved=True)
        await _told(physio, saved=True)
        if last_s - first_s < FULL_S - 1:
            wrong.append(f"the session went on by {last_s - first_s} s in {FULL_S} s")
        return round(said_s, 3), round(time.monotonic() - began_s, 3)


def _fill(path: Path) -> None:
    """Take all the room there is."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(BLOCK))


async def _told(page: websockets.ClientConnection, *, saved: bool) -> float:
    """Time of the session when a page is told whether it is saved."""
    async with asyncio.timeout(SEEN_WITHIN_S):
        while True:
            message = json.loads(await page.recv())
            if message["type"] == "quality" and message["saved"] is saved:
                return float(message["at_s"])


@asynccontextmanager
async def watching(port: int, role: str) -> AsyncIterator[websockets.ClientConnection]:
    """A page that only watches."""
    address, origin = f"ws://127.0.0.1:{port}/ws", f"http://127.0.0.1:{port}"
    async with websockets.connect(address, origin=origin, max_size=None) as page:
        await page.send(json.dumps({"type": "hello", "protocol": 1, "role": role}))
        yield page
