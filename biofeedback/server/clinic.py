"""The clinic: all rooms of this server, and who is there."""

import asyncio
import secrets
import time

from biofeedback.errors import InputError
from biofeedback.ids import ulid
from biofeedback.keys import DeviceKeys
from biofeedback.server.room import Place, Room
from biofeedback.settings import Settings
from biofeedback.tally import Tally

__all__ = ["GONE", "Clinic", "NoSuchRoom"]

GOODBYE_S = 2.0  # for viewers to be told
GONE = "room_closed"  # what viewers of a room are told that is closed


class NoSuchRoom(InputError):
    """There is no such room, or no more."""


class Clinic:
    """Opens rooms, closes them, and finds them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.is_open = False
        self.closing = asyncio.Event()
        self.rooms: dict[str, Room] = {}
        self.visits: set[asyncio.Task[None]] = set()  # of viewers and collectors; waited for at the end
        self.keys = DeviceKeys(settings.data)
        self.tally = Tally()

    @property
    def is_watched(self) -> bool:
        """Whether any room has a viewer."""
        return any(room.session.channel.viewers for room in self.rooms.values())

    async def open(self) -> None:
        """Open the room of a private try-out."""
        settings = self.settings
        await self.open_room(settings.strap, settings.exercise, settings.pattern, settings.subject)
        self.is_open = True

    async def close(self) -> None:
        """Say bye and let go of straps. Sessions that run can be gone on with by the next server."""
        if not self.is_open:
            return
        self.is_open = False
        self.closing.set()
        for room in self.rooms.values():
            room.say_bye("shutdown")
        if self.visits:
            await asyncio.wait(self.visits, timeout=GOODBYE_S)
        await asyncio.gather(*(room.close() for room in self.rooms.values()))

    async def open_room(self, strap: str, exercise: str, pattern: str | None, subject: str) -> Room:
        """Room whose session has begun."""
        place = Place(new_id(), subject, strap, exercise, pattern, self.settings.speed)
        room = Room(self.settings, place, self.tally)
        await room.open()
        self.rooms[place.room] = room
        return room

    async def close_room(self, name: str) -> None:
        """End a room's session, and let everybody go who is there."""
        room = self.room(name)
        del self.rooms[name]
        room.session.finish("stopped")
        room.say_bye(GONE)
        await room.close()

    def room(self, name: str | None = None) -> Room:
        """Room of a name; None: the only one.

        Raises
        ------
        NoSuchRoom
            If there is none, or several of which none is named.
        """
        if name is None and len(self.rooms) == 1:
            return next(iter(self.rooms.values()))
        if name is None or name not in self.rooms:
            raise NoSuchRoom("there is no such room" if name else "say which room")
        return self.rooms[name]


def new_id() -> str:
    """Id that sorts by the time it was made."""
    return ulid(time.time_ns() // 1_000_000, secrets.token_bytes(10))
