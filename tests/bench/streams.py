"""``python -m tests.bench.streams``: what a strap with ECG and acceleration costs, in CPU a second of its time.

Each part by itself, in this process: the pipeline that reads it, the recording that keeps it, and the collector of
another room, which writes it to its log and reads it back to send it. The radio and the bus are not in it.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from biofeedback.clock import clock_of
from biofeedback.collecting.log import Log
from biofeedback.core.events import Characteristic, Input, Notification
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.pmd import (
    PmdFrame,
    PmdKind,
    Settings,
    decode_frame,
    encode_frame,
    start_command,
    started_settings,
)
from biofeedback.recorder import FileRecorder
from biofeedback.recording import Recording, RecordingWriter, read_recording
from biofeedback.straps import Payload
from biofeedback.unattended import simulate
from tests.bench import machine

__all__ = ["RATES_HZ", "Cost", "at_rate", "measure", "streamed"]

RATES_HZ = (25, 50, 200)  # of acceleration; the ECG has 130 always
FRAME_SAMPLES = 36
NS = 1_000_000_000
TIMES = 3  # runs of which the cheapest is told


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU of each part, in us a second of the strap's time."""

    inputs: int
    pipeline_us: float
    recording_us: float
    collector_us: float


def streamed(folder: Path, exercise: str = "measured_4_6") -> Recording:
    """A simulated session of an H10."""
    path = folder / "h10.jsonl"
    simulate("h10_responder", 1, EXERCISES[exercise], path)
    return read_recording(path)


def at_rate(events: tuple[Input, ...], rate_hz: int | None) -> list[Input]:
    """The same with acceleration at another rate, or with neither it nor ECG (None)."""
    kept = [event for event in events if rate_hz is not None or not _is_of_streams(event)]
    moved = (moved for event in kept for moved in (_at_rate(event, rate_hz) if rate_hz else [event]))
    return [replace(event, seq=seq) for seq, event in enumerate(moved, start=1)]


def measure(recording: Recording, rate_hz: int | None) -> Cost:
    """What a session takes."""
    events = at_rate(recording.events, rate_hz)
    span_s = events[-1].t_s - events[0].t_s
    with tempfile.TemporaryDirectory() as name:
        parts = [
            min(_cpu_s(partial(part, events, Path(name, str(run)), recording)) for run in range(TIMES))
            for part in (_read, _record, _collect)
        ]
    return Cost(len(events), *(cpu_s / span_s * 1e6 for cpu_s in parts))


def _is_of_streams(event: Input) -> bool:
    """Whether it is of ECG or acceleration."""
    return isinstance(event, Notification) and event.characteristic in (
        Characteristic.PMD_CONTROL,
        Characteristic.PMD_DATA,
    )


def _at_rate(event: Input, rate_hz: int) -> Iterator[Input]:
    """An input with what it says of acceleration at another rate."""
    if not isinstance(event, Notification) or not _is_of_streams(event):
        yield event
    elif event.characteristic is Characteristic.PMD_CONTROL:
        asked = started_settings(event.value)
        is_motion = asked is not None and asked[0] is PmdKind.ACCELERATION
        kind = PmdKind.ACCELERATION
        yield replace(event, value=start_command(kind, Settings(rate_hz, 16, 2))) if is_motion else event
    else:
        frame = decode_frame(event.value)
        for value in [event.value] if frame.kind is PmdKind.ECG else map(encode_frame, _resampled(frame, rate_hz)):
            yield replace(event, value=value)


def _resampled(frame: PmdFrame, rate_hz: int) -> Iterator[PmdFrame]:
    """A frame of 50 Hz at another rate: half a frame, or four."""
    count = len(frame.samples) * rate_hz // 50
    places = np.linspace(0, len(frame.samples) - 1, count).round().astype(int)
    for first in range(0, count, FRAME_SAMPLES):
        part = places[first : first + FRAME_SAMPLES]
        end_ns = frame.end_ns - (count - first - len(part)) * NS // rate_hz
        yield PmdFrame(frame.kind, end_ns, frame.samples[part])


def _cpu_s(work: Callable[[], None]) -> float:
    """CPU that some work takes."""
    start_s = time.process_time()
    work()
    return time.process_time() - start_s


def _read(events: list[Input], _: Path, __: Recording) -> None:
    """As a live session does."""
    pipeline = Pipeline()
    for event in events:
        pipeline.feed(event)


def _record(events: list[Input], folder: Path, recording: Recording) -> None:
    """Into a file."""
    folder.mkdir(exist_ok=True)
    path = folder / "again.jsonl"
    recorder = FileRecorder(partial(RecordingWriter, path, recording.header), durable=False)
    for event in events:
        recorder.record(event)
    recorder.close()


def _collect(events: list[Input], folder: Path, _: Recording) -> None:
    """Into the log of a collector, and out of it to be sent."""
    folder.mkdir(exist_ok=True)
    log = Log(folder, "room-2", "S", clock_of(1.0), "ble", simulated=True)
    for event in events:
        if isinstance(event, Notification):
            log.take(Payload(event.characteristic, event.value))
    while log.tail.batch(None):
        pass
    log.close()


def main() -> int:
    """Measure, and print."""
    console = Console(width=118, highlight=False)
    console.print(machine.describe() + "\n", soft_wrap=True)
    table = Table("", "inputs", "pipeline", "recording", "collector", "one core carries", title_justify="left")
    table.title = "CPU us a second of a strap"
    with tempfile.TemporaryDirectory() as folder:
        recording = streamed(Path(folder))
        for rate_hz in (None, *RATES_HZ):
            cost = measure(recording, rate_hz)
            what = "heart rate alone" if rate_hz is None else f"ECG 130 Hz, acceleration {rate_hz} Hz"
            parts_us = (cost.pipeline_us, cost.recording_us, cost.collector_us)
            straps = f"{1e6 / (cost.pipeline_us + cost.recording_us):.0f} straps"
            table.add_row(what, str(cost.inputs), *(f"{part_us:.0f}" for part_us in parts_us), straps)
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
