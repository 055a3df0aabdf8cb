"""Sessions side by side with one that is poisoned: their numbers, and how long their viewers wait for them."""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import websockets
from stored_files import stored_files

from biofeedback.core.events import Input
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Beat
from biofeedback.recording import read_recording
from biofeedback.server.room import Room
from biofeedback.server.serving import LiveServer, open_server, serve_tidily
from biofeedback.settings import Settings

__all__ = ["POISONS", "ROOMS", "Poisoned", "SideBySide", "poison", "side_by_side"]

ROOMS = 4  # that are watched
SPEED = 10.0  # of their hearts: ten beats a second each
HEARD_WITHIN_S = 120.0  # on a machine with much else to do
DEAF = 10  # viewers that never read
Poison = Callable[[LiveServer, str], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Poisoned:
    """What the others felt of one poison. Times from a message's making to its arrival, of all that were watched.

    ``busy_p99_ms`` and ``busy_longest_ms`` are what this program, server and viewers in one, computed in that time: it
    does not depend on what else the machine had to do.
    """

    poison: str
    wrong: tuple[str, ...]
    compared: int  # beats that were the same, to the last bit, live and of the session's inputs alone
    p50_ms: float
    p99_ms: float
    longest_ms: float
    busy_p99_ms: float
    busy_longest_ms: float


@dataclass(frozen=True, slots=True)
class SideBySide:
    """All poisons, one after the other; the first is none."""

    seed: int
    wrong: tuple[str, ...]
    poisons: tuple[Poisoned, ...]


async def side_by_side(seed: int, beats: int = 40) -> SideBySide:
    """Every poison once."""
    found = [await poison(name, beats) for name in POISONS]
    return SideBySide(seed, tuple(f"{one.poison}: {line}" for one in found for line in one.wrong), tuple(found))


async def poison(name: str, beats: int) -> Poisoned:
    """Let a poison work beside some sessions until each viewer has heard so many beats."""
    waits = _Waits()
    heard: dict[str, dict[tuple[int, int], tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="poison") as folder:
        async with _served(Path(folder)) as server:
            ids = [await _open(server, f"simulated:responder:{number}") for number in range(ROOMS)]
            victim = await _open(server, "browser" if name == "garbage" else "simulated:responder:99")
            tasks = [asyncio.create_task(_watch(server, one, waits, heard)) for one in ids]
            tasks.append(asyncio.create_task(POISONS[name](server, victim)))
            async with asyncio.timeout(HEARD_WITHIN_S):
                while len(heard) < ROOMS or min(map(len, heard.values())) < beats:  # noqa: ASYNC110 - eight tasks hear
                    await asyncio.sleep(0.1)
            wrong = [f"{task.exception()!r}" for task in tasks if task.done() and task.exception() is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.clinic.store.commit()
        recordings = {path.stem: read_recording(path).events for path in stored_files(Path(folder)).glob("*.jsonl")}
    for session, told in heard.items():
        wrong += _differences(session, told, recordings.get(session, ()))
    at = [*_shares(waits.waited_ns, 0.5, 0.99, 1.0), *_shares(waits.busy_ns, 0.99, 1.0)]
    return Poisoned(name, tuple(wrong), sum(map(len, heard.values())), *at)


class _Waits:
    """How long messages took, in time and in what this program computed meanwhile."""

    def __init__(self) -> None:
        self.waited_ns: list[int] = []
        self.busy_ns: list[int] = []
        self._made: dict[int, int] = {}  # what had been computed when a message was made

    def stamp(self) -> int:
        """The time, for a message that is made."""
        now_ns = time.monotonic_ns()
        self._made[now_ns] = time.process_time_ns()
        return now_ns

    def arrive(self, made_ns: int) -> None:
        """A message has come."""
        self.waited_ns.append(time.monotonic_ns() - made_ns)
        self.busy_ns.append(time.process_time_ns() - self._made[made_ns])


def _shares(values_ns: list[int], *shares: float) -> list[float]:
    """Values that so much of all is not above, in ms."""
    values_ns = sorted(values_ns)
    return [round(values_ns[min(len(values_ns) - 1, int(len(values_ns) * share))] / 1e6, 2) for share in shares]


def _differences(
    session: str, heard: dict[tuple[int, int], tuple[float, float]], events: tuple[Input, ...]
) -> list[str]:
    """Beats that a viewer was told, beside those of the session's inputs alone."""
    pipeline = Pipeline()
    results = [result for event in events for result in pipeline.feed(event)]
    alone = {(beat.seq, beat.index): (beat.t_s, beat.rr_ms) for beat in results if isinstance(beat, Beat)}
    wrong = [
        f"{session}: beat {key} is {heard[key]}, alone {alone.get(key)}"
        for key in heard
        if heard[key] != alone.get(key)
    ]
    return wrong[:3] if heard else [f"{session}: no beat was heard"]


async def _watch(server: LiveServer, name: str, waits: _Waits, heard: dict[str, Any]) -> None:
    """A viewer of a room that is well."""
    _room(server, name).session.channel.now_ns = waits.stamp
    async with _page(server, name) as page:
        session = json.loads(await page.recv())["epoch"]
        await page.send('{"type":"command","command":"start"}')
        beats = heard.setdefault(session, {})
        async for text in page:
            message = json.loads(text)
            if message["type"] == "beat":
                waits.arrive(message["t"])
                beats[message["seq"], message["index"]] = (message["t_s"], message["rr_ms"])


async def _nothing(_server: LiveServer, _name: str) -> None:
    """A session like the others."""


async def _garbage(server: LiveServer, name: str) -> None:
    """A page whose strap sends what no strap sends, as fast as it may."""
    rng, seq = random.Random(1), 1
    while True:
        with suppress(OSError, websockets.WebSocketException):
            async with _page(server, name) as page:
                while True:
                    values = [rng.randbytes(rng.randrange(1, 200)).hex() for _ in range(20)]
                    frames = [_frame(seq + place, value) for place, value in enumerate(values)]
                    seq += len(frames)
                    await page.send(json.dumps({"type": "frames", "origin": "garbage", "frames": frames}))
                    await asyncio.sleep(0.02)
        await asyncio.sleep(0.02)


async def _broken_pipeline(server: LiveServer, name: str) -> None:
    """A pipeline that raises at every input."""
    _room(server, name).session._pipeline = _Broken()


async def _broken_session(server: LiveServer, name: str) -> None:
    """A session that raises whenever time passes, and is taken up again and again."""

    def fail() -> None:
        raise RuntimeError("a session that is broken")

    _room(server, name).session.tick = fail


async def _deaf_viewers(server: LiveServer, name: str) -> None:
    """Viewers that never read what they are sent."""
    address = f"ws://127.0.0.1:{server.port}/ws"
    pages = [await _enter(server, name, address) for _ in range(DEAF)]
    try:
        for page in pages:
            page.transport.pause_reading()
        await asyncio.Event().wait()
    finally:
        for page in pages:
            page.transport.abort()


POISONS: dict[str, Poison] = {
    "none": _nothing,
    "garbage": _garbage,
    "broken pipeline": _broken_pipeline,
    "broken session": _broken_session,
    "deaf viewers": _deaf_viewers,
}


class _Broken:
    """A pipeline that raises."""

    next_due_s = float("inf")

    def feed(self, event: Input) -> list[Any]:
        raise ValueError("a pipeline that is broken")

    def advance(self, now_s: float) -> list[Any]:
        raise ValueError("a pipeline that is broken")


def _room(server: LiveServer, name: str) -> Room:
    return server.clinic.room(name)


def _frame(seq: int, value: str) -> dict[str, Any]:
    return {"kind": "bytes", "seq": seq, "t_s": seq / 1000, "characteristic": "2a37", "value": value}


@asynccontextmanager
async def _served(data: Path) -> AsyncIterator[LiveServer]:
    """A server that runs in this program."""
    server = open_server(Settings(port=0, data=data, strap="simulated", speed=SPEED))
    with redirect_stdout(StringIO()):  # where its pages are
        task = asyncio.create_task(serve_tidily(server))
        await server.ready.wait()
    try:
        yield server
    finally:
        server.should_exit = True
        await task


async def _open(server: LiveServer, strap: str) -> str:
    """A new room."""
    url = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=url, verify=False, timeout=60, headers={"Origin": url}) as client:
        return str((await client.post("/api/rooms", json={"strap": strap})).json()["id"])


async def _enter(server: LiveServer, name: str, address: str) -> websockets.ClientConnection:
    """A patient's page that has said hello."""
    url = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=url, verify=False, timeout=60, headers={"Origin": url}) as client:
        ticket = (await client.post("/api/ticket", json={"room": name})).json()["ticket"]
    page = await websockets.connect(address, origin=url, max_size=None, close_timeout=0.1)
    await page.send(json.dumps({"type": "hello", "protocol": 1, "role": "patient", "ticket": ticket}))
    return page


@asynccontextmanager
async def _page(server: LiveServer, name: str) -> AsyncIterator[websockets.ClientConnection]:
    """The same, which leaves."""
    page = await _enter(server, name, f"ws://127.0.0.1:{server.port}/ws")
    try:
        yield page
    finally:
        await page.close()
