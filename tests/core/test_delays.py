import numpy as np
import pytest
from hearts import FOUR_SIX
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.core.delays import STRAP_S, STRAP_WEIGHTS, arc, heart_share
from biofeedback.core.rsa import exhale_contrast


def test_a_strap_that_says_nothing_may_be_up_to_four_seconds_late():
    assert STRAP_S[0] < 0.2
    assert STRAP_S[-1] > 3.9
    assert STRAP_WEIGHTS.sum() == pytest.approx(1.0)
    late = STRAP_WEIGHTS[STRAP_S > 2.5].sum()
    assert 0.05 < late < 0.2


@pytest.mark.parametrize("latency_s", [0.0, 0.4, 3.7])
def test_a_known_latency_shifts_the_hearts_own_arc(latency_s):
    looked = arc(FOUR_SIX, latency_s)
    assert looked.delays_s[0] == pytest.approx(-1.25 + latency_s)
    assert looked.delays_s[-1] == pytest.approx(3.25 + latency_s)
    best_s = looked.delays_s[np.argmax(looked.log_prior)]
    assert best_s == pytest.approx(0.5 + latency_s, abs=0.26)


def test_an_unknown_latency_is_looked_for_as_far_as_any_strap_is_late():
    looked = arc(FOUR_SIX, None)
    assert looked.delays_s[-1] > 3.33 + 3.4
    assert np.isfinite(looked.log_prior).all()
    assert looked.delays_s[np.argmax(looked.log_prior)] == pytest.approx(1.3, abs=0.3)


def test_the_later_the_wave_the_less_is_known_of_the_hearts_part():
    usual, late = heart_share(FOUR_SIX, 1.3, None), heart_share(FOUR_SIX, 4.0, None)
    assert usual.lag_s == pytest.approx(0.5, abs=0.2)
    assert late.lag_s < 1.6  # most of it is the strap's
    assert late.contrast_sd > 2 * usual.contrast_sd
    assert late.contrast > 0.8


def test_a_known_latency_leaves_next_to_nothing_open():
    known = heart_share(FOUR_SIX, 4.0, 3.5)
    assert known.lag_s == pytest.approx(0.5)
    assert known.contrast == pytest.approx(float(exhale_contrast(FOUR_SIX, np.array([0.5]))[0]), rel=0.03)
    assert known.contrast_sd < 0.1


@given(st.floats(-1.2, 7.2))
def test_whatever_the_delay_a_profiled_contrast_is_one_that_slows_the_heart(delay_s):
    share = heart_share(FOUR_SIX, delay_s, None)
    assert -1.3 <= share.lag_s <= 75 / 36 + 1e-9
    assert 0.3 < share.contrast <= 1.655
    assert 0 <= share.contrast_sd < 0.6
