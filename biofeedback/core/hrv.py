"""Measures over a window of clean beats (Task Force 1996, doi 10.1161/01.CIR.93.5.1043). Missing is None, never 0."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.respiration import BREATHING_HZ, respiration_hz

__all__ = [
    "SpectralMeasures",
    "heart_rate_bpm",
    "ln_rmssd",
    "pnn50_percent",
    "rmssd_ms",
    "sd1_ms",
    "sd2_ms",
    "sdnn_ms",
    "spectral_measures",
    "successive_differences_ms",
]

VLF_HZ, LF_HZ, HF_HZ = (0.0033, 0.04), (0.04, 0.15), (0.15, 0.40)  # Task Force 1996
WINDOW_S = 300.0  # Task Force 1996: short-term spectra are taken over five minutes
WINDOW_MIN_BEATS = 16  # fewer clean beats in a window carry no spectrum
SPECTRUM_MIN_S = 60.0  # ten waves of the slowest breathing worth naming
VLF_MIN_S = 294.0  # five minutes, but for the beats at either end; shorter windows hold no VLF


def successive_differences_ms(rr_ms: NDArray[np.float64], is_normal: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Differences of neighbouring beats of one unbroken run that are both normal.

    Parameters
    ----------
    rr_ms, is_normal : ndarray, shape (n_beats,)
        Intervals in ms, and which of them are normal beats.
    """
    return np.diff(rr_ms)[is_normal[1:] & is_normal[:-1]]


def heart_rate_bpm(nn_ms: NDArray[np.float64]) -> float | None:
    """Mean heart rate: 60000 over the mean NN interval."""
    return 60000.0 / float(nn_ms.mean()) if len(nn_ms) else None


def rmssd_ms(differences_ms: NDArray[np.float64]) -> float | None:
    """Root mean square of successive differences (Task Force 1996)."""
    return math.sqrt(float(np.mean(differences_ms**2))) if len(differences_ms) else None


def ln_rmssd(differences_ms: NDArray[np.float64]) -> float | None:
    """Natural logarithm of RMSSD in ms; None where RMSSD is missing or 0."""
    value = rmssd_ms(differences_ms)
    return math.log(value) if value else None


def sdnn_ms(nn_ms: NDArray[np.float64]) -> float | None:
    """Standard deviation of NN intervals, ddof 1 (Task Force 1996)."""
    return float(nn_ms.std(ddof=1)) if len(nn_ms) > 1 else None


def pnn50_percent(differences_ms: NDArray[np.float64]) -> float | None:
    """Share of successive differences above 50 ms, in percent (Task Force 1996)."""
    return float(np.mean(np.abs(differences_ms) > 50.0) * 100.0) if len(differences_ms) else None


def sd1_ms(differences_ms: NDArray[np.float64]) -> float | None:
    """Poincare width: SD of successive differences over the root of 2, ddof 1 (Brennan 2001, doi 10.1109/10.959330)."""
    return float(differences_ms.std(ddof=1)) / math.sqrt(2.0) if len(differences_ms) > 1 else None


def sd2_ms(nn_ms: NDArray[np.float64], differences_ms: NDArray[np.float64]) -> float | None:
    """Poincare length: root of 2 SDNN squared minus SD1 squared (Brennan 2001, doi 10.1109/10.959330)."""
    sdnn, sd1 = sdnn_ms(nn_ms), sd1_ms(differences_ms)
    if sdnn is None or sd1 is None:
        return None
    return math.sqrt(max(0.0, 2.0 * sdnn**2 - sd1**2))


@dataclass(frozen=True, slots=True)
class SpectralMeasures:
    """Band powers in ms2 and the breathing frequency; VLF is None for windows under five minutes."""

    vlf_power_ms2: float | None
    lf_power_ms2: float | None
    hf_power_ms2: float | None
    respiration_hz: float | None


def _density(
    mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], frequency_hz: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Power density in ms2/Hz at multiples of the first frequency, from beats as they lie.

    The transform of RR over time is an integral: each beat counts with its own length, so nothing is interpolated.
    Linear trend removed, Hann taper.
    """
    place = (mid_s - mid_s[0]) / (mid_s[-1] - mid_s[0])
    weight = nn_ms / 1000.0 * 0.5 * (1 - np.cos(2 * np.pi * place))
    centred = place - np.average(place, weights=weight)
    level = np.average(nn_ms, weights=weight)
    slope = float(np.sum(weight * centred * (nn_ms - level)) / np.sum(weight * centred * centred))
    x = (nn_ms - level - slope * centred) * weight
    # The waves are powers of the first one: far cheaper than an exponential each.
    first = np.exp(-2j * np.pi * frequency_hz[0] * (mid_s - mid_s[0]))
    waves = np.multiply.accumulate(np.broadcast_to(first, (len(frequency_hz), len(first))), axis=0)
    spectrum = waves @ x
    norm = float(np.sum(weight * weight / (nn_ms / 1000.0)))
    return np.asarray(2.0 * np.abs(spectrum) ** 2 / norm)


def _windows(mid_s: NDArray[np.float64]) -> list[slice]:
    """Half-overlapping windows of five minutes, or the whole when it is shorter."""
    span_s = float(mid_s[-1] - mid_s[0])
    if span_s <= WINDOW_S:
        return [slice(0, len(mid_s))]
    count = math.ceil((span_s - WINDOW_S) / (WINDOW_S / 2)) + 1
    starts_s = mid_s[0] + np.linspace(0.0, span_s - WINDOW_S, count)
    first = np.searchsorted(mid_s, starts_s)
    last = np.searchsorted(mid_s, starts_s + WINDOW_S, side="right")
    return [slice(int(a), int(b)) for a, b in zip(first, last, strict=True)]


def _spectrum(
    mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Frequencies and mean density over windows; None when there is too little."""
    if len(mid_s) < WINDOW_MIN_BEATS or mid_s[-1] - mid_s[0] < SPECTRUM_MIN_S:
        return None
    step_hz = 0.5 / min(WINDOW_S, float(mid_s[-1] - mid_s[0]))
    frequency_hz = np.arange(step_hz, BREATHING_HZ[1] + step_hz, step_hz)
    windows = [window for window in _windows(mid_s) if window.stop - window.start >= WINDOW_MIN_BEATS]
    parts = [_density(mid_s[window], nn_ms[window], frequency_hz) for window in windows]
    return (frequency_hz, np.mean(parts, axis=0)) if parts else None


def _integral(frequency_hz: NDArray[np.float64], density: NDArray[np.float64], band: tuple[float, float]) -> float:
    """Power between two frequencies."""
    inside = (frequency_hz > band[0]) & (frequency_hz <= band[1])
    return float(density[inside].sum() * (frequency_hz[1] - frequency_hz[0]))


def spectral_measures(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> SpectralMeasures:
    """VLF, LF and HF power of clean beats, and the breathing frequency that RR alone show.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms.

    Notes
    -----
    Bands of Task Force 1996. Windows of 300 s at half overlap, linear trend removed, Hann taper; the transform is an
    integral over time in which each beat counts with its length, so that no interpolation damps HF. A breathing
    frequency is named only where one rhythm stands out between .1 and .45 Hz.
    """
    found = _spectrum(mid_s, nn_ms)
    if found is None:
        return SpectralMeasures(None, None, None, None)
    span_s = float(mid_s[-1] - mid_s[0])
    vlf = _integral(*found, VLF_HZ) if span_s >= VLF_MIN_S else None
    return SpectralMeasures(vlf, _integral(*found, LF_HZ), _integral(*found, HF_HZ), respiration_hz(*found))
