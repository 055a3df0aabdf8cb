"""Erasing: nothing of a person can be read any more, from older copies either, and nobody comes back."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection
from stored import Place, a_line, a_person, a_session, seal_of

from biofeedback.errors import KeyGone
from biofeedback.header import Header, encode_header
from biofeedback.ids import new_ulid, ulid
from biofeedback.store import Store, audit, consents, erasure, inputs, people, sessions
from biofeedback.store.consents import Consent, Kind
from biofeedback.store.inputs import sealed_row
from biofeedback.store.reader import looking
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of


async def erase(store: Store, person: str) -> bool:
    return await store.write(lambda connection: erasure.erase_person(connection, person, "physiotherapist", "U" * 26))


async def test_an_erased_person_is_gone_with_all_that_was_theirs(store: Store) -> None:
    person, other = await a_person(store), await a_person(store, "B-2")
    session, kept = await a_session(store, person), await a_session(store, other)
    seal = await seal_of(store, person.id)
    store.record(sealed_row(seal, session.id, 1, a_line(1)))
    assert await store.commit()
    consent = Consent(person=person.id, kind=Kind.MEASUREMENT, version="1", given=True)
    await store.write(lambda connection: consents.add(connection, consent))
    assert await erase(store, person.id)
    assert not await erase(store, person.id)

    def left(connection: Connection) -> list[object]:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in ("people", "consents")
        ]
        return [*counts, [one.id for one in sessions.everyones(connection)]]

    assert await store.read(left) == [1, 0, [kept.id]]
    assert await store.read(lambda connection: inputs.lines(connection, seal, session.id)) == []
    with pytest.raises(KeyGone):
        await seal_of(store, person.id)


async def test_the_audit_keeps_the_act_without_name_or_pseudonym(place: Place) -> None:
    store = await place.open()
    person = await store.write(lambda connection: people.add(connection, pseudonym="A-17-unheard", name="Annabella"))
    await erase(store, person.id)
    (entry,) = await store.read(lambda connection: audit.of_person(connection, person.id))
    assert (entry.act, entry.role, entry.user) == (audit.Act.PERSON_ERASED, "physiotherapist", "U" * 26)
    rows = await store.read(lambda connection: connection.exec_driver_sql("SELECT * FROM audit").all())
    await store.close()
    assert "A-17" not in str(rows)
    if place.url is None:
        left = b"".join(path.read_bytes() for path in place.data.iterdir())
        assert b"unheard" not in left
        assert b"Annabella" not in left


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_an_older_copy_of_the_data_cannot_be_read_and_does_not_bring_the_person_back(
    place: Place, tmp_path: Path
) -> None:
    store = await place.open()
    person = await a_person(store)
    session = await a_session(store, person)
    store.record(sealed_row(await seal_of(store, person.id), session.id, 1, a_line(1)))
    await store.close()
    shutil.copy(place.data / "biofeedback.db", tmp_path / "older.db")
    store = await place.open()
    await erase(store, person.id)
    await store.close()

    shutil.copy(tmp_path / "older.db", place.data / "biofeedback.db")
    with looking(place.data) as connection:
        assert people.get(connection, person.id) is not None  # the row is there, and the inputs are noise
        query = "SELECT sealed FROM inputs"
        (sealed,) = connection.exec_driver_sql(query).scalars()
        assert b"end" not in sealed
        with pytest.raises(KeyGone):
            sessions.get(connection, session.id)
        with pytest.raises(KeyGone):
            vault_of(connection).seal_of(person.id)
    store = await place.open()
    assert await store.write(erasure.settle) == [person.id]
    assert await store.write(erasure.settle) == []
    assert await store.read(lambda connection: people.get(connection, person.id)) is None
    await store.close()


async def session_of(store: Store, person: people.Person, at: datetime) -> str:
    line = encode_header(Header(id_ := ulid(int(at.timestamp() * 1000), b"0123456789"), "2026-01-01T00:00:00Z"))
    await store.write(lambda connection: sessions.add(connection, StoredSession(id_, person.id, line, ended=True)))
    return id_


async def test_what_is_older_goes_and_what_is_newer_or_in_a_room_stays(store: Store) -> None:
    person, gone, inside = await a_person(store), await a_person(store, None), await a_person(store, None)
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    first, second = await session_of(store, person, old), await session_of(store, person, new)
    before_ms = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
    assert await store.write(lambda connection: erasure.erase_older(connection, before_ms, {first})) == 0
    assert await store.write(lambda connection: erasure.erase_older(connection, before_ms, ())) == 1
    assert await store.read(lambda connection: sessions.get(connection, first)) is None
    assert await store.read(lambda connection: sessions.get(connection, second)) is not None
    now_ms = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1000)
    assert await store.write(lambda connection: erasure.erase_older(connection, now_ms, {inside.id})) == 1
    there = [await store.read(lambda found, id_=one.id: people.get(found, id_)) for one in (person, gone, inside)]
    assert [one is not None for one in there] == [False, False, True]
    acts = [entry.act for _, entry in await store.read(lambda connection: audit.newest(connection, 9))]
    assert sorted(acts) == ["person_erased"] * 2 + ["session_erased"] * 2
    assert await store.read(audit.broken) is None


async def test_the_last_that_a_person_said_holds(store: Store) -> None:
    person = await a_person(store)

    async def say(kind: Kind, given: bool) -> bool:
        consent = Consent(id=new_ulid(), person=person.id, kind=kind, version="2026-11", given=given)
        await store.write(lambda connection: consents.add(connection, consent))
        return await store.read(lambda connection: consents.holds(connection, person.id, Kind.MEASUREMENT))

    assert not await store.read(lambda connection: consents.holds(connection, person.id, Kind.MEASUREMENT))
    assert not await say(Kind.RESEARCH, True)
    assert await say(Kind.MEASUREMENT, True)
    assert await say(Kind.RESEARCH, False)
    assert not await say(Kind.MEASUREMENT, False)
    said = await store.read(lambda connection: consents.of_person(connection, person.id))
    assert [(one.kind, one.given, one.version) for one in said] == [
        ("research", True, "2026-11"),
        ("measurement", True, "2026-11"),
        ("research", False, "2026-11"),
        ("measurement", False, "2026-11"),
    ]
