"""The breathing rate that beats alone show. Missing is None, never 0."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.rhythms import RATES_HZ, WINDOW_S, log_likelihoods

__all__ = ["BreathingRate", "breathing_rate"]

HOP_S = WINDOW_S / 2
LEAST_S = 100.0  # of one minute, one rate in seven of free breathers was wrong
WINDOWS_MAX = 20  # of a long step so many are looked at, evenly over it
WINDOW_MIN_BEATS = 24  # of a heart of 26 bpm; fewer are a window with holes
EVEN_FRACTION = 0.2  # breathe evenly, at any rate alike; assumed
FREE_PER_MIN, FREE_LOG_SD = 13.5, 0.38  # free breathing: median and log SD over people; wider than 12-16 of the presets
EVEN_WALK, FREE_WALK = (
    0.03,
    0.14,
)  # SD of log rate in HOP_S: counted in simulated people; .13 on the belt of one at rest
JUMP_FRACTION = 0.02  # of such steps in which it becomes any other; assumed
NEAR_HZ = 2.0 / 60  # a rate is told when so much to either side ...
SHARE_MIN = 0.92  # ... holds this share of what is likely; chosen for few wrong of those told: docs/respiration.md
UNEVEN_FRACTION = 0.02  # of the rate, SD besides; assumed: the SD covers more of the slow breathers than it says
KNOWN_WINDOWS = 4.0  # what is known of powers beforehand counts as often: told by every window of a long step, it names
# strong Mayer waves slow breathing
DOUBLED = 0.85  # windows that overlap wholly say the same nearly twice; assumed
LEVELS = (np.arange(200) + 0.5) / 200  # of probability at which the rates of all windows are averaged


@dataclass(frozen=True, slots=True)
class BreathingRate:
    """Breathing rate over a step, that of its median breath, and the SD of its error."""

    hz: float
    sd_hz: float


def breathing_rate(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> BreathingRate | None:
    """Breathing rate that the beats of a step show; None when it cannot be told from them.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms of the clean beats of one unbroken run.

    Notes
    -----
    A hidden Markov model over windows of 56 s at half overlap (forward and backward, Rabiner 1989,
    doi 10.1109/5.18626). Its states are rates of even and of free breaths; it asks how well each explains a window, and
    lets rates wander from one to the next. What a pacer asked for is not looked at: it would be found in those who
    ignore it as well. The windows' rates are averaged as if all erred alike, level by level of their distributions, so
    what is left open is not averaged away. The rate is the mean of the likeliest four a minute.
    """
    starts_s = _starts_s(mid_s)
    counts = np.searchsorted(mid_s, starts_s + WINDOW_S, side="right") - np.searchsorted(mid_s, starts_s)
    if counts.min(initial=WINDOW_MIN_BEATS) < WINDOW_MIN_BEATS or len(starts_s) == 0:
        return None
    prior_share = min(1.0, KNOWN_WINDOWS / len(starts_s))
    seen = np.array([log_likelihoods(mid_s, nn_ms, start_s, prior_share) for start_s in starts_s.tolist()])
    seen[:, :, 1000.0 / float(nn_ms.mean()) < 2 * RATES_HZ] = -np.inf  # more than a breath to two beats folds back
    likely = _posterior(np.reshape(seen, (len(seen), -1)), float(starts_s[1] - starts_s[0]))
    rates_hz = _averaged_hz(np.reshape(likely, seen.shape).sum(axis=1))
    beyond = np.searchsorted(rates_hz, rates_hz + 2 * NEAR_HZ, side="right")
    most = int(np.argmax(beyond - np.arange(len(LEVELS))))
    inside_hz = rates_hz[most : beyond[most]]
    if len(inside_hz) < SHARE_MIN * len(LEVELS):
        return None
    hz = float(inside_hz.mean())
    # Two thirds lie within one SD: rates far off that cannot be ruled out would make most of a plain SD.
    low_hz, high_hz = np.percentile(inside_hz, [15.87, 84.13])
    return BreathingRate(hz, math.hypot(float(high_hz - low_hz) / 2, UNEVEN_FRACTION * hz))


def _starts_s(mid_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Starts of the windows; none when the beats are too few seconds."""
    span_s = float(mid_s[-1] - mid_s[0]) if len(mid_s) else 0.0
    if span_s < LEAST_S:
        return np.empty(0)
    room_s = span_s - WINDOW_S
    return np.asarray(mid_s[0] + np.linspace(0.0, room_s, min(math.ceil(room_s / HOP_S) + 1, WINDOWS_MAX)))


def _averaged_hz(likely: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the windows of the rate at each of ``LEVELS``, rising."""
    half_hz = (RATES_HZ[1] - RATES_HZ[0]) / 2
    edges_hz = np.append(RATES_HZ[0] - half_hz, RATES_HZ + half_hz)
    return np.asarray(np.mean([np.interp(LEVELS, np.append(0.0, np.cumsum(one)), edges_hz) for one in likely], axis=0))


def _prior() -> NDArray[np.float64]:
    """How likely each rate of even and of free breaths is before a beat is seen."""
    free = np.exp(-0.5 * (np.log(RATES_HZ * 60.0 / FREE_PER_MIN) / FREE_LOG_SD) ** 2) / RATES_HZ
    return np.append(EVEN_FRACTION * _shares(np.ones(len(RATES_HZ))), (1 - EVEN_FRACTION) * _shares(free))


def _moves(hop_s: float, prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each state that goes to each other one from window to window."""
    none = np.zeros((len(RATES_HZ), len(RATES_HZ)))
    even, free = (_nearby(walk * math.sqrt(hop_s / HOP_S)) for walk in (EVEN_WALK, FREE_WALK))
    return (1 - JUMP_FRACTION) * np.block([[even, none], [none, free]]) + JUMP_FRACTION * prior


def _nearby(log_sd: float) -> NDArray[np.float64]:
    """Share of each rate, a row, that becomes each other one when rates spread by ``log_sd``."""
    near = np.exp(-0.5 * (np.log(RATES_HZ[:, None] / RATES_HZ) / log_sd) ** 2)
    return np.asarray(near / near.sum(axis=1, keepdims=True))


def _posterior(seen: NDArray[np.float64], hop_s: float) -> NDArray[np.float64]:
    """Share of each state in each window, from what all windows show; each row sums to 1."""
    doubled = DOUBLED * max(0.0, 1.0 - hop_s / WINDOW_S)
    fit = np.exp((seen - seen.max(axis=1, keepdims=True)) / (1.0 + doubled))
    prior = _prior()
    moves = _moves(hop_s, prior)
    forward, backward = [_shares(prior * fit[0])], [np.ones(len(prior))]
    for one in fit[1:]:
        forward.append(_shares(forward[-1] @ moves * one))
    for one in fit[:0:-1]:
        backward.append(_shares(moves @ (one * backward[-1])))
    return np.array([_shares(before * after) for before, after in zip(forward, backward[::-1], strict=True)])


def _shares(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same weights with a sum of 1."""
    return np.asarray(weights / weights.sum())
