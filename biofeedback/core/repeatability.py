"""Where a measure of one person lies over their sessions, and which change is more than it swings by itself."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["LEAST_SESSIONS", "Band", "difference_band", "ratio_band"]

LEAST_SESSIONS = 3  # two differ by one difference: what they swing is not known from that
NORMAL_95 = 1.96  # both sides of a 95 % interval


@dataclass(frozen=True, slots=True)
class Band:
    """A person's own values of one measure. ``mean``, ``low`` and ``high`` are in its unit; None without any session.

    A change smaller than ``minimum_detectable_change``, in the same unit, cannot be told from the person's own swing.
    Of a measure that is compared by ratio it is ``minimum_detectable_ratio``: 1.4 is forty percent more, or as much
    less the other way round. Both are None below three sessions.
    """

    sessions: int
    mean: float | None
    low: float | None
    high: float | None
    minimum_detectable_change: float | None = None
    minimum_detectable_ratio: float | None = None


def difference_band(values: Sequence[float]) -> Band:
    """Band of a measure whose sessions differ by so much, as heart rate does.

    Parameters
    ----------
    values : sequence of float
        One for each session, all in the same unit; their order does not matter.

    Notes
    -----
    MDC95 = 1.96 sqrt(2) SEM: two sessions differ by less than this 95 times in 100 though nothing changed (Weir 2005,
    doi 10.1519/15184.1; Haley & Fragala-Pinkham 2006, doi 10.1093/ptj/86.5.735). The SEM is the SD of the person's own
    sessions (ddof 1), not that of a group. Of a few sessions it is itself uncertain: of three its 95 % interval goes
    from half of it to six times as much.
    """
    return Band(len(values), *_range(values), _spread(values))


def ratio_band(values: Sequence[float]) -> Band:
    """Band of a measure whose sessions differ by a factor, as RMSSD does; its mean is the geometric one.

    Parameters
    ----------
    values : sequence of float
        One for each session, above 0.

    Notes
    -----
    As `difference_band`, of the logarithms. RMSSD is skewed and its spread grows with it, its logarithm's does not
    (Plews et al. 2013, doi 10.1007/s40279-013-0071-8).
    """
    logarithms = [math.log(value) for value in values]
    mean, low, high = (None if value is None else math.exp(value) for value in _range(logarithms))
    spread = _spread(logarithms)
    return Band(len(values), mean, low, high, None, None if spread is None else math.exp(spread))


def _range(values: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """Mean, lowest and highest; None of nothing."""
    if not values:
        return None, None, None
    return math.fsum(values) / len(values), min(values), max(values)


def _spread(values: Sequence[float]) -> float | None:
    """Minimum detectable change; None of too few."""
    if len(values) < LEAST_SESSIONS:
        return None
    mean = math.fsum(values) / len(values)
    squares = math.fsum((value - mean) ** 2 for value in values)
    return NORMAL_95 * math.sqrt(2.0) * math.sqrt(squares / (len(values) - 1))
