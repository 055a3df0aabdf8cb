"""Seeded people, and the inputs that a session with them records: what the core's tests feed to the pipeline."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

import numpy as np

from biofeedback.core.events import (
    Characteristic,
    End,
    Input,
    Link,
    LinkState,
    Notification,
    RrIntervals,
    Step,
    StepKind,
    StrapInfo,
)
from biofeedback.core.heart_rate import HeartRateMeasurement, encode
from biofeedback.core.pacing import Pattern
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.prior import Prior
from biofeedback.core.results import Result
from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import PRESETS, Traits

FOUR_SIX = Pattern(4.0, 6.0)
LATENCY_S = 0.4
T = TypeVar("T")


def measured_steps(breathe_s: float = 120.0, baseline_s: float = 120.0, recovery_s: float = 120.0) -> list[Step]:
    """Baseline, 4-6 and recovery; a length of 0 leaves a step out."""
    steps: list[Step] = []
    start_s = 0.0
    kinds = (
        (StepKind.BASELINE, baseline_s, None),
        (StepKind.BREATHE, breathe_s, FOUR_SIX),
        (StepKind.RECOVERY, recovery_s, None),
    )
    for kind, duration_s, pattern in kinds:
        if duration_s:
            steps.append(Step(0, start_s, kind, duration_s, pattern))
            start_s += duration_s
    return steps


def end_of(steps: Sequence[Step]) -> float:
    """Planned end of the last step."""
    return steps[-1].t_s + (steps[-1].duration_s or 0.0)


@cache
def _peaks(traits: Traits, seed: int, steps: tuple[Step, ...], until_s: float) -> tuple[float, ...]:
    person = Person(traits, seed)
    for step in steps:
        person.watch(step, step.t_s)
    person.advance(until_s)
    return tuple(person.beats_s)


def peaks_of(preset: str | Traits, seed: int, steps: Sequence[Step], until_s: float) -> list[float]:
    """R peaks of a person who watches some steps."""
    traits = PRESETS[preset].traits if isinstance(preset, str) else preset
    return list(_peaks(traits, seed, tuple(steps), until_s))


def notified(
    peaks_s: Sequence[float], seed: int = 0, latency_s: float = LATENCY_S, contact: bool | None = None
) -> list[Notification]:
    """A strap's notifications, about one a second, on its own grid of 1/1024 s."""
    rng = np.random.default_rng([seed, 99])
    ticks = [round(peak * 1024) for peak in peaks_s]
    found, k, slot_s = [], 1, peaks_s[0]
    while k < len(ticks):
        slot_s += 0.99
        arrival_s = slot_s + float(rng.uniform(0.0, 0.03))
        waiting = []
        while k < len(ticks) and ticks[k] / 1024 + latency_s <= arrival_s:
            waiting.append(ticks[k] - ticks[k - 1])
            k += 1
        measurement = HeartRateMeasurement(60, contact, rr_1024ths=tuple(waiting))
        found.append(Notification(0, round(arrival_s, 6), 1, Characteristic.HEART_RATE, encode(measurement)))
    return found


def listed(rr_ms: Iterable[float], start_s: float = 0.0) -> list[RrIntervals]:
    """One input a beat, each arriving with the R peak that ends it."""
    found, t_s = [], start_s
    for rr in map(float, rr_ms):
        t_s += rr / 1000.0
        found.append(RrIntervals(0, round(t_s, 6), (rr,)))
    return found


def numbered(events: Iterable[Input]) -> list[Input]:
    """Inputs in the order of their times, counted from 1; steps before beats of the same time."""
    ordered = sorted(events, key=lambda event: (event.t_s, not isinstance(event, Step), isinstance(event, End)))
    return [replace(event, seq=place) for place, event in enumerate(ordered, start=1)]


def strapped(events: Iterable[Input], end_s: float, latency_s: float | None = None) -> list[Input]:
    """A whole session: strap, link, events and end."""
    opening = [StrapInfo(0, 0.0, 1, "simulated", latency_s=latency_s), Link(0, 0.0, 1, LinkState.CONNECTED)]
    return numbered([*opening, *(event for event in events if event.t_s <= end_s), End(0, end_s, "completed")])


def session_of(
    preset: str | Traits,
    seed: int,
    steps: Sequence[Step] | None = None,
    latency_s: float | None = None,
    spoil: Callable[[list[float]], list[float]] = list,
) -> list[Input]:
    """Inputs of a session with a simulated person; ``spoil`` changes the R peaks that the strap sees."""
    steps = measured_steps() if steps is None else steps
    until_s = end_of(steps) + 8.0
    peaks_s = spoil(peaks_of(preset, seed, steps, until_s + 2.0))
    return strapped([*steps, *notified(peaks_s, seed)], until_s, latency_s)


def run(events: Iterable[Input], prior: Prior | None = None) -> list[Result]:
    """All results of some inputs."""
    pipeline = Pipeline(prior)
    return [result for event in events for result in pipeline.feed(event)]


def of(results: Iterable[Result], kind: type[T]) -> list[T]:
    """Results of one kind."""
    return [result for result in results if isinstance(result, kind)]


def waves(
    seconds: float,
    mean_ms: float,
    *components: tuple[float, float, float],
    noise_ms: float = 0.0,
    seed: int = 0,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """RR intervals whose value at their own midpoint is a sum of (amplitude ms, Hz, phase rad) and white noise."""
    rng = np.random.default_rng(seed)
    found, t_s = [], 0.0
    while t_s < seconds:
        rr = mean_ms
        for _ in range(8):  # the midpoint depends on the interval itself
            mid_s = t_s + rr / 2000.0
            rr = mean_ms + sum(a * math.sin(math.tau * f * mid_s + p) for a, f, p in components)
        rr += noise_ms * float(rng.standard_normal())
        found.append(rr)
        t_s += rr / 1000.0
    return np.asarray(found)
