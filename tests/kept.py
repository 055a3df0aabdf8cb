"""What a session kept: the events of its recording, counted from 1, and its steps."""

from pathlib import Path

from biofeedback.core.events import Input, Step
from biofeedback.recording import read_recording


def recorded(path: Path) -> tuple[Input, ...]:
    recording = read_recording(path)
    assert [event.seq for event in recording.events] == list(range(1, len(recording.events) + 1))
    return recording.events


def steps(path: Path) -> list[Step]:
    return [event for event in recorded(path) if isinstance(event, Step)]
