import pytest
from sqlalchemy import text
from stored import Place, a_person, a_session, seal_of

from biofeedback.errors import InputError, KeyGone, SealBroken
from biofeedback.ids import is_ulid, new_ulid
from biofeedback.store import Store, people
from biofeedback.store.vault import vault_of


async def test_a_person_is_found_by_id_and_by_pseudonym(store: Store) -> None:
    person = await store.write(lambda connection: people.add(connection, pseudonym="A-17", name="Ada"))
    assert is_ulid(person.id)
    assert await store.read(lambda connection: people.get(connection, person.id)) == person
    assert await store.read(lambda connection: people.find(connection, "A-17", None)) == person
    assert await store.read(lambda connection: people.name_of(connection, person.id)) == "Ada"


async def test_a_person_without_a_name_has_none(store: Store) -> None:
    person = await a_person(store)
    assert await store.read(lambda connection: people.name_of(connection, person.id)) is None


async def test_who_is_not_there_is_not_found(store: Store) -> None:
    assert await store.read(lambda connection: people.get(connection, new_ulid())) is None
    assert await store.read(lambda connection: people.find(connection, "A-17", None)) is None


@pytest.mark.parametrize("owner", [None, "01K00000000000000000000000"])
async def test_an_owner_has_each_pseudonym_once(store: Store, owner: str | None) -> None:
    await store.write(lambda connection: people.add(connection, pseudonym="A-17", owner=owner))
    with pytest.raises(InputError, match="A-17"):
        await store.write(lambda connection: people.add(connection, pseudonym="A-17", owner=owner))
    assert len(await store.read(lambda connection: people.owned_by(connection, owner))) == 1


async def test_two_owners_may_use_the_same_pseudonym(store: Store) -> None:
    first, second = new_ulid(), new_ulid()
    one = await store.write(lambda connection: people.add(connection, pseudonym="A-17", owner=first))
    await store.write(lambda connection: people.add(connection, pseudonym="A-17", owner=second))
    assert await store.read(lambda connection: people.find(connection, "A-17", first)) == one
    assert await store.read(lambda connection: people.owned_by(connection, first)) == [one]


async def test_anonymous_people_are_as_many_as_there_are_sessions_and_not_in_the_list(store: Store) -> None:
    one, other = await a_person(store, None), await a_person(store, None)
    assert one.id != other.id
    assert await store.read(lambda connection: people.owned_by(connection, None)) == []


async def test_each_person_has_a_key_of_their_own(store: Store) -> None:
    one, other = await a_person(store, "A-1"), await a_person(store, "A-2")
    sealed = (await seal_of(store, one.id)).close(b"line", "x")
    assert (await seal_of(store, one.id)).open(sealed, "x") == b"line"
    assert await seal_of(store, one.id) is not await seal_of(store, other.id)


async def test_a_forgotten_person_has_neither_key_nor_name(store: Store) -> None:
    person = await store.write(lambda connection: people.add(connection, pseudonym="A-17", name="Ada"))
    await a_session(store, person)
    await store.write(lambda connection: vault_of(connection).forget(person.id))
    with pytest.raises(KeyGone, match=person.id):
        await seal_of(store, person.id)
    assert await store.read(lambda connection: people.name_of(connection, person.id)) is None


async def test_a_change_that_fails_leaves_no_key_behind(store: Store) -> None:
    made: list[str] = []

    def add_and_fail(connection):
        made.append(people.add(connection, pseudonym="A-17").id)
        vault_of(connection).seal_of(made[0])
        raise ValueError("after all not")

    with pytest.raises(ValueError, match="after all not"):
        await store.write(add_and_fail)
    with pytest.raises(KeyGone):
        await seal_of(store, made[0])
    assert await store.read(lambda connection: people.get(connection, made[0])) is None


async def test_the_strap_of_a_person_is_kept_sealed_until_another_or_none_is_given(place: Place) -> None:
    store = await place.open()
    person, other = await a_person(store), await a_person(store, "B-4")
    assert await store.read(lambda connection: people.strap_of(connection, person.id)) is None
    for strap in ("ble:AA:BB:CC:DD:EE:01", "ble:AA:BB:CC:DD:EE:02"):
        await store.write(lambda connection, strap=strap: people.set_strap(connection, person.id, strap))
        assert await store.read(lambda connection: people.strap_of(connection, person.id)) == strap
    rows = await store.read(lambda connection: connection.exec_driver_sql("SELECT strap FROM people").scalars().all())
    assert all(b"AA:BB" not in bytes(sealed) for sealed in rows if sealed)
    assert await store.read(lambda connection: people.strap_of(connection, other.id)) is None
    await store.write(lambda connection: people.set_strap(connection, person.id, None))
    assert await store.read(lambda connection: people.strap_of(connection, person.id)) is None
    await store.close()


async def test_a_strap_that_was_moved_to_somebody_else_is_seen(store: Store) -> None:
    one, other = await a_person(store), await a_person(store, "B-4")
    await store.write(lambda connection: people.set_strap(connection, one.id, "ble:AA"))
    move = text("UPDATE people SET strap = (SELECT strap FROM people WHERE id = :one) WHERE id = :other")
    await store.write(lambda connection: connection.execute(move, {"one": one.id, "other": other.id}))
    with pytest.raises(SealBroken):
        await store.read(lambda connection: people.strap_of(connection, other.id))


async def test_people_are_handed_over_and_a_pseudonym_that_is_taken_gets_a_number(store: Store) -> None:
    one, other = new_ulid(), new_ulid()

    async def added(pseudonym: str, owner: str | None) -> str:
        return (await store.write(lambda connection: people.add(connection, pseudonym=pseudonym, owner=owner))).id

    taken, plain = await added("A-17", one), await added("B-2", one)
    await added("A-17", other)
    await added("A-17 (2)", other)
    before = await added("C-3", None)
    moved = await store.write(lambda connection: people.hand_over(connection, one, other))
    assert sorted(moved) == sorted([taken, plain])
    names = {person.id: person.pseudonym for person in await store.read(lambda found: people.owned_by(found, other))}
    assert (names[taken], names[plain], len(names)) == ("A-17 (3)", "B-2", 4)
    assert await store.read(lambda connection: people.ids_of(connection, one)) == []
    assert before in await store.write(lambda connection: people.hand_over(connection, None, other))
