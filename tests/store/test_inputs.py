import pytest
from sqlalchemy import select, update
from stored import Place, a_line, a_person, a_session, lines_of, seal_of

from biofeedback.errors import SealBroken
from biofeedback.store import Store, committer, inputs


async def test_inputs_come_back_in_order_byte_for_byte(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    for seq in (1, 3, 2):
        store.record(inputs.sealed_row(seal, session.id, seq, a_line(seq)))
    assert await store.commit()
    assert await lines_of(store, session) == [(seq, a_line(seq)) for seq in (1, 2, 3)]
    assert await store.read(lambda connection: inputs.lines(connection, seal, session.id, 2)) == [(3, a_line(3))]


async def test_storing_an_input_twice_is_harmless_and_the_first_stays(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    for line in (a_line(1), a_line(1), b"another\n"):
        store.record(inputs.sealed_row(seal, session.id, 1, line))
        assert await store.commit()
    assert await lines_of(store, session) == [(1, a_line(1))]


@pytest.mark.parametrize("placed", [(), (1,), (1, 2), (2,)], ids=str)
async def test_inputs_are_read_wherever_they_are(store: Store, placed: tuple[int, ...]) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    for number, seqs in enumerate(([1, 2, 4], [4, 3, 3], [3, 5]), 1):
        for seq in seqs:
            store.record(inputs.sealed_row(seal, session.id, seq, a_line(seq)))
        assert await store.commit()
        if number in placed:
            await store.write(inputs.put_in_place)
    assert await lines_of(store, session) == [(seq, a_line(seq)) for seq in range(1, 6)]
    assert await store.read(lambda connection: inputs.lines(connection, seal, session.id, 4)) == [(5, a_line(5))]


async def test_an_open_store_puts_inputs_in_their_place_by_and_by_and_a_closed_one_has_done_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "PLACE_S", 3600.0)
    store = await place.open()
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    for seq in (1, 2):
        store.record(inputs.sealed_row(seal, session.id, seq, a_line(seq)))
        assert await store.commit()
    await store.close()
    again = await place.open()
    in_place = select(inputs.inputs.c.seq).order_by(inputs.inputs.c.seq)
    assert await again.read(lambda connection: connection.execute(in_place).scalars().all()) == [1, 2]
    assert await again.read(lambda connection: connection.execute(select(inputs.arrivals)).all()) == []
    await again.close()


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
    await store.write(inputs.put_in_place)
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


async def test_how_far_sessions_came_wherever_their_inputs_are(store: Store) -> None:
    person = await a_person(store)
    placed, arrived, both, empty = [await a_session(store, person) for _ in range(4)]
    seal = await seal_of(store, person.id)

    async def record(session, *seqs: int) -> None:
        rows = [inputs.sealed_row(seal, session.id, seq, a_line(seq)) for seq in seqs]
        await store.write(lambda connection: inputs.append(connection, rows))

    await record(placed, 1, 2, 3)
    await record(both, 1)
    await store.write(inputs.put_in_place)
    await record(both, 2, 3, 4, 5)
    await record(arrived, 1, 2)
    ids = [one.id for one in (placed, arrived, both, empty)]
    found = await store.read(lambda connection: inputs.newest_seqs(connection, ids))
    assert found == {placed.id: 3, arrived.id: 2, both.id: 5}
