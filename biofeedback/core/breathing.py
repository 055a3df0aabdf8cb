"""Is the person breathing along? Inferred from RR alone: never certain, and it says so."""

import math

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.noise import BAND_HZ, NoiseSpectrum
from biofeedback.core.pacing import Pacer
from biofeedback.core.rsa import phases_rad

__all__ = ["own_breathing_goes_on"]

BREATHING_HZ = (0.15, 0.45)  # where a person's own breathing lies in a baseline
BAND_HALF_HZ = 0.04
PROMINENCE_MIN = 3.0  # a baseline's breathing peak stands out of its surroundings
GOES_ON_FRACTION = 0.6  # of the power of one's own rhythm; following leaves less than .3, going on keeps .7 and more


def own_breathing_goes_on(
    pacer: Pacer, noise: NoiseSpectrum, mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], delay_s: float
) -> bool:
    """Whether the breathing rhythm of the baseline goes on; False also when it cannot be told.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms of clean beats of the step.
    delay_s : float
        Delay of the wave locked to the pacer: it is taken out first with its harmonics, which lie in the same band.
    """
    peak_hz = _breathing_peak_hz(noise)
    if peak_hz is None:
        return False
    frequency_hz = np.asarray(noise.frequency_hz)
    near = np.abs(frequency_hz - peak_hz) <= BAND_HALF_HZ
    before_ms2 = float(np.asarray(noise.power_ms2)[near].sum())
    phases = phases_rad(pacer, mid_s - delay_s)
    place = 2 * (mid_s - mid_s[0]) / (mid_s[-1] - mid_s[0]) - 1
    waves = [wave(k * phases) for k in (1, 2, 3) for wave in (np.cos, np.sin)]
    columns = np.stack([np.ones_like(place), place, place * place, *waves], axis=1)
    rest_ms = nn_ms - columns @ np.linalg.lstsq(columns, nn_ms, rcond=None)[0]
    return _band_power_ms2(mid_s, nn_ms, rest_ms, frequency_hz[near]) > GOES_ON_FRACTION * before_ms2


def _breathing_peak_hz(noise: NoiseSpectrum) -> float | None:
    """Frequency of a baseline's breathing peak; None when it does not stand out."""
    frequency_hz, power_ms2 = np.asarray(noise.frequency_hz), np.asarray(noise.power_ms2)
    band = (frequency_hz >= BREATHING_HZ[0]) & (frequency_hz <= BREATHING_HZ[1])
    peak = int(np.argmax(np.where(band, power_ms2, -math.inf)))
    inside = bool(band[peak - 1]) and bool(band[min(peak + 1, len(band) - 1)])
    if not inside or power_ms2[peak] < PROMINENCE_MIN * float(np.median(power_ms2[band])):
        return None
    return float(frequency_hz[peak])


def _band_power_ms2(
    mid_s: NDArray[np.float64],
    nn_ms: NDArray[np.float64],
    rest_ms: NDArray[np.float64],
    frequency_hz: NDArray[np.float64],
) -> float:
    """Power near some frequencies of what is left of RR: beats weighted by their length, Hann taper."""
    place = 2 * (mid_s - mid_s[0]) / (mid_s[-1] - mid_s[0]) - 1
    taper = 0.5 * (1 + np.cos(np.pi * place))
    spectrum = np.exp(-2j * np.pi * np.outer(frequency_hz, mid_s)) @ (rest_ms * taper * nn_ms)
    # density = 2 |X|^2 / (sum of squared weights); weights are in ms (beat length), one second is 1000 of them
    density = 2 * np.abs(spectrum) ** 2 / float(((taper**2) * nn_ms).sum() * 1000.0)
    return float(density.sum() * BAND_HZ)
