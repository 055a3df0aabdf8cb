import math

import numpy as np
import pytest
from hearts import waves

from biofeedback.core.rhythms import RATES_HZ, WINDOW_S, free_breaths, log_likelihoods
from biofeedback.straps.presets import Follows, Traits
from biofeedback.straps.respiration import Respiration


def _found(rr_ms, start_s=0.0):
    return log_likelihoods((np.cumsum(rr_ms) - rr_ms / 2) / 1000.0, rr_ms, start_s)


@pytest.mark.parametrize("per_min", [4, 8, 15, 22])
def test_a_rhythm_is_explained_best_by_its_own_rate(per_min):
    found = _found(waves(60.0, 800.0, (40.0, per_min / 60, 0.0), noise_ms=5.0))
    assert found.shape == (2, len(RATES_HZ))
    assert RATES_HZ[int(np.argmax(found[0]))] * 60 == pytest.approx(per_min, abs=0.5)


def test_double_the_rate_explains_a_wave_worse_than_its_own():
    found = _found(waves(60.0, 900.0, (60.0, 0.1, 0.0), (15.0, 0.2, 1.0), noise_ms=5.0))
    own, double = (found[0, int(np.argmin(np.abs(RATES_HZ - hz)))] for hz in (0.1, 0.2))
    assert own > double + 2.0


def test_only_the_window_counts():
    rr_ms = waves(200.0, 900.0, (40.0, 0.25, 0.0), noise_ms=5.0)
    mid_s = (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0
    inside = (mid_s >= 70.0) & (mid_s <= 70.0 + WINDOW_S)
    alone = log_likelihoods(mid_s[inside], rr_ms[inside], 70.0)
    assert log_likelihoods(mid_s, rr_ms, 70.0) == pytest.approx(alone)


def test_a_steady_drift_explains_nothing():
    rr_ms = waves(60.0, 900.0, (20.0, 0.25, 0.0), noise_ms=5.0)
    mid_s = (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0
    level, drifting = _found(rr_ms), log_likelihoods(mid_s, 60_000 / (60_000 / rr_ms + 0.1 * mid_s), 0.0)
    assert drifting == pytest.approx(level, abs=1.5)


def test_a_heart_that_stands_still_is_no_error():
    assert np.all(np.isfinite(log_likelihoods(np.arange(0.5, 60.0), np.full(60, 1000.0), 0.0)))


def test_what_is_known_of_powers_counts_as_much_as_it_is_told():
    rr_ms = waves(60.0, 900.0, (60.0, 0.1, 0.0), noise_ms=5.0)
    mid_s = (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0
    none, half, full = (log_likelihoods(mid_s, rr_ms, 0.0, share) for share in (0.0, 0.5, 1.0))
    breath = 3 * 3
    assert none[0, breath] > half[0, breath] > full[0, breath]


@pytest.mark.parametrize("per_min", [11, 15, 19])
def test_free_breaths_have_the_spectrum_of_simulated_ones(per_min):
    grid_s = np.arange(0.0, WINDOW_S, 0.25)
    hz = np.arange(1, int(0.45 * WINDOW_S) + 1) / WINDOW_S
    turns = np.exp(-2j * np.pi * np.outer(hz, grid_s)) * (0.5 - 0.5 * np.cos(2 * np.pi * grid_s / WINDOW_S))
    found = []
    for seed in range(60):
        traits = Traits(follows=Follows.NOTHING, rsa_bpm=(8.0, 8.0), breathing_per_min=(8.0, 20.0))
        respiration = Respiration(traits, np.random.default_rng(seed))
        for start_s in np.arange(20.0, 400.0, 28.0).tolist():
            swing_bpm = respiration.modulation_bpm(start_s + grid_s)
            starts_s = np.array([breath.inhale_start_s for breath in respiration.taken])
            here = (starts_s[1:] > start_s) & (starts_s[:-1] < start_s + WINDOW_S)
            if abs(math.log(np.median(60.0 / np.diff(starts_s)[here]) / per_min)) < 0.07:
                found.append(np.abs(turns @ (swing_bpm - swing_bpm.mean())) ** 2)
    shares = np.cumsum(np.mean(found, axis=0) / np.mean(found, axis=0).sum())
    ours = np.cumsum(free_breaths(per_min / 60.0))
    assert len(found) > 30
    assert ours / ours[-1] == pytest.approx(shares, abs=0.16)  # one shape for all rates: no better than that
