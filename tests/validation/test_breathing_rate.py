import numpy as np
import pytest

from tests.validation import breathing_rate
from tests.validation.real import DATA


@pytest.mark.shared
@pytest.mark.skipif(not DATA.exists(), reason="needs the real recordings in ../shared/data")
def test_over_real_breaths_rr_rises_in_the_exhale() -> None:
    mean_ms, low_ms, high_ms, share = breathing_rate.exhale_rise_ms()
    assert mean_ms == pytest.approx(73.8, abs=1.0)
    assert 50.0 < low_ms < mean_ms < high_ms < 100.0
    assert share > 0.9


@pytest.mark.shared
@pytest.mark.skipif(not DATA.exists(), reason="needs the real recordings in ../shared/data")
def test_over_real_breaths_rr_is_lowest_about_the_end_of_the_inhale() -> None:
    folded = breathing_rate.fold_on_belt()
    assert folded.breaths == 79
    least = int(np.argmin(folded.mean_ms))
    assert folded.position_s[least] == pytest.approx(folded.inhale_s, abs=1.0)
    assert folded.high_ms[least] < folded.low_ms[-1]
    assert np.all(np.diff(folded.mean_ms[least + 1 : -4]) > 0)


def test_even_breathing_is_seldom_named_wrong() -> None:
    traits, asked_hz = breathing_rate.PEOPLE["the same, even breaths, quieter heart"]
    found = breathing_rate.of_people(traits, asked_hz, 20)
    assert np.sum(~np.isnan(found.error)) >= 6
    assert np.sum(np.abs(found.error) > 2.0) <= 2
