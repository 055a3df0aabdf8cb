"""Recordings go into the store and come out of it as they were, to the last byte."""

import json
from pathlib import Path

import pytest
from example_recording import DESIGN, changed, with_line
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stored import a_person, a_session, lines_of, seal_of

from biofeedback.core.pipeline import Pipeline
from biofeedback.errors import InputError, KeyGone, RecordingCorrupt
from biofeedback.ids import new_ulid
from biofeedback.lines import TYPES
from biofeedback.recording import read_recording
from biofeedback.store import Store, inputs
from biofeedback.store.recordings import bring_in, file_of, read_file, recording_of
from biofeedback.store.sessions import StoredSession

RECORDINGS = sorted((Path(__file__).resolve().parents[2] / "recordings").glob("*.jsonl"))

words = st.text(min_size=1, max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
unknown = st.tuples(
    words.filter(lambda name: name not in {*TYPES, "damaged"}), st.dictionaries(words, values, max_size=4)
)
spaces = st.sampled_from([(",", ":"), (", ", ": "), (" ,  ", " :\t")])


def in_file(path: Path) -> bytes:
    return path.read_bytes()


async def brought_in(store: Store, path: Path) -> StoredSession:
    incoming = read_file(path)
    person = await a_person(store, None)
    return await store.write(lambda connection: bring_in(connection, incoming, person.id))


async def bytes_of(store: Store, session: StoredSession) -> bytes:
    return await store.read(lambda connection: file_of(connection, session))


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
async def test_every_reference_recording_comes_out_as_it_went_in(store: Store, path: Path) -> None:
    session = await brought_in(store, path)
    assert await bytes_of(store, session) == in_file(path)
    stored, read = await store.read(lambda connection: recording_of(connection, session)), read_recording(path)
    assert (stored.header, stored.events, stored.extra) == (read.header, read.events, read.extra)
    assert session.ended == read.ended


async def test_results_are_rebuilt_from_the_store(store: Store) -> None:
    (path,) = (path for path in RECORDINGS if path.stem == "responder")
    session = await brought_in(store, path)
    stored = await store.read(lambda connection: recording_of(connection, session))
    ours, theirs = Pipeline(), Pipeline()
    results = [repr(ours.feed(event)) for event in stored.events]  # nan equals nan there
    assert results == [repr(theirs.feed(event)) for event in read_recording(path).events]
    assert sum(len(result) > 2 for result in results) > 100


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(lines=st.lists(st.tuples(unknown, spaces), max_size=6), extra=st.dictionaries(words, values, max_size=3))
async def test_what_this_program_does_not_know_is_kept_byte_for_byte(store: Store, tmp_path, lines, extra) -> None:
    header = extra | json.loads(DESIGN.splitlines()[0]) | {"session": new_ulid()}
    texts = [json.dumps(header)]
    for seq, ((kind, fields), separators) in enumerate(lines, 1):
        line = fields | {"type": kind, "seq": seq, "t_s": seq / 8}
        texts.append(json.dumps(line, separators=separators, ensure_ascii=seq % 2 == 0))
    path = tmp_path / "session.jsonl"
    path.write_bytes("".join(text + "\n" for text in texts).encode())
    session = await brought_in(store, path)
    assert await bytes_of(store, session) == in_file(path)


async def test_unknown_fields_of_a_known_input_are_read_back(store: Store, design: Path) -> None:
    changed(design, 5, skin="dry")
    session = await brought_in(store, design)
    assert await bytes_of(store, session) == in_file(design)
    assert (await store.read(lambda connection: recording_of(connection, session))).extra == {4: {"skin": "dry"}}


async def test_a_torn_last_line_is_left_out_and_the_session_has_not_ended(store: Store, design: Path) -> None:
    whole = in_file(design)
    with_line(design, 11, whole.splitlines()[10][:-20])
    session = await brought_in(store, design)
    assert not session.ended
    assert await bytes_of(store, session) == b"".join(whole.splitlines(keepends=True)[:-1])


async def test_a_damaged_file_is_refused_and_leaves_nothing(store: Store, design: Path) -> None:
    with pytest.raises(RecordingCorrupt, match="line 4"):
        read_file(with_line(design, 4, '{"type":'))


async def test_a_session_comes_in_once(store: Store, design: Path) -> None:
    changed(design, 1, session=new_ulid())
    session = await brought_in(store, design)
    assert session.id == read_recording(design).header.session
    with pytest.raises(InputError, match=f"session {session.id} is in the store already"):
        await brought_in(store, design)
    assert await bytes_of(store, session) == in_file(design)


async def test_an_erased_person_takes_nothing_in(store: Store, design: Path) -> None:
    incoming = read_file(design)
    with pytest.raises(KeyGone):
        await store.write(lambda connection: bring_in(connection, incoming, new_ulid()))


async def test_an_input_that_is_missing_among_the_others_is_seen(store: Store) -> None:
    session = await a_session(store, await a_person(store))
    seal = await seal_of(store, session.person)
    for seq in (1, 3):
        line = b'{"type":"end","seq":%d,"t_s":1.0,"reason":"x"}\n' % seq
        store.record(inputs.sealed_row(seal, session.id, seq, line))
    assert len(await lines_of(store, session)) in (0, 2)
    await store.commit()
    with pytest.raises(RecordingCorrupt, match="seq 2 expected, 3 found"):
        await store.read(lambda connection: recording_of(connection, session))
