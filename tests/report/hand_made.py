"""An analysis made by hand: what the pipeline would say about a person who answers the exhale, without running it."""

import math

from biofeedback.core.events import StepKind
from biofeedback.core.results import (
    Answer,
    Artifact,
    Beat,
    BreathMeasures,
    CalmerThanBefore,
    ExhaleResponse,
    Following,
    FollowingSource,
    Gap,
    Grade,
    LatencySource,
    NoiseSource,
    Quality,
    Reason,
    RespirationSource,
    StepMeasures,
    StepStarted,
)
from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.source import Facts, Source

FACTS = Facts(
    file="session.jsonl",
    sha256="ab" * 32,
    format="biofeedback-recording",
    version=1,
    session="01K0000000000000000000000A",
    started_utc="2026-11-22T09:00:00Z",
    begun_utc="2026-11-22T11:30:00Z",
    subject="A-17",
    simulated=True,
    exercise="measured_4_6",
    pipeline=1,
    software="0.1.0",
)


def sample(facts: Facts = FACTS) -> Analysis:
    """Six minutes: baseline, twelve breaths of 4-6 with one gap and three odd beats, recovery."""
    beats, artifacts = _beats()
    return Analysis(
        source=Source(facts, ()),
        beats=beats,
        artifacts=artifacts,
        gaps=(Gap(300.2, 306.1, "lost"),),
        steps=(
            _step(1, StepKind.BASELINE, 0.0),
            _step(2, StepKind.BREATHE, 120.0),
            _step(3, StepKind.RECOVERY, 240.0),
        ),
        breaths=tuple(_breath(index) for index in range(12)),
        trends=(),
        exhale_responses=(response(),),
        calmer=CalmerThanBefore(
            Answer.UNKNOWN,
            Reason.INCONCLUSIVE,
            (Reason.INCONCLUSIVE,),
            -1.1,
            -3.4,
            1.2,
            0.08,
            -0.2,
            0.36,
            0.24,
            0.22,
            RespirationSource.RR,
            RespirationSource.RR,
            0.31,
            0.62,
            1.0,
            9.4,
            -1.5,
            -6.2,
            3.2,
        ),
        quality=Quality(360.0, Grade.GOOD, (), len(beats), 0.008, 0.984, True, 80, True, 0.4, 64.0),
        end_s=360.0,
    )


def response(answer: Answer = Answer.YES, reason: Reason | None = None) -> ExhaleResponse:
    """An exhale answer."""
    return ExhaleResponse(
        step_seq=2,
        pattern="4-6",
        answer=answer,
        reason=reason,
        reasons=() if reason is None else (reason,),
        effect_ms=88.2,
        low_ms=61.0,
        high_ms=115.4,
        effect_bpm=6.2,
        low_bpm=4.3,
        high_bpm=8.1,
        phase_deg=24.0,
        following=Following.YES,
        following_source=FollowingSource.RR,
        noise_source=NoiseSource.SESSION,
        latency_source=LatencySource.PROFILED,
        latency_s=None,
        looks=(),
        p_value=0.0004,
        breaths_used=12,
        time_to_answer_s=30.0,
        shown_at_s=151.2,
        revoked=False,
        final=True,
    )


def _beats() -> tuple[tuple[Beat, ...], tuple[Artifact, ...]]:
    """Beats whose RR swing with the breath during the exercise."""
    t_s, segment = 0.0, 0
    beats, artifacts = [], []
    while t_s < 360:
        breathing = 120 <= t_s < 240
        swing = 60 * math.sin(2 * math.pi * (t_s / 10 - 0.45)) if breathing else 18 * math.sin(2 * math.pi * t_s / 4.2)
        rr_ms = 930 + swing + 12 * math.sin(2 * math.pi * t_s / 31) + 9 * math.sin(97.3 * t_s)
        artifact = {60: Artifact.ECTOPIC, 61: Artifact.ECTOPIC, 200: Artifact.MISSED}.get(len(beats), Artifact.NORMAL)
        rr_ms *= {60: 0.7, 61: 1.3, 200: 2.0}.get(len(beats), 1.0)
        t_s += rr_ms / 1000
        if 300 < t_s < 306:
            t_s, segment = 306.5, 1
        beats.append(Beat(len(beats) + 10, 0, t_s, rr_ms, 60000 / rr_ms, segment))
        artifacts.append(artifact)
    return tuple(beats), tuple(artifacts)


def _step(seq: int, kind: StepKind, start_s: float) -> ReviewedStep:
    """A step of two minutes with measures."""
    paced = (4.0, 0.0, 6.0, 0.0) if kind is StepKind.BREATHE else (None,) * 4
    pattern = "4-6" if kind is StepKind.BREATHE else None
    started = StepStarted(seq, kind, start_s, 120.0, pattern, *paced, (), None, None)
    measures = StepMeasures(
        seq,
        kind,
        start_s,
        start_s + 120,
        128,
        64.4,
        31.3,
        52.2,
        12.1,
        22.1,
        70.4,
        None,
        820.0,
        240.0,
        0.24,
        RespirationSource.RR,
        41.0,
    )
    return ReviewedStep(started, start_s + 120, "planned", measures)


def _breath(index: int) -> BreathMeasures:
    """A breath; the sixth cannot be used."""
    start_s = 120.0 + 10 * index
    if index == 5:
        return BreathMeasures(2, index, start_s, start_s + 4, start_s + 10, None, None, 11, False, "artifact", True)
    rise_ms = 80.0 + 12 * math.sin(index * 2.1)
    return BreathMeasures(2, index, start_s, start_s + 4, start_s + 10, rise_ms, rise_ms * 0.07, 11, True, None, True)
