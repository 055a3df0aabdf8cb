from pathlib import Path
from typing import TypeVar

from example_recording import DESIGN, changed, with_line
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.core.events import (
    Characteristic,
    ClockReading,
    End,
    Input,
    Link,
    LinkState,
    Mark,
    MarkKind,
    Notification,
    Origin,
    Plan,
    Rating,
    Resumed,
    RrIntervals,
    Step,
    StepKind,
    StrapInfo,
)
from biofeedback.core.pacing import Pattern
from biofeedback.lines import decode_event, encode_event, parse_line
from biofeedback.recording import Recording, RecordingWriter, is_recording, read_recording

T = TypeVar("T")


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """What may be missing."""
    return st.none() | strategy


numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)
times = st.floats(min_value=0, max_value=2.5e6)
seqs = st.integers(1, 2**53)
texts = st.text(max_size=12)
lengths = st.floats(min_value=0.5, max_value=60)
patterns = st.builds(Pattern, lengths, lengths, st.just(0.0) | lengths, st.just(0.0) | lengths)
pairs = st.lists(st.tuples(lengths, lengths), max_size=3).map(tuple)
steps = st.builds(
    Step, seqs, times, st.sampled_from(StepKind), maybe(lengths), patterns, pairs, maybe(seqs), maybe(seqs)
)
events: st.SearchStrategy[Input] = st.one_of(
    steps,
    st.builds(Step, seqs, times, st.sampled_from(StepKind), maybe(lengths)),
    st.builds(StrapInfo, seqs, times, seqs, texts, maybe(texts), maybe(texts), maybe(numbers)),
    st.builds(Link, seqs, times, seqs, st.sampled_from(LinkState), maybe(texts)),
    st.builds(
        Notification,
        seqs,
        times,
        seqs,
        st.sampled_from(Characteristic),
        st.binary(max_size=30),
        maybe(st.builds(Origin, texts, seqs, numbers)),
    ),
    st.builds(RrIntervals, seqs, times, st.lists(numbers, max_size=4).map(tuple)),
    st.builds(Resumed, seqs, times, texts, texts),
    st.builds(Mark, seqs, times, st.sampled_from(MarkKind), texts, maybe(texts)),
    st.builds(Rating, seqs, times, texts, texts, st.integers(-10, 10)),
    st.builds(Plan, seqs, times, texts, st.integers(0, 2**60), st.lists(texts, max_size=4).map(tuple)),
    st.builds(ClockReading, seqs, times, texts, numbers, numbers),
    st.builds(End, seqs, times, texts),
)


def written(path: Path, recording: Recording) -> bytes:
    writer = RecordingWriter(path, recording.header)
    for event in recording.events:
        writer.write(event)
    writer.flush()
    writer.close()
    writer.close()
    return path.read_bytes()


@given(events)
def test_every_event_survives_its_line_exactly(event: Input) -> None:
    line = encode_event(event)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert decode_event(parse_line(line)) == event
    assert encode_event(decode_event(parse_line(line))) == line


def test_the_example_of_the_design_is_read_and_written_again_byte_for_byte(design: Path, tmp_path: Path) -> None:
    recording = read_recording(design)
    assert recording.header.subject == "A-17"
    assert recording.header.prior is not None
    assert recording.events[3] == Notification(4, 1.034, 1, Characteristic.HEART_RATE, bytes.fromhex("104372038a03"))
    assert recording.events[4] == Step(5, 120.0, StepKind.BREATHE, 120.0, Pattern(4, 6))
    assert (recording.warnings, recording.torn, recording.ended, recording.last_t_s) == ((), False, True, 362.0)
    assert written(tmp_path / "again.jsonl", recording) == DESIGN.encode()


def test_whole_numbers_may_stand_without_a_point(design: Path) -> None:
    changed(design, 2, t_s=0, duration_s=120)
    step = read_recording(design).events[0]
    assert isinstance(step.t_s, float)


def test_unknown_fields_are_kept_and_unknown_types_skipped_with_a_warning(design: Path, tmp_path: Path) -> None:
    changed(design, 1, clinic="north")
    changed(design, 3, colour="red")
    with_line(design, 4, '{"type":"weather","seq":3,"t_s":1,"sky":"blue"}')
    recording = read_recording(design)
    assert recording.header.extra == {"clinic": "north"}
    assert recording.extra == {2: {"colour": "red"}}
    assert [event.seq for event in recording.events] == [1, 2, 4, 5, 6, 7, 8, 9, 10]
    assert "line 4" in recording.warnings[0]
    assert "weather" in recording.warnings[0]
    assert b'"clinic":"north"' in written(tmp_path / "again.jsonl", Recording(recording.header, (), design))


def test_a_person_may_rate_and_note_after_the_end(design: Path) -> None:
    with design.open("a") as file:
        file.write('{"type":"rating","seq":11,"t_s":380.0,"scale":"tension","moment":"after","value":2}\n')
    assert len(read_recording(design).events) == 11


def test_a_recording_is_told_from_an_rr_file(design: Path, tmp_path: Path) -> None:
    rr = tmp_path / "rr.txt"
    rr.write_text("812\n790\n")
    assert is_recording(design)
    assert not is_recording(rr)
    assert not is_recording(tmp_path / "none")
    design.write_bytes(b"\xef\xbb\xbf" + DESIGN.replace("\n", "\r\n").encode())
    assert is_recording(design)
    assert len(read_recording(design).events) == 10
