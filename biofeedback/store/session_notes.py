"""Session notes: what a physiotherapist writes down about a session. Nothing is overwritten: the last version holds."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Column, Connection, ForeignKey, Integer, LargeBinary, Table, func, insert, select

from biofeedback.store.schema import ID, metadata
from biofeedback.store.sealing import Seal

__all__ = ["Posture", "SessionNote", "add", "newest", "noted", "session_notes", "versions"]

session_notes = Table(
    "session_notes",
    metadata,
    Column("session", ID, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)


class Posture(StrEnum):
    """How somebody was during a session."""

    SITTING = "sitting"
    RECLINED = "reclined"
    LYING = "lying"
    STANDING = "standing"


def _utc_now() -> str:
    """The time of day."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionNote:
    """A session as its physiotherapist saw it; ``author``: a user's id, None in a private try-out."""

    posture: Posture | None = None
    medication: str = ""
    changed: str = ""  # since the session before
    protocol: str = ""  # what was done otherwise than the exercise says
    quality_note: str = ""
    adverse: str = ""
    strap_cleaned: bool | None = None  # None: it was not said
    text: str = ""
    author: str | None = None
    at_utc: str = field(default_factory=_utc_now)


def add(connection: Connection, seal: Seal, session: str, note: SessionNote) -> None:
    """Keep a note; what was written of this session before stays under it."""
    last = select(func.max(session_notes.c.version)).where(session_notes.c.session == session)
    version = (connection.execute(last).scalar() or 0) + 1
    sealed = seal.close(msgspec.json.encode(note), _where(session, version))
    connection.execute(insert(session_notes).values(session=session, version=version, sealed=sealed))


def newest(connection: Connection, seal: Seal, session: str) -> SessionNote | None:
    """Note of a session as it stands now; None: nobody wrote one.

    Raises
    ------
    SealBroken
        If it was altered.
    """
    found = versions(connection, seal, session)
    return found[-1] if found else None


def versions(connection: Connection, seal: Seal, session: str) -> list[SessionNote]:
    """All that was written of a session, the oldest first.

    Raises
    ------
    SealBroken
        If one was altered.
    """
    query = select(session_notes.c.version, session_notes.c.sealed).where(session_notes.c.session == session)
    rows = connection.execute(query.order_by(session_notes.c.version)).all()
    lines = [seal.open(row.sealed, _where(session, row.version)) for row in rows]
    return [msgspec.json.decode(line, type=SessionNote) for line in lines]


def noted(connection: Connection, sessions: list[str]) -> set[str]:
    """Those of some sessions that have a note."""
    query = select(session_notes.c.session).where(session_notes.c.session.in_(sessions))
    return set(connection.execute(query).scalars())


def _where(session: str, version: int) -> str:
    """What a note is sealed to."""
    return f"session_notes|{session}|{version}"
