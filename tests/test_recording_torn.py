from pathlib import Path

import pytest
from example_recording import DESIGN

from biofeedback.errors import InputError
from biofeedback.recording import read_recording


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


def test_a_tail_of_zeros_after_a_power_cut_is_left_out(design: Path) -> None:
    design.write_bytes(DESIGN.encode().splitlines(keepends=True)[0] + bytes(512))
    recording = read_recording(design)
    assert recording.torn
    assert recording.events == ()
