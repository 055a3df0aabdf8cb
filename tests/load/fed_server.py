"""Our server with sessions that are fed by a metronome: ``python -m tests.load.fed_server SESSIONS RATE_HZ FOLDER``."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from biofeedback.channel import Channel, Facts
from biofeedback.clock import MonotonicClock
from biofeedback.core.events import Input
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Beat
from biofeedback.course import Course
from biofeedback.ids import new_ulid
from biofeedback.server.clinic import PRIVATE, Clinic
from biofeedback.server.place import Place
from biofeedback.server.room import Room
from biofeedback.server.serving import LiveServer, open_server, serve_tidily
from biofeedback.session import Session
from biofeedback.settings import Settings, exercise_of
from biofeedback.straps.simulated import SimulatedStrap
from tests.load.metronome import Metronome
from tests.load.profiled import begin


class Nowhere:
    """A recorder for what is measured without a disk."""

    saved = True

    def record(self, event: Input) -> None:
        """Forget it."""

    async def keep(self) -> None:
        """Nothing has to be kept."""

    async def commit(self) -> bool:
        """It is as safe as it will ever be."""
        return True

    def close(self) -> None:
        """There is nothing to close."""


class FedRoom(Room):
    """A room whose session is put into it from outside."""

    def feed_by(self, metronome: Metronome) -> None:
        """Put a session in it whose beats come from a metronome, and keep house."""
        course = Course(exercise_of("plain_4_6", None))
        channel = Channel(Facts(str(self.place.room), "A-17", True, "simulated"), course, metronome.send_ns)
        strap = SimulatedStrap("responder", 1)
        channel.tally = self.tally
        self._session = Session(course, strap, Nowhere(), Pipeline(), channel, MonotonicClock())
        self._running = asyncio.create_task(self._keep_house())


Fill = Callable[[LiveServer, int, float, Path], Coroutine[None, None, None]]


async def empty_clinic(server: LiveServer) -> Clinic:
    """The clinic of a server that is ready, without the room of the private try-out."""
    await server.ready.wait()
    await server.clinic.close_room(PRIVATE)
    return server.clinic


async def take_seats(server: LiveServer, sessions: int, metronome: Metronome) -> list[FedRoom]:
    """Rooms of people who come one by one, within a second."""
    clinic, rooms = await empty_clinic(server), []
    for _ in range(sessions):
        place = Place(new_ulid(), None, "A-17", "simulated", "plain_4_6")
        room = FedRoom(place, clinic.archive, clinic.settings, clinic.tally)
        room.feed_by(metronome)
        clinic.rooms[place.room] = room
        rooms.append(room)
        await asyncio.sleep(0.8 / sessions)
    return rooms


def announce(server: LiveServer, folder: Path) -> None:
    """Say where the server is, and which rooms it has."""
    (folder / "rooms").write_text("".join(f"{room}\n" for room in server.clinic.rooms), encoding="utf-8")
    print(f"port {server.port}", flush=True)


async def feed(server: LiveServer, sessions: int, rate_hz: float, folder: Path) -> None:
    """Feed sessions until the server stops."""
    metronome = Metronome(sessions, rate_hz)
    rooms = await take_seats(server, sessions, metronome)
    channels = [room.session.channel for room in rooms]

    def beat(n: int, count: int) -> None:
        if count == 0:
            begin()
        k = count // sessions
        channels[n].publish([Beat(k, 0, k + 0.123456, 812.5, 73.84615384615384, 0)])

    beating = asyncio.create_task(metronome.run(beat))
    await asyncio.sleep(0)
    announce(server, folder)
    await beating


async def serve_rooms(fill: Fill, sessions: int, rate_hz: float, folder: Path) -> None:
    """Serve until told to stop."""
    server = open_server(Settings(port=0, data=folder / "data", strap="simulated:responder:3"))
    filling = asyncio.create_task(fill(server, sessions, rate_hz, folder))
    await serve_tidily(server)
    filling.cancel()
    await asyncio.gather(filling, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(serve_rooms(feed, int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])))
