import numpy as np
import pytest

from biofeedback.core.noise import BAND_HZ, learn_noise
from biofeedback.core.population import SCALE_DF, population_noise


def test_the_density_is_that_of_the_table_in_ms():
    noise = population_noise(1000.0)  # 60 bpm: 1 bpm is 1000 / 60 ms
    for at_hz, bpm2_hz in ((0.1, 300.0), (0.13, 75.0), (0.2, 20.0), (0.25, 16.0)):
        assert noise.density_at(at_hz) == pytest.approx(bpm2_hz * (1000.0 / 60.0) ** 2, rel=0.05)
    assert noise.frequency_hz[1] - noise.frequency_hz[0] == pytest.approx(BAND_HZ)


def test_a_slower_heart_wanders_more_in_ms():
    fast, slow = population_noise(700.0), population_noise(1400.0)
    assert np.asarray(slow.power_ms2) == pytest.approx(16 * np.asarray(fast.power_ms2))
    assert slow.white_ms2 == pytest.approx(16 * fast.white_ms2)


def test_people_at_large_say_less_than_a_baseline():
    rr_ms = np.random.default_rng(0).normal(900.0, 30.0, 200)
    own = learn_noise([(np.cumsum(rr_ms) / 1000.0, rr_ms)])
    assert population_noise(900.0).scale_df == SCALE_DF < own.scale_df
