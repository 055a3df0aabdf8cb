"""Measures locked to the breath: the pacer's phase, exhale rise per breath, and the contrast of a locked wave."""

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.choices import Change
from biofeedback.core.pacing import Breath, Pacer, Pattern

__all__ = ["amplitude_change", "exhale_contrast", "exhale_thirds_ms", "locked_amplitude_ms", "phases_rad", "turns_s"]

INTERPOLATED_HZ = 4.0
TURN = 2 * math.pi


def phases_rad(pacer: Pacer, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Phase of the pacer at ``t_s``: 0 to pi over the inhale, pi to 2 pi over the exhale, growing; holds stand still.

    Before the pacer's start the pattern is taken to have gone on, so that a delayed wave has a phase.
    """
    pattern = pacer.pattern
    varied_s = sum(inhale_s + exhale_s for inhale_s, exhale_s in pacer.breaths)
    since_s = t_s - pacer.start_s
    # Past a varied list (and before the start) breaths are alike: whole turns, and a place within the breath.
    regular_s = since_s - np.where(since_s < 0, 0.0, varied_s)
    whole = np.floor(regular_s / pattern.period_s)
    knots_s = np.cumsum([0.0, pattern.inhale_s, pattern.hold_in_s, pattern.exhale_s, pattern.hold_out_s])
    within = np.interp(regular_s - whole * pattern.period_s, knots_s, [0.0, math.pi, math.pi, TURN, TURN])
    regular = TURN * (whole + np.where(since_s < 0, 0, len(pacer.breaths))) + within
    if not pacer.breaths:
        return np.asarray(regular)
    lengths_s = np.ravel(pacer.breaths)
    varied = np.interp(since_s, np.concatenate(([0.0], np.cumsum(lengths_s))), math.pi * np.arange(len(lengths_s) + 1))
    return np.where((since_s >= 0) & (since_s < varied_s), varied, regular)


def turns_s(pacer: Pacer, start_s: float, end_s: float) -> NDArray[np.float64]:
    """Times at which an inhale or an exhale begins, from the last up to ``start_s`` to the first after ``end_s``."""
    pattern = pacer.pattern
    before = max(0, math.floor((pacer.start_s - start_s) / pattern.period_s) + 1)
    exhale_after_s = pattern.inhale_s + pattern.hold_in_s
    starts_s = [pacer.start_s - k * pattern.period_s for k in range(before, 0, -1)]
    turns = [turn for at_s in starts_s for turn in (at_s, at_s + exhale_after_s)]
    breaths = (pacer.breath(index) for index in itertools.count())
    while not turns or turns[-1] <= end_s:
        breath = next(breaths)
        turns += [breath.inhale_start_s, breath.exhale_start_s]
    found = np.asarray(turns)
    first, last = np.searchsorted(found, (start_s, end_s), side="right").tolist()
    return found[first - 1 : last + 1]


def exhale_thirds_ms(
    breath: Breath, mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]
) -> tuple[float, float] | None:
    """Mean RR in the first and in the last third of the exhale; None without a beat in each.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms of clean beats around the exhale.

    Notes
    -----
    RR linearly interpolated at 4 Hz between the midpoints of the intervals. The exhale rise is last minus first.
    """
    third_s = (breath.exhale_end_s - breath.exhale_start_s) / 3
    start_s = np.array([breath.exhale_start_s, breath.exhale_end_s - third_s])
    beats = mid_s.searchsorted(start_s + third_s, side="right") - mid_s.searchsorted(start_s)
    if not beats.all():
        return None
    steps = max(1, round(third_s * INTERPOLATED_HZ))
    curve_ms = np.interp(start_s[:, None] + np.arange(steps + 1) * (third_s / steps), mid_s, nn_ms)
    first_ms, last_ms = ((curve_ms[:, 1:] + curve_ms[:, :-1]).sum(axis=1) / (2 * steps)).tolist()  # the ends count half
    return first_ms, last_ms


def exhale_contrast(pattern: Pattern, lag_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Last third minus first third of the exhale of a unit cosine of the breath's phase that lags by ``lag_s``.

    1.654 without a lag, whatever the pattern; this is what turns a locked amplitude into the effect.
    """
    pacer = Pacer(0.0, pattern)
    exhale_start_s = pattern.inhale_s + pattern.hold_in_s
    within = (np.arange(20) + 0.5) / 20 * pattern.exhale_s / 3
    first_s, last_s = exhale_start_s + within, exhale_start_s + pattern.exhale_s * 2 / 3 + within
    waves = [np.cos(phases_rad(pacer, (part - lag_s[:, None]).ravel())) for part in (first_s, last_s)]
    first, last = (wave.reshape(len(lag_s), -1).mean(axis=1) for wave in waves)
    return np.asarray(last - first)


def locked_amplitude_ms(pacer: Pacer, mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> float:
    """Half of peak to trough of the wave locked to the pacer, by least squares with a linear drift.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms of clean beats of whole breaths.
    """
    phases = phases_rad(pacer, mid_s)
    place = mid_s - mid_s.mean()
    columns = np.stack((np.ones_like(place), place, np.cos(phases), np.sin(phases)), axis=1)
    fitted = np.linalg.lstsq(columns, nn_ms, rcond=None)[0]
    return math.hypot(float(fitted[2]), float(fitted[3]))


def amplitude_change(before_ms: float, before_half_ms: float, now_ms: float, now_half_ms: float) -> Change:
    """Which way an amplitude went between two estimates, by their 95 % intervals.

    Parameters
    ----------
    before_ms, now_ms : float
        Amplitudes in ms.
    before_half_ms, now_half_ms : float
        Half widths of their 95 % intervals in ms.

    Notes
    -----
    A difference is told when it is larger than the root of the summed squares of the half widths, which is half of its
    own 95 % interval for two independent estimates (Altman and Bland 2003, doi 10.1136/bmj.326.7382.219). Estimates
    that share breaths differ less by chance: of them it is told less often than it might be, not more.
    """
    difference_ms = now_ms - before_ms
    if abs(difference_ms) <= math.hypot(before_half_ms, now_half_ms):
        return Change.UNCLEAR
    return Change.HIGHER if difference_ms > 0 else Change.LOWER
