import math

import numpy as np
import pytest
from hearts import waves

from biofeedback.core.rhythms import RATES_HZ, WINDOW_S, log_likelihoods


def _found(rr_ms, start_s=0.0):
    return log_likelihoods((np.cumsum(rr_ms) - rr_ms / 2) / 1000.0, rr_ms, start_s)


@pytest.mark.parametrize("per_min", [4, 8, 15, 22])
def test_a_rhythm_is_explained_best_by_its_own_rate(per_min):
    found = _found(waves(60.0, 800.0, (40.0, per_min / 60, 0.0), noise_ms=5.0))
    assert found.shape == RATES_HZ.shape
    assert RATES_HZ[int(np.argmax(found))] * 60 == pytest.approx(per_min, abs=0.5)


def test_double_the_rate_explains_a_wave_worse_than_its_own():
    found = _found(waves(60.0, 900.0, (60.0, 0.1, 0.0), (15.0, 0.2, 1.0), noise_ms=5.0))
    own, double = (found[int(np.argmin(np.abs(RATES_HZ - hz)))] for hz in (0.1, 0.2))
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
    assert drifting == pytest.approx(level, abs=1.0)


def test_a_heart_that_stands_still_is_no_error():
    assert all(map(math.isfinite, log_likelihoods(np.arange(0.5, 60.0), np.full(60, 1000.0), 0.0)))
