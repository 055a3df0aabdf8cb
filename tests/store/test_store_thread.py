"""The store's thread: whatever befalls it, nobody waits for it in vain."""

import asyncio
import logging
import threading

import pytest
from sqlalchemy import Connection
from stored import Place, a_line, a_person, a_session, seal_of

from biofeedback.store import Store, StoreUnavailable, committer, inputs, sessions
from biofeedback.store.connections import Connections

pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
AT_MOST_S = 30.0
FAULT = RuntimeError("a fault of ours")


def fails(*_: object) -> None:
    raise FAULT


async def test_a_store_whose_connections_do_not_close_is_closed_all_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = await place.open()
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    store.record(inputs.sealed_row(seal, session.id, 1, a_line(1)))
    with monkeypatch.context() as broken:
        broken.setattr(Connections, "close", fails)
        async with asyncio.timeout(AT_MOST_S):
            await store.close()
    assert "cannot be closed" in caplog.text
    again = await place.open()  # nothing keeps others off, and all of it is in
    assert [row.id for row in await again.read(sessions.unended)] == [session.id]
    await again.close()


async def test_whoever_waits_for_a_thread_that_fails_hears_so_and_the_log_says_it(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    reads, goes_on, loop = asyncio.Event(), threading.Event(), asyncio.get_running_loop()

    def hang(_connection: Connection) -> None:
        loop.call_soon_threadsafe(reads.set)
        assert goes_on.wait(AT_MOST_S)

    first = asyncio.create_task(store.read(hang))
    await reads.wait()
    monkeypatch.setattr(committer, "write", fails)
    monkeypatch.setattr(committer, "unavailable", fails)
    store.record(inputs.sealed_row(seal, session.id, 1, a_line(1)))
    others = [asyncio.create_task(work) for work in (store.write(sessions.unended), store.commit())]
    await asyncio.sleep(0)
    with caplog.at_level(logging.CRITICAL):
        goes_on.set()
        async with asyncio.timeout(AT_MOST_S):
            told = await asyncio.gather(first, *others, return_exceptions=True)
    assert told[0] is None
    assert isinstance(told[1], StoreUnavailable)
    assert told[2] is False
    assert "the store's thread has failed" in caplog.text
    assert not store.saved
    assert not await store.commit()
    for ask in (store.read, store.write):
        with pytest.raises(StoreUnavailable):
            await ask(sessions.unended)
    assert store.asked == 0
