"""One round: a session for each strap, over Bluetooth, recorded; and what each frame took."""

import asyncio
import gc
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biofeedback.clock import Clock, LoopClock
from biofeedback.composition import begin, new_header
from biofeedback.core.events import Characteristic, Input, Step, StepKind
from biofeedback.core.exercises import Exercise, PlannedStep
from biofeedback.core.pacing import Pattern
from biofeedback.header import Header
from biofeedback.recorder import FileRecorder
from biofeedback.recording import RecordingWriter
from biofeedback.straps import Lost, Payload, Sink, StrapEvent
from biofeedback.straps.ble import BleStrap
from tests.soak.crowd import address_of

MOST_FRAMES = 3600 * 6  # of a strap in an hour; arrays are filled beforehand, so that measuring does not grow
STREAMED = (Characteristic.HEART_RATE, Characteristic.PMD_DATA)
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def exercise(duration_s: float) -> Exercise:
    """Breathing for most of the time, with rest before and after."""
    fifth_s = duration_s / 5
    return Exercise(
        "soak",
        (
            PlannedStep(StepKind.BASELINE, fifth_s),
            PlannedStep(StepKind.BREATHE, 3 * fifth_s, Pattern(4, 6)),
            PlannedStep(StepKind.RECOVERY, fifth_s),
        ),
    )


@dataclass
class Taken:
    """When frames of one strap came, were written and were done with (monotonic s), in the order in which they came."""

    came_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(MOST_FRAMES))
    recorded_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(MOST_FRAMES))
    done_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(MOST_FRAMES))
    digests: NDArray[np.int64] = field(default_factory=lambda: np.zeros(MOST_FRAMES, np.int64))  # of their bytes
    count: int = 0
    losses: int = 0
    written_s: float = 0.0  # the newest input
    flushed_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(MOST_FRAMES))  # how long the disk took
    flushes: int = 0


class TimedWriter(RecordingWriter):
    """Takes the time at which an input has been written."""

    def __init__(self, path: Path, header: Header, taken: Taken) -> None:
        super().__init__(path, header)
        self._taken = taken

    def write(self, event: Input) -> None:
        super().write(event)
        self._taken.written_s = time.monotonic()

    def flush(self) -> None:
        began_s = time.monotonic()
        super().flush()
        self._taken.flushed_s[self._taken.flushes] = time.monotonic() - began_s
        self._taken.flushes += 1


class TimedStrap:
    """Stands before another strap and takes the time of each frame."""

    def __init__(self, strap: BleStrap, taken: Taken) -> None:
        self.source, self.simulated = strap.source, strap.simulated
        self._strap = strap
        self._taken = taken

    def watch(self, step: Step | None) -> None:
        self._strap.watch(step)

    async def run(self, sink: Sink, clock: Clock) -> None:
        taken = self._taken

        def timed(event: StrapEvent) -> None:
            came_s = time.monotonic()
            sink(event)
            is_recorded = taken.written_s > came_s  # not what comes while its session ends
            if is_recorded and isinstance(event, Payload) and event.characteristic in STREAMED:
                taken.came_s[taken.count] = came_s
                taken.recorded_s[taken.count] = taken.written_s
                taken.done_s[taken.count] = time.monotonic()
                taken.digests[taken.count] = hash(event.value)
                taken.count += 1
            taken.losses += isinstance(event, Lost)

        await self._strap.run(timed, clock)


@dataclass(frozen=True, slots=True)
class State:
    """What a process holds."""

    memory_mb: float
    descriptors: int
    tasks: int


def state() -> State:
    """What this process holds now, garbage aside."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return State(pages * PAGE_BYTES / 1e6, len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks()))


async def sit(n: int, file: Path, duration_s: float, taken: Taken) -> None:
    """Run a session over Bluetooth to its end."""
    strap = TimedStrap(BleStrap(address_of(n)), taken)
    plan = exercise(duration_s)
    header = new_header(datetime.now(UTC), subject=str(n), simulated=True, exercise=plan.name)
    writer = TimedWriter(file, header, taken)
    session = begin(header, FileRecorder(lambda: writer), plan, strap, LoopClock())
    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await session.beats.wait()
        session.command("start", None)
    session.close()


async def round_of_sessions(folder: Path, duration_s: float, taken: list[Taken]) -> None:
    """A session for each strap, all at the same time, recorded as N.jsonl."""
    async with asyncio.TaskGroup() as group:
        for n, one in enumerate(taken):
            group.create_task(sit(n, folder / f"{n}.jsonl", duration_s, one))
