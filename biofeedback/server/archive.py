"""The archive: this server's sessions in the store, as rooms need them."""

import asyncio
import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import msgspec
from sqlalchemy import Connection

from biofeedback.composition import elapsed_s
from biofeedback.core.events import End, Input, Link, Notification, StrapInfo
from biofeedback.core.pipeline import PIPELINE_VERSION
from biofeedback.core.prior import Prior
from biofeedback.errors import BiofeedbackError, StoreUnavailable
from biofeedback.header import Header, encode_header
from biofeedback.history import HISTORY_SESSIONS, Lesson, learn, prior_from
from biofeedback.ids import is_ulid, ulid
from biofeedback.recording import Recording
from biofeedback.server.keeper import Keeper
from biofeedback.server.place import Place
from biofeedback.session import Recorder
from biofeedback.store import Store, consents, lessons, people, recordings, sessions
from biofeedback.store.consents import Kind
from biofeedback.store.people import Person
from biofeedback.store.recorder import StoreRecorder, open_recorder
from biofeedback.store.sealing import Seal
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of

__all__ = ["GOES_ON_WITHIN_S", "Archive", "CutOff"]

GOES_ON_WITHIN_S = 15 * 60.0  # a person is still there; later it is another session
ROOM_LASTS_S = 24 * 3600.0  # without a session; then nobody waits in it any more

AGAIN_S = 1.0  # after the store was out of reach

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CutOff:
    """A session that was cut off a short while ago."""

    place: Place
    header: Header
    events: Sequence[Input]

    @property
    def sources(self) -> set[str]:
        """Where its straps came from."""
        return {event.source for event in self.events if isinstance(event, StrapInfo)}


class Archive:
    """Begins sessions in the store, finds what was cut off, and remembers what a person's sessions teach."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unbegun: list[Keeper] = []

    async def known(self, subject: str, owner: str | None) -> str:
        """Id of a person of whom only the pseudonym is given; somebody new is added."""

        def find(connection: Connection) -> Person:
            found = people.find(connection, subject, owner)
            return found or people.add(connection, pseudonym=subject, owner=owner)

        return (await self._store.write(find)).id

    async def may_measure(self, person: str | None) -> bool:
        """Whether somebody may be measured: a clinic's patient who agreed to it, and anybody in a private try-out."""
        if person is None:
            return True

        def agreed(connection: Connection) -> bool:
            found = people.get(connection, person)
            if found is None:  # erased while the room opens
                return False
            return found.owner is None or consents.holds(connection, person, Kind.MEASUREMENT)

        return await self._store.read(agreed)

    async def prior(self, person: str | None, *, simulated: bool) -> Prior | None:
        """What is known of a person; a session begins without it rather than not at all."""
        if person is None:
            return None
        try:
            return prior_from(await self._lessons(person, simulated=simulated))
        except Exception:  # noqa: BLE001 - an earlier session never keeps a new one from beginning
            _log.exception("nothing is taken from earlier sessions")
            return None

    async def keep_house(self) -> None:
        """Begin every second what could not be begun, until cancelled."""
        while True:
            await asyncio.sleep(AGAIN_S)
            for keeper in list(self._unbegun):
                if await _is_settled(keeper):
                    self._unbegun.remove(keeper)

    async def begin(self, header: Header, place: Place) -> Keeper:
        """Where the inputs of a session go that begins."""

        async def begin() -> Recorder:
            stored = await self._store.write(lambda connection: _begun(connection, header, place))
            return StoreRecorder(self._store, stored.id, await self._seal_of(stored.person))

        keeper = Keeper(begin)
        await keeper.begin()
        if not keeper.has_begun:
            self._unbegun.append(keeper)
        return keeper

    async def recorder(self, session: str) -> Recorder:
        """Where the inputs of a session go that goes on."""
        return await open_recorder(self._store, session)

    async def cut_off(self) -> list[CutOff]:
        """Sessions that were cut off within 15 minutes, the newest first. Those from before are over."""
        found = []
        for stored in await self._store.read(sessions.unended):
            try:
                recording = await self._recording(stored)
            except BiofeedbackError as error:  # of somebody who was erased, or altered
                _log.warning("a session cannot go on: %s", error, extra={"session": stored.id})
                continue
            if _is_over(stored, recording):
                await self._store.write(partial(sessions.set_ended, session=stored.id))
            else:
                found.append(CutOff(_place(stored, recording.header), recording.header, recording.events))
        return found

    async def rooms(self) -> list[Place]:
        """What the rooms were for that nobody closed, and that had a session today."""
        since = ulid(time.time_ns() // 1_000_000 - int(ROOM_LASTS_S * 1000), bytes(10))
        found = await self._store.read(partial(sessions.of_rooms, since=since))
        return [_place(stored, stored.header) for stored in found]

    async def close_room(self, room: str) -> None:
        """A room was closed, and does not open again with the next server."""
        try:
            await self._store.write(partial(sessions.close_room, room=room))
        except StoreUnavailable as error:
            _log.error("a room that was closed opens again at the next start: %s", error)

    async def heard_in(self, session: str, origins: Collection[str]) -> dict[str, int]:
        """Highest number of each origin's own count in a session; 0 where it has none of it."""
        heard = dict.fromkeys(origins, 0)
        if not origins or not is_ulid(session):
            return heard
        stored = await self._store.read(partial(sessions.get, session=session))
        for event in () if stored is None else (await self._recording(stored)).events:
            if isinstance(event, Link | Notification) and event.origin is not None and event.origin.id in heard:
                heard[event.origin.id] = event.origin.seq
        return heard

    async def _lessons(self, person: str, *, simulated: bool) -> list[Lesson]:
        """What a person's last sessions teach, the newest first. Simulated people and real ones are kept apart."""
        seal = await self._seal_of(person)
        found = await self._store.read(partial(sessions.of_person, person=person))
        same = [stored for stored in found if stored.header.simulated == simulated]
        return [await self._lesson(stored, seal) for stored in same[:HISTORY_SESSIONS]]

    async def _lesson(self, stored: StoredSession, seal: Seal) -> Lesson:
        """What a session teaches, learned now where it was not before; a session that goes on may teach more later."""
        kept = await self._store.read(lambda connection: lessons.get(connection, seal, stored.id, PIPELINE_VERSION))
        if kept is not None:
            return msgspec.json.decode(kept, type=Lesson)
        lesson = await learn(stored.id, (await self._recording(stored)).events)
        if stored.ended:
            line = msgspec.json.encode(lesson)
            await self._store.write(lambda connection: lessons.put(connection, seal, stored.id, PIPELINE_VERSION, line))
        return lesson

    async def _recording(self, stored: StoredSession) -> Recording:
        """Recording of a session."""
        return await self._store.read(lambda connection: recordings.recording_of(connection, stored))

    async def _seal_of(self, person: str) -> Seal:
        """Seal of a person."""
        return await self._store.read(lambda connection: vault_of(connection).seal_of(person))


async def _is_settled(keeper: Keeper) -> bool:
    """Whether nothing is left to be tried: the session has begun in the store, or never will."""
    try:
        await keeper.begin()
    except Exception:  # noqa: BLE001 - whatever keeps one session from being saved never does so with the others
        _log.exception("a session cannot be begun in the store, and is not saved")
        return True
    return keeper.has_begun


def _begun(connection: Connection, header: Header, place: Place) -> StoredSession:
    """Session as it begins in the store; of somebody anonymous, where nobody is known.

    It may be there: its beginning was committed, and then the store was out of reach.
    """
    if (begun := sessions.get(connection, header.session)) is not None:
        return begun
    person = place.person or people.add(connection).id
    stored = StoredSession(
        header.session,
        person,
        encode_header(header),
        place.room,
        place.strap,
        place.exercise,
        place.pattern,
        place.speed,
    )
    sessions.add(connection, stored)
    return stored


def _place(stored: StoredSession, header: Header) -> Place:
    """What the room of a stored session was for."""
    return Place(
        stored.room,
        stored.person if header.subject else None,
        header.subject,
        stored.asked_strap,
        stored.exercise,
        stored.pattern,
        stored.speed,
    )


def _is_over(stored: StoredSession, recording: Recording) -> bool:
    """Whether a session that did not come to its end was left alone for too long, or ended with its last input."""
    if any(isinstance(event, End) for event in recording.events):
        return True
    last_s = recording.events[-1].t_s / stored.speed if recording.events else 0.0
    return elapsed_s(recording.header, datetime.now(UTC)) - last_s > GOES_ON_WITHIN_S
