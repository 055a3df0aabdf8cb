"""How far a person's own sessions lie apart, by hand and as their scale changes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.core.repeatability import LEAST_SESSIONS, difference_band, ratio_band

values = st.lists(st.floats(1.0, 200.0), min_size=LEAST_SESSIONS, max_size=12)


def test_three_sessions_by_hand():
    """62, 66 and 70 have a mean of 66 and an SD of 4: 1.96 * 1.41421 * 4 = 11.087."""
    band = difference_band([66.0, 62.0, 70.0])
    assert (band.sessions, band.mean, band.low, band.high) == (3, 66.0, 62.0, 70.0)
    assert band.minimum_detectable_change == pytest.approx(11.087, abs=5e-4)
    assert band.minimum_detectable_ratio is None


def test_a_ratio_by_hand():
    """20, 40 and 80 ms: their logarithms lie ln 2 apart, which is also their SD; the ratio is 2 ** (1.96 * sqrt 2)."""
    band = ratio_band([40.0, 80.0, 20.0])
    assert (band.sessions, band.mean, band.low, band.high) == (3, *map(pytest.approx, (40.0, 20.0, 80.0)))
    assert band.minimum_detectable_ratio == pytest.approx(2 ** (1.96 * math.sqrt(2)))
    assert band.minimum_detectable_change is None


@pytest.mark.parametrize("band_of", [difference_band, ratio_band])
def test_too_few_sessions_have_a_band_and_no_detectable_change(band_of):
    nothing, one, two = band_of([]), band_of([60.0]), band_of([60.0, 64.0])
    assert (nothing.sessions, nothing.mean, nothing.low, nothing.high) == (0, None, None, None)
    assert (one.sessions, one.mean, one.low, one.high) == (1, *map(pytest.approx, (60.0, 60.0, 60.0)))
    assert (two.sessions, two.low, two.high) == (2, *map(pytest.approx, (60.0, 64.0)))
    for band in (nothing, one, two):
        assert band.minimum_detectable_change is band.minimum_detectable_ratio is None


def test_who_never_differs_would_show_any_change():
    assert difference_band([60.0] * 4).minimum_detectable_change == 0.0
    assert ratio_band([32.0] * 4).minimum_detectable_ratio == 1.0


@given(values, st.floats(-50.0, 50.0))
def test_a_shift_of_all_sessions_moves_the_band_and_not_what_can_be_detected(found, by):
    band, moved = difference_band(found), difference_band([value + by for value in found])
    assert moved.mean == pytest.approx(band.mean + by, abs=1e-9)
    assert moved.minimum_detectable_change == pytest.approx(band.minimum_detectable_change, abs=1e-6)


@given(values, st.floats(0.1, 10.0), st.randoms())
def test_a_ratio_is_the_same_in_any_unit_and_order(found, unit, chance):
    band = ratio_band(found)
    scaled = [value * unit for value in found]
    chance.shuffle(scaled)
    other = ratio_band(scaled)
    assert other.minimum_detectable_ratio == pytest.approx(band.minimum_detectable_ratio)
    assert other.mean == pytest.approx(band.mean * unit)
