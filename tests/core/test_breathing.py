from dataclasses import replace

import numpy as np
import pytest
from hearts import FOUR_SIX, waves

from biofeedback.core.breathing import own_breathing_goes_on
from biofeedback.core.locked import fit_locked
from biofeedback.core.noise import BAND_HZ, NoiseSpectrum, learn_noise
from biofeedback.core.pacing import Pacer
from biofeedback.core.rsa import phases_rad

PACER = Pacer(0.0, FOUR_SIX)
BREATHING_HZ = 0.24


def _mid_s(rr_ms):
    return (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0


def _baseline(seed=0, breathing_ms=30.0):
    rr_ms = waves(180.0, 900.0, (12.0, 0.095, 0.4), (breathing_ms, BREATHING_HZ, 0.0), noise_ms=8.0, seed=seed)
    return learn_noise([(_mid_s(rr_ms), rr_ms)])


NOISE = _baseline()


def _goes_on(noise, rr_ms, mid_s=None):
    mid_s = _mid_s(rr_ms) if mid_s is None else mid_s
    return own_breathing_goes_on(PACER, noise, mid_s, rr_ms, fit_locked(PACER, noise, mid_s, rr_ms, None))


def test_ones_own_breathing_goes_on():
    rr_ms = waves(120.0, 900.0, (12.0, 0.095, 2.0), (30.0, BREATHING_HZ, 1.0), noise_ms=8.0, seed=4)
    assert _goes_on(NOISE, rr_ms)


@pytest.mark.parametrize("amplitude_ms", [0.0, 20.0, 80.0])
def test_ones_own_breathing_does_not_go_on_while_following(amplitude_ms):
    """The pacer's wave and its harmonics lie in the same band and are taken out first."""
    rr_ms = waves(120.0, 900.0, (12.0, 0.095, 2.0), noise_ms=8.0, seed=4)
    mid_s = _mid_s(rr_ms)
    phases = phases_rad(PACER, mid_s - 1.0)
    rr_ms = rr_ms + amplitude_ms * (np.cos(phases) + 0.4 * np.cos(2 * phases))
    assert not _goes_on(NOISE, rr_ms, mid_s)


def test_a_baseline_without_a_breathing_peak_cannot_tell():
    rr_ms = waves(120.0, 900.0, (30.0, BREATHING_HZ, 1.0), noise_ms=8.0, seed=4)
    flat = NoiseSpectrum(NOISE.frequency_hz, (5.0,) * 64, 4.0, 120.0)
    assert not _goes_on(flat, rr_ms)


def test_a_peak_that_the_baseline_has_by_chance_is_not_breathing_that_goes_on():
    """White noise shows a peak three times its median in most baselines; that it comes back is another matter."""
    goes_on = 0
    for seed in range(20):
        baseline, rr_ms = (waves(120.0, 900.0, noise_ms=15.0, seed=2 * seed + k) for k in (0, 1))
        noise = learn_noise([(_mid_s(baseline), baseline)])
        goes_on += _goes_on(noise, rr_ms)
    assert goes_on <= 1


def test_beats_too_slow_for_the_third_harmonic_can_be_asked():
    """At two seconds a beat it looks like the second: one of the two is left out, and the likelihood stays finite."""
    mid_s = np.arange(1.0, 120.0, 2.0)
    assert not _goes_on(NOISE, np.full(len(mid_s), 2000.0), mid_s)


def test_going_on_does_not_depend_on_the_scale():
    """Baseline and step twice as large: the same question."""
    frequency_hz = tuple(((np.arange(64) + 0.5) * BAND_HZ).tolist())
    double = NoiseSpectrum(frequency_hz, tuple(4 * power for power in NOISE.power_ms2), 4 * NOISE.white_ms2, 180.0)
    for breathing_ms in (0.0, 30.0):
        rr_ms = waves(120.0, 900.0, (breathing_ms, BREATHING_HZ, 1.0), noise_ms=4.0, seed=4)
        mid_s = _mid_s(rr_ms)
        fit = fit_locked(PACER, NOISE, mid_s, rr_ms, None)
        twice = replace(fit, amplitude_ms=2 * fit.amplitude_ms)
        here = own_breathing_goes_on(PACER, NOISE, mid_s, rr_ms, fit)
        assert own_breathing_goes_on(PACER, double, mid_s, 900.0 + 2 * (rr_ms - 900.0), twice) is here
        assert here is (breathing_ms > 0)
