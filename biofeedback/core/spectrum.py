"""Power density of RR from the beats as they lie, without resampling."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["WINDOW_S", "Spectrum", "power_spectrum", "window_densities", "windows"]

WINDOW_S = 300.0  # Task Force 1996: short-term spectra are taken over five minutes
WINDOW_MIN_BEATS = 16  # fewer clean beats in a window carry no spectrum
SPECTRUM_MIN_S = 60.0  # ten waves of the slowest breathing worth naming
HIGHEST_HZ = 0.45  # above HF and above any breathing at rest
FINE_WAVES = 16  # each wave is one of so many times one of a few: 33 products an interval in place of 270
TOGETHER = 32  # windows that are transformed at once: many enough to be fast, few enough to stay in the cache


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
    frequency_hz, densities = window_densities(mid_s, nn_ms, window_s)
    return Spectrum(frequency_hz, densities.mean(axis=0), window_s) if len(densities) else None


def window_densities(
    mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], length_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies in Hz, and the periodogram in ms2/Hz of each window that holds 16 beats or more.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms.
    length_s : float
        Length of a window in seconds.

    Returns
    -------
    frequency_hz : ndarray, shape (n_frequencies,)
        Multiples of half of one over the length: every wave lies on two of them or more.
    densities : ndarray, shape (n_windows, n_frequencies)
    """
    step_hz = 0.5 / length_s
    frequency_hz = np.arange(1, math.ceil(HIGHEST_HZ / step_hz) + 1, dtype=np.float64) * step_hz
    parts = [part for part in windows(mid_s, length_s) if part.stop - part.start >= WINDOW_MIN_BEATS]
    found = [
        _densities(mid_s, nn_ms, parts[first : first + TOGETHER], step_hz, len(frequency_hz))
        for first in range(0, len(parts), TOGETHER)
    ]
    return frequency_hz, np.concatenate(found) if found else np.empty((0, len(frequency_hz)))


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


def _densities(
    mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], parts: Sequence[slice], step_hz: float, count: int
) -> NDArray[np.float64]:
    """Periodograms of some windows at the first ``count`` multiples of ``step_hz``, shape (n_windows, count)."""
    beats = np.asarray([part.stop - part.start for part in parts])
    place = np.arange(beats.max())
    # Shorter windows are filled up with their own last beat, where the taper is 0.
    taken = np.asarray([part.start for part in parts])[:, None] + np.minimum(place, beats[:, None] - 1)
    since_s = mid_s[taken] - mid_s[taken[:, :1]]
    span_s = since_s[:, -1:]
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * since_s / span_s)
    taper[place >= beats[:, None]] = 0.0
    values_ms = _without_line(since_s / span_s, nn_ms[taken], taper)
    power = np.abs(_transforms(since_s, values_ms * taper, step_hz, count)) ** 2
    # .375 is the mean square of the taper. In this form intervals that are left out take no power from a wave.
    return np.asarray(2.0 * 0.375 * span_s / (taper**2).sum(axis=1, keepdims=True) ** 2 * power)


def _without_line(
    place: NDArray[np.float64], values_ms: NDArray[np.float64], taper: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Values without the straight line that fits them best under the taper, each window for itself."""
    total = taper.sum(axis=1, keepdims=True)
    centred = place - (taper * place).sum(axis=1, keepdims=True) / total
    level_ms = (taper * values_ms).sum(axis=1, keepdims=True) / total
    tapered = taper * centred
    rise_ms = (tapered * (values_ms - level_ms)).sum(axis=1, keepdims=True)
    return np.asarray(values_ms - level_ms - rise_ms / (tapered * centred).sum(axis=1, keepdims=True) * centred)


def _transforms(t_s: NDArray[np.float64], x: NDArray[np.float64], step_hz: float, count: int) -> NDArray[np.complex128]:
    """Fourier sums of unevenly spaced values, exact: a wave of high number is a product of two of low number."""
    first = np.exp(-2j * np.pi * step_hz * t_s)
    fine = np.empty((len(t_s), FINE_WAVES, t_s.shape[1]), dtype=np.complex128)
    fine[:, 0] = first
    for wave in range(1, FINE_WAVES):
        np.multiply(fine[:, wave - 1], first, out=fine[:, wave])
    blocks = -(-count // FINE_WAVES)
    coarse = np.empty((len(t_s), blocks, t_s.shape[1]), dtype=np.complex128)
    coarse[:, 0] = x
    for block in range(1, blocks):
        np.multiply(coarse[:, block - 1], fine[:, -1], out=coarse[:, block])
    return np.asarray((coarse @ fine.transpose(0, 2, 1)).reshape(len(t_s), -1)[:, :count])
