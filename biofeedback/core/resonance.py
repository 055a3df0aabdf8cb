"""At which breathing rate RSA is largest, and how far that can be known from one search."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.choices import Answer, Reason
from biofeedback.core.events import Plan
from biofeedback.core.findings import BlockMeasures, ResonanceResult
from biofeedback.core.locked import NORMAL_975

__all__ = ["Peak", "find_peak", "resonance_result"]

RATES_MIN = 4  # a parabola has three numbers; with fewer rates nothing is left to doubt it
STEP_PER_MIN = 0.02
CURVATURES = np.linspace(0.0, 1.0, 51)  # share of the peak lost one breath a minute away; all are held as likely
# By how much RSA at one and the same rate differs from two minutes to the next, beside the noise of the heart: breaths
# are not all as deep. Assumed.
REPEAT_FRACTION = 0.1
ERROR = 0.05  # of a peak where all rates are alike
WIDEST_PER_MIN = 1.2  # six tenths of what was searched: a wider interval names no rate
EDGE_PER_MIN = 0.05  # an interval that comes nearer to the slowest or fastest rate does not say that the peak is inside


@dataclass(frozen=True, slots=True)
class Peak:
    """Rate of largest RSA with its 95 % interval, and the chance of so clear a peak where all rates are alike."""

    per_min: float
    low_per_min: float
    high_per_min: float
    p_value: float
    is_inside: bool  # its interval stays away from the slowest and the fastest rate


def find_peak(per_min: NDArray[np.float64], rsa_ms: NDArray[np.float64], sd_ms: NDArray[np.float64]) -> Peak:
    """Peak of a parabola through RSA by rate.

    Parameters
    ----------
    per_min, rsa_ms, sd_ms : ndarray, shape (n_rates,)
        Breathing rates, RSA peak to trough at each, and its standard deviation from the noise of the heart.

    Notes
    -----
    RSA is c - k c0 (rate - peak)^2 with independent normal errors, c0 the largest RSA. Posterior of the peak over the
    rates that were searched, all held as likely; c is taken out by least squares, k between 0 and 1 summed over. The
    gain in fit over equal RSA at all rates, with a peak and a curvature more, is at most chi-square with 2 degrees of
    freedom where there is no peak (k is not negative), which gives the p value. Own method; the search itself follows
    Lehrer, Vaschillo and Vaschillo (2000, doi 10.1023/A:1009554825745).
    """
    level_ms = max(float(rsa_ms.max()), 1e-9)
    weights = 1 / (sd_ms**2 + (REPEAT_FRACTION * level_ms) ** 2)
    peaks = np.arange(float(per_min.min()), float(per_min.max()) + STEP_PER_MIN / 2, STEP_PER_MIN)
    shape = -CURVATURES[:, None, None] * level_ms * (per_min - peaks[:, None]) ** 2
    left = rsa_ms - shape
    left = left - (left @ weights / weights.sum())[..., None]
    misfit = (left**2) @ weights  # shape (n_curvatures, n_peaks)
    gain = float(misfit[0, 0] - misfit.min())
    posterior = np.exp(-(misfit - misfit.min()) / 2).sum(axis=0)
    reached = np.cumsum(posterior) / posterior.sum()
    low, high = (float(peaks[np.searchsorted(reached, share)]) for share in (0.025, 0.975))
    best = int(np.argmax(posterior))
    is_inside = low - peaks[0] > EDGE_PER_MIN and peaks[-1] - high > EDGE_PER_MIN
    return Peak(float(peaks[best]), low, high, math.exp(-gain / 2), bool(is_inside))


def resonance_result(plan: Plan, blocks: Sequence[BlockMeasures], signal: tuple[Reason, ...]) -> ResonanceResult:
    """What a search says; ``signal`` is why the session's signal is bad, empty when it is not."""
    rates = [
        (one.breaths_per_min, one.rsa_ms, (one.high_ms - one.low_ms) / 2 / NORMAL_975)
        for one in blocks
        if one.breaths_per_min is not None
        and one.rsa_ms is not None
        and one.low_ms is not None
        and one.high_ms is not None
    ]
    reasons = (*signal, *((Reason.TOO_FEW_BLOCKS,) if len(rates) < RATES_MIN else ()))
    if reasons:
        nothing = (None,) * 4
        return ResonanceResult(plan.exercise, plan.seed, plan.blocks, Answer.UNKNOWN, reasons, *nothing, tuple(blocks))
    peak = find_peak(*(np.asarray(column, dtype=np.float64) for column in zip(*rates, strict=True)))
    is_narrow = peak.high_per_min - peak.low_per_min <= WIDEST_PER_MIN
    answer = Answer.YES if peak.p_value < ERROR and peak.is_inside and is_narrow else Answer.UNKNOWN
    return ResonanceResult(
        plan.exercise, plan.seed, plan.blocks, answer, () if answer is Answer.YES else (Reason.INCONCLUSIVE,),
        peak.per_min, peak.low_per_min, peak.high_per_min, peak.p_value, tuple(blocks),
    )  # fmt: skip
