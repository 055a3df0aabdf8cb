import numpy as np
import pytest
from hearts import waves

from biofeedback.core import hrv


def _midpoints_s(rr_ms):
    return (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0


def test_no_breathing_rate_is_named_where_no_rhythm_stands_out():
    rng = np.random.default_rng(0)
    rr_ms = 900.0 + 30.0 * rng.standard_normal(300)
    assert hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms).respiration_hz is None


def test_a_heart_that_never_varies_shows_no_breathing_rate():
    found = hrv.spectral_measures(np.arange(0.5, 120.0), np.full(120, 1000.0))
    assert found.lf_power_ms2 == pytest.approx(0.0, abs=1e-9)
    assert found.respiration_hz is None


def test_a_harmonic_of_slower_breathing_is_no_breathing_rate():
    """At 3.2 breaths a minute RR swing a little at twice that; naming 6.4 would be wrong."""
    rr_ms = waves(240.0, 900.0, (80.0, 0.054, 0.0), (25.0, 0.108, 1.0), noise_ms=8.0)
    assert hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms).respiration_hz is None
    rr_ms = waves(240.0, 900.0, (30.0, 0.09, 0.0), (25.0, 0.25, 1.0), noise_ms=8.0)
    assert hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms).respiration_hz == pytest.approx(0.25, abs=0.006)


@pytest.mark.parametrize("frequency_hz", [0.12, 0.2, 0.3, 0.4])
def test_the_breathing_rate_is_that_of_the_one_rhythm(frequency_hz):
    rr_ms = waves(120.0, 800.0, (25.0, frequency_hz, 0.0), noise_ms=5.0)
    assert hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms).respiration_hz == pytest.approx(frequency_hz, abs=0.006)
