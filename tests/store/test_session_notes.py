"""Session notes: the last version holds, earlier ones stay, and all go with their session."""

import pytest
from sqlalchemy import Connection, delete, text
from stored import a_person, a_session, seal_of

from biofeedback.errors import SealBroken
from biofeedback.store import Store, erasure, session_notes, sessions
from biofeedback.store.session_notes import Posture, SessionNote
from biofeedback.store.sessions import StoredSession


async def write(store: Store, session: StoredSession, note: SessionNote) -> None:
    seal = await seal_of(store, session.person)
    await store.write(lambda connection: session_notes.add(connection, seal, session.id, note))


async def read(store: Store, session: StoredSession) -> list[SessionNote]:
    seal = await seal_of(store, session.person)
    return await store.read(lambda connection: session_notes.versions(connection, seal, session.id))


async def test_the_newest_version_holds_and_earlier_ones_stay(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    assert await store.read(lambda connection: session_notes.newest(connection, seal, session.id)) is None
    first = SessionNote(posture=Posture.LYING, text="rustig", strap_cleaned=False, at_utc="2026-11-22T09:00:00Z")
    second = SessionNote(medication="bètablokker", author="U" * 26, at_utc="2026-11-22T08:00:00Z")  # a clock set back
    for note in (first, second):
        await write(store, session, note)
    assert await read(store, session) == [first, second]
    assert await store.read(lambda connection: session_notes.newest(connection, seal, session.id)) == second


async def test_which_sessions_have_a_note(store: Store) -> None:
    person = await a_person(store)
    one, other, others = [await a_session(store, person) for _ in range(3)]
    for session in (one, one, others):
        await write(store, session, SessionNote(text="x"))
    assert await store.read(lambda connection: session_notes.noted(connection, [one.id, other.id])) == {one.id}
    assert await store.read(lambda connection: session_notes.noted(connection, [])) == set()


async def test_a_note_cannot_be_read_in_the_database_nor_stand_elsewhere(store: Store) -> None:
    person = await a_person(store)
    one, other = await a_session(store, person), await a_session(store, person)
    await write(store, one, SessionNote(text="palpitations"))

    def sealed(connection: Connection) -> bytes:
        return bytes(connection.execute(text("SELECT sealed FROM session_notes")).scalar_one())

    assert b"palpitations" not in await store.read(sealed)
    move = text("UPDATE session_notes SET session = :other")
    await store.write(lambda connection: connection.execute(move, {"other": other.id}))
    with pytest.raises(SealBroken):
        await read(store, other)


async def test_notes_go_with_their_session_and_with_their_person(store: Store) -> None:
    person, other = await a_person(store), await a_person(store, "B-4")
    first, second, kept = [await a_session(store, one) for one in (person, person, other)]
    for session in (first, second, kept):
        await write(store, session, SessionNote(text="x"))
    all_three = [first.id, second.id, kept.id]
    is_first = sessions.sessions.c.id == first.id
    await store.write(lambda connection: connection.execute(delete(sessions.sessions).where(is_first)))
    assert await store.read(lambda found: session_notes.noted(found, all_three)) == {second.id, kept.id}
    await store.write(lambda connection: erasure.erase_person(connection, person.id, "local"))
    assert await store.read(lambda found: session_notes.noted(found, all_three)) == {kept.id}
