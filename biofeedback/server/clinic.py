"""The clinic: all rooms of this server, and who is there."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator

from biofeedback.errors import InputError
from biofeedback.ids import new_ulid
from biofeedback.keys import DeviceKeys
from biofeedback.server.archive import Archive, CutOff
from biofeedback.server.history import History
from biofeedback.server.place import Place
from biofeedback.server.room import Room
from biofeedback.server.study import Study
from biofeedback.settings import Settings
from biofeedback.store import Store, open_store
from biofeedback.straps.registry import make_strap, resolve, resolve_again
from biofeedback.tally import Tally

__all__ = ["CLOSED", "PRIVATE", "Clinic", "ClinicFull", "HasRoom", "NoSuchRoom"]

GOODBYE_S = 2.0  # for viewers to be told
CLOSED = "room_closed"  # what viewers of a room are told that is closed
PRIVATE = "private"  # the room of a private try-out
REPLAY = "replay"  # a replayed strap names the source that it replays

_log = logging.getLogger(__name__)


class NoSuchRoom(InputError):
    """There is no such room, or no more."""


class ClinicFull(InputError):
    """There are as many rooms as this server was set to have."""


class HasRoom(InputError):
    """Whom a room is asked for is in one already."""


class Clinic:
    """Opens rooms, closes them, and finds them; those that were open are open again after a restart."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.is_open = False
        self.closing = asyncio.Event()
        self.rooms: dict[str, Room] = {}
        self.visits: set[asyncio.Task[None]] = set()  # of viewers and collectors; waited for at the end
        self.keys = DeviceKeys(settings.data)
        self.tally = Tally()
        self.study = Study()  # for who waits at a screen
        self.write_last: Callable[[], Awaitable[None]] | None = None  # what waits for the store, before that is closed
        self.reading = Study()  # of histories, session after session: nobody's review stands behind them
        self._store: Store | None = None
        self._archive: Archive | None = None
        self._history: History | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._own_cut_off: CutOff | None = None  # of the private room
        self._opening: list[str | None] = []  # for whom rooms are being opened at this moment

    @property
    def store(self) -> Store:
        """The store, once the clinic was opened."""
        assert self._store is not None, "the clinic is not open yet"
        return self._store

    @property
    def archive(self) -> Archive:
        """This server's sessions in the store."""
        assert self._archive is not None, "the clinic is not open yet"
        return self._archive

    @property
    def history(self) -> History:
        """What the sessions of people were."""
        assert self._history is not None, "the clinic is not open yet"
        return self._history

    @property
    def is_watched(self) -> bool:
        """Whether any room has a viewer."""
        return any(room.session.channel.viewers for room in self.rooms.values())

    async def open(self) -> None:
        """Open the store, and the rooms that were open, all at once; a session that was cut off goes on.

        Raises
        ------
        InputError
            If another program uses the data folder.
        StoreUnavailable
            If it cannot be used.
        """
        self._store = await open_store(self.settings.data, self.settings.store_url)
        self._archive = Archive(self._store)
        self._history = History(self._store, self.reading)
        self._tasks = [asyncio.create_task(self._archive.keep_house())]
        rooms = {place.room: place for place in await self._archive.rooms() if place.room is not None}
        cut_off = await self._cut_off()
        await asyncio.gather(*(self._open_again(place, cut_off.get(name)) for name, place in rooms.items()))
        self.is_open = True

    async def open_private(self) -> Room:
        """Open the room of a private try-out, which the settings describe; or go on with the session in it."""
        place = await self._own_place()
        room = Room(place, self.archive, self.settings, self.tally)
        await room.open(self._own_cut_off)
        self.rooms[PRIVATE] = room
        return room

    async def close(self) -> None:
        """Say bye and let go of straps. Sessions that run can be gone on with by the next server."""
        if self._store is None:
            return
        self.is_open = False
        self.closing.set()
        for room in self.rooms.values():
            with _said():
                room.say_bye("shutdown")
        if self.visits:
            await asyncio.wait(self.visits, timeout=GOODBYE_S)
        await asyncio.gather(*(self._let_go(room) for room in self.rooms.values()))
        for task in self._tasks:
            task.cancel()
        if self.write_last is not None:
            await self.write_last()
        await self._store.close()
        self._store = None

    async def open_room(
        self, person: str | None, subject: str, strap: str, exercise: str | None = None, pattern: str | None = None
    ) -> str:
        """Id of a new room, whose session has begun.

        Raises
        ------
        InputError
            If there is no such strap, exercise or pattern.
        HasRoom
            If the person is in a room, or is about to be: two may ask at once.
        ClinicFull
            If there are too many rooms.
        """
        settings = self.settings
        if person is not None and (self.rooms_of(person) or person in self._opening):
            raise HasRoom("this person is in a room already")
        if len(self.rooms) + len(self._opening) >= settings.max_sessions:
            raise ClinicFull(f"there are {settings.max_sessions} rooms already; close one")
        name = new_ulid()
        place = Place(
            name, person, subject, strap, exercise or settings.exercise, pattern, _speed(strap, settings.speed)
        )
        self._opening.append(person)
        try:
            make_strap(await resolve(strap))
            room = Room(place, self.archive, self.settings, self.tally)
            await room.open()
            self.rooms[name] = room
        finally:
            self._opening.remove(person)
        return name

    def rooms_of(self, person: str) -> list[str]:
        """Rooms in which a person is."""
        return [name for name, room in self.rooms.items() if room.place.person == person]

    def allow(self, person: str, *, is_allowed: bool) -> None:
        """A person agreed to be measured, or does no longer."""
        for name in self.rooms_of(person):
            self.rooms[name].allow(is_allowed=is_allowed)

    async def close_room(self, name: str) -> None:
        """End a room's session, and let everybody go who is there."""
        room = self.room(name)
        del self.rooms[name]
        room.session.finish("stopped")
        room.say_bye(CLOSED)
        await room.close()
        await self.archive.close_room(name)

    def room(self, name: str | None = None) -> Room:
        """Room of an id; None: that of a private try-out.

        Raises
        ------
        NoSuchRoom
            If there is none.
        """
        name = PRIVATE if name is None else name
        if name not in self.rooms:
            raise NoSuchRoom("there is no such room")
        return self.rooms[name]

    async def _let_go(self, room: Room) -> None:
        """Close a room at the end of the server."""
        with _said():
            await room.close()

    async def _own_place(self) -> Place:
        """What the settings say of the private room."""
        settings = self.settings
        person = await self.archive.known(settings.subject, None) if settings.subject else None
        return Place(
            None, person, settings.subject, settings.strap, settings.exercise, settings.pattern, settings.speed
        )

    async def _cut_off(self) -> dict[str, CutOff]:
        """Newest session that was cut off in each room; that of a private try-out waits until it is asked for."""
        found: dict[str, CutOff] = {}
        for cut_off in await self.archive.cut_off():
            if cut_off.place.room is not None:
                found.setdefault(cut_off.place.room, cut_off)
            elif self._own_cut_off is None and await self._is_own(cut_off):
                self._own_cut_off = cut_off
        return found

    async def _open_again(self, place: Place, cut_off: CutOff | None) -> None:
        """Open a room that was open when the last server ended."""
        room = Room(place, self.archive, self.settings, self.tally)
        try:
            await room.open(cut_off)
        except Exception:  # noqa: BLE001 - one bad room never keeps the server from starting
            _log.exception("a room cannot be opened again", extra={"room": place.room})
        else:
            assert place.room is not None
            self.rooms[place.room] = room

    async def _is_own(self, cut_off: CutOff) -> bool:
        """Whether the settings ask for the person and the kind of strap of a session that was cut off."""
        header = cut_off.header
        strap = make_strap(await resolve_again(self.settings.strap, simulated=header.simulated))
        is_same = cut_off.sources <= {strap.source} or strap.source == REPLAY
        return header.subject == self.settings.subject and header.simulated == strap.simulated and is_same


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Say what keeps a room from closing; it keeps neither the others nor the store open."""
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever it is, what was recorded is to be committed
        _log.exception("a room cannot be closed")


def _speed(strap: str, speed: float) -> float:
    """Speed of a room's clock: a real heart beats at its own."""
    return speed if strap.startswith(("simulated", "replay")) else 1.0
