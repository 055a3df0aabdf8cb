"""The rule this package had before: the largest ratio over an arc of delays, and a test of the tempo."""

import math
from dataclasses import dataclass

import numpy as np

from biofeedback.core.noise import BAND_HZ, FREQUENCIES_HZ, WHITE_MIN_MS2, NoiseSpectrum, Whitened
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.core.rsa import exhale_contrast, phases_rad
from tests.validation.filters import Said, at_look, burg, even
from tests.validation.looks import Array, Part, SeenBeats

__all__ = ["ArcFit", "fit_arc"]

NORMAL_975 = 1.959964
TEMPOS = np.concatenate(([0.5], np.arange(0.72, 1.45, 0.01), np.arange(1.9, 2.11, 0.05), [1.0]))
GAIN_MIN, JITTER_BREATHS, TEMPO_SD_MAX = 12.0, 0.1, 2.5
ARC_LIMITS, OVERWHELMING, SCALE_DF = (4.1, 4.1, 3.5), 9.0, 6.0
ARC_DEG, STRAP_MAX_S, HEART_MAX_DEG = (-45.0, 120.0), 2.5, 75.0
HEART_S, STRAP_S = (0.5, 0.8), (0.8, 0.7)  # mean and SD of the heart's lag and of the strap's latency
FILTER_HZ, ORDER, HARMONIC_MAX = 2.0, 16, 0.8
BREATHING_HZ, BREATHING_HALF_HZ, PROMINENCE_MIN = (0.15, 0.45), 0.04, 3.0
GOES_ON_FRACTION = 0.66  # .6 of ten bands; eleven are summed here


@dataclass(frozen=True, slots=True)
class ArcFit:
    """The largest signed ratio over an arc of delays, and what was asked of the tempo."""

    amplitude_ms: float
    sd_ms: float
    contrast: float
    contrast_sd: float
    harmonic_ratio: float
    is_off_pace: bool
    goes_on: bool

    def decide(self, breaths: int, stricter: float = 1.0) -> Said:
        """Yes where the lower limit of the interval is above 0 and nothing says the pace is another."""
        limit, ratio = stricter * at_look(ARC_LIMITS, breaths), self.amplitude_ms / self.sd_ms
        effect_ms = self.amplitude_ms * self.contrast
        half_ms = math.hypot(limit * self.sd_ms * self.contrast, NORMAL_975 * self.amplitude_ms * self.contrast_sd)
        is_large, is_simple = ratio > limit, self.harmonic_ratio < HARMONIC_MAX
        is_off = self.is_off_pace or (self.goes_on and not (is_large and is_simple and ratio > OVERWHELMING))
        is_off |= is_large and not is_simple
        is_yes = is_large and is_simple and effect_ms > half_ms and not is_off
        return Said(is_yes, is_off, effect_ms, effect_ms - half_ms, effect_ms + half_ms)


def _learn(parts: tuple[Part, ...]) -> NoiseSpectrum:
    """Autoregression of order 16, read at the middle of each band."""
    long = [part for part in parts if len(part[0]) >= 2 * ORDER and part[0][-1] - part[0][0] >= 30.0]
    densities, spans_s = [], [float(part[0][-1] - part[0][0]) for part in long]
    for part in long:
        coefficients, variance = burg(even(part, FILTER_HZ)[1], ORDER)
        turn = np.exp(-2j * np.pi * np.outer(FREQUENCIES_HZ, np.arange(1, ORDER + 1)) / FILTER_HZ)
        densities.append(2 * variance / FILTER_HZ / np.abs(1 + turn @ coefficients) ** 2)
    density = np.average(densities, axis=0, weights=spans_s)
    white_ms2 = max(WHITE_MIN_MS2, float(density[-1]) * (FILTER_HZ / 2 - len(FREQUENCIES_HZ) * BAND_HZ))
    return NoiseSpectrum(tuple(FREQUENCIES_HZ.tolist()), tuple((density * BAND_HZ).tolist()), white_ms2, sum(spans_s))


def _scale(white: Whitened, mid_s: Array, line_hz: float, taken: Array) -> float:
    """Noise now over noise in the baseline, as SD, from the neighbours of a line and a prior around 1."""
    span_s = float(mid_s[-1] - mid_s[0])
    beside_hz = [line_hz + k / span_s for k in (-3, -2, -1, 1, 2, 3)]
    angles = 2 * np.pi * np.outer(mid_s - mid_s[0], [f for f in beside_hz if 0.5 * line_hz <= f <= 1.6 * line_hz])
    basis = np.linalg.qr(taken)[0]
    waves = white.of(np.concatenate((np.cos(angles), np.sin(angles)), axis=1))
    own = np.linalg.qr(waves - basis @ (basis.T @ waves))[0].T @ white.y
    return math.sqrt((SCALE_DF + float(own @ own)) / (SCALE_DF + len(own)))


def _is_off_pace(white: Whitened, pacer: Pacer, mid_s: Array) -> bool:
    """Whether another tempo than the pacer's explains RR better, beyond the jitter of natural following."""
    stretched = [phases_rad(pacer, pacer.start_s + (mid_s - pacer.start_s) * tempo) for tempo in TEMPOS.tolist()]
    phases = np.stack(stretched, axis=1)
    waves, half = white.of(np.concatenate((np.cos(phases), np.sin(phases)), axis=1)), len(TEMPOS)
    pairs = [waves[:, [k, half + k]] for k in range(half)]
    gains = np.array([float(np.sum((np.linalg.qr(pair)[0].T @ white.y) ** 2)) for pair in pairs])
    best = int(np.argmax(gains))
    tempo, period_s = float(TEMPOS[best]), pacer.pattern.period_s
    gains /= _scale(white, mid_s, tempo / period_s, pairs[best]) ** 2
    breaths = float(mid_s[-1] - mid_s[0]) / period_s
    blur = math.sqrt(12 / max(float(gains[best]), 1.0)) / (2 * math.pi * breaths)
    is_far = abs(tempo - 1) > TEMPO_SD_MAX * math.hypot(JITTER_BREATHS * math.sqrt(12 / breaths**3), blur)
    return is_far and float(gains[best] - gains[-1]) > GAIN_MIN


def _own_contrast(pattern: Pattern, delay_s: float) -> tuple[float, float]:
    """Exhale contrast at the heart's share of a delay, and its SD, from the priors of heart and strap."""
    share = HEART_S[1] ** 2 / (HEART_S[1] ** 2 + STRAP_S[1] ** 2)
    lag_s, sd_s = HEART_S[0] + share * (delay_s - HEART_S[0] - STRAP_S[0]), math.sqrt(share) * STRAP_S[1]
    steps = np.linspace(-1.75, 1.75, 8)
    contrasts = exhale_contrast(pattern, np.minimum(lag_s + sd_s * steps, HEART_MAX_DEG * pattern.period_s / 360))
    weights = np.exp(-0.5 * steps**2)
    contrast = float(np.average(contrasts, weights=weights))
    return contrast, math.sqrt(float(np.average((contrasts - contrast) ** 2, weights=weights)))


def _goes_on(noise: NoiseSpectrum, pacer: Pacer, mid_s: Array, nn_ms: Array, delay_s: float) -> bool:
    """Whether at least .6 of the power around the baseline's breathing peak is still there."""
    frequency_hz, power_ms2 = np.asarray(noise.frequency_hz), np.asarray(noise.power_ms2)
    band = (frequency_hz >= BREATHING_HZ[0]) & (frequency_hz <= BREATHING_HZ[1])
    peak = int(np.argmax(np.where(band, power_ms2, -math.inf)))
    is_inside = bool(band[peak - 1]) and bool(band[min(peak + 1, len(band) - 1)])
    if not is_inside or power_ms2[peak] < PROMINENCE_MIN * float(np.median(power_ms2[band])):
        return False
    near = np.abs(frequency_hz - frequency_hz[peak]) <= BREATHING_HALF_HZ
    phases = phases_rad(pacer, mid_s - delay_s)
    place = 2 * (mid_s - mid_s[0]) / (mid_s[-1] - mid_s[0]) - 1
    waves = [wave(k * phases) for k in (1, 2, 3) for wave in (np.cos, np.sin)]
    columns = np.stack([np.ones_like(place), place, place * place, *waves], axis=1)
    rest_ms = nn_ms - columns @ np.linalg.lstsq(columns, nn_ms, rcond=None)[0]
    taper = 0.5 * (1 + np.cos(np.pi * place))
    spectrum = np.exp(-2j * np.pi * np.outer(frequency_hz[near], mid_s)) @ (rest_ms * taper * nn_ms)
    after_ms2 = float((2 * np.abs(spectrum) ** 2).sum() / ((taper**2) * nn_ms).sum() / 1000.0 * BAND_HZ)
    return after_ms2 > GOES_ON_FRACTION * float(power_ms2[near].sum())


def fit_arc(seen: SeenBeats) -> ArcFit:
    """The rule of this package before: the best of an arc of delays, noise read again beside the pacer's line."""
    noise, pacer, mid_s = _learn(seen.baseline), seen.pacer, seen.mid_s
    white = Whitened(noise, mid_s, seen.nn_ms)
    per_degree_s = pacer.pattern.period_s / 360
    delays_s = np.arange(ARC_DEG[0] * per_degree_s, ARC_DEG[1] * per_degree_s + STRAP_MAX_S + 1e-9, 0.25)
    log_prior = -0.5 * ((delays_s - HEART_S[0] - STRAP_S[0]) / math.hypot(HEART_S[1], STRAP_S[1])) ** 2
    phases = np.stack([phases_rad(pacer, mid_s - delay_s) for delay_s in delays_s.tolist()], axis=1)
    waves = white.of(np.cos(phases))
    norms = np.sqrt((waves * waves).sum(axis=0))
    ratios = waves.T @ white.y / norms
    weight = np.where(ratios > 0, 0.5 * ratios**2, -np.inf) + log_prior
    best = int(np.argmax(weight if np.any(ratios > 0) else log_prior))
    angles = np.stack((phases[:, best], 2 * phases[:, best]), axis=1)
    taken = white.of(np.concatenate((np.cos(angles), np.sin(angles)), axis=1))
    cosine, cosine2, sine, sine2 = np.linalg.lstsq(taken, white.y, rcond=None)[0].tolist()
    scale = _scale(white, mid_s, 1 / pacer.pattern.period_s, taken)
    delay_s = float(delays_s[best])
    contrast, contrast_sd = _own_contrast(pacer.pattern, delay_s)
    return ArcFit(
        float(ratios[best] / norms[best]), scale / float(norms[best]), contrast, contrast_sd,
        math.hypot(cosine2, sine2) / math.hypot(cosine, sine), _is_off_pace(white, pacer, mid_s),
        _goes_on(noise, pacer, mid_s, seen.nn_ms, delay_s),
    )  # fmt: skip
