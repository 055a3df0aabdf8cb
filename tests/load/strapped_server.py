"""Our server with real sessions, straps, store and all: ``python -m tests.load.strapped_server STRAPS 1 FOLDER``.

A message is stamped with the time at which the notification that it follows from was due to arrive.
"""

import asyncio
import signal
import sys
import time
from pathlib import Path

from biofeedback.clock import Clock
from biofeedback.server.serving import LiveServer
from biofeedback.session import Session
from biofeedback.straps import Sink, StrapEvent
from tests.load.fed_server import announce, empty_clinic, serve_rooms
from tests.load.profiled import begin

EXERCISE = "plain_4_6"  # it begins with the breathing, and so with all that is computed
SPREAD_S = 10.0  # people begin one by one: a breath of each ends at another moment
TOGETHER = 50  # rooms that are opened at once: each waits for its row in the store


class Due:
    """A strap's clock that remembers what was waited for last, and stamps with it what follows."""

    def __init__(self, session: Session) -> None:
        self._run = session.strap.run
        self._clock: Clock
        self._at_ns = 0
        self._meant_ns: int | None = None
        session.strap.run = self.run
        session.channel.now_ns = self.now_ns

    async def run(self, sink: Sink, clock: Clock) -> None:
        """Run the strap."""
        self._clock = clock

        def hand_on(event: StrapEvent) -> None:
            self._meant_ns = self._at_ns
            sink(event)
            self._meant_ns = None

        await self._run(hand_on, self)

    def now_ns(self) -> int:
        """The time that a message is stamped with."""
        return time.monotonic_ns() if self._meant_ns is None else self._meant_ns

    def now_s(self) -> float:
        """Seconds since the session began."""
        return self._clock.now_s()

    async def sleep_until(self, t_s: float) -> None:
        """Return when it is time."""
        self._at_ns = time.monotonic_ns() + int((t_s - self._clock.now_s()) * 1e9)
        await self._clock.sleep_until(t_s)


async def fill(server: LiveServer, straps: int, _rate_hz: float, folder: Path) -> None:
    """Open the rooms; people begin one by one when they are told to (SIGUSR1: all viewers are there)."""
    clinic, told = await empty_clinic(server), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, told.set)

    async def come(seed: int) -> None:
        name = await clinic.open_room(None, "A-17", f"simulated:responder:{seed}", EXERCISE)
        Due(clinic.rooms[name].session)

    for first in range(0, straps, TOGETHER):
        await asyncio.gather(*map(come, range(first, min(first + TOGETHER, straps))))
    announce(server, folder)
    await told.wait()
    for room in clinic.rooms.values():
        room.session.command("start", "physio")
        await asyncio.sleep(SPREAD_S / straps)
    begin()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve_rooms(fill, int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])))
