"""Sessions without a page: recorded from a strap, or simulated in a moment."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from biofeedback.clock import Clock, LoopClock, VirtualLoop
from biofeedback.composition import begin, new_header
from biofeedback.core.events import StepKind
from biofeedback.core.exercises import Exercise, PlannedStep
from biofeedback.errors import InputError, NothingMeasured
from biofeedback.header import utc_text
from biofeedback.ids import ulid
from biofeedback.patience import PatientStrap
from biofeedback.recorder import FileRecorder
from biofeedback.recording import Header, RecordingWriter
from biofeedback.session import Session
from biofeedback.straps import Strap
from biofeedback.straps.simulated import SimulatedStrap

__all__ = ["record", "simulate"]

LONGEST_S = 24 * 3600.0  # a rest without an end is ended after a day
SIMULATED_START = datetime(2026, 1, 1, tzinfo=UTC)  # a simulation has no date of its own


async def record(
    strap: Strap, exercise: Exercise | None, duration_s: float | None, out: Path, clock: Clock, subject: str = ""
) -> None:
    """Return when a session has been recorded: its exercise is done, its time is over, or the strap has no more.

    Parameters
    ----------
    exercise : Exercise or None
        Begins with the first beat; None: one step of rest from the start.
    duration_s : float or None
        Longest time on the session's clock; None: as long as the exercise takes.

    Raises
    ------
    InputError
        If the file exists already, or cannot be written to its end.
    NothingMeasured
        If no beat came. The file of a session that no strap was connected to is not kept: there is nothing in it.
    """
    chosen = exercise or Exercise("rest", (PlannedStep(StepKind.REST, duration_s or LONGEST_S),))
    header = new_header(datetime.now(UTC), subject=subject, simulated=strap.simulated, exercise=chosen.name)
    writer = RecordingWriter(out, header)
    recorder = FileRecorder(lambda: writer)
    patient = PatientStrap(strap)
    session = begin(header, recorder, chosen, patient, clock)
    if exercise is None:
        session.command("start", None)
    try:
        await _run(session, clock, duration_s)
    finally:
        session.finish("stopped")
        session.close()
        _judge(out, saved=recorder.saved, has_beats=session.beats.is_set(), was_connected=patient.was_connected)


def _judge(out: Path, *, saved: bool, has_beats: bool, was_connected: bool) -> None:
    """Say it where a recording that has ended is not whole, or has nothing in it."""
    if not saved:
        raise InputError(f"{out}: the disk refused the end of the session; what was written before it is whole")
    if not has_beats:
        if not was_connected:
            out.unlink()
        raise NothingMeasured(str(out), was_connected=was_connected)


def simulate(preset: str, seed: int, exercise: Exercise, out: Path) -> Path:
    """Path of the truth beside a simulated recording. The same preset, seed and exercise give the same bytes.

    Raises
    ------
    InputError
        If there is no such preset, or the file exists already, or cannot be written.
    """
    strap = SimulatedStrap(preset, seed)
    digest = sha256(f"{preset}:{seed}:{exercise}".encode()).digest()
    moment_ms = int(SIMULATED_START.timestamp() * 1000)
    header = new_header(SIMULATED_START, subject=f"simulated-{preset}-{seed}", simulated=True, exercise=exercise.name)
    header = replace(header, session=ulid(moment_ms, digest[:10]), started_utc=utc_text(SIMULATED_START))
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        end_s = runner.run(_simulate(strap, exercise, header, out))
    if end_s is None:
        out.unlink()  # the next try makes all of it anew
        raise InputError(f"{out}: cannot be written to its end; make room on the disk, and try again")
    truth = out.with_name(f"{out.name.removesuffix('.jsonl')}.truth.json")
    try:
        truth.write_text(strap.truth(end_s).to_json(), encoding="utf-8")
    except OSError as error:
        out.unlink()
        with suppress(OSError):
            truth.unlink()
        raise InputError(f"{truth}: cannot be written ({(error.strerror or str(error)).lower()})") from error
    return truth


async def _simulate(strap: SimulatedStrap, exercise: Exercise, header: Header, out: Path) -> float | None:
    """Time at which the simulated session ended; None where the disk did not take all of it."""
    clock = LoopClock()
    writer = RecordingWriter(out, header)
    recorder = FileRecorder(lambda: writer, durable=False)
    session = begin(header, recorder, exercise, strap, clock, seed=strap.seed)
    try:
        await _run(session, clock, None)
    finally:
        session.close()
    return session.status().session_s if recorder.saved else None


async def _run(session: Session, clock: Clock, duration_s: float | None) -> None:
    """Run a session to its end; its exercise begins with the first beat."""
    async with asyncio.TaskGroup() as group:
        running = group.create_task(session.run())
        waiting = [group.create_task(_start_with_beats(session)), group.create_task(_end_with_strap(session))]
        if duration_s is not None:
            waiting.append(group.create_task(_end_at(session, clock, duration_s)))
        await running
        for task in waiting:
            task.cancel()


async def _start_with_beats(session: Session) -> None:
    """Start the exercise with the first beat, unless it runs already."""
    await session.beats.wait()
    if session.status().state == "ready":
        session.command("start", None)


async def _end_with_strap(session: Session) -> None:
    """End the session when the strap has no more."""
    await session.strap_ended.wait()
    session.finish("strap_ended")


async def _end_at(session: Session, clock: Clock, duration_s: float) -> None:
    """End the session when its time is over."""
    await clock.sleep_until(duration_s)
    session.finish("completed")
