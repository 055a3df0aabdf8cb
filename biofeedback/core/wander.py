"""How far apart the means of two steps lie by chance, because heart rate and its variability wander slowly."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "HEART_RATE",
    "LN_RMSSD",
    "Level",
    "Spread",
    "Wander",
    "heart_rate_level",
    "ln_rmssd_level",
    "spread_of_difference",
]

BIN_S = 10.0  # breath and Mayer wave are nearly averaged out; the wander that moves a mean is slower
# A heart rate wanders about as 1/f**slope (Kobayashi & Musha 1982, doi 10.1109/TBME.1982.324972): a sum of
# Ornstein-Uhlenbeck processes with time constants evenly spaced in their logarithm, variances tau**(slope - 1).
TAUS_S = np.array([4.0, 12.0, 36.0, 108.0])
SLOPES = np.array([0.0, 0.5, 1.0, 1.5, 2.0])


@dataclass(frozen=True, slots=True)
class Wander:
    """What is known beforehand of how a measure wanders from bin to bin."""

    sd: float  # of a bin; worth half a bin: a heart that does not move at all still has an error
    slow_shares: tuple[float, ...]  # of a bin's variance that are weighed; the rest is independent from bin to bin


HEART_RATE = Wander(2.0, (0.2, 0.5, 0.8, 0.95, 0.99))  # bpm
LN_RMSSD = Wander(0.3, (0.02, 0.2, 0.5, 0.8, 0.95, 0.99))  # ten differences alone make .2 of it
PRIOR_DF = 0.5


@dataclass(frozen=True, slots=True)
class Level:
    """A measure over a step in bins of 10 s; a bin without beats is left out."""

    start_s: float
    end_s: float
    bins: tuple[int, ...]
    values: tuple[float, ...]
    beats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard deviation of an estimate, in its unit, and the degrees of freedom that it is known with."""

    sd: float
    df: float


def heart_rate_level(start_s: float, end_s: float, mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> Level:
    """Heart rate of a step in bins, in bpm.

    Parameters
    ----------
    start_s, end_s : float
        The step on the session's clock, in seconds.
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints of its NN intervals in seconds, and the intervals in ms.
    """
    places = ((mid_s - start_s) // BIN_S).astype(np.int64)
    beats = np.bincount(places)
    kept = np.flatnonzero(beats)
    values = 60000.0 * beats[kept] / np.bincount(places, nn_ms)[kept]
    return Level(start_s, end_s, tuple(kept.tolist()), tuple(values.tolist()), tuple(beats[kept].tolist()))


def ln_rmssd_level(
    start_s: float, end_s: float, mid_s: NDArray[np.float64], differences_ms: NDArray[np.float64]
) -> Level:
    """Natural logarithm of RMSSD in ms over a step in bins; a bin in which all beats are alike is left out.

    Parameters
    ----------
    start_s, end_s : float
        The step on the session's clock, in seconds.
    mid_s, differences_ms : ndarray, shape (n_differences,)
        Midpoints of the later interval of each successive difference in seconds, and the differences in ms.
    """
    places = ((mid_s - start_s) // BIN_S).astype(np.int64)
    beats, squares = np.bincount(places), np.bincount(places, differences_ms**2)
    kept = np.flatnonzero(squares)
    values = 0.5 * np.log(squares[kept] / beats[kept])
    return Level(start_s, end_s, tuple(kept.tolist()), tuple(values.tolist()), tuple(beats[kept].tolist()))


def _binned(lags_s: NDArray[np.float64], tau_s: float) -> NDArray[np.float64]:
    """Covariance of the means over two bins of a process of variance 1; different bins are taken not to overlap."""
    x = BIN_S / tau_s
    same = 2 * (x - 1 + math.exp(-x)) / x**2
    apart = np.exp(-np.maximum(lags_s, BIN_S) / tau_s) * (2 * (math.cosh(x) - 1) / x**2)
    return np.where(lags_s == 0, same, apart)


def _wanders(lags_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation of the means over two bins of a heart rate that wanders as 1/f**slope, for every slope."""
    parts = TAUS_S ** (SLOPES[:, None] - 1)
    binned = np.stack([_binned(lags_s, tau_s) for tau_s in TAUS_S])
    return np.tensordot(parts / (parts @ binned[:, 0, 0])[:, None], binned, axes=1)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both levels as one vector of bins."""

    at_s: NDArray[np.float64]  # start of each bin
    values: NDArray[np.float64]
    beats: NDArray[np.float64]
    weights: NDArray[np.float64]  # of the difference of the two means
    steps: NDArray[np.float64]  # (n_bins, 2): which bin belongs to which step


def _pair(before: Level, after: Level) -> _Pair:
    """Bins of both steps on one clock."""
    at_s = [level.start_s + BIN_S * np.asarray(level.bins) for level in (before, after)]
    beats = [np.asarray(level.beats, dtype=np.float64) for level in (before, after)]
    is_after = np.repeat([0.0, 1.0], [len(before.bins), len(after.bins)])
    return _Pair(
        np.concatenate(at_s),
        np.asarray((*before.values, *after.values)),
        np.concatenate(beats),
        np.concatenate((-beats[0] / beats[0].sum(), beats[1] / beats[1].sum())),
        np.stack((1 - is_after, is_after), axis=1),
    )


def _fits(
    pair: _Pair, correlations: NDArray[np.float64], prior_sd: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log of the marginal likelihood of each correlation, and the variance of the difference under it.

    Each step has a mean of its own with a flat prior, the variance a scaled inverse chi-square one: restricted maximum
    likelihood (Patterson & Thompson 1971, doi 10.1093/biomet/58.3.545) with that prior's weight.
    """
    roots = np.linalg.cholesky(correlations)
    white = np.linalg.solve(roots, np.column_stack((pair.values, pair.steps)))
    values, first, second = white.transpose(2, 0, 1)
    first_squares = _dot(first, first)
    second = second - (_dot(first, second) / first_squares)[:, None] * first
    second_squares = _dot(second, second)
    values = values - (_dot(first, values) / first_squares)[:, None] * first
    values = values - (_dot(second, values) / second_squares)[:, None] * second
    squares = PRIOR_DF * prior_sd**2 + _dot(values, values)
    df = PRIOR_DF + len(pair.values) - 2
    diagonals = np.diagonal(roots, axis1=1, axis2=2)
    fits = -np.log(diagonals).sum(axis=1) - 0.5 * np.log(first_squares * second_squares) - df / 2 * np.log(squares)
    return fits, squares / df * (correlations @ pair.weights @ pair.weights)


def _dot(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inner products, row by row."""
    return np.asarray(np.einsum("ij,ij->i", first, second))


def _all_fits(pair: _Pair, wander: Wander) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fits of all slopes with all shares; slope by slope, so that an hour of bins still fits into memory."""
    shares = np.asarray(wander.slow_shares)[:, None, None]
    alone = (1 - shares) * np.diag(pair.beats.mean() / pair.beats)  # a bin of few beats is less sure
    slopes = _wanders(np.abs(pair.at_s[:, None] - pair.at_s[None, :]))
    fits, variances = zip(*(_fits(pair, shares * slope + alone, wander.sd) for slope in slopes), strict=True)
    return np.concatenate(fits), np.concatenate(variances)


def spread_of_difference(before: Level, after: Level, wander: Wander) -> Spread:
    """Standard error of the difference of the means of two steps.

    Parameters
    ----------
    before, after : Level
        Two steps that do not overlap; of at least 8 bins together.
    wander : Wander
        What is known beforehand of the measure.

    Returns
    -------
    Spread
        In the measure's unit; its t distribution has the mean and the variance of what the data leave open about the
        variance.

    Notes
    -----
    The bins of both steps together, not detrended, are a Gaussian process; its covariance reaches from one step into
    the other, so that a wander slower than both counts as far as it moves them apart. The variance of the difference is
    averaged over all slopes and shares by how well each explains the data: two minutes cannot choose among them.
    """
    pair = _pair(before, after)
    fits, variances = _all_fits(pair, wander)
    weights = np.exp(fits - fits.max())
    weights /= weights.sum()
    df = PRIOR_DF + len(pair.beats) - 2
    mean = float(weights @ variances) * df / (df - 2)
    square = float(weights @ variances**2) * df**2 / ((df - 2) * (df - 4))
    matched_df = 4 + 2 * mean**2 / (square - mean**2)  # of the scaled inverse chi-square with this mean and variance
    return Spread(math.sqrt(mean * (matched_df - 2) / matched_df), matched_df)
