"""Personal trials: one arm against another over the whole sets of a plan that was drawn in advance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.choices import Direction, Outcome, Reason
from biofeedback.core.design import Comparison, Design
from biofeedback.core.events import Plan
from biofeedback.core.findings import BlockMeasures, TrialOutcome, TrialResult
from biofeedback.core.student import quantile, tail

__all__ = ["Difference", "difference_in_sets", "pool_trials", "trial_result"]

ERROR = 0.05  # of all claims of a trial together, two-sided
# How far the changes after two efforts of one session lie apart by themselves (SD), and what that is worth in degrees
# of freedom: one pair says nothing of its own spread. Assumed, and meant to be large.
CHANGE_SD_BPM, CHANGE_DF = 5.0, 4


@dataclass(frozen=True, slots=True)
class Difference:
    """One column minus another, with its interval and two-sided p value."""

    value: float
    low: float
    high: float
    p_value: float


def difference_in_sets(
    values: NDArray[np.float64], first: int, second: int, level: float, *, prior_sd: float = 0.0, prior_df: int = 0
) -> Difference:
    """Mean of one column minus that of another, over sets that were each done in an order of their own.

    Parameters
    ----------
    values : ndarray, shape (n_sets, n_arms)
        One outcome; a row is a set.
    first, second : int
        The columns that are compared; the others tell how far a block strays by itself.
    level : float
        Of the interval.
    prior_sd, prior_df
        How far a pair's difference is known to stray, and for how many degrees of freedom that counts.

    Notes
    -----
    Blocks in random order within sets (Fisher 1935, The Design of Experiments): set and arm are taken out, and what is
    left, (n_sets - 1)(n_arms - 1) degrees of freedom, is the error. A drift over the session falls to the sets; within
    a set the drawn order makes it part of the error. Between two arms only, this is the paired t interval.
    """
    sets, arms = values.shape
    left = values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()
    df = (sets - 1) * (arms - 1) + prior_df
    variance = (float((left**2).sum()) + prior_df * prior_sd**2 / 2) / df
    sd = math.sqrt(2 * variance / sets)
    value = float((values[:, first] - values[:, second]).mean())
    half = quantile((1 - level) / 2, df) * sd
    t = abs(value) / sd if sd > 0 else math.inf
    return Difference(value, value - half, value + half, 2 * tail(t, df))


def trial_result(
    plan: Plan, design: Design, blocks: Sequence[BlockMeasures], breaks_s: Sequence[float], signal: tuple[Reason, ...]
) -> TrialResult:
    """What a trial says.

    Parameters
    ----------
    blocks : sequence of BlockMeasures
        Those that were begun, in their order.
    breaks_s : sequence of float
        When something came between: a pause, a skipped step, a restart. A set that holds one is left out.
    signal : tuple of Reason
        Why the signal of the whole session is bad; empty when it is not.
    """
    comparison = design.comparison
    assert comparison is not None
    sets = _whole_sets(plan, design, blocks, breaks_s)
    outcomes = tuple(
        _outcome(outcome, comparison, [{arm: block.value(outcome) for arm, block in one.items()} for one in sets])
        for outcome in (*comparison.primary, *comparison.secondary)
    )
    is_short = all(one.difference is None for one in outcomes if one.is_primary)
    reasons = (*signal, *((Reason.TOO_FEW_BLOCKS,) if is_short else ()))
    if reasons:
        outcomes = tuple(_silent(one) for one in outcomes)
    return TrialResult(
        plan.exercise, plan.seed, plan.blocks, comparison.arm, comparison.other, reasons, outcomes, tuple(blocks)
    )


def pool_trials(results: Sequence[TrialResult], comparison: Comparison) -> TrialResult | None:
    """The same trial of one person on several days; None with fewer than two that are whole.

    A session counts once, however many sets it holds: days differ by more than blocks do.
    """
    whole = [result for result in results if not result.reasons]
    if len(whole) < 2:
        return None
    outcomes = []
    for place, outcome in enumerate(comparison.primary):
        days = [result.outcomes[place].difference for result in whole]
        outcomes.append(_outcome(outcome, comparison, [{comparison.arm: day, comparison.other: 0.0} for day in days]))
    return replace(whole[-1], outcomes=tuple(outcomes), blocks=(), sessions=len(whole))


def _whole_sets(
    plan: Plan, design: Design, blocks: Sequence[BlockMeasures], breaks_s: Sequence[float]
) -> list[dict[str, BlockMeasures]]:
    """Blocks of each set by their arm; only sets that were begun in full and that nothing came between."""
    by_place = {block.block: block for block in blocks}
    size, found = len(design.arms), []
    for first in range(0, len(plan.blocks), size):
        members = [by_place[place] for place in range(first, first + size) if place in by_place]
        if len(members) < size:
            continue
        if any(members[0].start_s <= break_s <= members[-1].end_s for break_s in breaks_s):
            continue
        by_arm = {member.arm: member for member in members}
        found.append({arm.name: by_arm[arm.name] for arm in design.arms})
    return found


def _outcome(outcome: Outcome, comparison: Comparison, sets: Sequence[dict[str, float | None]]) -> TrialOutcome:
    """One outcome over the sets in which every arm has it."""
    is_primary = outcome in comparison.primary
    level = 1 - ERROR / len(comparison.primary) if is_primary else 1 - ERROR
    rows = [list(one.values()) for one in sets if None not in one.values()]
    if len(rows) < comparison.least_sets:
        return TrialOutcome(outcome, is_primary, len(rows), level, None, None, None, None, Direction.UNKNOWN)
    names = [*sets[0]]
    prior_df = CHANGE_DF if comparison.pooled else 0
    found = difference_in_sets(
        np.asarray(rows, dtype=np.float64), names.index(comparison.arm), names.index(comparison.other), level,
        prior_sd=CHANGE_SD_BPM, prior_df=prior_df,
    )  # fmt: skip
    direction = _direction(found) if is_primary else Direction.UNKNOWN
    return TrialOutcome(
        outcome, is_primary, len(rows), level, found.value, found.low, found.high, found.p_value, direction
    )


def _direction(found: Difference) -> Direction:
    """Where the difference lies."""
    if found.high < 0:
        return Direction.LOWER
    return Direction.HIGHER if found.low > 0 else Direction.UNKNOWN


def _silent(one: TrialOutcome) -> TrialOutcome:
    """An outcome of a broken trial."""
    return replace(one, difference=None, low=None, high=None, p_value=None, direction=Direction.UNKNOWN)
