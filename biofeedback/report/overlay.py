"""All breaths of a step laid over each other: the median and where half of them lie."""

from dataclasses import dataclass

import numpy as np

from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.folded import breath_span_s, laid_over, normal_runs, usable_breaths

__all__ = ["Overlay", "overlay"]


@dataclass(frozen=True, slots=True)
class Overlay:
    """RR over the breath, one value a bin; ``position_s`` is the middle of each bin in the pacer's own seconds."""

    period_s: float
    inhale_s: float
    position_s: tuple[float, ...]
    median_ms: tuple[float, ...]
    q25_ms: tuple[float, ...]
    q75_ms: tuple[float, ...]
    breaths: int


def overlay(analysis: Analysis, step: ReviewedStep) -> Overlay | None:
    """Quartiles over the unbroken usable breaths of a paced step, each about its own mean; None with too few."""
    span_s = breath_span_s(step)
    if span_s is None:
        return None
    laid = laid_over(usable_breaths(analysis, step), *span_s, normal_runs(analysis))
    if laid is None:
        return None
    position_s, rr_ms = laid
    low, middle, high = (tuple(row.tolist()) for row in np.percentile(rr_ms, [25, 50, 75], axis=0))
    inhale_s, period_s = span_s
    return Overlay(period_s, inhale_s, tuple(position_s.tolist()), middle, low, high, len(rr_ms))
