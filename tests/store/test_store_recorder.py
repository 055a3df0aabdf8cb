import asyncio
import logging
import re
from dataclasses import replace

import pytest
from stored import a_person, a_session, lines_of

from biofeedback.core.events import End, Mark, MarkKind, Rating
from biofeedback.errors import InputError, KeyGone
from biofeedback.ids import new_ulid
from biofeedback.lines import encode_event
from biofeedback.store import Store, committer, recorder, sessions
from biofeedback.store.recorder import open_recorder
from biofeedback.store.recordings import recording_of
from biofeedback.store.vault import vault_of

NOTE = Mark(1, 0.5, MarkKind.NOTE, "shoulders dropped", "01K")
END = End(2, 1.0, "completed")
LATE = Rating(3, 2.0, "tension", "after", 3)
FULL = "PRAGMA max_page_count = 1"  # SQLite takes it as the size that it has now
ROOM = "PRAGMA max_page_count = 1000000"


async def tell(store: Store, pragma: str) -> None:
    await store.write(lambda connection: connection.exec_driver_sql(pragma).all())


def note(seq: int) -> Mark:
    return Mark(seq, float(seq), MarkKind.NOTE, "long words " * 100)


async def test_a_session_is_recorded_and_read_back_as_a_recording(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    own = await open_recorder(store, session.id)
    for event in (NOTE, END, LATE):
        own.record(event)
    assert await own.commit()
    assert own.saved
    own.close()
    assert await lines_of(store, session) == [(event.seq, encode_event(event)) for event in (NOTE, END, LATE)]
    recording = await store.read(lambda connection: recording_of(connection, session))
    assert (recording.header, recording.events) == (session.header, (NOTE, END, LATE))
    assert await store.read(lambda connection: sessions.get(connection, session.id)) == replace(session, ended=True)


async def test_a_session_that_goes_on_after_a_restart_appends(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    (await open_recorder(store, session.id)).record(NOTE)
    again = await open_recorder(store, session.id)
    again.record(NOTE)
    again.record(END)
    assert await again.commit()
    recording = await store.read(lambda connection: recording_of(connection, session))
    assert recording.events == (NOTE, END)


async def test_a_session_that_is_not_there_has_no_recorder(store: Store) -> None:
    with pytest.raises(InputError, match="no session"):
        await open_recorder(store, new_ulid())


async def test_a_session_of_an_erased_person_has_no_recorder_and_is_left_alone(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    person = await a_person(store)
    session = await a_session(store, person)
    await store.write(lambda connection: vault_of(connection).forget(person.id))
    with pytest.raises(KeyGone):
        await open_recorder(store, session.id)
    assert await store.read(sessions.unended) == []
    assert f"session {session.id} is left alone" in caplog.text


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_a_full_disk_is_said_and_nothing_that_was_recorded_is_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "RETRY_S", 0.02)
    session = await a_session(store, await a_person(store))
    own = await open_recorder(store, session.id)
    await tell(store, FULL)
    for seq in range(1, 201):
        own.record(note(seq))
    assert not await own.commit()
    assert not own.saved
    own.record(End(201, 201.0, "completed"))
    await tell(store, ROOM)  # a group begins with its changes, so that the inputs find room
    assert await own.commit()
    assert own.saved
    recording = await store.read(lambda connection: recording_of(connection, session))
    assert recording.events == (*(note(seq) for seq in range(1, 201)), End(201, 201.0, "completed"))
    assert await store.read(sessions.unended) == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_a_recording_stops_where_memory_is_full_rather_than_have_a_hole(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(committer, "RETRY_S", 0.02)
    monkeypatch.setattr(recorder, "MAX_WAITING", 150)
    session = await a_session(store, await a_person(store))
    own = await open_recorder(store, session.id)
    await tell(store, FULL)
    with caplog.at_level(logging.ERROR):
        for seq in range(1, 1001):
            own.record(note(seq))
    stops = [
        int(number) for number in re.findall(f"the recording of session {session.id} stops before (\\d+)", caplog.text)
    ]
    assert len(stops) == 1
    assert stops[0] > 150
    await tell(store, ROOM)
    own.record(note(1001))
    assert not await own.commit()
    assert not own.saved
    recording = await store.read(lambda connection: recording_of(connection, session))
    assert recording.events == tuple(note(seq) for seq in range(1, stops[0]))


async def test_what_is_recorded_last_is_committed_when_the_store_closes(store: Store, place) -> None:
    session = await a_session(store, await a_person(store))
    own = await open_recorder(store, session.id)
    own.record(NOTE)
    own.record(END)
    await store.close()
    again = await place.open()
    recording = await again.read(lambda connection: recording_of(connection, session))
    assert recording.events == (NOTE, END)
    await again.close()


async def test_more_inputs_than_fit_in_one_commit_are_confirmed_when_all_are_in(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "GROUP_ROWS", 7)
    session = await a_session(store, await a_person(store))
    own = await open_recorder(store, session.id)
    for seq in range(1, 101):
        own.record(note(seq))
    own.record(End(101, 101.0, "completed"))
    assert await own.commit()
    assert len(await lines_of(store, session)) == 101
    assert await store.read(sessions.unended) == []


async def test_keeping_lasts_until_it_is_cancelled(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    keeping = asyncio.ensure_future((await open_recorder(store, session.id)).keep())
    done, _ = await asyncio.wait([keeping], timeout=0)
    assert not done
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
