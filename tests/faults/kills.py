"""One chain of kills: a server under load that is killed at random moments, and what it holds after each."""

import asyncio
import random
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.faults.busy_room import AGAIN_S, BusyRoom
from tests.faults.read_back import compare, read_back
from tests.faults.sides import cpu_s, fresh_page_server, page_server, stop
from tests.ports import free_port

__all__ = ["KILLS", "Killed", "Life", "kill_chain"]

KILLS = 10  # of one chain
EARLY = 0.2  # of the kills come while the server starts
EARLY_S = 2.0
LATE_S = 1.0
ROOMS = 3  # beside that of the private try-out
LIVE_WITHIN_S = 120.0  # else something is wrong; how long it took is a figure


@dataclass(frozen=True, slots=True)
class Life:
    """One start after a kill that was waited for: until a page was in the session, and a new frame acknowledged.

    ``is_fresh``: from a new interpreter, not forked from one that has everything loaded. ``cpu_s`` is what the server
    computed in this time, which does not depend on what else the machine has to do.
    """

    is_fresh: bool
    live_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Killed:
    """How one chain went; ``wrong`` is empty when all promises were kept."""

    seed: int
    wrong: tuple[str, ...]
    kills: int
    early: int  # of these, while the server started
    lives: tuple[Life, ...]
    acknowledged: int
    sessions: int
    notes: int
    wall_s: float


async def kill_chain(seed: int, kills: int = KILLS, fresh: float = 0.1) -> Killed:
    """Outcome of one seed; ``fresh`` is the share of starts from a new interpreter."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kills") as name:
        chain = _Chain(Path(name), seed, fresh)
        try:
            for _ in range(kills):
                await chain.live_and_die(signal.SIGKILL)
            await chain.live_and_die(signal.SIGTERM)
        finally:
            await chain.leave()
    ledgers = [room.ledger for room in chain.rooms]
    return Killed(
        seed,
        tuple(chain.wrong + [line for ledger in ledgers for line in ledger.wrong]),
        kills,
        chain.early,
        tuple(chain.lives),
        sum(ledger.acknowledged for ledger in ledgers),
        sum(len(ledger.kept) for ledger in ledgers),
        sum(len(certain) for ledger in ledgers for certain in ledger.notes.values()),
        round(time.monotonic() - began_s, 2),
    )


class _Chain:
    """One server after the other on the same data, with people who come back."""

    def __init__(self, folder: Path, seed: int, fresh: float) -> None:
        self._folder = folder
        self._seed = seed
        self._rng = random.Random(seed)
        self._fresh = fresh
        self._port = free_port()
        self._life = 0
        self._busy: list[asyncio.Task[None]] = []
        self.rooms: list[BusyRoom] = []
        self.wrong: list[str] = []
        self.lives: list[Life] = []
        self.early = 0

    async def live_and_die(self, by: signal.Signals) -> None:
        """One life of a server; the first makes the database, and is no restart."""
        rng, is_fresh = self._rng, self._rng.random() < self._fresh
        self._life += 1
        for room in self.rooms:
            room.begin_life(self._life)
        began_s = time.monotonic()
        start = fresh_page_server if is_fresh else page_server
        server = await asyncio.to_thread(start, self._folder / "data", self._port)
        try:
            if by is signal.SIGKILL and self._life > 1 and rng.random() < EARLY:
                self.early += 1
                await asyncio.sleep(rng.uniform(0.0, EARLY_S))
            else:
                async with asyncio.timeout(LIVE_WITHIN_S):
                    await self._all_live()
                if self._life > 1:
                    self.lives.append(Life(is_fresh, round(time.monotonic() - began_s, 3), cpu_s(server)))
                await asyncio.sleep(rng.uniform(0.0, LATE_S))
        finally:
            is_gone = await asyncio.to_thread(stop, server, by)
        if not is_gone:
            self.wrong.append("the server did not stop when it was asked to")
        self.wrong += await asyncio.to_thread(self._check)

    async def leave(self) -> None:
        """Nobody comes back any more."""
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def _all_live(self) -> None:
        """Return when everybody is in a session that takes in frames; the first time, rooms are opened for them."""
        if not self.rooms:
            await self._open_rooms()
        for room in self.rooms:
            await room.is_live.wait()

    async def _open_rooms(self) -> None:
        """Open rooms, and let people come."""
        url, names = f"http://127.0.0.1:{self._port}", [None]
        async with httpx.AsyncClient(base_url=url, timeout=60, headers={"Origin": url}) as client:
            while len(names) <= ROOMS:
                with suppress(httpx.HTTPError):
                    answer = await client.post("/api/rooms", json={"strap": "browser"})
                    names.append(answer.json()["id"])
                await asyncio.sleep(AGAIN_S)
        for number, name in enumerate(names):
            room = BusyRoom(self._port, random.Random(10 * self._seed + number), f"page-{number}", name)
            room.begin_life(self._life)
            self.rooms.append(room)
            self._busy.append(asyncio.create_task(room.run()))

    def _check(self) -> list[str]:
        """What is wrong after a life."""
        contents, wrong = read_back(self._folder / "data", self._folder / "copy")
        wrong += [
            f"room {number}: {line}"
            for number, room in enumerate(self.rooms)
            for line in compare(contents, room.ledger)
        ]
        return [f"life {self._life}: {line}" for line in wrong]
