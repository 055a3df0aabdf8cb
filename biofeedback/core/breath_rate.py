"""Measures that allow for the breathing rate, and how much RR swing as one single wave. Missing is None, never 0."""

import math

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.spectrum import Spectrum, window_densities

__all__ = ["rate_corrected_amplitude_ms", "respiration_power_ms2", "single_wave_fraction"]

CENTRED_MIN_HZ = 0.02  # half the band about the breathing rate; a window under 50 s would not resolve it
WAVE_WINDOW_S = 64.0  # long enough for two and a half waves of the slowest breathing sought
WAVE_HZ = (0.04, 0.26)  # where the wave is sought: 2.4 to 15.6 a minute
ALL_HZ = (0.0033, 0.40)  # all of it, VLF to HF (Task Force 1996)


def rate_corrected_amplitude_ms(
    rmssd_ms: float | None, mean_nn_ms: float | None, breathing_hz: float | None
) -> float | None:
    """Amplitude (half of peak to trough) of the wave at the breathing rate that would give this RMSSD.

    Parameters
    ----------
    rmssd_ms, mean_nn_ms : float or None
        RMSSD and mean NN interval in ms.
    breathing_hz : float or None
        Breathing rate in Hz.

    Returns
    -------
    float or None
        None where one of them is missing, or a breath is no longer than a beat.

    Notes
    -----
    RMSSD is a high-pass: of a sine of amplitude A and frequency f it is sqrt(2) A S |sin(pi f T)|, with T the mean
    interval and S = sin(pi f T) / (pi f T), as a beat averages over itself. Derived here from the difference of two
    samples of a sine that lie T apart, and checked on beats of an IPFM heart (Mateo and Laguna 2000, IEEE Trans Biomed
    Eng 47(8):985-996). Everything in RMSSD is taken for breathing: noise and ectopy make it too large, the more so
    the slower the breathing.
    """
    if rmssd_ms is None or mean_nn_ms is None or breathing_hz is None:
        return None
    turn = math.pi * breathing_hz * mean_nn_ms / 1000.0
    return rmssd_ms / (math.sqrt(2.0) * math.sin(turn) ** 2 / turn) if 0.0 < turn < math.pi else None


def respiration_power_ms2(spectrum: Spectrum | None, breathing_hz: float | None) -> float | None:
    """Power of RR about the breathing rate, wherever that lies.

    Parameters
    ----------
    spectrum : Spectrum or None
        Of the NN intervals.
    breathing_hz : float or None
        Breathing rate in Hz; the band is .02 Hz to either side, or one over the window's length if that is more.

    Notes
    -----
    HF (.15 to .40 Hz) holds nothing of breathing below nine a minute; a band that follows it does (Task Force 1996,
    doi 10.1161/01.CIR.93.5.1043, on HF and the breathing rate).
    """
    if spectrum is None or breathing_hz is None:
        return None
    half_hz = max(CENTRED_MIN_HZ, 1.0 / spectrum.window_s)
    return spectrum.power_ms2(breathing_hz - half_hz, breathing_hz + half_hz)


def single_wave_fraction(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> float | None:
    """How much RR swing as one single wave: 1 for a sine, low for many waves at once. It says nothing of the source.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms.

    Returns
    -------
    float or None
        Mean over half-overlapping windows of 64 s; None for less than 64 s, or without variation.

    Notes
    -----
    Our own formula, under our own name: power of the highest peak between .04 and .26 Hz, to the width of the Hann
    taper (two over the window's length to either side), over all power from .0033 to .40 Hz. It measures likeness to a
    sine from any source: a strong Mayer wave with no breathing in it scores as high as slow breathing. What is sold as
    heart coherence has the same window and peak (two formulas circulate, the maker's own is not published), so no
    equality is claimed.
    """
    if len(mid_s) < 2 or mid_s[-1] - mid_s[0] < WAVE_WINDOW_S:
        return None
    frequency_hz, densities = window_densities(mid_s, nn_ms, WAVE_WINDOW_S)
    is_sought = (frequency_hz >= WAVE_HZ[0]) & (frequency_hz <= WAVE_HZ[1])
    peak_hz = frequency_hz[np.argmax(np.where(is_sought, densities, -1.0), axis=1)]
    is_all = (frequency_hz > ALL_HZ[0]) & (frequency_hz <= ALL_HZ[1])
    is_near = np.abs(frequency_hz - peak_hz[:, None]) <= 2.0 / WAVE_WINDOW_S * (1 + 1e-9)
    all_ms2 = densities[:, is_all].sum(axis=1)
    wave_ms2 = np.where(is_near & is_all, densities, 0.0).sum(axis=1)
    varies = all_ms2 > 0.0
    return float((wave_ms2[varies] / all_ms2[varies]).mean()) if varies.any() else None
