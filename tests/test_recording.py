import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
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
from biofeedback.errors import InputError, RecordingCorrupt, RecordingTooNew
from biofeedback.lines import decode_event, encode_event, parse_line
from biofeedback.recording import Header, Recording, RecordingWriter, is_recording, read_recording, repair_recording

DESIGN = """\
{"type":"header","format":"biofeedback-recording","version":1,"session":"01K","started_utc":"2026-11-22T09:00:00Z",\
"subject":"A-17","simulated":false,"exercise":"measured_4_6","pipeline":1,"software":"0.1.0",\
"prior":{"exhale_noise":{"sessions":["01J"],"frequency_hz":[0.075,0.1,0.125],"power_ms2":[41.2,38.9,30.1]},\
"heart_rate_sd_bpm":1.8}}
{"type":"step","seq":1,"t_s":0.0,"step":"baseline","duration_s":120.0}
{"type":"strap","seq":2,"t_s":0.4,"strap":1,"source":"ble","model":"Polar H10","firmware":"5.0.0","latency_s":null}
{"type":"link","seq":3,"t_s":0.41,"strap":1,"state":"connected"}
{"type":"notification","seq":4,"t_s":1.034,"strap":1,"characteristic":"2a37","value":"104372038a03"}
{"type":"step","seq":5,"t_s":120.0,"step":"breathe","duration_s":120.0,"inhale_s":4.0,"hold_in_s":0.0,\
"exhale_s":6.0,"hold_out_s":0.0}
{"type":"link","seq":6,"t_s":151.2,"strap":1,"state":"lost","reason":"out_of_range"}
{"type":"resumed","seq":7,"t_s":171.9,"utc":"2026-11-22T09:02:51.9Z","reason":"restart"}
{"type":"mark","seq":8,"t_s":180.0,"kind":"note","text":"shoulders dropped","author":"01K"}
{"type":"rating","seq":9,"t_s":361.0,"scale":"tension","moment":"after","value":3}
{"type":"end","seq":10,"t_s":362.0,"reason":"completed"}
"""

numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)
times = st.floats(min_value=0, max_value=2.5e6)
seqs = st.integers(1, 2**53)
texts = st.text(max_size=12)
maybe = lambda strategy: st.none() | strategy  # noqa: E731
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


@pytest.fixture
def design(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    path.write_text(DESIGN)
    return path


def changed(path: Path, line: int, **changes: object) -> Path:
    """The file with fields of one line (counted from 1) changed; None removes a field."""
    lines = path.read_text().splitlines()
    fields = json.loads(lines[line - 1]) | changes
    lines[line - 1] = json.dumps({name: value for name, value in fields.items() if value is not None})
    path.write_text("\n".join(lines) + "\n")
    return path


def with_line(path: Path, line: int, text: str | bytes) -> Path:
    """The file with one line (counted from 1) replaced."""
    lines = path.read_bytes().split(b"\n")
    lines[line - 1] = text.encode() if isinstance(text, str) else text
    path.write_bytes(b"\n".join(lines))
    return path


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


def test_every_truncation_of_a_recording_recovers_what_is_whole(design: Path, tmp_path: Path) -> None:
    events = read_recording(design).events
    data, cut = DESIGN.encode(), tmp_path / "cut.jsonl"
    header_end = data.index(b"\n") + 1
    for size in range(header_end, len(data)):
        cut.write_bytes(data[:size])
        recording = read_recording(cut)
        whole = data[: size + 1].count(b"\n") - 1  # one missing line feed does not make a line torn
        assert recording.events == events[:whole]
        assert recording.torn == (data[size - 1 : size] != b"\n" and data[size : size + 1] != b"\n")
        assert recording.torn == any("torn" in text for text in recording.warnings)


@pytest.mark.parametrize("size", range(0, 100, 9))
def test_a_file_cut_within_its_header_is_refused_in_one_line(design: Path, size: int) -> None:
    design.write_bytes(DESIGN.encode()[:size])
    with pytest.raises(InputError) as caught:
        read_recording(design)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", range(DESIGN.index("\n") + 1, len(DESIGN), 37))
def test_a_resumed_writer_cuts_the_torn_tail_and_goes_on(tmp_path: Path, size: int) -> None:
    path = tmp_path / "torn.jsonl"
    path.write_bytes(DESIGN.encode()[:size])
    before = read_recording(path)
    writer = RecordingWriter.resume(path)
    seq = len(before.events) + 1
    writer.write(Resumed(seq, 400.0, "2026-11-22T09:06:40Z", "restart"))
    writer.close()
    after = read_recording(path)
    assert after.events[:-1] == before.events
    assert (after.events[-1].seq, after.torn) == (seq, False)
    assert writer.header == before.header


def test_a_tail_of_zeros_after_a_power_cut_is_cut_off(design: Path) -> None:
    design.write_bytes(DESIGN.encode().splitlines(keepends=True)[0] + bytes(512))
    recording = read_recording(design)
    assert recording.torn
    RecordingWriter.resume(design).close()
    assert design.read_bytes() == DESIGN.encode().splitlines(keepends=True)[0]


def test_a_last_line_without_its_line_feed_is_whole(design: Path) -> None:
    design.write_bytes(DESIGN.encode().splitlines(keepends=True)[0] + DESIGN.encode().splitlines()[1])
    RecordingWriter.resume(design).close()
    assert design.read_bytes() == b"".join(DESIGN.encode().splitlines(keepends=True)[:2])


def test_a_session_that_has_ended_cannot_go_on(design: Path) -> None:
    with pytest.raises(InputError, match="has ended"):
        RecordingWriter.resume(design)


@pytest.mark.parametrize(
    ("line", "text", "reason"),
    [
        (5, '{"type":"notification","seq":4,', "no JSON"),
        (5, b"\xff\x00\x17", "no JSON"),
        (5, "[1,2]", "no JSON object"),
        (5, "", "no JSON"),
        (5, '{"seq":4,"t_s":1.0}', "no type and seq"),
        (5, '{"type":"new","seq":true,"t_s":1.0}', "no type and seq"),
        (5, '{"type":"new","seq":4,"t_s":"soon"}', "no t_s"),
        (5, "[" * 100_000, "no JSON"),
    ],
)
def test_damage_in_the_middle_is_named_by_line(design: Path, line: int, text: str | bytes, reason: str) -> None:
    with_line(design, line, text)
    with pytest.raises(RecordingCorrupt, match=reason) as caught:
        read_recording(design)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)
    kept = read_recording(design, repair=True)
    assert [event.seq for event in kept.events] == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    assert any(f"line {line}:" in text for text in kept.warnings)


@pytest.mark.parametrize(
    ("line", "change", "reason"),
    [
        (5, {"seq": 5}, "seq 4 expected, 5 found"),
        (5, {"seq": 3}, "seq 4 expected, 3 found"),
        (5, {"seq": 0}, "counts from 1"),
        (5, {"seq": "4"}, "seq"),
        (5, {"t_s": 0.1}, "goes back"),
        (5, {"t_s": -1.0}, "from 0"),
        (5, {"t_s": "1"}, "t_s"),
        (5, {"value": "10zz"}, "value"),
        (5, {"value": 1043}, "hex digits expected"),
        (5, {"characteristic": "2a99"}, "characteristic"),
        (5, {"strap": None}, "strap"),
        (6, {"step": "hop"}, "step"),
        (6, {"inhale_s": 0}, "inhale"),
        (6, {"exhale_s": None}, "exhale_s"),
        (9, {"kind": "shout"}, "kind"),
        (10, {"value": 3.5}, "value"),
        (10, {"type": "end", "reason": "stopped"}, "after the end"),
    ],
)
def test_a_wrong_field_is_named_by_line(design: Path, line: int, change: dict[str, object], reason: str) -> None:
    changed(design, line, **change)
    with pytest.raises(RecordingCorrupt, match=reason) as caught:
        read_recording(design)
    # an input after the end is named where it stands, one line later
    assert caught.value.line == line + ("end" in reason)
    assert read_recording(design, repair=True).warnings


def test_an_absurd_seq_or_time_costs_only_its_own_line(design: Path) -> None:
    for change in ({"seq": 9_999}, {"seq": 10**12}, {"t_s": 1e9}):
        design.write_text(DESIGN)
        changed(design, 5, **change)
        kept = read_recording(design, repair=True)
        assert [event.seq for event in kept.events] == [1, 2, 3, 5, 6, 7, 8, 9, 10]


def test_a_repaired_copy_is_a_whole_recording_and_the_original_is_untouched(design: Path) -> None:
    lines = DESIGN.splitlines(keepends=True)
    lines[3] = lines[3].replace("}", ',"colour":"red"}')
    lines[4] = lines[4][:40] + "\n"
    del lines[6]
    damaged = "".join(lines)
    design.write_text(damaged)
    repaired = repair_recording(design)
    assert repaired.name == "session.repaired.jsonl"
    assert design.read_text() == damaged
    recording = read_recording(repaired)
    assert recording.events == read_recording(design, repair=True).events
    assert [event.seq for event in recording.events] == [1, 2, 3, 5, 7, 8, 9, 10]
    assert recording.extra == {3: {"colour": "red"}}
    assert sum("lost" in text for text in recording.warnings) == 2


def test_a_repair_that_cannot_be_written_says_so(design: Path) -> None:
    (design.parent / "session.repaired.jsonl").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        repair_recording(design)


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


def test_a_newer_version_is_refused(design: Path) -> None:
    changed(design, 1, version=2)
    with pytest.raises(RecordingTooNew, match="version 2"):
        read_recording(design)
    with pytest.raises(RecordingTooNew):
        read_recording(design, repair=True)


@pytest.mark.parametrize("change", [{"version": "1"}, {"version": 0}, {"session": 3}, {"started_utc": "yesterday"}])
def test_a_damaged_header_is_named(design: Path, change: dict[str, object]) -> None:
    changed(design, 1, **change)
    with pytest.raises(RecordingCorrupt, match="header is damaged") as caught:
        read_recording(design)
    assert caught.value.line == 1


def test_a_missing_header_is_named(design: Path) -> None:
    design.write_text("".join(DESIGN.splitlines(keepends=True)[1:]))
    with pytest.raises(RecordingCorrupt, match="header is missing") as caught:
        read_recording(design)
    assert caught.value.line == 1


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"812\n790\n", b'{"a":1}\n', b"{\n"]
)
def test_a_file_that_is_no_recording_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_recording(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_recording(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="directory"):
        read_recording(tmp_path)
    huge = tmp_path / "huge.jsonl"
    with huge.open("wb") as file:
        file.truncate(201_000_000)
    with pytest.raises(InputError, match="201 MB is too large"):
        read_recording(huge)


def test_a_recording_is_told_from_an_rr_file(design: Path, tmp_path: Path) -> None:
    rr = tmp_path / "rr.txt"
    rr.write_text("812\n790\n")
    assert is_recording(design)
    assert not is_recording(rr)
    assert not is_recording(tmp_path / "none")
    design.write_bytes(b"\xef\xbb\xbf" + DESIGN.replace("\n", "\r\n").encode())
    assert is_recording(design)
    assert len(read_recording(design).events) == 10


def test_files_and_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "recordings" / "a.jsonl"
    RecordingWriter(path, Header("01K", "2026-11-22T09:00:00Z")).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(repair_recording(path).stat().st_mode) == 0o600


def test_a_file_that_exists_is_not_overwritten(design: Path) -> None:
    with pytest.raises(InputError, match="exists already"):
        RecordingWriter(design, Header("01K", "2026-11-22T09:00:00Z"))
    assert design.read_text() == DESIGN


def test_a_folder_that_cannot_be_made_is_refused(design: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        RecordingWriter(design / "below" / "a.jsonl", Header("01K", "2026-11-22T09:00:00Z"))


def test_two_programs_cannot_write_one_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    writer = RecordingWriter(path, Header("01K", "2026-11-22T09:00:00Z"))
    with pytest.raises(InputError, match="another program"):
        RecordingWriter.resume(path)
    writer.close()
    RecordingWriter.resume(path).close()


def test_a_failed_write_leaves_no_half_line(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    path = tmp_path / "a.jsonl"
    writer = RecordingWriter(path, Header("01K", "2026-11-22T09:00:00Z"))
    size = path.stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal = pytest.importorskip("signal")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            writer.write(End(1, 1.0, "stopped"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert path.stat().st_size == size
    writer.write(End(1, 1.0, "stopped"))
    writer.close()
    assert read_recording(path).ended


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(position=st.integers(0, len(DESIGN) - 1), byte=st.integers(0, 255))
def test_one_wrong_byte_gives_a_recording_or_one_clear_line(tmp_path: Path, position: int, byte: int) -> None:
    path = tmp_path / "flipped.jsonl"
    data = bytearray(DESIGN.encode())
    data[position] = byte
    path.write_bytes(data)
    for repair in (False, True):
        try:
            recording = read_recording(path, repair=repair)
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017
        else:
            seqs = [event.seq for event in recording.events]
            assert seqs == sorted(seqs)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused_in_one_line(data: bytes) -> None:
    path = Path(os.devnull)
    with pytest.raises(InputError):
        read_recording(path)
    try:
        parse_line(data)
    except ValueError as error:
        assert str(error)  # noqa: PT017
