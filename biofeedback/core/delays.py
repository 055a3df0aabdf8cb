"""How late RR can follow the pacer, and how much of that is the heart's own: priors of heart and strap."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.pacing import Pattern
from biofeedback.core.rsa import exhale_contrast

__all__ = ["Arc", "HeartShare", "arc", "heart_share"]

Array = NDArray[np.float64]

HEART_LAG_S, HEART_LAG_SD_S = 0.5, 0.8  # heart rate behind lung volume at 6/min; science.md 6, Lehrer 2020
ARC_DEG = (-45.0, 120.0)  # the heart's own lag behind volume; science.md 5
HEART_LAG_MAX_DEG = 75.0  # the heart's own part of a profiled delay; science.md 5
# Arrival minus beat of a strap that says nothing about it: .2-4 s are seen, most below one second (polar-ble-sdk#227).
STRAP_S = np.arange(0.05, 4.0, 0.1)
STRAP_USUAL_S, STRAP_USUAL_SD_S = 0.8, 0.7
STRAP_UNUSUAL = 0.25  # share of straps about which nothing but the range is known; assumed
ARC_STEP_S = 0.5
KNOWN_SD_S = ARC_STEP_S / 2  # of a delay on the arc, where the strap's part is known


@dataclass(frozen=True, slots=True)
class Arc:
    """Delays to look at, shape (n_delays,), and the log of their prior weight."""

    delays_s: Array
    log_prior: Array


@dataclass(frozen=True, slots=True)
class HeartShare:
    """The heart's own part of a delay, and the exhale contrast of a wave of size 1 at it with its SD."""

    lag_s: float
    contrast: float
    contrast_sd: float


def _strap_weights() -> Array:
    """Prior of a strap's unknown latency at ``STRAP_S``."""
    usual = np.exp(-0.5 * ((STRAP_S - STRAP_USUAL_S) / STRAP_USUAL_SD_S) ** 2)
    return np.asarray((1 - STRAP_UNUSUAL) * usual / usual.sum() + STRAP_UNUSUAL / len(STRAP_S))


STRAP_WEIGHTS = _strap_weights()


def _heart_limits_s(pattern: Pattern) -> tuple[float, float]:
    """Ends of the arc of the heart's own lag."""
    per_degree_s = pattern.period_s / 360
    return ARC_DEG[0] * per_degree_s, ARC_DEG[1] * per_degree_s


def _heart_weights(pattern: Pattern, lags_s: Array) -> Array:
    """Prior of the heart's own lag, 0 beyond the arc."""
    low_s, high_s = _heart_limits_s(pattern)
    weights = np.exp(-0.5 * ((lags_s - HEART_LAG_S) / HEART_LAG_SD_S) ** 2)
    return np.asarray(weights * ((lags_s >= low_s - 1e-9) & (lags_s <= high_s + 1e-9)))


def arc(pattern: Pattern, latency_s: float | None) -> Arc:
    """Delays at which a wave is looked for; ``latency_s`` is the strap's, None where it is not known."""
    low_s, high_s = _heart_limits_s(pattern)
    if latency_s is not None:
        lags_s = np.arange(low_s, high_s + 1e-9, ARC_STEP_S)
        return Arc(lags_s + latency_s, np.log(_heart_weights(pattern, lags_s)))
    delays_s = np.arange(low_s + ARC_STEP_S, high_s + STRAP_S[-1], ARC_STEP_S)
    weights = _heart_weights(pattern, delays_s[:, None] - STRAP_S) @ STRAP_WEIGHTS
    return Arc(delays_s, np.log(np.maximum(weights, np.finfo(np.float64).tiny)))


def heart_share(pattern: Pattern, delay_s: float, latency_s: float | None) -> HeartShare:
    """What of a delay is the heart's own, and what the exhale does at that lag.

    A delay longer than the heart's own can be is the strap's: the lag stays where an exhale still slows the heart.
    """
    if latency_s is None:
        lags_s, weights = delay_s - STRAP_S, _heart_weights(pattern, delay_s - STRAP_S) * STRAP_WEIGHTS
        lags_s = np.minimum(lags_s, HEART_LAG_MAX_DEG * pattern.period_s / 360)
    else:
        steps = np.linspace(-1.75, 1.75, 8)
        lags_s, weights = delay_s - latency_s + KNOWN_SD_S * steps, np.exp(-0.5 * steps**2)
    contrasts = exhale_contrast(pattern, lags_s)
    contrast = float(np.average(contrasts, weights=weights))
    variance = float(np.average((contrasts - contrast) ** 2, weights=weights))
    return HeartShare(float(np.average(lags_s, weights=weights)), contrast, math.sqrt(variance))
