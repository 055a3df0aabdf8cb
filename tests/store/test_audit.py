"""The audit's chain: what was tampered with is found, and the first row that is not as it was is named."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection
from stored import Place, a_person

from biofeedback.store import Store, audit
from biofeedback.store.audit import Act, Break, Broken, Entry
from biofeedback.store.vault import vault_of

Change = Callable[[Connection], object]


async def fill(store: Store, count: int) -> None:
    for number in range(1, count + 1):
        entry = Entry(Act.PERSON_SEEN, "physiotherapist", "U" * 26, "P" * 26, f"row {number}")
        await store.write(lambda connection, entry=entry: audit.append(connection, entry))


def sql(*statements: str) -> Change:
    def change(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    return change


async def test_a_chain_that_nobody_touched_is_whole(place: Place) -> None:
    store = await place.open()
    assert await store.read(audit.broken) is None
    await fill(store, 5)
    assert await store.read(audit.broken) is None
    await store.close()
    store = await place.open()
    await fill(store, 2)
    assert await store.read(audit.broken) is None
    told = await store.read(lambda connection: audit.newest(connection, 3))
    assert [(number, entry.about) for number, entry in told] == [(7, "row 2"), (6, "row 1"), (5, "row 5")]
    await store.close()


@pytest.mark.parametrize(
    ("tampered", "found"),
    [
        (sql("UPDATE audit SET about = 'other' WHERE number = 3"), Broken(3, Break.ALTERED)),
        (sql("UPDATE audit SET at_utc = '2020' WHERE number = 5"), Broken(5, Break.ALTERED)),
        (sql("UPDATE audit SET hash = 'x' WHERE number = 2"), Broken(2, Break.ALTERED)),
        (sql("DELETE FROM audit WHERE number = 2"), Broken(2, Break.MISSING)),
        (sql("DELETE FROM audit WHERE number = 1"), Broken(1, Break.MISSING)),
        (
            sql(
                "UPDATE audit SET number = 99 WHERE number = 2",
                "UPDATE audit SET number = 2 WHERE number = 4",
                "UPDATE audit SET number = 4 WHERE number = 99",
            ),
            Broken(2, Break.ALTERED),
        ),
        (
            sql("DELETE FROM audit WHERE number = 2", "UPDATE audit SET number = number - 1 WHERE number = 3"),
            Broken(2, Break.ALTERED),
        ),
        (sql("DELETE FROM audit WHERE number >= 4"), Broken(4, Break.CUT_OFF)),
        (sql("DELETE FROM audit"), Broken(1, Break.CUT_OFF)),
    ],
)
async def test_the_first_row_that_is_not_as_it_was_is_named(store: Store, tampered: Change, found: Broken) -> None:
    await fill(store, 5)
    await store.write(tampered)
    assert await store.read(audit.broken) == found


async def test_rows_cut_off_stay_missing_when_others_follow(store: Store) -> None:
    await fill(store, 5)
    await store.write(sql("DELETE FROM audit WHERE number >= 3"))
    await fill(store, 1)
    assert await store.read(audit.broken) == Broken(4, Break.CUT_OFF)
    await fill(store, 4)
    assert await store.read(audit.broken) == Broken(5, Break.REPLACED)


async def test_a_chain_made_anew_is_not_the_one_that_the_vault_remembers(store: Store) -> None:
    await fill(store, 3)
    (head,) = await store.read(lambda connection: vault_of(connection).remembered())

    def forge(connection: Connection) -> None:
        entries = [entry for _, entry in reversed(audit.newest(connection, 3))]
        connection.exec_driver_sql("DELETE FROM audit")
        for entry in entries:
            audit.append(connection, Entry(entry.act, "admin", about=entry.about))

    await store.write(forge)
    remembered = await store.read(lambda connection: vault_of(connection).remembered())
    assert head in remembered
    assert await store.read(audit.broken) == Broken(3, Break.REPLACED)


async def test_a_cut_of_the_last_group_cannot_be_told_from_a_power_cut(store: Store) -> None:
    await fill(store, 4)
    await store.write(sql("DELETE FROM audit WHERE number = 4"))
    assert await store.read(audit.broken) is None


async def test_a_group_that_was_not_committed_breaks_nothing(store: Store) -> None:
    await fill(store, 2)

    def three(connection: Connection) -> None:
        for _ in range(3):
            audit.append(connection, Entry(Act.PERSON_SEEN, "physiotherapist"))

    await store.write(three)
    await store.write(sql("DELETE FROM audit WHERE number > 2"))  # as if only the vault had been committed
    assert await store.read(audit.broken) is None
    await fill(store, 2)
    assert await store.read(audit.broken) is None


async def test_an_entry_is_undone_with_the_change_that_it_is_about(store: Store) -> None:
    person = await a_person(store)

    def fail(connection: Connection) -> None:
        audit.append(connection, Entry(Act.PERSON_SEEN, "physiotherapist", person=person.id))
        raise ValueError("after all not")

    with pytest.raises(ValueError, match="after all not"):
        await store.write(fail)
    await fill(store, 1)
    assert await store.read(lambda connection: audit.of_person(connection, person.id)) == []
    assert await store.read(audit.broken) is None


async def test_an_act_of_a_later_program_is_shown_and_checked_as_it_is(store: Store) -> None:
    await store.write(lambda connection: audit.append(connection, Entry("moon_seen", "admin")))
    assert [entry.act for _, entry in await store.read(lambda found: audit.newest(found, 1))] == ["moon_seen"]
    assert await store.read(audit.broken) is None
