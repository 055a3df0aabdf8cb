"""A disk that is full: nothing that was recorded is lost, and who asks for a commit is told that there was none."""

import asyncio
import threading

import pytest
from sqlalchemy import Connection
from stored import a_line, a_person, a_session, lines_of, seal_of

from biofeedback.store import Store, StoreUnavailable, committer, inputs, people, sessions

FULL = "PRAGMA max_page_count = 1"  # SQLite takes it as the size that it has now
ROOM = "PRAGMA max_page_count = 1000000"


pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


async def tell(store: Store, pragma: str) -> None:
    await store.write(lambda connection: connection.exec_driver_sql(pragma).all())


@pytest.fixture(autouse=True)
def _retries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committer, "RETRY_S", 0.02)


async def test_inputs_wait_while_the_disk_is_full_and_go_in_later(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    await tell(store, FULL)
    for seq in range(1, 301):
        store.record(inputs.sealed_row(seal, session.id, seq, a_line(seq) * 10))
    assert not await store.commit()
    assert not await store.commit()
    assert not store.saved
    assert caplog.text.count("nothing is being saved") == 1
    await tell(store, ROOM)  # a group begins with its changes, so that the inputs find room
    assert await store.commit()
    assert store.saved
    assert await lines_of(store, session) == [(seq, a_line(seq) * 10) for seq in range(1, 301)]


async def test_while_a_disk_hangs_it_is_said_that_nothing_is_saved_and_how_long_it_waits(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    hangs, goes_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hang(_connection: Connection) -> None:
        loop.call_soon_threadsafe(hangs.set)
        assert goes_on.wait(30)

    assert (store.waiting, store.lag_s, store.asked) == (0, 0.0, 0)
    hanging = asyncio.create_task(store.write(hang))
    await hangs.wait()
    reading = asyncio.create_task(store.read(sessions.unended))
    for seq in (1, 2):
        store.record(inputs.sealed_row(seal, session.id, seq, a_line(seq)))
    await asyncio.sleep(0)
    assert (store.waiting, store.asked) == (2, 1)
    assert 0 < store.lag_s < 30
    assert store.saved
    monkeypatch.setattr(committer, "LATE_S", 0.0)  # that is too long
    assert not store.saved
    goes_on.set()
    await asyncio.gather(hanging, reading)
    assert await store.commit()
    assert (store.waiting, store.lag_s, store.asked) == (0, 0.0, 0)
    monkeypatch.setattr(committer, "LATE_S", 5.0)
    assert store.saved


async def test_a_change_is_refused_while_the_disk_is_full(store: Store) -> None:
    await tell(store, FULL)
    pseudonyms = [f"A-{number:03}" * 100 for number in range(100)]
    with pytest.raises(StoreUnavailable, match="full"):
        await store.write(lambda connection: [people.add(connection, pseudonym=name) for name in pseudonyms])
    assert await store.read(lambda connection: people.owned_by(connection, None)) == []
    await tell(store, ROOM)
    assert await a_person(store)


async def test_inputs_that_cannot_be_put_in_their_place_are_safe_where_they_came_in(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(committer, "PLACE_S", 0.0)
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    for seq in range(1, 5):  # they fill a page
        store.record(inputs.sealed_row(seal, session.id, seq, b"x" * 900))
        assert await store.commit()
        await store.write(inputs.put_in_place)
    await tell(store, FULL)
    store.record(inputs.sealed_row(seal, session.id, 5, b"x" * 900))  # fits where it arrives, not beside the others
    assert await store.commit()
    assert await lines_of(store, session) == [(seq, b"x" * 900) for seq in range(1, 6)]
    assert store.saved
    await tell(store, ROOM)
    assert "inputs stay where they came in" in caplog.text


async def test_a_store_that_closes_while_the_disk_is_full_says_how_much_is_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(committer, "RETRY_S", 2.0)  # who asks in between waits for it
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    await tell(store, FULL)
    for seq in range(1, 301):
        store.record(inputs.sealed_row(seal, session.id, seq, a_line(seq) * 10))
    assert not await store.commit()
    waiting = store.waiting
    await store.close()
    assert f"{waiting} inputs could not be saved" in caplog.text
