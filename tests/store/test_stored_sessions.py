from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from stored import STARTED_UTC, a_person, a_session

from biofeedback.errors import SealBroken
from biofeedback.ids import new_ulid
from biofeedback.store import Store, sessions
from biofeedback.store.sessions import StoredSession


async def test_a_session_is_read_back_as_it_was_stored(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    assert await store.read(lambda connection: sessions.get(connection, session.id)) == session
    assert (session.header.session, session.header.started_utc, session.header.subject) == (
        session.id,
        STARTED_UTC,
        "A-17",
    )


async def test_a_session_that_is_not_there_is_none(store: Store) -> None:
    assert await store.read(lambda connection: sessions.get(connection, new_ulid())) is None


async def test_sessions_of_a_person_come_newest_first_and_nobody_elses(store: Store) -> None:
    one, other = await a_person(store, "A-1"), await a_person(store, "A-2")
    own = [await a_session(store, one) for _ in range(3)]
    await a_session(store, other)
    found = await store.read(lambda connection: sessions.of_person(connection, one.id))
    assert found == sorted(own, key=lambda session: session.id, reverse=True)


async def test_a_session_that_ended_is_not_among_those_that_did_not(store: Store) -> None:
    person = await a_person(store)
    ended, cut_off = await a_session(store, person), await a_session(store, person)
    await store.write(lambda connection: sessions.set_ended(connection, ended.id))
    assert await store.read(sessions.unended) == [cut_off]
    assert await store.read(lambda connection: sessions.get(connection, ended.id)) == replace(ended, ended=True)


async def test_a_room_is_known_by_its_newest_session_until_it_is_closed_or_old(store: Store) -> None:
    person, rooms = await a_person(store), [new_ulid(), new_ulid()]
    found = [await a_session(store, person) for _ in range(4)]
    begun = [replace(one, id=new_ulid(), room=room) for one, room in zip(found, [rooms[0], *rooms, None], strict=True)]
    for one in begun:
        await store.write(lambda connection, one=one: sessions.add(connection, one))
    newest = await store.read(lambda connection: sessions.of_rooms(connection, min(one.id for one in begun)))
    assert {one.id for one in newest} == {max(begun[0].id, begun[1].id), begun[2].id}
    assert await store.read(lambda connection: sessions.of_rooms(connection, new_ulid()[:10] + "Z" * 16)) == []
    await store.write(lambda connection: sessions.close_room(connection, rooms[0]))
    newest = await store.read(lambda connection: sessions.of_rooms(connection, found[0].id))
    assert [one.id for one in newest] == [begun[2].id]


async def test_a_session_of_nobody_is_refused(store: Store) -> None:
    session = await a_session(store, await a_person(store))

    def move(connection):
        connection.execute(update(sessions.sessions).values(person=new_ulid()))

    with pytest.raises(IntegrityError):
        await store.write(move)
    assert await store.read(lambda connection: sessions.get(connection, session.id)) == session


async def test_a_header_put_in_another_session_is_seen(store: Store) -> None:
    person = await a_person(store)
    one, other = await a_session(store, person), await a_session(store, person)

    def swap(connection):
        table = sessions.sessions
        header = connection.execute(table.select().where(table.c.id == one.id)).one().header
        connection.execute(update(table).where(table.c.id == other.id).values(header=header))

    await store.write(swap)
    with pytest.raises(SealBroken, match=other.id):
        await store.read(lambda connection: sessions.get(connection, other.id))


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_no_word_of_a_header_is_readable_in_the_file(store: Store, place) -> None:
    person = await a_person(store)
    line = b'{"type":"header","note":"UNMISTAKABLE"}\n'
    await store.write(lambda connection: sessions.add(connection, StoredSession(new_ulid(), person.id, line)))
    await store.close()
    assert all(b"UNMISTAKABLE" not in path.read_bytes() for path in place.data.iterdir())
