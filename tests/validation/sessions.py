"""One simulated session of a class from its seed: the events of the core, and what is true about them."""

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.events import (
    Characteristic,
    End,
    Input,
    Link,
    LinkState,
    Mark,
    MarkKind,
    Notification,
    Step,
    StepKind,
    StrapInfo,
)
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.heart_rate import HeartRateMeasurement, encode
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.draw import SEEDS, draw_blocks
from biofeedback.straps.physiology import COARSE_S, GRID_S, SETTLING_TAU_S, Person
from biofeedback.straps.presets import Faults, Follows, Traits
from tests.validation.classes import Push, SessionClass

__all__ = ["Session", "Sitter", "notifications", "simulate"]

BASELINE_S, EXERCISE_S, RECOVERY_S = 5.0, 125.0, 120.0  # start, start, length
STEP_S = 120.0
FOUR_SIX = Pattern(4, 6)
BREATHS = 12
NOTIFY_S, JITTER_S = (0.975, 1.0), 0.03  # as the package's simulated strap
POSTURE_TAU_S = 5.0  # assumed
LONGEST_S = 420.0  # no session lasts longer, varied breaths included
LOOKS = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class Session:
    """Events in order of time. Truths are None where the word makes no sense for the class."""

    events: tuple[Input, ...]
    exercise_s: float
    effect_ms: dict[int, float] | None  # mean over the breaths up to a look, of RR without noise at the heart
    latency_s: float  # of the strap, true
    person: Person | None = field(compare=False)  # None: a real one
    delta_bpm: float  # by how much the level of the recovery differs from the baseline's; wandering is no level


class Sitter(Person):
    """A person whose heart rate is also pushed from outside: ``pushed_bpm`` on the grid of the integration."""

    def __init__(self, traits: Traits, seed: int, pushed_bpm: NDArray[np.float64]) -> None:
        self._pushed_bpm = pushed_bpm
        super().__init__(traits, seed)

    def _heart_rate_bpm(self, start: int, stop: int) -> NDArray[np.float64]:
        return super()._heart_rate_bpm(start, stop) + self._pushed_bpm[start:stop]


def simulate(one: SessionClass, seed: int) -> Session:
    """Session of a class; the same class and seed give the same session."""
    own_seed = seed * 2**32 + zlib.crc32(one.name.encode())
    rng = np.random.default_rng([own_seed, 11])
    steps = _steps(one, rng)
    exercise_s, recovery_s = steps[1].t_s, steps[2].t_s
    end_s = recovery_s + RECOVERY_S
    traits, level_bpm, pushed_bpm = _pushed(one.traits, one.push, recovery_s, rng)
    person = Sitter(traits, own_seed, level_bpm + pushed_bpm)
    if one.is_exercise:
        watched = replace(steps[1], pattern=Pattern.parse(one.person_pattern)) if one.person_pattern else steps[1]
        late_s = rng.uniform(*one.follow_late_s) if one.follow_late_s[1] else 0.0
        person.watch(replace(watched, t_s=watched.t_s + late_s), exercise_s)
        person.watch(None, recovery_s)
    person.advance(end_s + 8.0)
    latency_s = rng.uniform(*one.latency_s)
    events: list[Input] = [
        StrapInfo(0, 0.0, 1, "simulated"),
        Link(0, 0.0, 1, LinkState.CONNECTED),
        *steps,
        *notifications(person.beats_s, one.faults, latency_s, end_s + 7.0, rng),
        End(0, end_s + 7.5, "planned"),
    ]
    if one.is_seen:
        events.append(Mark(0, exercise_s + 5.0, MarkKind.CONTEXT, "following", "physiotherapist"))
    events.sort(key=lambda event: event.t_s)
    numbered = tuple(replace(event, seq=seq) for seq, event in enumerate(events))
    settling_bpm = traits.settling_bpm * np.exp(-np.arange(len(level_bpm)) * GRID_S / SETTLING_TAU_S)
    expected_bpm = level_bpm + settling_bpm
    return Session(
        numbered, exercise_s, _effect_ms(one, person, steps[1], float(_mean(expected_bpm, exercise_s, recovery_s))),
        latency_s, person, float(_mean(expected_bpm, recovery_s, end_s) - _mean(expected_bpm, BASELINE_S, exercise_s)),
    )  # fmt: skip


def _steps(one: SessionClass, rng: np.random.Generator) -> tuple[Step, Step, Step]:
    """Baseline, exercise and recovery."""
    breaths = _breaths(one, rng)
    length_s = sum(map(sum, breaths)) + (BREATHS - len(breaths)) * FOUR_SIX.period_s
    baseline = Step(0, BASELINE_S, StepKind.BASELINE if one.has_baseline else StepKind.REST, STEP_S)
    if one.is_exercise:
        middle = Step(0, EXERCISE_S, StepKind.BREATHE, length_s, FOUR_SIX, breaths)
    else:
        middle = Step(0, EXERCISE_S, StepKind.REST, length_s)
    return baseline, middle, Step(0, EXERCISE_S + length_s, StepKind.RECOVERY, RECOVERY_S)


def _breaths(one: SessionClass, rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """Lengths in s of a varied pacer's breaths: as the exercise draws them, or 10-20 % longer or shorter."""
    if one.is_varied_later:
        design = EXERCISES["varied_later_4_6"].design
        assert design is not None
        return design.steps(draw_blocks(design, int(rng.integers(SEEDS))))[1].breaths
    factors = 1 + rng.uniform(0.1, 0.2, one.varied_breaths) * rng.choice((-1.0, 1.0), one.varied_breaths)
    return tuple((round(4 * float(f), 3), round(6 * float(f), 3)) for f in factors)


def _mean(values: NDArray[np.float64], start_s: float, end_s: float) -> np.float64:
    """Mean of values on the grid between two times."""
    return np.float64(values[round(start_s / GRID_S) : round(end_s / GRID_S)].mean())


# What pushes the heart rate


def _pushed(
    traits: Traits, push: Push, recovery_s: float, rng: np.random.Generator
) -> tuple[Traits, NDArray[np.float64], NDArray[np.float64]]:
    """Traits that are left, and on the grid: what changes the level for good, and what does not count as level."""
    t_s = np.arange(round(LONGEST_S / GRID_S)) * GRID_S
    level_bpm = push.drift_bpm * np.clip((t_s - EXERCISE_S) / (recovery_s - EXERCISE_S), 0.0, 1.0)
    fall_from_s = BASELINE_S + 60.0
    level_bpm += push.fall_bpm * np.clip((t_s - fall_from_s) / (recovery_s - fall_from_s), 0.0, 1.0)
    if push.posture_bpm:
        after_s = np.maximum(t_s - rng.uniform(EXERCISE_S + 10, recovery_s - 10), 0.0)
        level_bpm += push.posture_bpm * rng.choice((-1.0, 1.0)) * (1 - np.exp(-after_s / POSTURE_TAU_S))
    level_bpm += np.where(t_s >= recovery_s, push.day_sd_bpm * rng.standard_normal(), 0.0)
    other_bpm = np.zeros_like(t_s)
    if push.sighs_per_min:
        other_bpm += _sighs(t_s, 60.0 / push.sighs_per_min, rng)
    if push.mayer_factor_sd:
        factor = math.exp(push.mayer_factor_sd * rng.standard_normal())
        other_bpm += _mayer(traits, t_s, rng) * np.where((t_s >= EXERCISE_S) & (t_s < recovery_s), factor, 1.0)
        traits = replace(traits, mayer_sd_bpm=(0.0, 0.0))
    return traits, level_bpm, other_bpm


def _sighs(t_s: NDArray[np.float64], every_s: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Heart rate of one sigh somewhere in each stretch: up as it is drawn in, then down; halves of a sine."""
    total_bpm = np.zeros_like(t_s)
    for start_s in np.arange(0.0, t_s[-1], every_s):
        since_s = t_s - start_s - rng.uniform(0.0, every_s - 12.0)
        size_bpm = rng.uniform(8.0, 14.0)
        total_bpm += np.where((since_s > 0) & (since_s < 4), size_bpm * np.sin(np.pi * since_s / 4), 0.0)
        total_bpm -= np.where((since_s >= 4) & (since_s < 12), size_bpm / 2 * np.sin(np.pi * (since_s - 4) / 8), 0.0)
    return total_bpm


def _mayer(traits: Traits, t_s: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Mayer wave as the simulator draws it, on its own so that it can be made stronger."""
    sd_bpm, turn = rng.uniform(*traits.mayer_sd_bpm), math.tau * rng.uniform(*traits.mayer_hz) * COARSE_S
    decay = math.exp(-COARSE_S / rng.uniform(*traits.mayer_coherence_s))
    pole = decay * complex(math.cos(turn), math.sin(turn))
    size = math.ceil(t_s[-1] / COARSE_S) + 1
    drives = sd_bpm * math.sqrt(1 - decay**2) * (rng.standard_normal(size) + 1j * rng.standard_normal(size))
    start = sd_bpm * complex(*rng.standard_normal(2))
    wave = list(accumulate(drives.tolist(), lambda state, drive: pole * state + drive, initial=start))
    return np.interp(t_s, COARSE_S * np.arange(size + 1), np.real(wave))


# The strap


def _ticks(beats_s: list[float], faults: Faults, rng: np.random.Generator) -> Iterator[tuple[float, int]]:
    """Yield what the electronics take for R peaks: when they are known, and their time in 1/1024 s."""
    chances = rng.random(len(beats_s))
    last: int | None = None
    for beat_s, chance in zip(beats_s, chances.tolist(), strict=True):
        if chance < faults.missed_fraction:
            continue
        tick = round(beat_s * 1024)  # the time is rounded, not the interval: nothing adds up
        if last is not None and chance > 1 - faults.extra_fraction:
            yield beat_s, last + round(rng.uniform(0.3, 0.7) * (tick - last))
        yield beat_s, tick
        last = tick


def notifications(
    beats_s: list[float], faults: Faults, latency_s: float, until_s: float, rng: np.random.Generator
) -> list[Notification]:
    """Notifications about once a second, each with the intervals that have passed the latency."""
    ticks = list(_ticks(beats_s, faults, rng))
    notify_s, slot_s = rng.uniform(*NOTIFY_S), rng.uniform(*NOTIFY_S)
    found, sent = [], 1
    while slot_s < until_s:
        due_s, first = slot_s + rng.uniform(0.0, JITTER_S), sent
        while sent < len(ticks) and ticks[sent][0] + latency_s <= due_s:
            sent += 1
        rr = tuple(max(ticks[k][1] - ticks[k - 1][1], 1) for k in range(first, sent))
        shown_bpm = round(61440 / float(np.mean(rr))) if rr else 0
        measurement = HeartRateMeasurement(shown_bpm, True, rr_1024ths=rr)
        found.append(Notification(0, due_s, 1, Characteristic.HEART_RATE, encode(measurement)))
        slot_s += notify_s
    return found


# The truth


def _effect_ms(one: SessionClass, person: Person, step: Step, pushed_bpm: float) -> dict[int, float] | None:
    """Last third minus first third of the exhale, at the heart and without noise, over the breaths up to each look.

    A beat's interval is the mean over itself, so is the RR here. Free breathing has no part that is locked: 0.
    """
    pacer = step.pacer
    if pacer is None or one.person_pattern or one.traits.follows is Follows.OWN_SLOW_RHYTHM:
        return None
    if one.traits.follows is Follows.NOTHING:
        return dict.fromkeys(LOOKS, 0.0)
    t_s = np.arange(step.t_s - 2.0, pacer.breath(BREATHS - 1).end_s + 2.0, GRID_S)
    mean_bpm = person.heart_rate_bpm + pushed_bpm
    rr_ms = 60_000 / (mean_bpm + person.respiration.modulation_bpm(t_s))
    width = round(60 / mean_bpm / GRID_S)
    rr_ms = np.convolve(rr_ms, np.full(width, 1 / width), mode="same")
    rises = [_rise_ms(pacer, index, t_s, rr_ms) for index in range(BREATHS)]
    return {look: float(np.mean(rises[:look])) for look in LOOKS}


def _rise_ms(pacer: Pacer, index: int, t_s: NDArray[np.float64], rr_ms: NDArray[np.float64]) -> float:
    """Rise of RR over one exhale."""
    breath = pacer.breath(index)
    third_s = (breath.exhale_end_s - breath.exhale_start_s) / 3
    early = (t_s >= breath.exhale_start_s) & (t_s < breath.exhale_start_s + third_s)
    late = (t_s >= breath.exhale_end_s - third_s) & (t_s < breath.exhale_end_s)
    return float(rr_ms[late].mean() - rr_ms[early].mean())
