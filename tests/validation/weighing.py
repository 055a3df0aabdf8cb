"""The estimator of the core as the comparison sees it, with limits that can be moved, and with an oracle's noise."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from biofeedback.core.answers import decide_look
from biofeedback.core.breathing import own_breathing_goes_on
from biofeedback.core.locked import LockedFit, fit_locked
from biofeedback.core.noise import BAND_HZ, FREQUENCIES_HZ, NoiseSpectrum
from biofeedback.core.results import Answer, Following, Grade
from biofeedback.straps.physiology import COARSE_S, Person
from biofeedback.straps.presets import Follows
from tests.validation.classes import SessionClass
from tests.validation.filters import Said
from tests.validation.looks import Array, SeenBeats

__all__ = ["WeighingFit", "fit_weighing", "has_true_noise", "true_noise"]

FINE, FOLDS = 16, 4
JITTER_MS2 = 1.0  # of an interval cut to 1/1024 s
NO_OWN = -1e9  # log evidence that rules out a rhythm of one's own


@dataclass(frozen=True, slots=True)
class WeighingFit:
    """Fit of the core, and what else its decision asks for."""

    fit: LockedFit
    goes_on: bool
    steady_breaths: int | None
    grade: Grade

    def decide(self, breaths: int, stricter: float = 0.0) -> Said:
        """The core's decision; ``stricter`` is added to the log evidence of noise alone."""
        fit = self.fit
        if stricter:
            support = tuple(value + stricter for value in fit.support)
            evidence, own, other = (value - stricter for value in (fit.evidence, fit.own, fit.other))
            fit = replace(fit, evidence=evidence, own=own, other=other, support=support)
        return self._decide(fit, breaths)

    def is_yes_at(self, breaths: int, together_min: float) -> Said:
        """The decision with another least evidence against a rhythm of one's own, whatever the pacer."""
        said = self._decide(self.fit, breaths)
        alone = self._decide(replace(self.fit, own=NO_OWN), breaths)
        is_together = self.fit.evidence - self.fit.own > together_min
        return replace(said, is_yes=alone.is_yes and is_together and not said.is_off_pace)

    def _decide(self, fit: LockedFit, breaths: int) -> Said:
        verdict = decide_look(
            fit,
            goes_on=self.goes_on,
            was_seen=False,
            measured=None,
            steady_breaths=self.steady_breaths,
            grade=self.grade,
            breaths=breaths,
        )
        assert verdict.low_ms is not None
        assert verdict.high_ms is not None
        is_off = verdict.following is Following.NO
        return Said(verdict.answer is Answer.YES, is_off, fit.effect_ms, verdict.low_ms, verdict.high_ms)


def fit_weighing(seen: SeenBeats, noise: NoiseSpectrum | None = None) -> WeighingFit:
    """The core's fit, in the noise that the pipeline learned or in a given one."""
    pacer, mid_s, nn_ms = seen.pacer, seen.mid_s, seen.nn_ms
    fit = fit_locked(pacer, noise or seen.noise, mid_s, nn_ms, seen.latency_s)
    goes_on = own_breathing_goes_on(pacer, seen.noise, mid_s, nn_ms, fit)
    return WeighingFit(fit, goes_on, pacer.steady_breaths, seen.grade)


# What the noise truly is


def has_true_noise(one: SessionClass) -> bool:
    """Whether all that lies under the pacer's wave is known: a person who follows leaves the background alone."""
    return one.traits.follows is Follows.PACER and not one.person_pattern and not one.push.mayer_factor_sd


def true_noise(one: SessionClass, seed: int, mean_rr_ms: float) -> NoiseSpectrum:
    """Spectrum of RR of the simulated person's Mayer wave, wandering and white noise, as beats see it.

    Notes
    -----
    Each part is an autoregression of order one in steps of .25 s, linear in between; a beat's interval is the mean over
    itself. There is one sample a beat: what is faster than half their rate comes back below it.
    """
    person = Person(one.traits, seed * 2**32 + zlib.crc32(one.name.encode()))  # as sessions.py draws him
    beats_hz = 1000 / mean_rr_ms
    frequency_hz = (np.arange(len(FREQUENCIES_HZ) * FINE) + 0.5) * BAND_HZ / FINE
    density = sum(_density(person, np.abs(frequency_hz + k * beats_hz), mean_rr_ms) for k in range(-FOLDS, FOLDS + 1))
    inside = frequency_hz <= beats_hz / 2  # a slow heart has no more bands
    level = float(np.asarray(density)[inside][-1])  # what reaches up to half the beats' rate is white
    power_ms2 = np.where(inside, np.maximum(density - level, 0.0), 0.0).reshape(-1, FINE).mean(axis=1) * BAND_HZ
    return NoiseSpectrum(
        tuple(FREQUENCIES_HZ.tolist()), tuple(power_ms2.tolist()), JITTER_MS2 + level * beats_hz / 2, float("inf")
    )


def _density(person: Person, frequency_hz: Array, mean_rr_ms: float) -> Array:
    """Power density in ms2/Hz of the background, averaged over a beat."""
    background = person._background
    turn = np.exp(-2j * np.pi * frequency_hz * COARSE_S)
    pole, drive_bpm = background._mayer_pole, background._mayer_drive_bpm
    density = drive_bpm**2 * (np.abs(1 - pole * turn) ** -2 + np.abs(1 - pole * turn.conj()) ** -2)
    for slow_pole, slow_bpm in zip(background._vlf._poles, background._vlf._drives_bpm, strict=True):
        density = density + 2 * slow_bpm**2 * np.abs(1 - slow_pole * turn) ** -2
    density = (density + 2 * background._noise_sd_bpm**2) * COARSE_S * np.sinc(frequency_hz * COARSE_S) ** 4
    per_bpm_ms = mean_rr_ms**2 / 60_000
    return np.asarray(density * per_bpm_ms**2 * np.sinc(frequency_hz * mean_rr_ms / 1000) ** 2)
