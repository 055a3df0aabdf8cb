"""How RR wander without a pacer: a person's own spectrum, and the covariance that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["BAND_HZ", "FREQUENCIES_HZ", "NoiseSpectrum", "Whitened", "covariance", "learn_noise", "pool_noise"]

RESAMPLED_HZ = 2.0  # the slowest rate that still holds a fast breathing rhythm (Nyquist 1 Hz)
ORDER = 32  # of the autoregression: sixteen seconds of memory, enough to tell a Mayer wave of .09 Hz from one of .1
BAND_HZ = 1 / 128
BANDS = 64  # up to .5 Hz; what lies above is the white remainder
FREQUENCIES_HZ = (np.arange(BANDS) + 0.5) * BAND_HZ
FINE = 8  # places in each band at which a sharp line is looked for
FINE_HZ = (np.arange(BANDS * FINE) + 0.5) * BAND_HZ / FINE
LAG_STEP_S = 0.1
LAGS_AT_ONCE = 256  # looks after about as many breaths share a table of waves
MIN_SPAN_S = 80.0  # a shorter baseline does not hold enough slow waves
PART_MIN_S, PART_MIN_BEATS = 30.0, 32
SAMPLES_PER_ORDER = 4  # a short part teaches a shorter memory
EVEN_MS2 = 1e-6  # far below one step of 1/1024 s: what is left of an even (paced) heart is rounding, without a spectrum
# How well two minutes tell the noise's size in the exercise that follows; its SD changes by exp(N(0, .3)): science.md 5
BASELINE_DF = 6.0
WHITE_MIN_MS2 = 4.0  # the strap's clock and the R peak's jitter: about 2 ms


@dataclass(frozen=True, slots=True)
class NoiseSpectrum:
    """Variance of RR in bands of equal width, and the white remainder; ``span_s`` is what it was learned from.

    ``scale_df`` says how well it tells the noise's size in an exercise, as degrees of freedom.
    """

    frequency_hz: tuple[float, ...]
    power_ms2: tuple[float, ...]
    white_ms2: float
    span_s: float
    scale_df: float = BASELINE_DF

    def density_at(self, frequency_hz: float) -> float:
        """Power density at ``frequency_hz``, in ms2/Hz."""
        return float(np.interp(frequency_hz, self.frequency_hz, self.power_ms2)) / BAND_HZ


def _burg(x: NDArray[np.float64], order: int) -> tuple[NDArray[np.float64], float]:
    """Coefficients and innovation variance of an autoregression (Burg 1975)."""
    forward, backward = x[1:].copy(), x[:-1].copy()
    coefficients = np.zeros(0)
    variance = float(np.mean(x * x))
    for _ in range(order):
        power = float(forward @ forward + backward @ backward)
        reflection = 0.0 if power == 0 else -2.0 * float(backward @ forward) / power
        coefficients = np.concatenate((coefficients + reflection * coefficients[::-1], [reflection]))
        variance *= 1 - reflection * reflection
        forward, backward = (forward + reflection * backward)[1:], (backward + reflection * forward)[:-1]
    return coefficients, variance


def learn_noise(parts: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> NoiseSpectrum | None:
    """Spectrum of clean RR of free breathing; None when the parts that are long enough span less than 80 s.

    Parameters
    ----------
    parts : sequence of (mid_s, nn_ms), each of shape (n_beats,)
        Unbroken runs: midpoints of the intervals on the session's clock in seconds, and NN intervals in ms. Nothing
        bridges two of them; their spectra are averaged by length.

    Notes
    -----
    Autoregression of order 32 by Burg's method (1975) on RR linearly interpolated at 2 Hz, linear trend removed; its
    density is averaged over each band.
    """
    usable = [part for part in parts if len(part[0]) >= PART_MIN_BEATS and part[0][-1] - part[0][0] >= PART_MIN_S]
    spans_s = np.asarray([float(mid_s[-1] - mid_s[0]) for mid_s, _ in usable])
    if spans_s.sum() < MIN_SPAN_S:
        return None
    density = np.average([_density(*part) for part in usable], axis=0, weights=spans_s)
    white_ms2 = max(WHITE_MIN_MS2, float(density[-1]) * (RESAMPLED_HZ / 2 - BANDS * BAND_HZ))
    return NoiseSpectrum(
        tuple(FREQUENCIES_HZ.tolist()), tuple((density * BAND_HZ).tolist()), white_ms2, float(spans_s.sum())
    )


def _density(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power density in ms2/Hz of one unbroken run."""
    grid_s = np.arange(mid_s[0], mid_s[-1], 1 / RESAMPLED_HZ)
    x = np.interp(grid_s, mid_s, nn_ms)
    place = np.linspace(-1.0, 1.0, len(x))
    x = x - x.mean() - place * float(place @ x) / float(place @ place)
    if float(np.mean(x * x)) < EVEN_MS2:
        return np.zeros(BANDS)
    order = min(ORDER, len(x) // SAMPLES_PER_ORDER)
    coefficients, variance = _burg(x, order)
    turn = np.exp(-2j * np.pi * np.outer(FINE_HZ, np.arange(1, order + 1)) / RESAMPLED_HZ)
    density = 2 * variance / RESAMPLED_HZ / np.abs(1 + turn @ coefficients) ** 2
    return np.asarray(density.reshape(BANDS, FINE).mean(axis=1))


def pool_noise(spectra: Sequence[NoiseSpectrum]) -> NoiseSpectrum:
    """Mean of a person's spectra, weighted by the time each was learned from."""
    spans_s = [noise.span_s for noise in spectra]
    power_ms2 = np.average([noise.power_ms2 for noise in spectra], axis=0, weights=spans_s)
    white_ms2 = float(np.average([noise.white_ms2 for noise in spectra], weights=spans_s))
    return NoiseSpectrum(spectra[0].frequency_hz, tuple(power_ms2.tolist()), white_ms2, float(sum(spans_s)))


def covariance(noise: NoiseSpectrum, mid_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance in ms2 of RR at ``mid_s``, shape (n_beats, n_beats): no resampling, gaps need no care."""
    apart = np.abs(mid_s[:, None] - mid_s[None, :]) / LAG_STEP_S
    below = apart.astype(int)
    lags = LAGS_AT_ONCE * (int(below[0, -1]) // LAGS_AT_ONCE + 1) + 1
    by_lag = _fading_waves(noise.frequency_hz, lags) @ np.asarray(noise.power_ms2)
    matrix = by_lag[below] + (apart - below) * np.diff(by_lag)[below]
    matrix[np.diag_indices_from(matrix)] += noise.white_ms2
    return np.asarray(matrix)


@lru_cache(maxsize=4)
def _fading_waves(frequency_hz: tuple[float, ...], lags: int) -> NDArray[np.float64]:
    """Correlation of bands of unit power, shape (lags, n_bands), ``LAG_STEP_S`` apart; most looks ask for the same.

    Each band is spread evenly over its width: its correlation fades with sinc(width lag) instead of coming back.
    """
    lags_s = np.arange(lags) * LAG_STEP_S
    return np.asarray(np.cos(2 * np.pi * np.outer(lags_s, frequency_hz)) * np.sinc(BAND_HZ * lags_s)[:, None])


class Whitened:
    """Beats and waves in the metric of the person's own noise, slow drift taken out."""

    def __init__(self, noise: NoiseSpectrum, mid_s: NDArray[np.float64], rr_ms: NDArray[np.float64]) -> None:
        self.scale_df = noise.scale_df
        self._root = np.linalg.cholesky(covariance(noise, mid_s))
        place = 2 * (mid_s - mid_s[0]) / (mid_s[-1] - mid_s[0]) - 1
        drift = np.linalg.solve(self._root, np.stack((np.ones_like(place), place, place * place), axis=1))
        self._drift = np.linalg.qr(drift)[0]
        self.y = self.of(rr_ms[:, None])[:, 0]

    def of(self, waves: NDArray[np.float64]) -> NDArray[np.float64]:
        """Whiten waves, shape (n_beats, n_waves), and take the drift out."""
        white = np.linalg.solve(self._root, waves)
        return np.asarray(white - self._drift @ (self._drift.T @ white))

    def back(self, waves: NDArray[np.float64]) -> NDArray[np.float64]:
        """What to multiply beats by to see them along whitened waves, shape (n_beats, n_waves), free of drift."""
        return np.asarray(np.linalg.solve(self._root.T, waves))
