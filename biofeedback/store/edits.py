"""Edits of sessions' beats, one sealed JSON line each, in the order in which they came. Lines are only ever added."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Column, Connection, ForeignKey, Integer, LargeBinary, Table, func, insert, select

from biofeedback.edit_log import Entry, decode_entry, encode_entry
from biofeedback.store import users
from biofeedback.store.schema import ID, metadata
from biofeedback.store.sealing import Seal

__all__ = ["append", "counts", "edits", "log_of", "with_names"]

edits = Table(
    "edits",
    metadata,
    Column("session", ID, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)


def append(connection: Connection, seal: Seal, session: str, entry: Entry) -> None:
    """Add a line to the log of a session."""
    number = counts(connection, [session]).get(session, 0) + 1
    sealed = seal.close(encode_entry(entry), _where(session, number))
    connection.execute(insert(edits).values(session=session, number=number, sealed=sealed))


def log_of(connection: Connection, seal: Seal, session: str) -> tuple[Entry, ...]:
    """All that was done to a session, undone or not, the oldest first.

    Raises
    ------
    SealBroken
        If a line was altered.
    """
    rows = connection.execute(select(edits).where(edits.c.session == session).order_by(edits.c.number)).all()
    return tuple(decode_entry(seal.open(row.sealed, _where(session, row.number))) for row in rows)


def with_names(connection: Connection, log: Sequence[Entry]) -> tuple[Entry, ...]:
    """A log in which who edited is called by name; of somebody who is not there any more the id stays."""
    known = [users.get(connection, author) for author in {line.author for line in log} if author is not None]
    names = {user.id: user.name for user in known if user is not None}
    return tuple(replace(line, author=names.get(line.author or "", line.author)) for line in log)


def counts(connection: Connection, sessions: Collection[str]) -> dict[str, int]:
    """How many lines the logs of some sessions have; those that have none are left out."""
    query = select(edits.c.session, func.count()).where(edits.c.session.in_(sessions)).group_by(edits.c.session)
    return {session: int(number) for session, number in connection.execute(query).all()}


def _where(session: str, number: int) -> str:
    """What a line is sealed to."""
    return f"edits|{session}|{number}"
