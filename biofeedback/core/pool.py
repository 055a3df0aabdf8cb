"""A person's sessions together: is the heart calmer after than before, over days?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from biofeedback.core.prior import Change, Sitting, learn_day_sd_bpm, learn_sitting
from biofeedback.core.results import Answer, Reason
from biofeedback.core.student import pooled_df, quantile, tail

__all__ = ["DETECTABLE_BPM", "PooledCalmer", "pool_changes"]

ONE_SIDE = 0.025  # of a 95 % interval
DETECTABLE_BPM = 1.0  # what a series is planned for; the mean effect of one session in science.md 0
POWER_FACTOR = 7.85  # (1.96 + .84)**2: 80 % power at a two-sided .05
HALVINGS = 60


@dataclass(frozen=True, slots=True)
class PooledCalmer:
    """Recovery minus baseline over several sessions of one person; never merged with the exhale answer.

    ``low_bpm`` to ``high_bpm`` is the 95 % interval of the mean over sessions; sitting alone does ``expected_bpm``.
    """

    answer: Answer
    reason: Reason | None
    sessions: tuple[str, ...]
    delta_heart_rate_bpm: float | None
    low_bpm: float | None
    high_bpm: float | None
    between_sd_bpm: float | None  # of the sessions' true changes
    p_value: float | None  # of a fall beyond that of sitting, one-sided
    expected_bpm: float
    expected_sd_bpm: float
    sitting_sessions: tuple[str, ...]
    sessions_needed: int  # in all, for 80 % power to see a difference of 1 bpm
    more_sessions: int | None  # how many of these are still to come while the answer is not known


def _weighted(changes: Sequence[Change], between: float) -> tuple[float, float, float]:
    """Mean, weighted sum of squares around it, and sum of weights, under a variance between sessions."""
    weights = [1 / (change.standard_error_bpm**2 + between) for change in changes]
    total = math.fsum(weights)
    mean = math.fsum(w * change.delta_bpm for w, change in zip(weights, changes, strict=True)) / total
    scatter = math.fsum(w * (change.delta_bpm - mean) ** 2 for w, change in zip(weights, changes, strict=True))
    return mean, scatter, total


def _between(changes: Sequence[Change]) -> float:
    """Variance between sessions with which their scatter is as large as it should be; 0 where it is smaller anyway."""
    low, high = 0.0, max(change.delta_bpm**2 for change in changes) * len(changes)
    if _weighted(changes, low)[1] <= len(changes) - 1:
        return 0.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _weighted(changes, middle)[1] > len(changes) - 1 else (low, middle)
    return (low + high) / 2


def pool_changes(changes: Sequence[Change]) -> PooledCalmer:
    """Changes of one person's sessions together.

    Parameters
    ----------
    changes : sequence of Change
        Those of quiet sitting teach what sitting does to this person; the others are pooled. At least two of these are
        needed for an answer.

    Notes
    -----
    Random effects: variance between sessions by Paule & Mandel (1982, doi 10.6028/jres.087.022), interval by Hartung &
    Knapp (2001, doi 10.1002/sim.791) with t of n - 1 degrees of freedom, never narrower than the sessions' own errors
    allow (Roever, Knapp & Friede 2015, doi 10.1186/s12874-015-0091-1). ``yes`` is a mean that lies below what sitting
    does with 97.5 % confidence, what is not known of sitting included. Sessions needed: 7.85 SD**2 / d**2, SD**2 being
    the spread from day to day and the mean squared error of a session.
    """
    done = [change for change in changes if not change.is_quiet]
    day_sd_bpm = learn_day_sd_bpm(changes)
    sitting = learn_sitting(changes, day_sd_bpm) or Sitting()
    needed = _sessions_needed(changes, day_sd_bpm)
    sessions = tuple(change.session for change in done)
    if len(done) < 2:
        return PooledCalmer(
            Answer.UNKNOWN, Reason.INCONCLUSIVE, sessions, None, None, None, None, None, -sitting.fall_bpm,
            sitting.sd_bpm, sitting.sessions, needed, max(0, needed - len(done)),
        )  # fmt: skip
    between, df = _between(done), len(done) - 1.0
    mean_bpm, scatter, total = _weighted(done, between)
    variance = max(1.0, scatter / df) / total
    half_bpm = quantile(ONE_SIDE, df) * math.sqrt(variance)
    beyond_sd_bpm = math.hypot(math.sqrt(variance), sitting.sd_bpm)
    beyond_df = pooled_df((variance, df), (sitting.sd_bpm**2, math.inf))
    p_value = tail(-(mean_bpm + sitting.fall_bpm) / beyond_sd_bpm, beyond_df)
    answer = _decide(p_value, mean_bpm - half_bpm)
    is_open = answer is Answer.UNKNOWN
    return PooledCalmer(
        answer, Reason.INCONCLUSIVE if is_open else None, sessions, mean_bpm, mean_bpm - half_bpm, mean_bpm + half_bpm,
        math.sqrt(between), p_value, -sitting.fall_bpm, sitting.sd_bpm, sitting.sessions, needed,
        max(0, needed - len(done)) if is_open else None,
    )  # fmt: skip


def _decide(p_value: float, low_bpm: float) -> Answer:
    """Answer from the chance of so large a fall by sitting, and the lower limit of the mean."""
    if p_value < ONE_SIDE:
        return Answer.YES
    return Answer.NO if low_bpm > 0 else Answer.UNKNOWN


def _sessions_needed(changes: Sequence[Change], day_sd_bpm: float) -> int:
    """Sessions in all that a difference of 1 bpm asks for."""
    errors = math.fsum(change.standard_error_bpm**2 for change in changes) / max(1, len(changes))
    return math.ceil(POWER_FACTOR * (day_sd_bpm**2 + errors) / DETECTABLE_BPM**2)
