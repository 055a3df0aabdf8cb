"""What only a database that is elsewhere can do: refuse to let in, go away, and come back."""

import pytest
from postgresql_server import PostgresqlServer
from stored import Place, a_line, a_person, a_session, lines_of, seal_of

from biofeedback.errors import InputError
from biofeedback.store import Store, StoreUnavailable, committer, inputs, open_store, people

pytestmark = pytest.mark.parametrize("place", ["postgresql"], indirect=True)

END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"


@pytest.fixture(autouse=True)
def _retries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committer, "RETRY_S", 0.02)


async def test_a_lost_connection_costs_nothing_that_was_recorded(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    store.record(inputs.sealed_row(seal, session.id, 1, a_line(1)))
    assert await store.commit()
    await store.read(lambda connection: connection.exec_driver_sql(END_OTHERS).all())
    store.record(inputs.sealed_row(seal, session.id, 2, a_line(2)))
    while not await store.commit():
        assert not store.saved
    assert store.saved
    assert await lines_of(store, session) == [(1, a_line(1)), (2, a_line(2))]
    assert (await a_person(store, "A-18")).pseudonym == "A-18"


async def test_while_the_server_is_away_callers_are_told_and_inputs_wait(
    store: Store, postgresql: PostgresqlServer
) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    postgresql.stop()
    try:
        for seq in range(1, 11):
            store.record(inputs.sealed_row(seal, session.id, seq, a_line(seq)))
        assert not await store.commit()
        with pytest.raises(StoreUnavailable):
            await a_person(store, "A-18")
        with pytest.raises(StoreUnavailable):
            await store.read(lambda connection: people.get(connection, session.person))
        assert not store.saved
    finally:
        postgresql.start()
    while not await store.commit():
        pass
    assert await lines_of(store, session) == [(seq, a_line(seq)) for seq in range(1, 11)]


async def test_a_second_server_is_kept_off_even_with_a_folder_of_its_own(store: Store, place: Place, tmp_path) -> None:
    with pytest.raises(InputError, match="another server"):
        await open_store(tmp_path / "other", place.url)


async def test_a_server_that_is_not_there_is_said_without_the_password(tmp_path, place: Place) -> None:
    url = f"postgresql://somebody:secret@/postgres?host={tmp_path}"
    with pytest.raises(StoreUnavailable, match=r"somebody:\*\*\*@") as raised:
        await open_store(tmp_path / "data", url)
    assert "secret" not in str(raised.value)
