"""One chain of kills: a server under load that is killed at random moments, and what it holds after each."""

import asyncio
import random
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.busy_room import BusyRoom
from tests.faults.read_back import compare, read_back
from tests.faults.sides import cpu_s, free_port, fresh_page_server, page_server, stop

__all__ = ["KILLS", "Killed", "Life", "kill_chain"]

KILLS = 10  # of one chain
EARLY = 0.2  # of the kills come while the server starts
EARLY_S = 2.0
LATE_S = 1.0
LIVE_WITHIN_S = 60.0  # else something is wrong; how long it took is a figure


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
        chain = _Chain(Path(name), random.Random(seed), fresh)
        busy = asyncio.create_task(chain.room.run())
        for _ in range(kills):
            await chain.live_and_die(signal.SIGKILL)
        await chain.live_and_die(signal.SIGTERM)
        busy.cancel()
        with suppress(asyncio.CancelledError):
            await busy
    ledger = chain.room.ledger
    return Killed(
        seed,
        tuple(chain.wrong + ledger.wrong),
        kills,
        chain.early,
        tuple(chain.lives),
        sum(kept - ledger.first.get(session, 1) + 1 for session, kept in ledger.kept.items() if kept),
        len(ledger.kept),
        sum(map(len, ledger.notes.values())),
        round(time.monotonic() - began_s, 2),
    )


class _Chain:
    """One server after the other on the same data, with people who come back."""

    def __init__(self, folder: Path, rng: random.Random, fresh: float) -> None:
        self._folder = folder
        self._rng = rng
        self._fresh = fresh
        self._port = free_port()
        self.room = BusyRoom(self._port, rng, f"page-{self._port}")
        self.wrong: list[str] = []
        self.lives: list[Life] = []
        self.early = 0

    async def live_and_die(self, by: signal.Signals) -> None:
        """One life of a server; the first makes the database, and is no restart."""
        rng, room = self._rng, self.room
        room.begin_life()
        began_s, is_fresh = time.monotonic(), rng.random() < self._fresh
        start = fresh_page_server if is_fresh else page_server
        server = await asyncio.to_thread(start, self._folder / "data", self._port)
        try:
            if by is signal.SIGKILL and room.life > 1 and rng.random() < EARLY:
                self.early += 1
                await asyncio.sleep(rng.uniform(0.0, EARLY_S))
            else:
                async with asyncio.timeout(LIVE_WITHIN_S):
                    await room.is_live.wait()
                if room.life > 1:
                    self.lives.append(Life(is_fresh, round(time.monotonic() - began_s, 3), cpu_s(server)))
                await asyncio.sleep(rng.uniform(0.0, LATE_S))
        finally:
            is_gone = await asyncio.to_thread(stop, server, by)
        if not is_gone:
            self.wrong.append("the server did not stop when it was asked to")
        self.wrong += await asyncio.to_thread(self._check)

    def _check(self) -> list[str]:
        """What is wrong after a life."""
        contents, wrong = read_back(self._folder / "data", self._folder / "copy")
        return [f"life {self.room.life}: {line}" for line in wrong + compare(contents, self.room.ledger)]
