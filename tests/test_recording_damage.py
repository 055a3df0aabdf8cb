import os
from pathlib import Path

import pytest
from example_recording import DESIGN, changed, with_line
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biofeedback.beginning import beginning_of
from biofeedback.errors import InputError, RecordingCorrupt, RecordingTooNew
from biofeedback.lines import parse_line
from biofeedback.recording import read_recording, repair_recording

AT_NINE = "2026-11-22T09:00:00.000Z"


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
        (6, {"exhale_s": 1e300}, "at most 60 s"),
        (6, {"breaths": [[4.0, 1e300]]}, "at most 60 s"),
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


def test_a_newer_version_is_refused(design: Path) -> None:
    changed(design, 1, version=2)
    with pytest.raises(RecordingTooNew, match="version 2"):
        read_recording(design)
    with pytest.raises(RecordingTooNew):
        read_recording(design, repair=True)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1"},
        {"version": 0},
        {"session": 3},
        {"started_utc": "yesterday"},
        {"started_utc": "9999-12-31T23:59:59Z"},  # nothing can be added to it
        {"started_utc": "0001-01-01T00:00:00+14:00"},  # in UTC there is no such time
    ],
)
def test_a_damaged_header_is_named(design: Path, change: dict[str, object]) -> None:
    changed(design, 1, **change)
    with pytest.raises(RecordingCorrupt, match="header is damaged") as caught:
        read_recording(design)
    assert caught.value.line == 1


@pytest.mark.parametrize("year", [1900, 9998])
def test_any_time_that_a_clock_may_tell_can_be_reckoned_with(design: Path, year: int) -> None:
    changed(design, 1, started_utc=f"{year}-12-31T23:59:59Z")
    recording = read_recording(design)
    assert beginning_of(recording.header, recording.events).at_utc == f"{year}-12-31T23:59:59.000Z"


def test_a_start_without_a_zone_is_in_utc_on_every_machine(design: Path) -> None:
    changed(design, 1, started_utc="2026-11-22T09:00:00")
    recording = read_recording(design)
    assert recording.header.started_utc == beginning_of(recording.header, recording.events).at_utc == AT_NINE


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
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
            assert "\n" not in str(error)  # noqa: PT017 - it may be read as well
        else:
            seqs = [event.seq for event in recording.events]
            assert seqs == sorted(seqs)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_in_one_line(data: bytes) -> None:
    path = Path(os.devnull)
    with pytest.raises(InputError):
        read_recording(path)
    try:
        parse_line(data)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - it may be a line as well
