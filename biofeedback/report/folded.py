"""Breath-locked average: RR folded on the breath, with a bootstrap interval over breaths."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.pacing import Breath
from biofeedback.core.results import Artifact, BreathMeasures
from biofeedback.report.analysis import Analysis, ReviewedStep

__all__ = [
    "BINS",
    "BOOTSTRAP_SEED",
    "EDGE_S",
    "FEWEST_BREATHS",
    "RESAMPLES",
    "Folded",
    "breath_span_s",
    "fold",
    "fold_breaths",
    "laid_over",
    "normal_runs",
    "usable_breaths",
]

BINS = 20  # .5 s each in a breath of 10 s; science.md section 4
RESAMPLES = 1000  # percentile interval to about a hundredth of its width
BOOTSTRAP_SEED = 46  # fixed and printed in the methods, so that the same file gives the same figure
FEWEST_BREATHS = 3  # fewer say nothing about an average's spread
INSTANTS_PER_BIN = 4  # RR is read at so many instants in each bin
EDGE_S = 1.0  # a run may begin or end with the beat nearest to the breath's edge


@dataclass(frozen=True, slots=True)
class Folded:
    """RR over the breath: one value a bin. ``position_s`` is the middle of each bin in the pacer's own seconds."""

    position_s: NDArray[np.float64]
    mean_ms: NDArray[np.float64]
    low_ms: NDArray[np.float64]
    high_ms: NDArray[np.float64]
    breaths: int
    inhale_s: float
    period_s: float


def fold(analysis: Analysis, step: ReviewedStep, late_s: float = 0.0) -> Folded | None:
    """Breath-locked average of a paced step over its unbroken usable breaths, None with too few of them.

    Parameters
    ----------
    late_s : float
        So many seconds the beats are taken to come after the heart's own.
    """
    span_s = breath_span_s(step)
    if span_s is None:
        return None
    runs = [run - [late_s, 0.0] for run in normal_runs(analysis)]
    return fold_breaths(usable_breaths(analysis, step), *span_s, runs)


def breath_span_s(step: ReviewedStep) -> tuple[float, float] | None:
    """Length of the inhale (with its hold) and of the whole breath of a paced step; None for another."""
    plan = step.started
    if plan.inhale_s is None or plan.exhale_s is None:
        return None
    inhale_s = plan.inhale_s + (plan.hold_in_s or 0.0)
    return inhale_s, inhale_s + plan.exhale_s + (plan.hold_out_s or 0.0)


def usable_breaths(analysis: Analysis, step: ReviewedStep) -> list[BreathMeasures]:
    """Breaths of a step that could be measured."""
    return [breath for breath in analysis.breaths if breath.step_seq == step.started.step_seq and breath.usable]


def fold_breaths(
    breaths: Sequence[BreathMeasures | Breath], inhale_s: float, period_s: float, runs: Sequence[NDArray[np.float64]]
) -> Folded | None:
    """Average of RR over breaths that are each stretched to one inhale and one period; None with too few of them.

    Parameters
    ----------
    breaths : sequence of BreathMeasures or Breath
        Where each breath's inhale and exhale begin and where it ends.
    inhale_s, period_s : float
        The breath that all are stretched to, in seconds.
    runs : sequence of ndarray, each of shape (n_beats, 2)
        Unbroken runs of normal beats: middle of the interval in s, RR in ms.

    Notes
    -----
    Each breath counts about its own mean, so that a drift of heart rate over the step widens nothing; the mean over all
    breaths is added again. The 95 % interval is the percentile bootstrap over breaths (Efron 1979,
    10.1214/aos/1176344552), the breath being the unit that repeats.
    """
    laid = laid_over(breaths, inhale_s, period_s, runs)
    if laid is None:
        return None
    position_s, matrix = laid
    chosen = np.random.default_rng(BOOTSTRAP_SEED).integers(len(matrix), size=(RESAMPLES, len(matrix)))
    low, high = np.percentile(matrix[chosen].mean(axis=1), [2.5, 97.5], axis=0)
    return Folded(position_s, matrix.mean(axis=0), low, high, len(matrix), inhale_s, period_s)


def laid_over(
    breaths: Sequence[BreathMeasures | Breath], inhale_s: float, period_s: float, runs: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """RR of each whole breath about its own mean, all laid over each other; None with too few of them.

    Parameters
    ----------
    breaths, inhale_s, period_s, runs
        As for ``fold_breaths``.

    Returns
    -------
    position_s : ndarray, shape (n_bins,)
        Middle of each bin in the pacer's own seconds.
    rr_ms : ndarray, shape (n_breaths, n_bins)
        With the mean over all breaths added again.
    """
    instants_s = (np.arange(BINS * INSTANTS_PER_BIN) + 0.5) * period_s / (BINS * INSTANTS_PER_BIN)
    knots_s = [0.0, inhale_s, period_s]
    rows = [row for breath in breaths if (row := _binned(breath, knots_s, instants_s, runs)) is not None]
    if len(rows) < FEWEST_BREATHS:
        return None
    matrix = np.array(rows)
    matrix += matrix.mean() - matrix.mean(axis=1, keepdims=True)
    return instants_s.reshape(BINS, -1).mean(axis=1), matrix


def _binned(
    breath: BreathMeasures | Breath,
    knots_s: list[float],
    instants_s: NDArray[np.float64],
    runs: Sequence[NDArray[np.float64]],
) -> NDArray[np.float64] | None:
    """RR of one breath in each bin, None where a beat in it is missing or not normal."""
    times_s = np.interp(instants_s, knots_s, [breath.inhale_start_s, breath.exhale_start_s, breath.end_s])
    for run in runs:
        if run[0, 0] <= times_s[0] + EDGE_S and run[-1, 0] >= times_s[-1] - EDGE_S:
            rr_ms: NDArray[np.float64] = np.interp(times_s, run[:, 0], run[:, 1]).reshape(BINS, -1).mean(axis=1)
            return rr_ms
    return None


def normal_runs(analysis: Analysis) -> list[NDArray[np.float64]]:
    """Unbroken runs of normal beats, each of shape (n, 2): middle of the interval in s, RR in ms."""
    runs: list[list[tuple[float, float]]] = []
    before: int | None = None
    for beat, artifact in zip(analysis.beats, analysis.artifacts, strict=True):
        if artifact is not Artifact.NORMAL:
            before = None
            continue
        if before != beat.segment:
            runs.append([])
            before = beat.segment
        runs[-1].append((beat.t_s - beat.rr_ms / 2000, beat.rr_ms))
    return [np.array(run) for run in runs]
