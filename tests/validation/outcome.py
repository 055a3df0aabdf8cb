"""What the pipeline answered in one session, beside what was true: one JSON line each."""

import time
from dataclasses import dataclass

from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import CalmerThanBefore, ExhaleResponse, Quality
from tests.validation.classes import CLASSES
from tests.validation.real import cut
from tests.validation.sessions import Session, simulate

__all__ = ["REAL", "LookOutcome", "Outcome", "measure"]

REAL = "real:"


@dataclass(frozen=True, slots=True)
class LookOutcome:
    """One planned look: what it said by itself, and the truth over its breaths."""

    breaths: int
    answer: str
    reason: str | None
    following: str
    p_value: float | None
    effect_ms: float | None
    low_ms: float | None
    high_ms: float | None
    truth_ms: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One session: the exhale answer with its looks, and the calmer answer."""

    name: str
    seed: int
    looks: tuple[LookOutcome, ...]
    answer: str | None
    reason: str | None
    following: str | None
    time_to_answer_s: float | None
    shown_after_s: float | None
    calmer: str
    calmer_reason: str | None
    delta_bpm: float | None
    delta_low_bpm: float | None
    delta_high_bpm: float | None
    delta_truth_bpm: float
    grade: str
    cpu_s: float


def measure(name: str, seed: int) -> Outcome:
    """Outcome of a session of a class, or of a real person's recording (``real:NAME``)."""
    began_s = time.process_time()
    is_real = name.startswith(REAL)
    session = cut(name.removeprefix(REAL), seed) if is_real else simulate(CLASSES[name], seed)
    pipeline = Pipeline(None if is_real else CLASSES[name].prior)
    results = [result for event in session.events for result in pipeline.feed(event)]
    responses = [result for result in results if isinstance(result, ExhaleResponse) and result.step_seq is not None]
    calmer = next(result for result in reversed(results) if isinstance(result, CalmerThanBefore))
    quality = next(result for result in reversed(results) if isinstance(result, Quality))
    last = responses[-1] if responses else None
    shown_s = None if last is None else last.shown_at_s
    return Outcome(
        name, seed, _looks(responses, session),
        None if last is None else last.answer.value,
        None if last is None or last.reason is None else last.reason.value,
        None if last is None else last.following.value,
        None if last is None else last.time_to_answer_s,
        None if shown_s is None else shown_s - session.exercise_s,
        calmer.answer.value, None if calmer.reason is None else calmer.reason.value,
        calmer.delta_heart_rate_bpm, calmer.low_bpm, calmer.high_bpm, session.delta_bpm,
        quality.grade.value, time.process_time() - began_s,
    )  # fmt: skip


def _looks(responses: list[ExhaleResponse], session: Session) -> tuple[LookOutcome, ...]:
    """The looks in their order; each response carries all looks so far and the following of its own."""
    found: dict[int, LookOutcome] = {}
    for response in responses:
        if not response.looks or response.looks[-1].breaths in found:
            continue
        look = response.looks[-1]
        truth = session.effect_ms
        found[look.breaths] = LookOutcome(
            look.breaths, look.answer.value, None if look.reason is None else look.reason.value,
            response.following.value, response.p_value, look.effect_ms, look.low_ms, look.high_ms,
            None if truth is None else truth.get(look.breaths),
        )  # fmt: skip
    return tuple(found.values())
