import math

import numpy as np
import pytest
from hearts import FOUR_SIX, waves
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core.locked import fit_locked
from biofeedback.core.noise import covariance, learn_noise
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.core.rsa import phases_rad

PACER = Pacer(120.0, FOUR_SIX)


def _noise(seed=0, scale=1.0):
    """Noise of free breathing at 14 a minute, with a weak Mayer wave."""
    rr_ms = 900.0 + scale * (
        waves(180.0, 900.0, (12.0, 0.095, 0.4), (25.0, 0.23, 0.0), noise_ms=12.0, seed=seed) - 900.0
    )
    return learn_noise([((np.cumsum(rr_ms) - rr_ms / 2) / 1000.0, rr_ms)])


NOISE = _noise()
MID_S = np.cumsum(np.full(130, 0.9)) + 119.9


def _drawn(seed, amplitude_ms, delay_s=1.3, mid_s=MID_S, noise=NOISE, scale=1.0):
    """RR with a locked wave, and noise drawn from the baseline's own covariance."""
    rng = np.random.default_rng([seed, 7])
    wander = np.linalg.cholesky(covariance(noise, mid_s)) @ rng.standard_normal(len(mid_s))
    return 900.0 + amplitude_ms * np.cos(phases_rad(PACER, mid_s - delay_s)) + scale * wander


@pytest.mark.parametrize("delay_s", [-0.5, 0.5, 1.25, 2.5])
def test_a_wave_in_next_to_no_noise_is_found_with_its_delay(delay_s):
    fit = fit_locked(PACER, NOISE, MID_S, 900.0 + 60.0 * np.cos(phases_rad(PACER, MID_S - delay_s)), None)
    assert fit.delay_s == pytest.approx(delay_s, abs=0.26)
    assert fit.amplitude_ms == pytest.approx(60.0, rel=0.02)
    assert fit.t_ratio == pytest.approx(fit.amplitude_ms / fit.sd_ms)
    assert fit.harmonic_ratio < 0.05
    assert fit.mean_rr_ms == pytest.approx(900.0, abs=3.0)


def test_a_calibrated_strap_gives_the_heart_all_of_what_is_left_of_the_delay():
    rr_ms = 900.0 + 60.0 * np.cos(phases_rad(PACER, MID_S - 2.0))
    fit = fit_locked(PACER, NOISE, MID_S, rr_ms, 1.5)
    assert fit.heart_lag_s == pytest.approx(0.5, abs=0.26)
    assert fit.contrast == pytest.approx(1.6, abs=0.1)  # cosine of half a second, all but 1.654
    assert fit.effect_ms == fit.amplitude_ms * fit.contrast
    profiled = fit_locked(PACER, NOISE, MID_S, rr_ms, None)
    assert profiled.heart_lag_s < profiled.delay_s
    assert profiled.contrast_sd > fit.contrast_sd


def test_the_effect_is_the_contrast_of_the_noise_free_wave():
    """Six amplitudes, calibrated strap: the effect is amplitude times the contrast at its lag, to 5 %."""
    for amplitude_ms in (10.0, 40.0, 80.0):
        rr_ms = 900.0 + amplitude_ms * np.cos(phases_rad(PACER, MID_S - 1.0))
        exhale_s = 4.0 + (np.arange(60) + 0.5) / 60 * 6.0
        wave = amplitude_ms * np.cos(phases_rad(Pacer(0.0, FOUR_SIX), exhale_s - 0.5))
        fit = fit_locked(PACER, NOISE, MID_S, rr_ms, 0.5)
        assert fit.effect_ms == pytest.approx(wave[40:].mean() - wave[:20].mean(), rel=0.05)


def test_a_heart_that_slows_with_the_inhale_has_no_effect_to_show():
    fit = fit_locked(PACER, NOISE, MID_S, 900.0 - 40.0 * np.cos(phases_rad(PACER, MID_S - 0.5)), 0.0)
    assert fit.effect_ms < 10.0


def test_an_even_heart_has_no_wave():
    fit = fit_locked(PACER, NOISE, MID_S, np.full(130, 900.0), None)
    assert abs(fit.amplitude_ms) < 1e-6
    assert fit.scale < 1.0


def test_a_wave_against_the_whole_arc_is_looked_at_where_a_heart_is_likeliest():
    fit = fit_locked(PACER, NOISE, MID_S, 900.0 - 40.0 * np.cos(phases_rad(PACER, MID_S - 1.0)), 0.0)
    assert fit.delay_s == pytest.approx(0.5, abs=0.26)
    assert fit.t_ratio < 0
    assert fit.effect_ms < 0


@pytest.mark.parametrize("amplitude_ms", [0.0, 25.0, 50.0])
def test_the_interval_covers_the_truth(amplitude_ms):
    """At a known delay: estimates scatter about the truth by their own standard deviation (60 draws, to 35 %)."""
    fits = [fit_locked(PACER, NOISE, MID_S, _drawn(seed, amplitude_ms, 0.5), 0.0) for seed in range(60)]
    errors = np.asarray([fit.amplitude_ms - amplitude_ms for fit in fits])
    sd_ms = np.mean([fit.sd_ms for fit in fits])
    if amplitude_ms:  # without a wave the best of the arc is never below 0
        assert errors.std() == pytest.approx(sd_ms, rel=0.35)
        assert abs(errors.mean()) < sd_ms
    else:
        assert np.mean([fit.t_ratio > 4 for fit in fits]) <= 0.05


def test_more_noise_beside_the_line_widens_the_interval():
    calm = np.mean([fit_locked(PACER, NOISE, MID_S, _drawn(seed, 30.0), None).scale for seed in range(12)])
    wild = np.mean([fit_locked(PACER, NOISE, MID_S, _drawn(seed, 30.0, scale=2.0), None).scale for seed in range(12)])
    assert calm == pytest.approx(1.0, abs=0.25)
    assert wild > 1.3 * calm


def test_breath_at_twice_the_pace_shows_as_a_second_harmonic():
    rr_ms = 900.0 + 30.0 * np.cos(2 * phases_rad(PACER, MID_S)) + 5.0 * np.cos(phases_rad(PACER, MID_S))
    assert fit_locked(PACER, NOISE, MID_S, rr_ms, None).harmonic_ratio > 2.0


@given(st.floats(-100, 5000), st.integers(0, 5))
@settings(max_examples=8, deadline=None)
def test_a_later_clock_changes_nothing(shift_s, seed):
    rr_ms = _drawn(seed, 30.0)
    here = fit_locked(PACER, NOISE, MID_S, rr_ms, None)
    there = fit_locked(Pacer(120.0 + shift_s, FOUR_SIX), NOISE, MID_S + shift_s, rr_ms, None)
    assert there.t_ratio == pytest.approx(here.t_ratio, rel=1e-5)
    assert there.effect_ms == pytest.approx(here.effect_ms, rel=1e-5)


def test_level_and_drift_do_not_matter():
    rr_ms = _drawn(1, 30.0)
    here = fit_locked(PACER, NOISE, MID_S, rr_ms, None)
    there = fit_locked(PACER, NOISE, MID_S, rr_ms + 1.5 * (MID_S - 150.0) + 80.0, None)
    assert there.t_ratio == pytest.approx(here.t_ratio, rel=1e-6)
    assert there.amplitude_ms == pytest.approx(here.amplitude_ms, rel=1e-6)


def test_wave_and_noise_scaled_alike_give_the_same_ratio():
    quiet, loud = _noise(3, 1.0), _noise(3, 2.0)
    rr_ms = _drawn(1, 30.0, noise=quiet)
    here = fit_locked(PACER, quiet, MID_S, rr_ms, None)
    there = fit_locked(PACER, loud, MID_S, 900.0 + 2.0 * (rr_ms - 900.0), None)
    assert there.t_ratio == pytest.approx(here.t_ratio, rel=0.02)
    assert there.effect_ms == pytest.approx(2 * here.effect_ms, rel=0.02)


def test_missing_beats_need_no_care():
    keep = np.ones(len(MID_S), dtype=bool)
    keep[40:46] = keep[80] = False
    rr_ms = 900.0 + 40.0 * np.cos(phases_rad(PACER, MID_S - 1.0))
    fit = fit_locked(PACER, NOISE, MID_S[keep], rr_ms[keep], None)
    assert fit.amplitude_ms == pytest.approx(40.0, rel=0.03)


@pytest.mark.parametrize("pattern", [Pattern(5, 5), Pattern(4, 6, 1, 1), Pattern(3, 4)])
def test_any_pattern_is_followed(pattern):
    pacer = Pacer(120.0, pattern)
    fit = fit_locked(pacer, NOISE, MID_S, 900.0 + 40.0 * np.cos(phases_rad(pacer, MID_S - 1.0)), None)
    assert fit.amplitude_ms == pytest.approx(40.0, rel=0.05)
    assert math.isfinite(fit.effect_half_ms(4.0))
