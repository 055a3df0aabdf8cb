"""Edits in the store: in the order in which they came, sealed to their place, and gone with their session."""

import pytest
from sqlalchemy import Connection, delete, text
from stored import a_person, a_session, seal_of

from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit, Undo
from biofeedback.edit_log import Entry
from biofeedback.errors import SealBroken
from biofeedback.ids import new_ulid
from biofeedback.store import Store, edits, erasure, sessions
from biofeedback.store.sessions import StoredSession

AT = "2026-11-23T09:00:00.000+00:00"


def an_edit(kind: EditKind = EditKind.EXCLUDE) -> Edit:
    return Edit(new_ulid(), AT, "U" * 26, kind, ((12, 0), (13, 1)))


async def keep(store: Store, session: StoredSession, *entries: Entry) -> None:
    seal = await seal_of(store, session.person)
    for entry in entries:
        await store.write(lambda connection, entry=entry: edits.append(connection, seal, session.id, entry))


async def log(store: Store, session: StoredSession) -> tuple[Entry, ...]:
    seal = await seal_of(store, session.person)
    return await store.read(lambda connection: edits.log_of(connection, seal, session.id))


async def test_lines_stand_in_the_order_in_which_they_came(store: Store) -> None:
    person = await a_person(store)
    one, other = await a_session(store, person), await a_session(store, person)
    first, second = an_edit(), an_edit(EditKind.ACCEPT)
    back = Undo(new_ulid(), AT, None, second.id)
    await keep(store, one, first, second, back)
    assert await log(store, one) == (first, second, back)
    assert await log(store, other) == ()
    counted = await store.read(lambda connection: edits.counts(connection, [one.id, other.id]))
    assert counted == {one.id: 3}


async def test_lines_cannot_be_read_in_the_database_nor_stand_elsewhere(store: Store) -> None:
    person = await a_person(store)
    one, other = await a_session(store, person), await a_session(store, person)
    await keep(store, one, an_edit())

    def sealed(connection: Connection) -> bytes:
        return bytes(connection.execute(text("SELECT sealed FROM edits")).scalar_one())

    assert b"exclude" not in await store.read(sealed)
    move = text("UPDATE edits SET session = :other")
    await store.write(lambda connection: connection.execute(move, {"other": other.id}))
    with pytest.raises(SealBroken):
        await log(store, other)


async def test_edits_go_with_their_session_and_with_their_person(store: Store) -> None:
    person, other = await a_person(store), await a_person(store, "B-4")
    gone, there, others = [await a_session(store, one) for one in (person, person, other)]
    for session in (gone, there, others):
        await keep(store, session, an_edit())
    await store.write(lambda connection: connection.execute(delete(sessions.sessions).where(
        sessions.sessions.c.id == gone.id
    )))  # fmt: skip
    await store.write(lambda connection: erasure.erase_person(connection, person.id, "local"))
    left = text("SELECT session FROM edits")
    assert await store.read(lambda connection: connection.execute(left).scalars().all()) == [others.id]
