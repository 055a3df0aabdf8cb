import pytest
from sqlalchemy import update
from stored import a_line, a_person, a_session, lines_of, seal_of

from biofeedback.errors import SealBroken
from biofeedback.store import Store, inputs


async def test_inputs_come_back_in_order_byte_for_byte(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    for seq in (1, 3, 2):
        store.record(inputs.sealed_row(seal, session.id, seq, a_line(seq)))
    assert await store.commit()
    assert await lines_of(store, session) == [(seq, a_line(seq)) for seq in (1, 2, 3)]
    assert await store.read(lambda connection: inputs.lines(connection, seal, session.id, 2)) == [(3, a_line(3))]
    assert await store.read(lambda connection: inputs.last_line(connection, seal, session.id)) == a_line(3)


async def test_a_session_without_inputs_has_no_last_line(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    assert await store.read(lambda connection: inputs.last_line(connection, seal, session.id)) is None


async def test_storing_an_input_twice_is_harmless_and_the_first_stays(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    for line in (a_line(1), a_line(1), b"another\n"):
        store.record(inputs.sealed_row(seal, session.id, 1, line))
        assert await store.commit()
    assert await lines_of(store, session) == [(1, a_line(1))]


async def test_inputs_of_a_session_that_is_gone_harm_no_other(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    gone = "01K00000000000000000000000"
    for seq in (1, 2):
        store.record(inputs.sealed_row(seal, gone, seq, a_line(seq)))
        store.record(inputs.sealed_row(seal, session.id, seq, a_line(seq)))
    assert await store.commit()
    assert store.saved
    assert await lines_of(store, session) == [(1, a_line(1)), (2, a_line(2))]
    assert f"inputs of session {gone} have no place" in caplog.text


async def test_an_input_moved_to_another_seq_is_seen(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    store.record(inputs.sealed_row(await seal_of(store, session.person), session.id, 1, a_line(1)))
    assert await store.commit()
    await store.write(lambda connection: connection.execute(update(inputs.inputs).values(seq=2)))
    with pytest.raises(SealBroken, match=f"{session.id}.2"):
        await lines_of(store, session)


async def test_an_end_marks_the_session(store: Store) -> None:
    from biofeedback.store import sessions

    session = await a_session(store, await a_person(store))
    store.record(inputs.sealed_row(await seal_of(store, session.person), session.id, 1, a_line(1)))
    store.end(session.id)
    assert await store.commit()
    assert await store.read(sessions.unended) == []
