"""How well noise alone, the pacer, and a rhythm of one's own explain RR: the same beats, weighed alike."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.noise import Whitened
from biofeedback.core.pacing import Pacer
from biofeedback.core.rsa import phases_rad, turns_s

__all__ = [
    "AMPLITUDES_MS",
    "Band",
    "LockedWaves",
    "OwnRhythm",
    "followed_waves",
    "locked_waves",
    "log_mean",
    "own_rhythm",
]

Array = NDArray[np.float64]

BAND_TEMPOS = (0.4, 1.65)  # times the pacer's: what lies beside its line, without the drift below and harmonics above
JITTER_BREATHS = 0.075  # each turn of the breath comes 5-10 % of a breath early or late; science.md 5
DEPTH_SD = 0.15  # of a breath's depth, from breath to breath; fitted to one person's belt, straps/presets.py
AMPLITUDES_MS = 2.0 * 1.25 ** np.arange(25)  # half of peak to trough, 2 to 420 ms; each as likely as the next
SHIFT_S = 0.01  # over which the slope of the phase is read
OWN_TEMPOS = np.concatenate((np.arange(0.45, 0.71, 0.05), np.arange(0.76, 1.27, 0.02), np.arange(1.3, 1.61, 0.1)))
NEAR_TEMPOS = (OWN_TEMPOS > 0.75) & (OWN_TEMPOS < 1.28)  # beyond, nobody takes one rhythm for the other
OWN_COHERENCE_S = 120.0  # for so long a rhythm of one's own keeps its phase
OWN_KNOT_S = 25.0  # between which its phase and size change evenly
OWN_SIZES_MS = np.array([4.0, 8.0, 16.0, 32.0, 64.0, 128.0])


def log_mean(values: Array, weights: Array) -> float:
    """Logarithm of the weighted mean of numbers given by their logarithms."""
    top = float(values.max())
    return top + math.log(float((np.exp(values - top) * weights).sum() / weights.sum()))


class Band:
    """Beats as they look beside the pacer's line, in the metric of the person's own noise and without slow drift.

    ``y`` holds one number for each of ``size`` dimensions, of variance 1 while there is only the baseline's noise.
    """

    def __init__(self, white: Whitened, mid_s: Array, line_hz: float) -> None:
        span_s = float(mid_s[-1] - mid_s[0])
        low, high = (tempo * line_hz * span_s for tempo in BAND_TEMPOS)
        frequency_hz = np.arange(math.ceil(low), math.floor(high) + 1) / span_s
        angles = 2 * np.pi * np.outer(mid_s - mid_s[0], frequency_hz)
        basis = np.linalg.qr(white.of(np.concatenate((np.cos(angles), np.sin(angles)), axis=1)))[0]
        self._look = white.back(basis).T
        self.y = basis.T @ white.y
        self.size = len(self.y)
        self.scale_df = white.scale_df

    def of(self, waves: Array) -> Array:
        """Waves of shape (..., n_beats, n_waves) as they look in the band, (..., size, n_waves)."""
        return np.asarray(self._look @ waves)

    def log_likelihood(self, misfit: Array, log_determinant: Array) -> Array:
        """Log likelihood of a Gaussian misfit whose noise has a size that is known to ``scale_df`` (Student's t)."""
        df = self.scale_df
        return np.asarray(-0.5 * log_determinant - (df + self.size) / 2 * np.log1p(misfit / df))

    @property
    def silence(self) -> float:
        """Log likelihood of noise alone."""
        return float(self.log_likelihood(self.y @ self.y, np.zeros(())))


def _rotated(changes: Array) -> tuple[Array, Array]:
    """Variances, shape (..., size), and axes of the sum of random changes, each a column of (..., size, n_changes)."""
    variances, axes = np.linalg.eigh(changes @ np.swapaxes(changes, -1, -2))
    return np.maximum(variances, 0.0), axes


@dataclass(frozen=True, slots=True)
class LockedWaves:
    """Log likelihood of waves locked to the pacer, and the best amplitude at each delay.

    ``by_amplitude`` has shape (n_delays, 2 n_amplitudes + 1): from the largest negative amplitude over 0 to the
    largest.
    """

    by_amplitude: Array
    amplitude_ms: Array
    sd_ms: Array

    @staticmethod
    def amplitudes_ms() -> Array:
        """Amplitudes of the columns."""
        return np.concatenate((-AMPLITUDES_MS[::-1], [0.0], AMPLITUDES_MS))


def locked_waves(band: Band, pacer: Pacer, mid_s: Array, delays_s: Array) -> LockedWaves:
    """Likelihood of a wave locked to the pacer, for each delay behind it and each amplitude.

    Notes
    -----
    A person who follows turns each breath a little early or late and deeper or flatter, independently from breath to
    breath. To first order both add Gaussian changes of known shape to the wave, in proportion to its amplitude: a large
    answer is not taken for noise because it is human.
    """
    unit, changes = followed_waves(pacer, mid_s[None, :] - delays_s[:, None])
    variances, axes = _rotated(band.of(changes))
    turned = np.swapaxes(axes, -1, -2)
    y, wave = turned @ band.y, (turned @ band.of(unit[..., None]))[..., 0]
    amplitudes_ms = LockedWaves.amplitudes_ms()
    spread = 1 + np.square(amplitudes_ms)[None, :, None] * variances[:, None, :]
    misfit = np.square(y[:, None, :] - amplitudes_ms[None, :, None] * wave[:, None, :]) / spread
    by_amplitude = band.log_likelihood(misfit.sum(axis=-1), np.log(spread).sum(axis=-1))
    return LockedWaves(by_amplitude, *_best(band, y, wave, spread, by_amplitude))


def _best(band: Band, y: Array, wave: Array, spread: Array, by_amplitude: Array) -> tuple[Array, Array]:
    """Amplitude by generalised least squares at each delay, and its SD, at the spread of the likeliest amplitude."""
    likeliest = np.argmax(by_amplitude, axis=1)
    spread = spread[np.arange(len(spread)), likeliest]
    precision = (wave * wave / spread).sum(axis=-1)
    amplitude_ms = (wave * y / spread).sum(axis=-1) / precision
    misfit = (np.square(y - amplitude_ms[:, None] * wave) / spread).sum(axis=-1)
    scale2 = (band.scale_df + misfit) / (band.scale_df + band.size - 1)
    return amplitude_ms, np.sqrt(scale2 / precision)


def followed_waves(pacer: Pacer, t_s: Array) -> tuple[Array, Array]:
    """Waves of unit amplitude at times of shape (n_delays, n_beats), and what one SD of each turn and depth changes."""
    before, here, after = phases_rad(pacer, np.concatenate((t_s - SHIFT_S, t_s, t_s + SHIFT_S), axis=0)).reshape(
        3, *t_s.shape
    )
    moved = np.sin(here) * (after - before) * (JITTER_BREATHS * pacer.pattern.period_s / (2 * SHIFT_S))
    turn_s = turns_s(pacer, float(t_s.min()), float(t_s.max()))
    next_turn = np.searchsorted(turn_s, t_s, side="right")
    part = (t_s - turn_s[next_turn - 1]) / (turn_s[next_turn] - turn_s[next_turn - 1])
    wave = np.cos(here)
    breath = np.floor(here / (2 * math.pi)).astype(np.intp)
    breath -= breath.min()
    changes = np.zeros((*t_s.shape, len(turn_s) + int(breath.max()) + 1))
    delay, beat = np.indices(t_s.shape)
    changes[delay, beat, next_turn - 1] = moved * (1 - part)
    changes[delay, beat, next_turn] = moved * part
    changes[delay, beat, len(turn_s) + breath] = DEPTH_SD * wave
    return wave, changes


@dataclass(frozen=True, slots=True)
class OwnRhythm:
    """Log likelihood of a rhythm of one's own at a pace near the pacer's, at another pace, and the likeliest tempo."""

    near: float
    far: float
    tempo: float


def own_rhythm(band: Band, mid_s: Array, line_hz: float) -> OwnRhythm:
    """Likelihood of a steady rhythm that knows nothing of the pacer: any tempo, any phase, any size.

    Notes
    -----
    A Gaussian process: a cosine and a sine at each tempo whose factors wander with a coherence of two minutes, linear
    between knots. Its phase error adds up from breath to breath; that of somebody who follows does not.
    """
    likelihood = _rhythms(band, mid_s, line_hz * OWN_TEMPOS, OWN_COHERENCE_S)
    near, far = likelihood[NEAR_TEMPOS], likelihood[~NEAR_TEMPOS]
    return OwnRhythm(
        log_mean(near, np.ones_like(near)), log_mean(far, np.ones_like(far)),
        float(OWN_TEMPOS[int(np.argmax(likelihood.max(axis=1)))]),
    )  # fmt: skip


def _rhythms(band: Band, mid_s: Array, frequency_hz: Array, coherence_s: float) -> Array:
    """Log likelihood of wandering rhythms of given frequencies, shape (n_frequencies, n_sizes)."""
    span_s = float(mid_s[-1] - mid_s[0])
    knots_s = np.linspace(mid_s[0], mid_s[-1], max(2, round(span_s / OWN_KNOT_S) + 1))
    hats = np.stack([np.interp(mid_s, knots_s, row) for row in np.eye(len(knots_s))], axis=1)
    alike = np.exp(-np.abs(knots_s[:, None] - knots_s[None, :]) / coherence_s)
    wander = hats @ np.linalg.cholesky(alike)
    angles = 2 * np.pi * np.outer(frequency_hz, mid_s - mid_s[0])[:, :, None]
    waves = np.concatenate((np.cos(angles) * wander, np.sin(angles) * wander), axis=-1)
    seen = band.of(waves)
    # Fewer waves than dimensions: their own few axes tell the same (Woodbury's identity).
    variances, axes = _rotated(np.swapaxes(seen, -1, -2))
    along = np.swapaxes(axes, -1, -2) @ (band.y @ seen)[..., None]
    size2 = np.square(OWN_SIZES_MS)[None, :, None]
    spread = 1 + size2 * variances[:, None, :]
    explained = (np.square(along[..., 0])[:, None, :] * size2 / spread).sum(axis=-1)
    return band.log_likelihood(band.y @ band.y - explained, np.log(spread).sum(axis=-1))
