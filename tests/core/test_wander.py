"""How far apart two means lie by chance, against what seeded processes do."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from biofeedback.core.wander import (
    HEART_RATE,
    LN_RMSSD,
    SLOPES,
    TAUS_S,
    Level,
    _binned,
    heart_rate_level,
    ln_rmssd_level,
    spread_of_difference,
)

BIN_S = 10.0


def _levels(values, apart_s=240.0):
    """Two levels of the same length from one row of bins."""
    half = len(values) // 2
    bins = tuple(range(half))
    parts = (values[:half], values[half:])
    return [
        Level(start_s, start_s + half * BIN_S, bins, tuple(map(float, part)), (12,) * half)
        for start_s, part in zip((0.0, apart_s), parts, strict=True)
    ]


def _wandering(rng, sd_bpm, tau_s, starts_s=(0.0, 240.0)):
    """Bins of an Ornstein-Uhlenbeck process around 70 bpm, two steps of 120 s, and what its means differ by."""
    fine_s = 0.5
    decay = math.exp(-fine_s / tau_s)
    drives = sd_bpm * math.sqrt(1 - decay**2) * rng.standard_normal(round((starts_s[1] + 120.0) / fine_s))
    values = [sd_bpm * rng.standard_normal()]
    for drive in drives:
        values.append(decay * values[-1] + drive)
    parts = [np.asarray(values[round(start_s / fine_s) :][:240]).reshape(12, 20).mean(axis=1) for start_s in starts_s]
    before, after = _levels(70.0 + np.concatenate(parts), starts_s[1])
    return before, after, float(parts[1].mean() - parts[0].mean())


def test_bins_of_a_step_by_hand():
    mid_s, nn_ms = np.array([5.5, 14.9, 15.1, 37.0]), np.array([1000.0, 800.0, 600.0, 750.0])
    assert heart_rate_level(5.0, 45.0, mid_s, nn_ms) == Level(
        5.0, 45.0, (0, 1, 3), (120000 / 1800, 100.0, 80.0), (2, 1, 1)
    )


def test_bins_of_ln_rmssd_by_hand():
    """A bin in which nothing differs has no logarithm."""
    mid_s, differences_ms = np.array([5.5, 14.9, 15.1, 37.0]), np.array([30.0, -40.0, 0.0, 20.0])
    found = ln_rmssd_level(5.0, 45.0, mid_s, differences_ms)
    assert (found.bins, found.beats) == ((0, 3), (2, 1))
    assert found.values == pytest.approx((math.log(math.sqrt(1250.0)), math.log(20.0)))


def test_the_error_of_ln_rmssd_is_that_of_what_breathing_does_to_it():
    """Depth of breathing wanders: the 95 % interval holds 0 in 93 % and more of 300 sessions."""
    rng = np.random.default_rng(11)
    hits = []
    for _ in range(300):
        before, after, _ = _wandering(rng, rng.uniform(0.1, 0.4), rng.uniform(5.0, 30.0))
        values = np.asarray((*before.values, *after.values)) + 0.2 * rng.standard_normal(24)
        noisy = _levels(values)
        spread = spread_of_difference(*noisy, LN_RMSSD)
        change = np.mean(noisy[1].values) - np.mean(noisy[0].values)
        hits.append(abs(change) < stats.t.isf(0.025, spread.df) * spread.sd)
    assert np.mean(hits) >= 0.93


@pytest.mark.parametrize("tau_s", [4.0, 36.0, 108.0])
@pytest.mark.parametrize("lag_s", [0.0, 10.0, 70.0])
def test_the_covariance_of_means_is_the_integral_of_that_of_the_process(tau_s, lag_s):
    places_s = (np.arange(500) + 0.5) * BIN_S / 500
    lags_s = np.abs(places_s[:, None] - places_s[None, :] - lag_s)
    assert _binned(np.array([lag_s]), tau_s)[0] == pytest.approx(np.exp(-lags_s / tau_s).mean(), rel=1e-4)


def _one_at_a_time(before, after, wander):
    """The same spread by textbook matrices, one slope and one share after the other."""
    at_s = np.concatenate([level.start_s + BIN_S * np.asarray(level.bins) for level in (before, after)])
    beats = np.asarray((*before.beats, *after.beats), float)
    design = np.repeat(np.eye(2), [len(before.bins), len(after.bins)], axis=0)
    ends = design * beats[:, None] @ [[-1 / sum(before.beats), 0], [0, 1 / sum(after.beats)]] @ [1, 1]
    lags_s, fits, variances, df = np.abs(at_s[:, None] - at_s), [], [], 0.5 + len(at_s) - 2
    for slope in SLOPES:
        slow = sum(tau_s ** (slope - 1) * _binned(lags_s, tau_s) for tau_s in TAUS_S)
        for share in wander.slow_shares:
            covariance = share * slow / slow[0, 0] + (1 - share) * np.diag(beats.mean() / beats)
            inverse = np.linalg.inv(covariance)
            means = np.linalg.inv(design.T @ inverse @ design)
            left = np.asarray((*before.values, *after.values)) - 70
            left = left - design @ (means @ (design.T @ (inverse @ left)))
            squares = 0.5 * wander.sd**2 + left @ inverse @ left
            halves = np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(means)[1] + df * math.log(squares)
            fits.append(-halves / 2)
            variances.append(squares * (ends @ covariance @ ends))
    weights = np.exp(np.asarray(fits) - max(fits))
    weights /= weights.sum()
    mean = weights @ variances / (df - 2)
    square = weights @ np.square(variances) / ((df - 2) * (df - 4))
    matched_df = 4 + 2 * mean**2 / (square - mean**2)
    return math.sqrt(mean * (matched_df - 2) / matched_df), matched_df


@pytest.mark.parametrize("wander", [HEART_RATE, LN_RMSSD])
@pytest.mark.parametrize("seed", range(4))
def test_all_fits_at_once_are_those_one_at_a_time(seed, wander):
    rng = np.random.default_rng(seed)
    before, after, _ = _wandering(rng, rng.uniform(0.3, 4.0), rng.uniform(3.0, 60.0))
    after = replace(after, bins=after.bins[2:], values=after.values[2:], beats=tuple(range(8, 18)))
    found = spread_of_difference(before, after, wander)
    assert (found.sd, found.df) == pytest.approx(_one_at_a_time(before, after, wander), rel=1e-9)


def test_the_stated_error_is_that_of_the_means_whatever_the_wander():
    """Wide and narrow, fast and slow: 95 % intervals hold the truth in 93 to 99 % of 400 sessions."""
    rng = np.random.default_rng(5)
    hits = []
    for _ in range(400):
        before, after, chance_bpm = _wandering(rng, rng.uniform(0.5, 5.0), rng.uniform(5.0, 50.0))
        spread = spread_of_difference(before, after, HEART_RATE)
        hits.append(abs(chance_bpm) < stats.t.isf(0.025, spread.df) * spread.sd)
    assert 0.93 <= np.mean(hits) <= 0.99


def test_a_slow_wander_counts_more_than_a_fast_one_of_the_same_size():
    rng = np.random.default_rng(6)
    fast, slow = (
        np.median([spread_of_difference(*_wandering(rng, 3.0, tau_s)[:2], HEART_RATE).sd for _ in range(60)])
        for tau_s in (2.0, 40.0)
    )
    assert slow > 1.3 * fast


def test_steps_that_follow_each_other_share_what_is_slower_than_both():
    before, after, _ = _wandering(np.random.default_rng(7), 3.0, 40.0)
    near = replace(after, start_s=120.0, end_s=240.0)
    assert spread_of_difference(before, near, HEART_RATE).sd < spread_of_difference(before, after, HEART_RATE).sd


def test_steps_that_touch_within_a_bin_have_a_spread():
    before, after, _ = _wandering(np.random.default_rng(8), 3.0, 40.0)
    assert 0 < spread_of_difference(before, replace(after, start_s=113.0, end_s=233.0), HEART_RATE).sd < 10


@given(st.floats(-30, 30), st.floats(-30, 30))
@settings(max_examples=20)
def test_the_levels_themselves_do_not_count(first_bpm, second_bpm):
    before, after, _ = _wandering(np.random.default_rng(9), 2.0, 20.0)
    moved = [
        replace(level, values=tuple(value + by_bpm for value in level.values))
        for level, by_bpm in ((before, first_bpm), (after, second_bpm))
    ]
    assert spread_of_difference(*moved, HEART_RATE).sd == pytest.approx(
        spread_of_difference(before, after, HEART_RATE).sd, rel=1e-6
    )


def test_a_step_with_missing_beats_is_less_sure():
    before, after, _ = _wandering(np.random.default_rng(10), 2.0, 5.0)
    holed = replace(after, bins=after.bins[::2], values=after.values[::2], beats=after.beats[::2])
    assert spread_of_difference(before, holed, HEART_RATE).sd > 0.9 * spread_of_difference(before, after, HEART_RATE).sd
