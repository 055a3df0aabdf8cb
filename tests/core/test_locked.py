import math
from dataclasses import replace

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
    assert fit.amplitude_ms == pytest.approx(60.0, rel=0.03)
    assert fit.evidence > 20.0
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
    assert fit.evidence < 0
    low_ms, high_ms = fit.effect_interval_ms(2.0)
    assert low_ms < 0 < high_ms


def test_a_wave_against_the_whole_arc_is_looked_at_where_a_heart_is_likeliest():
    fit = fit_locked(PACER, NOISE, MID_S, 900.0 - 40.0 * np.cos(phases_rad(PACER, MID_S - 1.0)), 0.0)
    assert fit.amplitude_ms < 0
    assert fit.evidence < 0
    assert fit.effect_ms < 0
    assert fit.effect_interval_ms(2.0)[0] <= fit.effect_ms


@pytest.mark.parametrize("amplitude_ms", [0.0, 25.0, 50.0])
def test_the_interval_covers_the_truth(amplitude_ms):
    """At a known delay: estimates scatter about the truth by their own standard deviation (60 draws, to 35 %)."""
    fits = [fit_locked(PACER, NOISE, MID_S, _drawn(seed, amplitude_ms, 0.5), 0.0) for seed in range(60)]
    errors = np.asarray([fit.amplitude_ms - amplitude_ms for fit in fits])
    sd_ms = np.mean([fit.sd_ms for fit in fits])
    if amplitude_ms:  # without a wave the best of the arc is never below 0
        assert errors.std() == pytest.approx(sd_ms, rel=0.35)
        assert abs(errors.mean()) < sd_ms
        inside = [low <= amplitude_ms <= high for low, high in (fit.amplitude_interval_ms(2.0) for fit in fits)]
        assert np.mean(inside) >= 0.85
    else:
        assert np.mean([fit.evidence > 2.0 for fit in fits]) <= 0.05


def test_a_wave_whose_evidence_is_above_the_limit_has_an_interval_above_0_and_only_then():
    for seed in range(40):
        fit = fit_locked(PACER, NOISE, MID_S, _drawn(seed, 12.0), None)
        for limit in (1.0, 2.0, 5.0):
            low_ms, high_ms = fit.amplitude_interval_ms(limit)
            assert low_ms <= fit.amplitude_ms <= high_ms
            assert (low_ms > 0) == (fit.evidence > limit and fit.amplitude_ms > 0)


def test_an_interval_that_reaches_beyond_all_amplitudes_ends_at_the_largest():
    fit = fit_locked(PACER, NOISE, MID_S, _drawn(0, 30.0), None)
    low_ms, high_ms = replace(fit, support=(0.0,) * len(fit.support)).amplitude_interval_ms(1.0)
    assert low_ms < -400 < 400 < high_ms


def test_a_wave_that_is_late_and_deep_by_human_measure_is_still_a_wave():
    """Each turn of the breath early or late by 7 % of a breath: the evidence stays, the interval widens."""
    rng = np.random.default_rng(3)
    turns_s = np.arange(115.0, 251.0, 5.0)
    late_s = np.interp(MID_S, turns_s, rng.normal(0.0, 0.7, len(turns_s)))
    even = fit_locked(PACER, NOISE, MID_S, _drawn(2, 60.0), None)
    human = fit_locked(
        PACER, NOISE, MID_S, _drawn(2, 0.0) + 60.0 * np.cos(phases_rad(PACER, MID_S - 1.3 - late_s)), None
    )
    assert even.evidence > human.evidence > 5.0
    assert human.own < human.evidence


@pytest.mark.parametrize("tempo", [0.85, 0.9, 1.1, 1.2])
@pytest.mark.parametrize("seed", range(2))
def test_a_steady_rhythm_of_ones_own_explains_itself_better_than_the_pacer_does(tempo, seed):
    fit = fit_locked(PACER, NOISE, MID_S, _drawn(seed, 0.0) + 40.0 * np.cos(0.2 * np.pi * tempo * MID_S + 1.0), None)
    assert fit.own > fit.evidence + 3.0


@pytest.mark.parametrize("tempo", [0.5, 0.65, 1.5])
def test_a_rhythm_far_from_the_pacers_is_another(tempo):
    fit = fit_locked(PACER, NOISE, MID_S, _drawn(1, 0.0) + 40.0 * np.cos(0.2 * np.pi * tempo * MID_S), None)
    assert fit.other > max(fit.evidence, fit.own)


def test_breath_at_twice_the_pace_shows_as_a_second_harmonic():
    rr_ms = 900.0 + 30.0 * np.cos(2 * phases_rad(PACER, MID_S)) + 5.0 * np.cos(phases_rad(PACER, MID_S))
    assert fit_locked(PACER, NOISE, MID_S, rr_ms, None).harmonic_ratio > 2.0


@given(st.floats(-100, 5000), st.integers(0, 5))
@settings(max_examples=8)
def test_a_later_clock_changes_nothing(shift_s, seed):
    rr_ms = _drawn(seed, 30.0)
    here = fit_locked(PACER, NOISE, MID_S, rr_ms, None)
    there = fit_locked(Pacer(120.0 + shift_s, FOUR_SIX), NOISE, MID_S + shift_s, rr_ms, None)
    assert there.evidence == pytest.approx(here.evidence, rel=1e-4, abs=1e-4)
    assert there.effect_ms == pytest.approx(here.effect_ms, rel=1e-5)


def test_level_and_drift_do_not_matter():
    rr_ms = _drawn(1, 30.0)
    here = fit_locked(PACER, NOISE, MID_S, rr_ms, None)
    there = fit_locked(PACER, NOISE, MID_S, rr_ms + 1.5 * (MID_S - 150.0) + 80.0, None)
    assert there.evidence == pytest.approx(here.evidence, rel=1e-5)
    assert there.amplitude_ms == pytest.approx(here.amplitude_ms, rel=1e-6)


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
    assert math.isfinite(fit.effect_interval_ms(2.0)[1])
