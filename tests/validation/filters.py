"""The floor and the first matched filter of science.md 5: estimators that were tried and not kept."""

import math
from dataclasses import dataclass

import numpy as np

from biofeedback.core.answers import LOOKS
from biofeedback.core.pacing import Pacer
from biofeedback.core.rsa import exhale_contrast, phases_rad
from biofeedback.core.student import quantile
from tests.validation.looks import Array, Part, SeenBeats

__all__ = ["LineFit", "Said", "at_look", "burg", "even", "fit_floor", "fit_matched"]

ALPHAS = (0.012, 0.018, 0.03)  # one-sided, at 3, 6 and 12 breaths; science.md 5
HEART_LAG_S, STRAP_S = 0.5, 0.6  # the one lag and the one latency that are assumed
FLOOR_HZ = (0.075, 0.125)
GRID_HZ, FILTER_HZ, ORDER, FILTER_DF = 4.0, 2.0, 16, 12.0
SPECTRUM_POINTS = 8192
PHASE_MAX_DEG, HARMONIC_MAX = 75.0, 0.8


@dataclass(frozen=True, slots=True)
class Said:
    """What an estimator says at one look."""

    is_yes: bool
    is_off_pace: bool = False  # takes an earlier yes back
    effect_ms: float = math.nan
    low_ms: float = math.nan
    high_ms: float = math.nan


def at_look(values: tuple[float, ...], breaths: int) -> float:
    """The value that holds after so many breaths."""
    return values[sum(breaths > look for look in LOOKS[:-1])]


@dataclass(frozen=True, slots=True)
class LineFit:
    """A t statistic with its gates: floor and matched filter."""

    t: float
    df: float
    effect_ms: float
    effect_sd_ms: float
    is_gated: bool = False  # a gate says no

    def decide(self, breaths: int, stricter: float = 1.0) -> Said:
        """Yes where t exceeds the limit; the interval is the 95 % one of t."""
        limit = stricter * quantile(at_look(ALPHAS, breaths), self.df)
        half_ms = quantile(0.025, self.df) * self.effect_sd_ms
        low_ms, high_ms = self.effect_ms - half_ms, self.effect_ms + half_ms
        return Said(self.t > limit and not self.is_gated, False, self.effect_ms, low_ms, high_ms)


def even(part: Part, rate_hz: float, until_s: float = math.inf) -> Part:
    """RR interpolated evenly, its straight line taken out."""
    mid_s, nn_ms = part
    t_s = np.arange(mid_s[0], min(float(mid_s[-1]), until_s), 1 / rate_hz)
    return t_s, _level(np.interp(t_s, mid_s, nn_ms))


def _level(x: Array) -> Array:
    """Without mean and slope, along the last axis."""
    place = np.linspace(-1.0, 1.0, x.shape[-1])
    x = x - x.mean(axis=-1, keepdims=True)
    return np.asarray(x - np.outer(x @ place / (place @ place), place).reshape(x.shape))


# 1. The floor


def fit_floor(seen: SeenBeats) -> LineFit:
    """science.md 5A: the line at the pacer's pace, at one fixed phase, against the baseline's largest density nearby.

    Each window is freed of its straight line first. With a varied pacer the line runs in turns of its breaths.
    """
    t_s, x = even((seen.mid_s, seen.nn_ms), GRID_HZ, seen.end_s)
    starts_s = [seen.pacer.breath(k).inhale_start_s for k in range(seen.breaths + 1)]
    period_s = seen.pacer.pattern.period_s
    turns = np.interp(t_s, [starts_s[0] - period_s, *starts_s], np.arange(-1, seen.breaths + 1))
    wave = np.exp(-2j * np.pi * turns)
    ideal = _level(np.cos(phases_rad(seen.pacer, t_s - HEART_LAG_S - STRAP_S)))
    z, z_ideal = (2 / len(x) * complex(values @ wave) for values in (x, ideal))
    r = (z * z_ideal.conjugate()).real / abs(z_ideal)
    base_s, base = even(seen.longest_baseline, GRID_HZ)
    length = min(len(x), len(base))
    windows = _level(np.lib.stride_tricks.sliding_window_view(base, length)[:: int(GRID_HZ)])
    step_hz = GRID_HZ / (2 * length)
    frequency_hz = np.arange(FLOOR_HZ[0], FLOOR_HZ[1] + step_hz / 2, step_hz)
    lines = 2 / length * windows @ np.exp(-2j * np.pi * np.outer(np.arange(length) / GRID_HZ, frequency_hz))
    sd = math.sqrt(float((np.abs(lines) ** 2).mean(axis=0).max()) / 2)
    contrast = float(exhale_contrast(seen.pacer.pattern, np.array([HEART_LAG_S]))[0]) / abs(z_ideal)
    df = 2 * (FLOOR_HZ[1] - FLOOR_HZ[0]) * float(base_s[-1] - base_s[0])
    return LineFit(r / sd, df, r * contrast, sd * contrast)


# 2. The matched filter


def burg(x: Array, order: int) -> tuple[Array, float]:
    """Coefficients and innovation variance of an autoregression (Burg 1975)."""
    forward, backward, coefficients, variance = x[1:], x[:-1], np.zeros(0), float(np.mean(x * x))
    for _ in range(order):
        reflection = -2.0 * float(backward @ forward) / float(forward @ forward + backward @ backward)
        coefficients = np.concatenate((coefficients + reflection * coefficients[::-1], [reflection]))
        variance *= 1 - reflection * reflection
        forward, backward = (forward + reflection * backward)[1:], (backward + reflection * forward)[:-1]
    return coefficients, variance


def fit_matched(seen: SeenBeats) -> LineFit:
    """science.md 5, the first matched filter: generalised least squares in the baseline's autoregression at 2 Hz."""
    coefficients, variance = burg(even(seen.longest_baseline, FILTER_HZ)[1], ORDER)
    density = variance / np.abs(np.fft.rfft(np.concatenate(([1.0], coefficients)), SPECTRUM_POINTS)) ** 2
    t_s = np.arange(seen.mid_s[0], min(float(seen.mid_s[-1]), seen.end_s), 1 / FILTER_HZ)
    lags = np.abs(np.subtract.outer(np.arange(len(t_s)), np.arange(len(t_s))))
    root = np.linalg.cholesky(np.fft.irfft(density)[lags])
    place = np.linspace(-1.0, 1.0, len(t_s))
    phases = phases_rad(seen.pacer, t_s - HEART_LAG_S - STRAP_S)
    waves = [wave(k * phases) for k in (1, 2) for wave in (np.cos, np.sin)]
    columns = np.linalg.solve(root, np.stack((*waves, np.ones_like(place), place, place**2), axis=1))
    y = np.linalg.solve(root, np.interp(t_s, seen.mid_s, seen.nn_ms))
    basis, triangle = np.linalg.qr(columns)
    inverse = np.linalg.inv(triangle)
    fitted, spread = inverse @ (basis.T @ y), inverse @ inverse.T
    cosine, sine, cosine2, sine2 = fitted[:4].tolist()
    first = math.hypot(cosine, sine)
    is_gated = abs(math.atan2(sine, cosine)) > math.radians(PHASE_MAX_DEG)
    is_gated |= math.hypot(cosine2, sine2) >= HARMONIC_MAX * first
    contrast = _contrast(seen.pacer)
    sd_ms = math.sqrt(float(contrast @ spread[:4, :4] @ contrast))
    t = cosine / math.sqrt(float(spread[0, 0]))
    return LineFit(t, FILTER_DF, float(contrast @ fitted[:4]), sd_ms, bool(is_gated))


def _contrast(pacer: Pacer) -> Array:
    """Last minus first third of the exhale of the four waves, of a heart that lags as assumed."""
    pattern = pacer.pattern
    plain = Pacer(0.0, pattern)
    third_s, start_s = pattern.exhale_s / 3, pattern.inhale_s + pattern.hold_in_s
    within_s = (np.arange(20) + 0.5) / 20 * third_s - HEART_LAG_S
    early, late = (phases_rad(plain, start_s + k * third_s + within_s) for k in (0, 2))
    waves = [(np.cos, 1), (np.sin, 1), (np.cos, 2), (np.sin, 2)]
    return np.array([wave(k * late).mean() - wave(k * early).mean() for wave, k in waves])
