import asyncio
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from stored import Place, a_line, a_person, a_session, lines_of, seal_of

from biofeedback.errors import InputError
from biofeedback.store import Store, StoreUnavailable, inputs, open_store, people

on_sqlite = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
posix = pytest.mark.skipif(os.name != "posix", reason="modes and locks of files as POSIX has them")


@posix
@on_sqlite
async def test_nobody_else_may_read_the_files(store: Store, place: Place) -> None:
    await a_person(store)
    modes = {name: stat.S_IMODE(os.stat(place.data / name).st_mode) for name in os.listdir(place.data)}
    assert modes.keys() > {"biofeedback.db", "biofeedback.db-wal", "vault.db"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(os.stat(place.data).st_mode) == 0o700


@posix
async def test_a_second_program_is_kept_off(store: Store, place: Place) -> None:
    with pytest.raises(InputError, match="another program"):
        await place.open()


async def test_what_was_written_is_there_after_opening_again(place: Place) -> None:
    store = await place.open()
    person = await a_person(store)
    session = await a_session(store, person)
    store.record(inputs.sealed_row(await seal_of(store, person.id), session.id, 1, a_line(1)))
    await store.close()
    again = await place.open()
    assert await again.read(lambda connection: people.get(connection, person.id)) == person
    assert await lines_of(again, session) == [(1, a_line(1))]
    await again.close()


@on_sqlite
async def test_the_database_is_written_as_it_should_be(store: Store) -> None:
    def pragmas(connection):
        names = ("journal_mode", "synchronous", "foreign_keys", "query_only")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await store.write(pragmas) == ["wal", 2, 1, 0]
    assert (await store.read(pragmas))[2:] == [1, 1]


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match=r"read-?only"):
        await store.read(lambda connection: connection.execute(people.people.insert().values(id="x")))
    assert await a_person(store)


async def test_changes_at_the_same_time_share_a_commit_and_fail_alone(store: Store) -> None:
    def fail(connection):
        people.add(connection, pseudonym="A-2")
        raise ValueError("no")

    outcomes = await asyncio.gather(
        a_person(store, "A-1"), store.write(fail), a_person(store, "A-3"), return_exceptions=True
    )
    assert isinstance(outcomes[1], ValueError)
    found = await store.read(lambda connection: people.owned_by(connection, None))
    assert [person.pseudonym for person in found] == ["A-1", "A-3"]


async def test_a_cancelled_caller_harms_nobody(store: Store) -> None:
    waiting = asyncio.ensure_future(a_person(store, "A-1"))
    await asyncio.sleep(0)
    waiting.cancel()
    assert (await a_person(store, "A-2")).pseudonym == "A-2"


async def test_a_faulty_query_is_its_callers_alone(store: Store) -> None:
    with pytest.raises(DBAPIError, match="nowhere"):
        await store.read(lambda connection: connection.execute(text("SELECT * FROM nowhere")))
    assert await a_person(store)


async def test_a_closed_store_refuses(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await a_person(store)
    assert not await store.commit()


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        await open_store(tmp_path / "file" / "data")


@pytest.mark.parametrize("name", ["biofeedback.db", "vault.db"])
async def test_a_file_that_is_no_database_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await open_store(tmp_path)
    (tmp_path / name).unlink()
    await (await open_store(tmp_path)).close()


def test_a_loop_that_ended_without_closing_the_store_leaves_a_thread_that_can_be_ended(tmp_path: Path) -> None:
    store = asyncio.run(open_store(tmp_path))
    store._committer.finish()
    store._committer.join(10.0)
    assert not store._committer.is_alive()
    os.close(store._lock)
