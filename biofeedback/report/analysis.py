"""One file through the live session's own pipeline: what stands at its end, results in their last form."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import numpy as np

from biofeedback.core.beats import Beats
from biofeedback.core.choices import RespirationSource
from biofeedback.core.details import StepDetails, step_details
from biofeedback.core.events import End, RrIntervals, Step, StepKind
from biofeedback.core.findings import ResonanceResult, TrialResult
from biofeedback.core.intake import MS_PER_1024TH
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import (
    Artifact,
    Beat,
    BeatLabel,
    BeatSources,
    BreathMeasures,
    CalmerThanBefore,
    ExhaleResponse,
    Following,
    Gap,
    Quality,
    Result,
    RsaTrend,
    StepEnded,
    StepMeasures,
    StepStarted,
)
from biofeedback.core.sources import SOURCE_CHANGES
from biofeedback.core.whole_list import ListedBeats
from biofeedback.errors import NoSuchBeat
from biofeedback.report.source import Source

__all__ = ["Analysis", "ReviewedStep", "analyze", "detailed", "rebuild", "settle"]


@dataclass(frozen=True, slots=True)
class ReviewedStep:
    """A step that began; ``measures`` and ``details`` are None where nothing could be measured in it."""

    started: StepStarted
    end_s: float
    ended_by: str | None
    measures: StepMeasures | None
    details: StepDetails | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that a file says, in its last form: final labels, final answers, closed gaps."""

    source: Source
    beats: tuple[Beat, ...]
    artifacts: tuple[Artifact, ...]
    gaps: tuple[Gap, ...]
    steps: tuple[ReviewedStep, ...]
    breaths: tuple[BreathMeasures, ...]
    trends: tuple[RsaTrend, ...]
    exhale_responses: tuple[ExhaleResponse, ...]
    calmer: CalmerThanBefore | None
    quality: Quality | None
    end_s: float
    beat_sources: BeatSources | None = None
    trial: TrialResult | None = None
    resonance: ResonanceResult | None = None

    @property
    def begin_s(self) -> float:
        """Where reports count from: the first step of a recording. Its room may have been open for hours."""
        return 0.0 if self.source.facts.format == "rr" or not self.steps else self.steps[0].started.t_s

    @property
    def gaps_since_begin(self) -> tuple[Gap, ...]:
        """Gaps that did not end before the first step."""
        return tuple(gap for gap in self.gaps if gap.end_s is None or gap.end_s > self.begin_s)

    @property
    def measured_steps(self) -> tuple[ReviewedStep, ...]:
        """Steps in which something was measured or could have been: all but a practice."""
        return tuple(step for step in self.steps if step.started.step is not StepKind.PRACTICE)


# What a result is about; Cards are of the moment and are left out.
_IDENTITY: dict[type, Callable[[Any], object]] = {
    Beat: attrgetter("seq", "index"),
    BeatLabel: attrgetter("seq", "index"),
    Gap: attrgetter("start_s"),
    StepStarted: attrgetter("step_seq"),
    StepEnded: attrgetter("step_seq"),
    StepMeasures: attrgetter("step_seq"),
    BreathMeasures: attrgetter("step_seq", "index"),
    RsaTrend: attrgetter("step_seq", "breath"),
    ExhaleResponse: attrgetter("step_seq"),
    CalmerThanBefore: lambda result: None,
    Quality: lambda result: None,
    BeatSources: lambda result: None,
    TrialResult: lambda result: None,
    ResonanceResult: lambda result: None,
}


def analyze(source: Source) -> Analysis:
    """The analysis of a file: its inputs through the pipeline, to its end or, without one, to its last time.

    Raises
    ------
    NoSuchBeat
        If a beat was edited that is not among those that count.
    """
    return _analyze_whole(source) or rebuild(source)[0]


def rebuild(source: Source) -> tuple[Analysis, Pipeline]:
    """The analysis of a file input by input, as they would come in a live session; and the pipeline at its end.

    Raises
    ------
    NoSuchBeat
        If a beat was edited that is not among those that count.
    """
    pipeline = Pipeline(source.prior, source.edits, is_watched=False)
    results: list[Result] = []
    for event in source.events:
        results += pipeline.feed(event)
    end_s = next((event.t_s for event in source.events if isinstance(event, End)), None)
    if end_s is None:
        # Cut off by a crash, or still being written: what waits for its end is settled with what there is.
        last = source.events[-1] if source.events else None
        end_s = 0.0 if last is None else last.t_s
        results += pipeline.feed(End(1 if last is None else last.seq + 1, end_s, "file_ended"))
    for beat in pipeline.beats.unknown_edits():
        raise NoSuchBeat(source.facts.file, beat)
    return settle(source, results, end_s, pipeline.beats), pipeline


def _analyze_whole(source: Source) -> Analysis | None:
    """The same of a plain RR file in one open step, all at once: a day would take seconds in order. Else None."""
    if source.facts.format != "rr":
        return None
    step, *intervals, end = source.events
    rr_ms = np.asarray([event.rr_ms[0] for event in intervals if isinstance(event, RrIntervals)])
    if not (isinstance(step, Step) and step.duration_s is None and isinstance(end, End)):
        return None
    if len(rr_ms) < len(intervals) or rr_ms.min() < MS_PER_1024TH:
        return None
    pipeline = Pipeline(source.prior)
    results = pipeline.feed(step)
    beats = ListedBeats(intervals[0].seq, np.asarray([event.t_s for event in intervals]), rr_ms)
    results += [*beats.told, *pipeline.end_with(beats, end)]
    analysis = settle(source, results, end.t_s, beats)
    return replace(analysis, beats=tuple(beats.placed), artifacts=beats.artifacts)


def settle(source: Source, results: Iterable[Result], end_s: float, beats: Beats) -> Analysis:
    """What stands when all results are in: a later result about the same thing replaces an earlier one."""
    last: dict[type, dict[Any, Any]] = {kind: {} for kind in _IDENTITY}
    for result in results:
        kind = type(result)
        if kind in _IDENTITY:
            last[kind][_IDENTITY[kind](result)] = result
    labels, ended, measures = last[BeatLabel], last[StepEnded], last[StepMeasures]
    steps = [_review(step, ended.get(seq), measures.get(seq), end_s) for seq, step in last[StepStarted].items()]
    answers = last[ExhaleResponse]
    return Analysis(
        source=source,
        beats=tuple(last[Beat].values()),
        artifacts=tuple(labels[key].artifact if key in labels else Artifact.NORMAL for key in last[Beat]),
        gaps=tuple(gap for gap in last[Gap].values() if gap.end_s != gap.start_s or gap.reason not in SOURCE_CHANGES),
        steps=tuple(detailed(step, answers.get(step.started.step_seq), beats) for step in steps),
        breaths=tuple(last[BreathMeasures].values()),
        trends=tuple(last[RsaTrend].values()),
        exhale_responses=tuple(answers.values()),
        calmer=last[CalmerThanBefore].get(None),
        quality=last[Quality].get(None),
        end_s=end_s,
        beat_sources=last[BeatSources].get(None),
        trial=last[TrialResult].get(None),
        resonance=last[ResonanceResult].get(None),
    )


def _review(started: StepStarted, ended: StepEnded | None, measures: StepMeasures | None, end_s: float) -> ReviewedStep:
    """A step with its end: the file's own end for one that was never closed."""
    if ended is None:
        return ReviewedStep(started, end_s, None, measures)
    return ReviewedStep(started, ended.t_s, ended.reason, measures)


def detailed(step: ReviewedStep, response: ExhaleResponse | None, beats: Beats) -> ReviewedStep:
    """A step with the measures that only an analysis makes."""
    if step.measures is None:
        return step
    runs = beats.runs(step.measures.start_s, step.measures.end_s)
    return replace(step, details=step_details(runs, step.measures.rmssd_ms, _breathing_hz(step, response)))


def _breathing_hz(step: ReviewedStep, response: ExhaleResponse | None) -> float | None:
    """The rate of the chest; else the pacer's, unless the person is known not to follow it, or that of beats alone."""
    plan, measures = step.started, step.measures
    if measures is not None and measures.respiration_source is RespirationSource.MEASURED:
        return measures.respiration_hz
    if plan.inhale_s is None or plan.exhale_s is None:
        return None if measures is None else measures.respiration_hz
    if response is None or response.following is Following.NO:
        return None
    lengths_s = [inhale_s + exhale_s for inhale_s, exhale_s in plan.breaths]
    lengths_s = lengths_s or [plan.inhale_s + (plan.hold_in_s or 0.0) + plan.exhale_s + (plan.hold_out_s or 0.0)]
    return len(lengths_s) / sum(lengths_s)
