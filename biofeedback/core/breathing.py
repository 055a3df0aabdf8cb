"""Is the person breathing along? Inferred from RR alone: never certain, and it says so."""

import math

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.evidence import followed_waves
from biofeedback.core.locked import LockedFit
from biofeedback.core.noise import NoiseSpectrum, covariance
from biofeedback.core.pacing import Pacer
from biofeedback.core.rsa import phases_rad

__all__ = ["own_breathing_goes_on"]

BREATHING_HZ = (0.15, 0.45)  # where a person's own breathing lies in a baseline
HARMONICS = (1, 2, 3)  # of the pacer that are taken out: the second and the third lie in the same band
# Log evidence. Of simulated people who breathe along with RSA of 0-.5 or 2-5 bpm 4 and 1 % ever reach it at three
# looks, of those who breathe freely 45 %.
GOES_ON_MIN = 2.0
DEPENDENT = 1e-9  # of the largest: a wave of which so little is left is one that another shows as well


def own_breathing_goes_on(
    pacer: Pacer, noise: NoiseSpectrum, mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], fit: LockedFit
) -> bool:
    """Whether the beats bear out that the breathing of the baseline goes on; False also when it cannot be told.

    Parameters
    ----------
    noise : NoiseSpectrum
        As learned from the person's own free breathing.
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms of clean beats of the step.
    fit : LockedFit
        The wave locked to the pacer: it is taken out with its harmonics, and what a person's turns and depths leave
        of it counts as noise.

    Notes
    -----
    Two Gaussian processes are weighed by their likelihood free of drift and of the pacer's waves (Patterson and
    Thompson 1971, doi 10.1093/biomet/58.3.545), the noise's size known to ``noise.scale_df`` (Student's t): the
    baseline's noise, and the same without what stands above its median in the band of breathing. A peak that the
    baseline has by chance is no evidence, as the step does not repeat it. Were the second known and true, a ratio of
    exp(c) would come by chance in at most exp(-c) of people, at all looks together (Robbins 1970, doi
    10.1214/aoms/1177696786).
    """
    free = _contrasts(pacer, mid_s, fit.delay_s)
    left = followed_waves(pacer, (mid_s - fit.delay_s)[None, :])[1][0] * fit.amplitude_ms
    goes_on, is_over = (
        _log_likelihood(free.T @ (covariance(one, mid_s) + left @ left.T) @ free, free.T @ nn_ms, noise.scale_df)
        for one in (noise, _without_breathing(noise))
    )
    return goes_on - is_over > GOES_ON_MIN


def _without_breathing(noise: NoiseSpectrum) -> NoiseSpectrum:
    """The same noise, level in the band of breathing: a peak is narrow and leaves the median alone."""
    frequency_hz, power_ms2 = np.asarray(noise.frequency_hz), np.asarray(noise.power_ms2)
    band = (frequency_hz >= BREATHING_HZ[0]) & (frequency_hz <= BREATHING_HZ[1])
    level = np.where(band, np.minimum(power_ms2, np.median(power_ms2[band])), power_ms2)
    return NoiseSpectrum(noise.frequency_hz, tuple(level.tolist()), noise.white_ms2, noise.span_s, noise.scale_df)


def _contrasts(pacer: Pacer, mid_s: NDArray[np.float64], delay_s: float) -> NDArray[np.float64]:
    """Orthonormal contrasts of beats that see neither drift nor the pacer's waves, shape (n_beats, n_contrasts)."""
    phases = phases_rad(pacer, mid_s - delay_s)
    place = 2 * (mid_s - mid_s[0]) / (mid_s[-1] - mid_s[0]) - 1
    waves = [wave(k * phases) for k in HARMONICS for wave in (np.cos, np.sin)]
    columns = np.stack([np.ones_like(place), place, place * place, *waves], axis=1)
    axes, sizes, _ = np.linalg.svd(columns)
    return np.asarray(axes[:, np.count_nonzero(sizes > DEPENDENT * sizes[0]) :])


def _log_likelihood(matrix: NDArray[np.float64], values: NDArray[np.float64], df: float) -> float:
    """Log likelihood of values in noise of a covariance whose size is known to ``df`` degrees of freedom."""
    root = np.linalg.cholesky(matrix)
    white = np.linalg.solve(root, values)
    misfit = float(white @ white)
    return -float(np.log(np.diag(root)).sum()) - (df + len(values)) / 2 * math.log1p(misfit / df)
