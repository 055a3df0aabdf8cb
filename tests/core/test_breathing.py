import numpy as np
import pytest
from hearts import FOUR_SIX, waves

from biofeedback.core.breathing import TempoFit, fit_tempo, is_off_pace, own_breathing_goes_on
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


def _at_tempo(tempo, amplitude_ms=50.0, seconds=120.0, noise_ms=8.0, seed=1):
    """RR of somebody who breathes at ``tempo`` times the pacer's."""
    rr_ms = waves(seconds, 900.0, noise_ms=noise_ms, seed=seed)
    mid_s = _mid_s(rr_ms)
    return mid_s, rr_ms + amplitude_ms * np.cos(phases_rad(PACER, (mid_s - 1.0) * tempo))


@pytest.mark.parametrize("tempo", [0.5, 0.8, 0.9, 1.0, 1.1, 1.25, 2.0])
def test_the_tempo_of_a_clear_rhythm_is_found(tempo):
    fit = fit_tempo(PACER, NOISE, *_at_tempo(tempo))
    assert fit.tempo == pytest.approx(tempo, abs=0.015)
    assert fit.gain >= fit.pacer_gain
    assert fit.breaths == pytest.approx(12.0, abs=0.2)


@pytest.mark.parametrize("seed", range(5))
def test_who_breathes_along_is_not_off_the_pace(seed):
    assert not is_off_pace(fit_tempo(PACER, NOISE, *_at_tempo(1.0, 40.0, seed=seed)))


@pytest.mark.parametrize("seed", range(5))
def test_natural_jitter_of_following_is_not_off_the_pace(seed):
    """Each breath 5-10 % of its length early or late."""
    rng = np.random.default_rng(seed)
    rr_ms = waves(120.0, 900.0, noise_ms=8.0, seed=seed)
    mid_s = _mid_s(rr_ms)
    early_s = np.interp(mid_s, np.arange(0.0, 131.0, 10.0), rng.normal(0.0, 0.7, 14))
    swing = 50.0 * np.cos(phases_rad(PACER, mid_s - 1.0 + early_s))
    assert not is_off_pace(fit_tempo(PACER, NOISE, mid_s, rr_ms + swing))


@pytest.mark.parametrize("tempo", [0.5, 0.85, 1.15, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_another_tempo_is_off_the_pace_within_two_minutes(tempo, seed):
    assert is_off_pace(fit_tempo(PACER, NOISE, *_at_tempo(tempo, seed=seed)))


def test_a_tempo_is_judged_by_how_much_it_explains_and_how_long_it_was_seen():
    assert not is_off_pace(TempoFit(1.2, 20.0, 19.0, 12.0))  # explains no more than the pacer's
    assert not is_off_pace(TempoFit(1.03, 200.0, 150.0, 3.0))  # a slip of a tenth of a breath
    assert is_off_pace(TempoFit(1.2, 60.0, 20.0, 12.0))
    assert not is_off_pace(TempoFit(1.0, 0.0, 0.0, 3.0))


def test_a_noise_that_grew_asks_for_more():
    mid_s, rr_ms = _at_tempo(1.2, 20.0)
    louder = rr_ms + 30.0 * np.sin(2 * np.pi * 1.2 / 10 * 1.17 * mid_s)  # a neighbour of the best tempo's line
    assert fit_tempo(PACER, NOISE, mid_s, louder).gain < fit_tempo(PACER, NOISE, mid_s, rr_ms).gain


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
