import numpy as np
import pytest

from tests.validation import breathing_rate
from tests.validation.real import DATA

pytestmark = pytest.mark.whole

SLOW = "slow breathing 3.5-7/min, RSA 5-25 bpm"
MAYER = "free 10-18/min, Mayer wave SD 1.5-3 bpm at .1 Hz"


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


@pytest.mark.parametrize(("says", "least"), [("the same, even breaths, quieter heart", 8), (SLOW, 11), (MAYER, 0)])
def test_a_rate_that_is_named_is_seldom_wrong(says: str, least: int) -> None:
    found = breathing_rate.of_people(breathing_rate.PEOPLE[says], 20)
    assert np.sum(~np.isnan(found.error)) >= least
    assert np.sum(np.abs(found.error) > 2.0) <= 1
