from pathlib import Path

import pytest
from example_recording import DESIGN

from biofeedback.core.events import Resumed
from biofeedback.errors import InputError
from biofeedback.recording import RecordingWriter, read_recording


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
