"""The breathing rate that beats alone show. Missing is None, never 0."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["BREATHING_HZ", "respiration_hz"]

BREATHING_HZ = (0.1, 0.45)  # unpaced breathing from RR: below lie Mayer waves
SLOW_HZ = 0.04  # waves from here up to breathing are Mayer's, or slower breathing's (Task Force 1996: LF)
PEAK_SHARE_MIN = 0.35  # of the power between .1 and .45 Hz, within .03 Hz of the peak: otherwise no rate is named
PEAK_HALF_HZ = 0.03
SLOW_WAVE_MAX = 4.0  # a wave below .1 Hz so many times as dense has harmonics that pass for breathing


def respiration_hz(frequency_hz: NDArray[np.float64], density: NDArray[np.float64]) -> float | None:
    """Frequency of the one rhythm that stands out; None when none does.

    Parameters
    ----------
    frequency_hz, density : ndarray, shape (n_frequencies,)
        Evenly spaced frequencies in Hz, and the power density of RR at each in ms2/Hz.
    """
    band = np.where(frequency_hz >= BREATHING_HZ[0], density, 0.0)
    slow = density[(frequency_hz > SLOW_HZ) & (frequency_hz < BREATHING_HZ[0])]
    if slow.max() > SLOW_WAVE_MAX * band.max():
        return None
    peak_hz = float(frequency_hz[int(np.argmax(band))])
    near = (frequency_hz > peak_hz - PEAK_HALF_HZ) & (frequency_hz <= peak_hz + PEAK_HALF_HZ)
    above = (frequency_hz > BREATHING_HZ[0]) & (frequency_hz <= BREATHING_HZ[1])
    return peak_hz if band[near].sum() > PEAK_SHARE_MIN * band[above].sum() else None
