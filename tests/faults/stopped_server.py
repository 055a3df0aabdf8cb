"""A server that is stopped for a while (SIGSTOP) in the middle of a session, and goes on: what its pages are told."""

import asyncio
import json
import os
import random
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import websockets

from tests.faults.busy_room import BusyRoom
from tests.faults.full_disk import watching
from tests.faults.read_back import compare, read_back
from tests.faults.sides import page_server, stop
from tests.ports import free_port

__all__ = ["Stopped", "stop_and_go"]

STOPPED_S = (4.0, 8.0)  # past the silence that is a gap (2.5 s), for as long as a page waits before it hangs up
LIVE_WITHIN_S = 120.0  # on a machine that has much else to do


@dataclass(frozen=True, slots=True)
class Stopped:
    """How it went with one server; ``told_s``: from its going on until both pages were told of the gap."""

    seed: int
    wrong: tuple[str, ...]
    stopped_s: tuple[float, ...]
    told_s: tuple[float, ...]
    acknowledged: int
    wall_s: float


class HonestRoom(BusyRoom):
    """A room whose strap sends each beat when it is over: a heart, and not a flood."""

    async def _some(self, following: int) -> int:
        """Wait for the next beat; number of the frame after it."""
        await asyncio.sleep((600 + following % 600) / 1024)
        return following + 1


async def stop_and_go(seed: int, times: int = 2) -> Stopped:
    """Stop a server so many times while a patient and a physiotherapist watch."""
    began_s, rng = time.monotonic(), random.Random(seed)
    lengths_s = [round(rng.uniform(*STOPPED_S), 1) for _ in range(times)]
    told_s: list[float] = []
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="stopped") as name:
        data, port = Path(name) / "data", free_port()
        room = HonestRoom(port, rng, "page", None, another_session=0.0)
        room.begin_life(1)
        server = await asyncio.to_thread(page_server, data, port)
        busy = asyncio.create_task(room.run())
        try:
            async with asyncio.timeout(LIVE_WITHIN_S):
                await room.is_live.wait()
            for length_s in lengths_s:
                assert server.pid is not None
                told_s.append(await _stop_once(server.pid, port, length_s, wrong))
                await _goes_on(room)
        finally:
            busy.cancel()
            with suppress(asyncio.CancelledError):
                await busy
            await asyncio.to_thread(stop, server, signal.SIGTERM)
        contents, unsound = read_back(data, Path(name) / "copy")
        wrong += unsound + compare(contents, room.ledger) + room.ledger.wrong
        if len(contents) != 1:
            wrong.append(f"there are {len(contents)} sessions: it is one that goes on")
    lasted_s = round(time.monotonic() - began_s, 2)
    return Stopped(seed, tuple(wrong), tuple(lengths_s), tuple(told_s), room.ledger.acknowledged, lasted_s)


async def _stop_once(pid: int, port: int, length_s: float, wrong: list[str]) -> float:
    """Stop and go on; seconds until both pages were told of the gap."""
    async with watching(port, "patient") as patient, watching(port, "physio") as physio:
        before_s = await _beat(patient)
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(length_s)
        finally:
            os.kill(pid, signal.SIGCONT)
        began_s = time.monotonic()
        gaps = [await _gap(page, before_s) for page in (patient, physio)]
        told_s = round(time.monotonic() - began_s, 3)
    if gaps[0] != gaps[1]:
        wrong.append(f"the pages were told of different gaps: {gaps}")
    if gaps[0] < length_s - 2.5:
        wrong.append(f"a gap of {gaps[0]} s was told of after a stop of {length_s} s")
    return told_s


async def _goes_on(room: BusyRoom) -> None:
    """Return when another frame was acknowledged."""
    room.is_live.clear()
    async with asyncio.timeout(LIVE_WITHIN_S):
        await room.is_live.wait()


async def _beat(page: websockets.ClientConnection) -> float:
    """Time of the next beat that a page is told of."""
    async with asyncio.timeout(LIVE_WITHIN_S):
        while True:
            message = json.loads(await page.recv())
            if message["type"] == "beat":
                return float(message["t_s"])


async def _gap(page: websockets.ClientConnection, before_s: float) -> float:
    """Length of the gap by silence that begins at about a time, when it is over."""
    async with asyncio.timeout(LIVE_WITHIN_S):
        while True:
            message = json.loads(await page.recv())
            is_silence = message["type"] == "gap" and message["reason"] == "silence" and message["end_s"] is not None
            if is_silence and message["end_s"] > before_s:
                return float(message["end_s"] - message["start_s"])
