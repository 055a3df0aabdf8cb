"""What is told of a session that is over, and what several of one person say together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from biofeedback.beginning import beginning_of
from biofeedback.core import context
from biofeedback.core.calmer import change_of, is_quiet_session
from biofeedback.core.context import Told
from biofeedback.core.edits import Edit, Undo, standing
from biofeedback.core.events import End, Mark, MarkKind, Rating, StepKind
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.repeatability import Band, difference_band, ratio_band
from biofeedback.core.results import (
    CalmerThanBefore,
    ExhaleResponse,
    Following,
    Quality,
    Result,
    StepEnded,
    StepMeasures,
    StepStarted,
)
from biofeedback.history import prior_of
from biofeedback.recording import Recording, parse_recording
from biofeedback.report.pooled import Member, Pool, pools_of
from biofeedback.report.source import Facts

__all__ = ["OwnBand", "PastSession", "bands_of", "past_session", "pools_of_person", "read_past"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PastSession:
    """A session with its answers and ratings; what was not measured, asked or said is None.

    ``begun_utc`` is when its first step began, ``duration_s`` from there to the end of the last; ``exhale`` is the
    answer that stood at the end.
    """

    session: str
    begun_utc: str
    exercise: str
    simulated: bool
    duration_s: float | None
    quality: Quality | None
    baseline: StepMeasures | None
    exhale: ExhaleResponse | None
    calmer: CalmerThanBefore | None
    is_quiet: bool
    tension_before: int | None
    tension_after: int | None
    noticed: int | None
    context: tuple[Told, ...]  # what the person told of the day


@dataclass(frozen=True, slots=True)
class OwnBand:
    """Band of a measure, named with its unit; ``exercise`` is of which, where it matters."""

    measure: str
    exercise: str | None
    band: Band


def read_past(content: bytes, name: str, log: Sequence[Edit | Undo]) -> tuple[PastSession, int]:
    """A session from its recording and the log of its edits, and how many of its beats these change.

    Raises
    ------
    RecordingCorrupt
        If the recording, which is called ``name`` in messages, is damaged.
    """
    recording, edits = parse_recording(content, Path(name)), standing(log)
    pipeline = Pipeline(prior_of(recording.header), edits, is_watched=False)
    events = list(recording.events)
    if not recording.ended:
        events.append(End(events[-1].seq + 1 if events else 1, recording.last_t_s, "file_ended"))
    results = [result for event in events for result in pipeline.feed(event)]
    return past_session(recording, results), len(edits.of_beat)


def past_session(recording: Recording, results: Sequence[Result]) -> PastSession:
    """A session from its inputs and from what the pipeline made of them, which is all in ``results``."""
    steps = [result for result in results if isinstance(result, StepStarted)]
    ends_s = [result.t_s for result in results if isinstance(result, StepEnded)]
    measured = [result for result in results if isinstance(result, StepMeasures)]
    marks = [event for event in recording.events if isinstance(event, Mark)]
    beginning = beginning_of(recording.header, recording.events)
    ratings = {(one.scale, one.moment): one.value for one in recording.events if isinstance(one, Rating)}
    return PastSession(
        session=recording.header.session,
        begun_utc=beginning.at_utc,
        exercise=beginning.exercise,
        simulated=recording.header.simulated,
        duration_s=max(ends_s) - steps[0].t_s if steps and ends_s else None,
        quality=_last(results, Quality),
        baseline=_last([one for one in measured if one.step is StepKind.BASELINE], StepMeasures),
        exhale=_last(results, ExhaleResponse),
        calmer=_last(results, CalmerThanBefore),
        is_quiet=is_quiet_session(step.step for step in steps),
        tension_before=ratings.get(("tension", "before")),
        tension_after=ratings.get(("tension", "after")),
        noticed=ratings.get(("notice", "during")),
        context=context.standing(mark.text for mark in marks if mark.kind is MarkKind.CONTEXT),
    )


def bands_of(sessions: Sequence[PastSession]) -> list[OwnBand]:
    """Bands of the measures of free breathing, and of the exhale in the exercise that was done most often.

    A baseline whose signal was too bad to read counts for nothing, and so does the exhale of who breathed otherwise
    than the circle.
    """
    rest = [one.baseline for one in sessions if one.baseline is not None and one.baseline.rmssd_ms]
    exercise, falls_bpm = _exhale_falls(sessions)
    return [
        OwnBand("heart_rate_bpm", None, difference_band(_there(one.heart_rate_bpm for one in rest))),
        OwnBand("rmssd_ms", None, ratio_band(_there(one.rmssd_ms for one in rest))),
        OwnBand("respiration_hz", None, difference_band(_there(one.respiration_hz for one in rest))),
        OwnBand("exhale_fall_bpm", exercise, difference_band(falls_bpm)),
    ]


def pools_of_person(sessions: Sequence[PastSession]) -> list[Pool]:
    """Sessions of one person together, those of each exercise that was done more than once by themselves.

    An exercise without baseline and recovery has nothing to pool, and neither has quiet sitting.
    """
    return [pool for pool in pools_of([_member(one) for one in sessions]) if pool.calmer.sessions]


def _exhale_falls(sessions: Sequence[PastSession]) -> tuple[str | None, list[float]]:
    """The exercise with most answers to the exhale, the first given of two alike, and its falls of heart rate."""
    found: dict[str, list[float]] = {}
    for one in sessions:
        if one.exhale is not None and one.exhale.effect_bpm is not None and one.exhale.following is not Following.NO:
            found.setdefault(one.exercise, []).append(one.exhale.effect_bpm)
    most = max(found, key=lambda exercise: len(found[exercise]), default=None)
    return most, [] if most is None else found[most]


def _member(one: PastSession) -> Member:
    """What a session adds to its person's pools; the person is the same for all."""
    facts = Facts(
        one.session, "", "recording", session=one.session, started_utc=one.begun_utc, subject="one person",
        simulated=one.simulated, exercise=one.exercise,
    )  # fmt: skip
    change = None if one.calmer is None else change_of(one.session, one.calmer, is_quiet=one.is_quiet)
    return Member(facts, one.calmer, change)


def _last(results: Iterable[Result], kind: type[T]) -> T | None:
    """The last result of a kind."""
    last = None
    for result in results:
        last = result if isinstance(result, kind) else last
    return last


def _there(values: Iterable[float | None]) -> list[float]:
    """Values that are there."""
    return [value for value in values if value is not None]
