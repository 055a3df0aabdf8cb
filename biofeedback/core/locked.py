"""The wave locked to the pacer: its amplitude, delay and uncertainty in the person's own coloured noise."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.delays import arc, heart_share
from biofeedback.core.evidence import AMPLITUDES_MS, Band, LockedWaves, locked_waves, log_mean, own_rhythm
from biofeedback.core.noise import NoiseSpectrum, Whitened
from biofeedback.core.pacing import Pacer
from biofeedback.core.rsa import phases_rad

__all__ = ["LIKELIHOOD_DROP", "NORMAL_975", "LockedFit", "fit_locked"]

LIKELIHOOD_DROP = 3.0  # of the log likelihood, from its best to where an interval that holds at all looks ends
NORMAL_975 = 1.959964  # two-sided 95 % of a normal distribution


@dataclass(frozen=True, slots=True)
class LockedFit:
    """RR's component locked to the pacer, in the person's own coloured noise.

    ``amplitude_ms`` is half of peak to trough, positive when RR rises over the exhale. ``evidence`` is the logarithm of
    how much better such a wave explains the beats than noise alone; ``support`` the same for each of
    ``LockedWaves.amplitudes_ms()``, against the wave's own average: below minus a limit lies what is ruled out by it.
    """

    amplitude_ms: float
    sd_ms: float
    delay_s: float
    heart_lag_s: float
    contrast: float
    contrast_sd: float
    evidence: float
    support: tuple[float, ...]
    own: float  # evidence for a rhythm of one's own at a pace near the pacer's, also against noise alone
    other: float  # and for one at another pace
    harmonic_ratio: float
    mean_rr_ms: float

    @property
    def effect_ms(self) -> float:
        """Rise of RR from the first to the last third of the exhale."""
        return self.amplitude_ms * self.contrast

    def amplitude_interval_ms(self, limit: float, drop: float = LIKELIHOOD_DROP) -> tuple[float, float]:
        """Amplitudes around the best that are not ruled out: above 0 only where the evidence rules out 0 at ``limit``.

        What explains the beats worse than the best by more than ``drop``, in log likelihood, is ruled out as well.
        A heart does not slow with the inhale and quicken with the exhale: below 0 there is only noise, so that a wave
        late by half a breath is not taken for one of the other sign.
        """
        amplitudes_ms, support = LockedWaves.amplitudes_ms(), np.asarray(self.support)
        zero = len(support) // 2
        best = zero + int(np.argmax(support[zero:]))
        level = max(-limit, float(support[best]) - drop)
        high_ms = _crossing(amplitudes_ms[best:], support[best:], level)
        rising = slice(best, zero - 1 if zero else None, -1)
        if self.evidence > limit and best > zero:
            low_ms = _crossing(amplitudes_ms[rising], support[rising], -limit)
        else:
            low_ms = min(0.0, _crossing(amplitudes_ms[best::-1], support[best::-1], level))
        return min(low_ms, self.amplitude_ms), max(high_ms, self.amplitude_ms)

    def effect_interval_ms(self, limit: float, drop: float = LIKELIHOOD_DROP) -> tuple[float, float]:
        """Effects that are not ruled out: by the amplitude, and by the strap's unknown share of the delay.

        Parameters
        ----------
        limit : float
            Log evidence at which an amplitude counts as ruled out; the share's interval, a prior, reaches 1.96 SD.
        drop : float
            Log likelihood below the best at which it does.
        """
        low_ms, high_ms = self.amplitude_interval_ms(limit, drop)
        share_ms = NORMAL_975 * self.amplitude_ms * self.contrast_sd
        below_ms, above_ms = (self.amplitude_ms - low_ms) * self.contrast, (high_ms - self.amplitude_ms) * self.contrast
        below_ms, above_ms = sorted((below_ms, above_ms)) if self.contrast < 0 else (below_ms, above_ms)
        return self.effect_ms - math.hypot(below_ms, share_ms), self.effect_ms + math.hypot(above_ms, share_ms)


def _crossing(amplitudes_ms: NDArray[np.float64], support: NDArray[np.float64], level: float) -> float:
    """Where support, going away from its best, first falls below a level; the outermost amplitude when it does not."""
    below = np.flatnonzero(support < level)
    if not len(below) or below[0] == 0:
        return float(amplitudes_ms[-1 if not len(below) else 0])
    outer = int(below[0])
    part = (support[outer - 1] - level) / (support[outer - 1] - support[outer])
    return float(amplitudes_ms[outer - 1] + part * (amplitudes_ms[outer] - amplitudes_ms[outer - 1]))


def _harmonic_ratio(white: Whitened, phase_rad: NDArray[np.float64]) -> float:
    """Size of the wave at twice the pacer's pace over that at the pacer's."""
    angles = np.stack((phase_rad, 2 * phase_rad), axis=1)
    waves = white.of(np.concatenate((np.cos(angles), np.sin(angles)), axis=1))
    cosine, cosine2, sine, sine2 = np.linalg.lstsq(waves, white.y, rcond=None)[0].tolist()
    first = math.hypot(cosine, sine)
    return math.hypot(cosine2, sine2) / first if first > 0 else math.inf


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
    line_hz = 1 / pacer.pattern.period_s
    band = Band(white, mid_s, line_hz)
    looked = arc(pacer.pattern, latency_s)
    waves = locked_waves(band, pacer, mid_s, looked.delays_s)
    own = own_rhythm(band, mid_s, line_hz)
    prior = np.exp(looked.log_prior - looked.log_prior.max())
    rising = waves.by_amplitude[:, len(AMPLITUDES_MS) + 1 :]
    likelihood = log_mean(rising, np.broadcast_to(prior[:, None], rising.shape))
    by_delay = np.exp(rising - rising.max()).sum(axis=1) * prior
    best = int(np.argmax(by_delay))
    delay_s = float(np.average(looked.delays_s, weights=by_delay))
    share = heart_share(pacer.pattern, delay_s, latency_s)
    support = [log_mean(column, prior) - likelihood for column in waves.by_amplitude.T]
    return LockedFit(
        amplitude_ms=float(waves.amplitude_ms[best]),
        sd_ms=float(waves.sd_ms[best]),
        delay_s=delay_s,
        heart_lag_s=share.lag_s,
        contrast=share.contrast,
        contrast_sd=share.contrast_sd,
        evidence=likelihood - band.silence,
        support=tuple(support),
        own=own.near - band.silence,
        other=own.far - band.silence,
        harmonic_ratio=_harmonic_ratio(white, phases_rad(pacer, mid_s - delay_s)),
        mean_rr_ms=float(nn_ms.mean()),
    )
