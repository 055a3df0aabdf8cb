"""Sessions: whose, where, with which strap and exercise. The header of the recording is sealed."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    LargeBinary,
    RowMapping,
    Select,
    String,
    Table,
    func,
    insert,
    select,
    update,
)

from biofeedback.errors import KeyGone, SealBroken
from biofeedback.header import Header, decode_header
from biofeedback.lines import parse_line
from biofeedback.store.schema import ID, metadata
from biofeedback.store.vault import vault_of

__all__ = [
    "StoredSession",
    "add",
    "close_room",
    "everyones",
    "get",
    "newest",
    "of_person",
    "of_rooms",
    "person_of",
    "sessions",
    "set_ended",
    "unended",
]

_log = logging.getLogger(__name__)

sessions = Table(
    "sessions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person", ID, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("header", LargeBinary, nullable=False),
    Column("room", ID),
    Column("asked_strap", String, nullable=False),
    Column("exercise", String, nullable=False),
    Column("pattern", String),
    Column("speed", Float, nullable=False),
    Column("ended", Boolean, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as stored. ``header_line``: first line of its recording, as ``encode_header`` writes it."""

    id: str
    person: str
    header_line: bytes
    room: str | None = None
    asked_strap: str = ""
    exercise: str = ""
    pattern: str | None = None
    speed: float = 1.0
    ended: bool = False

    @property
    def header(self) -> Header:
        """Header of the recording."""
        return decode_header(parse_line(self.header_line))


def add(connection: Connection, session: StoredSession) -> None:
    """Store a session that begins; its person is there."""
    seal = vault_of(connection).seal_of(session.person)
    connection.execute(
        insert(sessions).values(
            id=session.id,
            person=session.person,
            header=seal.close(session.header_line, _where(session.id)),
            room=session.room,
            asked_strap=session.asked_strap,
            exercise=session.exercise,
            pattern=session.pattern,
            speed=session.speed,
            ended=session.ended,
        )
    )


def get(connection: Connection, session: str) -> StoredSession | None:
    """Session of an id; None: there is none."""
    row = connection.execute(select(sessions).where(sessions.c.id == session)).mappings().one_or_none()
    return None if row is None else _session(connection, row)


def person_of(connection: Connection, session: str) -> str | None:
    """Id of the person whose session this is; None: there is none of this id."""
    return connection.execute(select(sessions.c.person).where(sessions.c.id == session)).scalar()


def of_person(connection: Connection, person: str) -> list[StoredSession]:
    """Sessions of a person, the newest first."""
    query = select(sessions).where(sessions.c.person == person).order_by(sessions.c.id.desc())
    return [_session(connection, row) for row in connection.execute(query).mappings()]


def everyones(connection: Connection) -> list[StoredSession]:
    """All sessions, the newest first; one that cannot be read is left out."""
    return _readable(connection, select(sessions).order_by(sessions.c.id.desc()))


def newest(
    connection: Connection, most: int, *, people: Collection[str] | None = None, before: str | None = None
) -> list[StoredSession]:
    """The newest sessions, of these people or of everybody, that began before one; none that cannot be read."""
    query = select(sessions).order_by(sessions.c.id.desc()).limit(most)
    if people is not None:
        query = query.where(sessions.c.person.in_(people))
    if before is not None:
        query = query.where(sessions.c.id < before)
    return _readable(connection, query)


def unended(connection: Connection) -> list[StoredSession]:
    """Sessions that did not come to their end, the newest first; one that cannot be read is left out."""
    return _readable(connection, select(sessions).where(sessions.c.ended.is_(False)).order_by(sessions.c.id.desc()))


def of_rooms(connection: Connection, since: str) -> list[StoredSession]:
    """The newest session of each room that nobody closed; of rooms whose newest one has a lower id than this, none."""
    newest = select(func.max(sessions.c.id)).where(sessions.c.room.is_not(None), sessions.c.id >= since)
    return _readable(connection, select(sessions).where(sessions.c.id.in_(newest.group_by(sessions.c.room))))


def close_room(connection: Connection, room: str) -> None:
    """A room was closed: its sessions were in none that could be opened again."""
    connection.execute(update(sessions).where(sessions.c.room == room).values(room=None))


def _readable(connection: Connection, query: Select[Any]) -> list[StoredSession]:
    """Sessions of a query that can be read."""
    found = []
    for row in connection.execute(query).mappings():
        try:
            found.append(_session(connection, row))
        except (KeyGone, SealBroken) as error:
            _log.warning("session %s is left alone: %s", row["id"], error)
    return found


def set_ended(connection: Connection, session: str) -> None:
    """A session came to its end."""
    connection.execute(update(sessions).where(sessions.c.id == session).values(ended=True))


def _session(connection: Connection, row: RowMapping) -> StoredSession:
    """Session of a row."""
    line = vault_of(connection).seal_of(row["person"]).open(row["header"], _where(row["id"]))
    fields = {name: value for name, value in row.items() if name != "header"}
    return StoredSession(header_line=line, **fields)


def _where(session: str) -> str:
    """What the header of a session is sealed to."""
    return f"sessions|{session}"
