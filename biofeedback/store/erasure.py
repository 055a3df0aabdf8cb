"""Erasing: a person's key is destroyed, and a sign is left in the vault that keeps an older backup from undoing it."""

import contextlib
from collections.abc import Collection, Iterator

from sqlalchemy import Connection, delete, exists, select

from biofeedback.ids import ulid
from biofeedback.store import audit
from biofeedback.store.audit import SYSTEM, Act, Entry
from biofeedback.store.people import people
from biofeedback.store.sessions import sessions
from biofeedback.store.vault import vault_of

__all__ = ["erase_older", "erase_person", "settle"]


def erase_person(connection: Connection, person: str, role: str, user: str | None = None) -> bool:
    """Destroy a person's key and name, and take out all that is kept of them; whether there was somebody."""
    with _without_trace(connection):
        gone = connection.execute(delete(people).where(people.c.id == person)).rowcount
    if gone:
        vault_of(connection).forget(person)
        audit.append(connection, Entry(Act.PERSON_ERASED, role, user, person))
    return bool(gone)


def settle(connection: Connection) -> list[str]:
    """Erase again whoever came back with an older copy of the database; their ids."""
    there = set(connection.execute(select(people.c.id)).scalars())
    back = sorted(there & vault_of(connection).erased())
    return [person for person in back if erase_person(connection, person, SYSTEM)]


def erase_older(
    connection: Connection, before_ms: int, kept: Collection[str], spared_ms: Collection[tuple[int, int]] = ()
) -> int:
    """Erase sessions that began before a time, and people of before it who have none (left); how many sessions.

    Parameters
    ----------
    before_ms : int
        Milliseconds since 1970.
    kept : collection of str
        People and sessions that are in a room now: these stay.
    spared_ms : collection of (int, int)
        Times from and until which a clock was told that was far behind: what was made then is not so old.
    """
    spared = [(ulid(max(0, start), bytes(10)), ulid(max(0, end), bytes(10))) for start, end in spared_ms]

    def stays(id_: str) -> bool:
        return id_ in kept or any(start <= id_ < end for start, end in spared)

    oldest = ulid(before_ms, bytes(10))  # ids sort by the time they were made
    old = select(sessions.c.id, sessions.c.person).where(sessions.c.id < oldest).order_by(sessions.c.id)
    erased = 0
    with _without_trace(connection):
        for session, person in connection.execute(old).all():
            if not stays(session):
                connection.execute(delete(sessions).where(sessions.c.id == session))
                audit.append(connection, Entry(Act.SESSION_ERASED, SYSTEM, None, person, session))
                erased += 1
    has_none = ~exists().where(sessions.c.person == people.c.id)
    for person in list(connection.execute(select(people.c.id).where(people.c.id < oldest, has_none)).scalars()):
        if not stays(person):
            erase_person(connection, person, SYSTEM)
    return erased


@contextlib.contextmanager
def _without_trace(connection: Connection) -> Iterator[None]:
    """Let SQLite overwrite what is deleted: a pseudonym is not sealed."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
