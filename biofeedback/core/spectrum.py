"""Power density of RR from the beats as they lie, without resampling."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spectrum", "power_spectrum", "windows"]

WINDOW_S = 300.0  # Task Force 1996: short-term spectra are taken over five minutes
WINDOW_MIN_BEATS = 16  # fewer clean beats in a window carry no spectrum
SPECTRUM_MIN_S = 60.0  # ten waves of the slowest breathing worth naming
HIGHEST_HZ = 0.45  # above HF and above any breathing at rest
FINE_WAVES = 16  # each wave is one of so many times one of a few: 33 products an interval in place of 270


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Power density at evenly spaced frequencies from the first step on, up to .45 Hz.

    ``window_s`` is the length over which each periodogram is taken.
    """

    frequency_hz: NDArray[np.float64]
    density_ms2_per_hz: NDArray[np.float64]
    window_s: float

    def power_ms2(self, low_hz: float, high_hz: float) -> float:
        """Power above one frequency, up to and including another."""
        inside = (self.frequency_hz > low_hz) & (self.frequency_hz <= high_hz)
        return float(self.density_ms2_per_hz[inside].sum() * self.frequency_hz[0])


def power_spectrum(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> Spectrum | None:
    """Mean spectrum over half-overlapping windows of five minutes; None for fewer than 16 beats or under a minute.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms; beats may be left out between them.

    Notes
    -----
    Averaged over windows after Welch (1967, doi 10.1109/TAU.1967.1161901), straight line removed, Hann taper. Every
    interval counts once, at its own midpoint, as it does in SDNN: the powers divide the variance of the NN intervals
    (Task Force 1996, total power). Nothing is interpolated, so nothing damps HF. Weighting each interval by its own
    length instead would divide the variance over time, in which long intervals count for more: on the test patterns of
    ANSI/AAMI EC57, whose powers are defined over intervals, .2 % too much.
    """
    if len(mid_s) < WINDOW_MIN_BEATS or mid_s[-1] - mid_s[0] < SPECTRUM_MIN_S:
        return None
    window_s = min(WINDOW_S, float(mid_s[-1] - mid_s[0]))
    step_hz = 0.5 / window_s
    count = math.ceil(HIGHEST_HZ / step_hz)
    parts = [
        _density(mid_s[part], nn_ms[part], step_hz, count)
        for part in windows(mid_s, window_s)
        if part.stop - part.start >= WINDOW_MIN_BEATS
    ]
    if not parts:
        return None
    frequency_hz = np.arange(1, count + 1, dtype=np.float64) * step_hz
    return Spectrum(frequency_hz, np.mean(parts, axis=0), window_s)


def windows(mid_s: NDArray[np.float64], length_s: float) -> list[slice]:
    """Windows of one length at half overlap (or a little more) that cover beats from the first to the last.

    Parameters
    ----------
    mid_s : ndarray, shape (n_beats,)
        Midpoints in seconds.
    length_s : float
        Length of a window in seconds; beats that span no more are one window.
    """
    span_s = float(mid_s[-1] - mid_s[0])
    if span_s <= length_s:
        return [slice(0, len(mid_s))]
    count = math.ceil((span_s - length_s) / (length_s / 2)) + 1
    starts_s = mid_s[0] + np.linspace(0.0, span_s - length_s, count)
    first = np.searchsorted(mid_s, starts_s)
    last = np.searchsorted(mid_s, starts_s + length_s, side="right")
    return [slice(int(a), int(b)) for a, b in zip(first, last, strict=True)]


def _density(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], step_hz: float, count: int) -> NDArray[np.float64]:
    """Periodogram of one window in ms2/Hz, at the first ``count`` multiples of ``step_hz``."""
    since_s = mid_s - mid_s[0]
    place = since_s / since_s[-1]
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * place)
    total = float(taper.sum())
    level_ms, middle = float(taper @ nn_ms) / total, float(taper @ place) / total
    centred = place - middle
    tapered = taper * centred
    slope_ms = float(tapered @ (nn_ms - level_ms)) / float(tapered @ centred)
    power = np.abs(_transform(since_s, (nn_ms - level_ms - slope_ms * centred) * taper, step_hz, count)) ** 2
    # .375 is the mean square of the taper. In this form intervals that are left out take no power from a wave.
    return np.asarray(2.0 * 0.375 * since_s[-1] / float(taper @ taper) ** 2 * power)


def _transform(t_s: NDArray[np.float64], x: NDArray[np.float64], step_hz: float, count: int) -> NDArray[np.complex128]:
    """Fourier sums of unevenly spaced values, exact: waves of high number as products of two of low number."""
    first = np.exp(-2j * np.pi * step_hz * t_s)
    fine = np.multiply.accumulate(np.broadcast_to(first, (FINE_WAVES, len(first))), axis=0)
    blocks = -(-count // FINE_WAVES)
    coarse = np.empty((blocks, len(first)), dtype=np.complex128)
    coarse[0] = x
    for block in range(1, blocks):
        np.multiply(coarse[block - 1], fine[-1], out=coarse[block])
    return np.asarray((coarse @ fine.T).ravel()[:count])
