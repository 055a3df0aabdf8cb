"""Measures over a window of clean beats (Task Force 1996, doi 10.1161/01.CIR.93.5.1043). Missing is None, never 0."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.spectrum import power_spectrum

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
    """Band powers in ms2; VLF is None for windows under five minutes."""

    vlf_power_ms2: float | None
    lf_power_ms2: float | None
    hf_power_ms2: float | None


def spectral_measures(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> SpectralMeasures:
    """VLF, LF and HF power of clean beats.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms.

    Notes
    -----
    Bands of Task Force 1996, from the spectrum of ``power_spectrum``.
    """
    found = power_spectrum(mid_s, nn_ms)
    if found is None:
        return SpectralMeasures(None, None, None)
    vlf_ms2 = found.power_ms2(*VLF_HZ) if float(mid_s[-1] - mid_s[0]) >= VLF_MIN_S else None
    return SpectralMeasures(vlf_ms2, found.power_ms2(*LF_HZ), found.power_ms2(*HF_HZ))
