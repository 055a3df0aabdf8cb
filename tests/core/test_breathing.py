import numpy as np
import pytest
from hearts import FOUR_SIX, waves

from biofeedback.core.breathing import own_breathing_goes_on
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


def test_ones_own_breathing_goes_on():
    rr_ms = waves(120.0, 900.0, (12.0, 0.095, 2.0), (30.0, BREATHING_HZ, 1.0), noise_ms=8.0, seed=4)
    assert own_breathing_goes_on(PACER, NOISE, _mid_s(rr_ms), rr_ms, 1.0)


@pytest.mark.parametrize("amplitude_ms", [0.0, 20.0, 80.0])
def test_ones_own_breathing_does_not_go_on_while_following(amplitude_ms):
    """The pacer's wave and its harmonics lie in the same band and are taken out first."""
    rr_ms = waves(120.0, 900.0, (12.0, 0.095, 2.0), noise_ms=8.0, seed=4)
    mid_s = _mid_s(rr_ms)
    phases = phases_rad(PACER, mid_s - 1.0)
    rr_ms = rr_ms + amplitude_ms * (np.cos(phases) + 0.4 * np.cos(2 * phases))
    assert not own_breathing_goes_on(PACER, NOISE, mid_s, rr_ms, 1.0)


def test_a_baseline_without_a_breathing_peak_cannot_tell():
    rr_ms = waves(120.0, 900.0, (30.0, BREATHING_HZ, 1.0), noise_ms=8.0, seed=4)
    flat = NoiseSpectrum(NOISE.frequency_hz, (5.0,) * 64, 4.0, 120.0)
    assert not own_breathing_goes_on(PACER, flat, _mid_s(rr_ms), rr_ms, 1.0)
    slow = NoiseSpectrum(NOISE.frequency_hz, tuple(100.0 / (k + 1) for k in range(64)), 4.0, 120.0)
    assert not own_breathing_goes_on(PACER, slow, _mid_s(rr_ms), rr_ms, 1.0)  # it only falls from the edge of the band


def test_going_on_does_not_depend_on_the_scale():
    """Baseline and step twice as large: the same question."""
    frequency_hz = tuple(((np.arange(64) + 0.5) * BAND_HZ).tolist())
    double = NoiseSpectrum(frequency_hz, tuple(4 * power for power in NOISE.power_ms2), 4 * NOISE.white_ms2, 180.0)
    for breathing_ms in (5.0, 30.0):
        rr_ms = waves(120.0, 900.0, (breathing_ms, BREATHING_HZ, 1.0), noise_ms=4.0, seed=4)
        mid_s = _mid_s(rr_ms)
        here = own_breathing_goes_on(PACER, NOISE, mid_s, rr_ms, 1.0)
        assert own_breathing_goes_on(PACER, double, mid_s, 900.0 + 2 * (rr_ms - 900.0), 1.0) is here
        assert here is (breathing_ms > 10.0)
