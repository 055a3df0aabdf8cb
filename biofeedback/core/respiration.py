"""The breathing rate that beats alone show. Missing is None, never 0."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.rhythms import RATES_HZ, WINDOW_S, log_likelihoods

__all__ = ["BreathingRate", "breathing_rate"]

HOP_S = WINDOW_S / 2
WINDOWS_MAX = 20  # of a long step so many are looked at, evenly over it
WINDOW_MIN_BEATS = 24  # of a heart of 26 bpm; fewer are a window with holes
SLOW_HZ, SLOW_LOG_ODDS = 0.115, -1.5  # whoever was not asked to seldom breathes slower than 7 a minute; assumed
ASKED_LOG_ODDS, ASKED_SD_HZ = 2.5, 0.006  # whoever was asked to often does, to some 6 %; docs/respiration.md
WALK_HZ = 1.2 / 60  # SD of how far the rate goes in HOP_S; the belt of a person at rest has 1.3 a minute
JUMP_FRACTION = 0.03  # of such steps in which it becomes any other
NEAR_HZ = 1.5 / 60  # a rate is told when so much around it ...
SHARE_MIN = 0.8  # ... holds this share of what is likely, on average over the windows
UNEVEN_FRACTION = 0.08  # SD besides: free breaths differ, and the slow ones swing the heart more; docs/respiration.md
DOUBLED = 0.85  # windows that overlap wholly say the same nearly twice


@dataclass(frozen=True, slots=True)
class BreathingRate:
    """Mean breathing rate over a step, and its SD: what a window leaves open, and what uneven breaths do to it."""

    hz: float
    sd_hz: float


def breathing_rate(
    mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], asked_hz: float | None = None
) -> BreathingRate | None:
    """Breathing rate that the beats of a step show; None when it cannot be told from them.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms of the clean beats of one unbroken run.
    asked_hz : float, optional
        Rate of the pacer that was shown, None where none was.

    Notes
    -----
    A hidden Markov model over windows of 56 s at half overlap (forward and backward, Rabiner 1989,
    doi 10.1109/5.18626): how well breathing at each rate explains a window, a rate that wanders from one to the next,
    and rates under 7 a minute less likely beforehand, for a Mayer wave looks the same. The rate of a window is the
    mean within 1.5 a minute of the likeliest; that of the step is their mean, weighted by how much is likely there.
    """
    starts_s = _starts_s(mid_s)
    counts = np.searchsorted(mid_s, starts_s + WINDOW_S, side="right") - np.searchsorted(mid_s, starts_s)
    if counts.min(initial=WINDOW_MIN_BEATS) < WINDOW_MIN_BEATS or len(starts_s) == 0:
        return None
    seen = np.array([log_likelihoods(mid_s, nn_ms, start_s) for start_s in starts_s.tolist()])
    seen[:, 1000.0 / float(nn_ms.mean()) < 2 * RATES_HZ] = -np.inf  # more than one breath to two beats folds back
    hop_s = WINDOW_S if len(starts_s) == 1 else float(starts_s[1] - starts_s[0])
    likely = _posterior(seen, hop_s, _prior(asked_hz))
    near = np.abs(RATES_HZ[:, None] - RATES_HZ) <= NEAR_HZ
    shares = likely @ near
    share = shares.max(axis=1)
    if share.mean() < SHARE_MIN:
        return None
    inside = likely * near[shares.argmax(axis=1)] / share[:, None]
    rates_hz = inside @ RATES_HZ
    variances_hz2 = ((RATES_HZ - rates_hz[:, None]) ** 2 * inside).sum(axis=1)
    hz = float(np.average(rates_hz, weights=share))
    return BreathingRate(hz, math.hypot(float(np.average(variances_hz2, weights=share)) ** 0.5, UNEVEN_FRACTION * hz))


def _starts_s(mid_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Starts of the windows; none when the beats do not fill one."""
    room_s = float(mid_s[-1] - mid_s[0]) - WINDOW_S if len(mid_s) else -1.0
    if room_s < 0:
        return np.empty(0)
    return np.asarray(mid_s[0] + np.linspace(0.0, room_s, min(math.ceil(room_s / HOP_S) + 1, WINDOWS_MAX)))


def _prior(asked_hz: float | None) -> NDArray[np.float64]:
    """How likely each rate is before a beat is seen."""
    log_odds = np.where(RATES_HZ < SLOW_HZ, SLOW_LOG_ODDS, 0.0)
    if asked_hz is not None:
        log_odds = log_odds + ASKED_LOG_ODDS * np.exp(-0.5 * ((RATES_HZ - asked_hz) / ASKED_SD_HZ) ** 2)
    odds = np.exp(log_odds)
    return np.asarray(odds / odds.sum())


def _posterior(seen: NDArray[np.float64], hop_s: float, prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each rate in each window, from what all windows show; each row sums to 1."""
    doubled = DOUBLED * max(0.0, 1.0 - hop_s / WINDOW_S)
    fit = np.exp((seen - seen.max(axis=1, keepdims=True)) / (1.0 + doubled))
    walk_hz = WALK_HZ * math.sqrt(hop_s / HOP_S)
    move = np.exp(-0.5 * ((RATES_HZ[:, None] - RATES_HZ) / walk_hz) ** 2)
    move = (1 - JUMP_FRACTION) * move / move.sum(axis=1, keepdims=True) + JUMP_FRACTION * prior
    forward, backward = [_shares(prior * fit[0])], [np.ones(len(prior))]
    for one in fit[1:]:
        forward.append(_shares(forward[-1] @ move * one))
    for one in fit[:0:-1]:
        backward.append(_shares(move @ (one * backward[-1])))
    return np.array([_shares(before * after) for before, after in zip(forward, backward[::-1], strict=True)])


def _shares(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same weights with a sum of 1."""
    return np.asarray(weights / weights.sum())
