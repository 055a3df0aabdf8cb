"""A disk that is full: nothing that was recorded is lost, and who asks for a commit is told that there was none."""

import pytest
from stored import a_line, a_person, a_session, lines_of, seal_of

from biofeedback.store import Store, StoreUnavailable, committer, inputs, people

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


async def test_a_change_is_refused_while_the_disk_is_full(store: Store) -> None:
    await tell(store, FULL)
    pseudonyms = [f"A-{number:03}" * 100 for number in range(100)]
    with pytest.raises(StoreUnavailable, match="full"):
        await store.write(lambda connection: [people.add(connection, pseudonym=name) for name in pseudonyms])
    assert await store.read(lambda connection: people.owned_by(connection, None)) == []
    await tell(store, ROOM)
    assert await a_person(store)
