"""Stand-ins for the edges of a session: a strap with a script, a pipeline that counts, a loop that does not wait."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

from biofeedback.channel import Channel, Facts
from biofeedback.clock import Clock, LoopClock, VirtualLoop
from biofeedback.core.events import Input, Notification, RrIntervals, Step
from biofeedback.core.exercises import Exercise
from biofeedback.core.results import Beat, Grade, Quality, Result, StepStarted
from biofeedback.course import Course
from biofeedback.recorder import FileRecorder
from biofeedback.recording import Header, RecordingWriter, read_recording
from biofeedback.session import Session
from biofeedback.straps import Connected, RrFrame, Sink, StrapEvent

T = TypeVar("T")
Script = Sequence[tuple[float, StrapEvent | Exception]]

HEADER = Header("01KTEST", "2026-11-22T09:00:00Z", "A-17", simulated=True, exercise="measured_4_6")


def virtually(main: Coroutine[Any, Any, T]) -> T:
    """Result of a coroutine on a loop whose time does not wait."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def beats(until_s: float, every_s: float = 1.0) -> Script:
    """A strap that is connected at once and sends a beat every second."""
    count = int(until_s / every_s)
    return [(0.0, Connected("scripted")), *((every_s * (k + 1), RrFrame((1000.0 * every_s,))) for k in range(count))]


class ScriptedStrap:
    """Sends what its script says, raises where it says so, and remembers what it was shown."""

    source = "scripted"
    simulated = True

    def __init__(self, *scripts: Script, ends: bool = False) -> None:
        self.watched: list[Step | None] = []
        self.runs = 0
        self.is_let_go = False
        self._scripts = scripts
        self._ends = ends

    def watch(self, step: Step | None) -> None:
        self.watched.append(step)

    async def run(self, sink: Sink, clock: Clock) -> None:
        script = self._scripts[min(self.runs, len(self._scripts) - 1)]
        self.runs += 1
        try:
            for t_s, event in script:
                await clock.sleep_until(t_s)
                if isinstance(event, Exception):
                    raise event
                sink(event)
            if not self._ends:
                await asyncio.Event().wait()
        finally:
            self.is_let_go = True


class CountingPipeline:
    """A beat for each input of the strap, a step for each step, a quality for each second."""

    def __init__(self) -> None:
        self.fed: list[Input] = []
        self.now_s = 0.0
        self._beats = 0
        self._second = 0

    def feed(self, event: Input) -> list[Result]:
        results = self.advance(event.t_s)
        self.fed.append(event)
        if isinstance(event, Notification | RrIntervals):
            self._beats += 1
            results.append(Beat(event.seq, 0, event.t_s, 1000.0, 60.0, 0))
        if isinstance(event, Step):
            pattern = None if event.pattern is None else event.pattern.name
            results.append(
                StepStarted(event.seq, event.step, event.t_s, event.duration_s, pattern, *[None] * 4, (), None, None)
            )
        return results

    @property
    def next_due_s(self) -> float:
        return self._second + 1.0

    def advance(self, now_s: float) -> list[Result]:
        assert now_s >= self.now_s, "time goes back"
        self.now_s = now_s
        results: list[Result] = []
        while self._second + 1 <= now_s:
            self._second += 1
            results.append(
                Quality(float(self._second), Grade.GOOD, (), self._beats, None, None, None, None, True, None, None)
            )
        return results


def continued(path: Path) -> RecordingWriter:
    """Writer that goes on with a recording, as a server does with what the store holds of a session."""
    recording = read_recording(path)
    path.rename(path.with_suffix(".before"))
    writer = RecordingWriter(path, recording.header)
    for event in recording.events:
        writer.write(event)
    return writer


class Stage:
    """A session on a stage of stand-ins; to be made inside a running loop."""

    def __init__(
        self,
        folder: Path,
        exercise: Exercise,
        strap: ScriptedStrap,
        *,
        open_writer: Callable[[], RecordingWriter] | None = None,
        pipeline: Any = None,
        clock: Clock | None = None,
    ) -> None:
        self.path = folder / "session.jsonl"
        self.clock = clock or LoopClock()
        self.strap = strap
        self.pipeline = pipeline or CountingPipeline()
        self.course = Course(exercise)
        self.channel = Channel(
            Facts(HEADER.session, HEADER.subject, HEADER.simulated, "scripted"), self.course, lambda: 1
        )
        self.recorder = FileRecorder(open_writer or (lambda: RecordingWriter(self.path, HEADER)), durable=False)
        self.session = Session(self.course, strap, self.recorder, self.pipeline, self.channel, self.clock)
        self.running = asyncio.create_task(self.session.run())

    async def at(self, t_s: float) -> Session:
        """The session, when its clock has come to ``t_s``."""
        await self.clock.sleep_until(t_s)
        return self.session

    async def cut(self) -> None:
        """Stop as a killed program does, but close the file."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        self.session.close()
