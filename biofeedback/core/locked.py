"""The wave locked to the pacer: its amplitude, delay and uncertainty in the person's own coloured noise."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.noise import NoiseSpectrum, Whitened, noise_scale
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.core.rsa import exhale_contrast, phases_rad

__all__ = ["NORMAL_975", "LockedFit", "fit_locked"]

HEART_LAG_S, HEART_LAG_SD_S = 0.5, 0.8  # heart rate behind lung volume at 6/min; science.md 6, Lehrer 2020
# Arrival minus beat of a strap that says nothing about it; .2-4 s are seen, most below one second (polar-ble-sdk#227).
STRAP_LATENCY_S, STRAP_LATENCY_SD_S = 0.8, 0.7
ARC_DEG = (-45.0, 120.0)  # the heart's own lag behind volume; science.md 5
STRAP_LATENCY_MAX_S = 2.5
HEART_LAG_MAX_DEG = 75.0  # the heart's own part of a profiled delay; science.md 5
ARC_STEP_S = 0.25
NORMAL_975 = 1.959964  # two-sided 95 % of a normal distribution


@dataclass(frozen=True, slots=True)
class LockedFit:
    """RR's component locked to the pacer, in the person's own coloured noise.

    ``amplitude_ms`` is half of peak to trough, positive when RR rises over the exhale; ``t_ratio`` its ratio to
    ``sd_ms``. ``effect_ms`` is the exhale contrast of the fitted wave at the heart's own lag.
    """

    amplitude_ms: float
    sd_ms: float
    t_ratio: float
    delay_s: float
    heart_lag_s: float
    contrast: float
    contrast_sd: float
    scale: float
    harmonic_ratio: float
    mean_rr_ms: float

    @property
    def effect_ms(self) -> float:
        """Rise of RR from the first to the last third of the exhale."""
        return self.amplitude_ms * self.contrast

    def effect_half_ms(self, critical_ratio: float) -> float:
        """Half of the effect's interval: the amplitude's, found in noise, and that of the strap's share of the delay.

        Parameters
        ----------
        critical_ratio : float
            How many standard deviations the amplitude's interval reaches; the share's, a prior, reaches 1.96.
        """
        amplitude = critical_ratio * self.sd_ms * self.contrast
        return math.hypot(amplitude, NORMAL_975 * self.amplitude_ms * self.contrast_sd)


def _arc(pattern: Pattern, latency_s: float | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Delays to look at, and the log of their prior weight."""
    per_degree_s = pattern.period_s / 360
    low_s, high_s = ARC_DEG[0] * per_degree_s, ARC_DEG[1] * per_degree_s
    if latency_s is None:
        delays_s = np.arange(low_s, high_s + STRAP_LATENCY_MAX_S + 1e-9, ARC_STEP_S)
        centre_s, sd_s = HEART_LAG_S + STRAP_LATENCY_S, math.hypot(HEART_LAG_SD_S, STRAP_LATENCY_SD_S)
    else:
        delays_s = np.arange(low_s, high_s + 1e-9, ARC_STEP_S) + latency_s
        centre_s, sd_s = HEART_LAG_S + latency_s, HEART_LAG_SD_S
    return delays_s, -0.5 * ((delays_s - centre_s) / sd_s) ** 2


def _heart_lag(delay_s: float, latency_s: float | None) -> tuple[float, float]:
    """The heart's share of a delay and its SD, from the priors of heart and strap."""
    if latency_s is not None:
        return delay_s - latency_s, ARC_STEP_S / 2
    share = HEART_LAG_SD_S**2 / (HEART_LAG_SD_S**2 + STRAP_LATENCY_SD_S**2)
    lag_s = HEART_LAG_S + share * (delay_s - HEART_LAG_S - STRAP_LATENCY_S)
    return lag_s, math.sqrt(share) * STRAP_LATENCY_SD_S


def _harmonics(white: Whitened, phase_rad: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Whitened waves at the pacer's pace and at twice it, and the size of the second over the first."""
    angles = np.stack((phase_rad, 2 * phase_rad), axis=1)
    waves = white.of(np.concatenate((np.cos(angles), np.sin(angles)), axis=1))
    cosine, cosine2, sine, sine2 = np.linalg.lstsq(waves, white.y, rcond=None)[0].tolist()
    first = math.hypot(cosine, sine)
    return waves, math.hypot(cosine2, sine2) / first if first > 0 else math.inf


def _own_contrast(pattern: Pattern, delay_s: float, latency_s: float | None) -> tuple[float, float, float]:
    """The heart's own lag, and the exhale contrast at it with its SD, from the priors of heart and strap."""
    lag_s, lag_sd_s = _heart_lag(delay_s, latency_s)
    steps = np.linspace(-1.75, 1.75, 8)
    own_lags_s = lag_s + lag_sd_s * steps
    if latency_s is None:  # a longer lag is the strap's: the heart's own stays where an exhale still slows it
        own_lags_s = np.minimum(own_lags_s, HEART_LAG_MAX_DEG * pattern.period_s / 360)
    contrasts = exhale_contrast(pattern, own_lags_s)
    weights = np.exp(-0.5 * steps**2)
    contrast = float(np.average(contrasts, weights=weights))
    return lag_s, contrast, math.sqrt(float(np.average((contrasts - contrast) ** 2, weights=weights)))


def fit_locked(
    pacer: Pacer, noise: NoiseSpectrum, mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], latency_s: float | None
) -> LockedFit:
    """Fit of the pacer's wave to clean beats, by generalised least squares in the person's own noise.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms, as they lie: nothing is resampled.
    latency_s : float or None
        The strap's latency in seconds; None profiles over what straps do.

    Notes
    -----
    RR is drift (quadratic) plus A cos(phase(t - delay)) plus noise with the covariance learned from free breathing. The
    delay (heart's lag plus strap's latency) is searched over an arc with a prior; the noise's scale is checked beside
    the pacer's line. Own method; the arc and its prior follow Lehrer and Gevirtz (2014, doi 10.3389/fpsyg.2014.00756)
    on the phase between heart rate and breathing near 0.1 Hz.
    """
    white = Whitened(noise, mid_s, nn_ms)
    delays_s, log_prior = _arc(pacer.pattern, latency_s)
    phases = np.stack([phases_rad(pacer, mid_s - delay) for delay in delays_s.tolist()], axis=1)
    waves = white.of(np.cos(phases))
    norms = np.sqrt((waves * waves).sum(axis=0))
    t_ratios = (waves.T @ white.y) / norms
    evidence = np.where(t_ratios > 0, 0.5 * t_ratios**2, -np.inf) + log_prior
    best = int(np.argmax(evidence)) if bool(np.any(t_ratios > 0)) else int(np.argmax(log_prior))
    taken, harmonic_ratio = _harmonics(white, phases[:, best])
    scale = noise_scale(white, mid_s, 1 / pacer.pattern.period_s, taken)
    lag_s, contrast, contrast_sd = _own_contrast(pacer.pattern, float(delays_s[best]), latency_s)
    return LockedFit(
        amplitude_ms=float(t_ratios[best] / norms[best]),
        sd_ms=scale / float(norms[best]),
        t_ratio=float(t_ratios[best]) / scale,
        delay_s=float(delays_s[best]),
        heart_lag_s=lag_s,
        contrast=contrast,
        contrast_sd=contrast_sd,
        scale=scale,
        harmonic_ratio=harmonic_ratio,
        mean_rr_ms=float(nn_ms.mean()),
    )
