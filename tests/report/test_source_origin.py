"""A session over a bad network, analysed on the time of its strap: labelled, and without the network's gap."""

from pathlib import Path

import pytest

from biofeedback.core.events import (
    Characteristic,
    ClockReading,
    Input,
    Link,
    LinkState,
    Notification,
    Origin,
    StrapInfo,
)
from biofeedback.errors import InputError
from biofeedback.recording import Header, RecordingWriter
from biofeedback.report.analysis import analyze
from biofeedback.report.source import read_source

ROOM = "room-2:1"


@pytest.fixture
def session(tmp_path: Path) -> str:
    """A beat a second for two minutes; those of half a minute arrive together, after their gap was marked."""
    path = tmp_path / "session.jsonl"
    writer = RecordingWriter(path, Header("01K", "2026-11-22T09:00:00Z"))
    events: list[Input] = [StrapInfo(0, 0.0, 1, "remote"), ClockReading(0, 0.1, ROOM, 1000.09, 0.02)]
    for beat in range(1, 121):
        arrival_s = 70.0 if 40 < beat < 70 else float(beat)
        if beat == 41:
            events.append(Link(0, 46.0, 1, LinkState.LOST, "remote_away"))
        value = bytes([0x10, 60, beat % 7, 4])
        origin = Origin(ROOM, beat, 1000.0 + beat)
        events.append(Notification(0, arrival_s, 1, Characteristic.HEART_RATE, value, origin))
    for seq, event in enumerate(events, start=1):
        writer.write(type(event)(seq, *[getattr(event, name) for name in event.__slots__[1:]]))
    writer.close()
    return str(path)


def test_the_gap_of_the_network_is_none_of_the_strap_and_the_result_says_what_it_is(session: str) -> None:
    arrived, happened = analyze(read_source(session)), analyze(read_source(session, origin_time=True))
    assert len(arrived.gaps) == 1
    assert len(happened.gaps) == 0
    assert len(happened.beats) == 120
    (label,) = happened.source.facts.warnings
    assert "--origin-time" in label
    assert "0.010 s" in label
    assert arrived.source.facts.warnings == ()


def test_where_there_is_no_other_time_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    RecordingWriter(path, Header("01K", "2026-11-22T09:00:00Z")).close()
    with pytest.raises(InputError, match="leave out --origin-time"):
        read_source(str(path), origin_time=True)
    rr_file = tmp_path / "rr.txt"
    rr_file.write_text("800\n" * 100)
    with pytest.raises(InputError, match="leave out --origin-time"):
        read_source(str(rr_file), origin_time=True)
