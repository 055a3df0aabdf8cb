"""What earlier sessions teach, by hand."""

import math

import pytest

from biofeedback.core.prior import Change, Prior, Sitting, learn_day_sd_bpm, learn_sitting


def _quiet(*deltas_bpm, error_bpm=1.0):
    return [Change(f"Q{k}", delta, error_bpm, True) for k, delta in enumerate(deltas_bpm)]


def _exercised(*deltas_bpm, error_bpm=1.0):
    return [Change(f"E{k}", delta, error_bpm, False) for k, delta in enumerate(deltas_bpm)]


def test_a_prior_of_nobody_is_empty():
    assert Prior() == Prior(None, (), None, (), None)


def test_one_session_says_nothing_of_the_days():
    assert learn_day_sd_bpm([]) == pytest.approx(1.6)
    assert learn_day_sd_bpm([*_quiet(-9.0), *_exercised(9.0)]) == pytest.approx(1.6)


def test_days_that_differ_widen_the_spread_by_what_is_not_their_own_error():
    scatter = 2 * 5.0**2 - 1.0  # of -5 and +5 around 0, less one error of 1
    assert learn_day_sd_bpm(_quiet(-5.0, 5.0)) == pytest.approx(math.sqrt((8 * 1.6**2 + scatter) / 9))
    assert learn_day_sd_bpm(_exercised(-5.0, 5.0)) == learn_day_sd_bpm(_quiet(-5.0, 5.0))


def test_days_that_are_alike_narrow_it_and_never_below_nothing():
    assert learn_day_sd_bpm(_quiet(*[-2.0] * 9)) == pytest.approx(math.sqrt(8 * 1.6**2 / 16))


def test_what_an_exercise_does_is_no_difference_between_days():
    assert learn_day_sd_bpm([*_quiet(-1.0, -1.0), *_exercised(-8.0, -8.0)]) < 1.6


def test_the_fall_while_sitting_lies_between_the_populations_and_the_persons():
    found = learn_sitting([*_quiet(-4.0, -4.0, -4.0), *_exercised(-20.0)], 1.0)
    assert found.fall_bpm == pytest.approx((1.5 + 3 / 2 * 4.0) / (1 + 3 / 2))
    assert found.sd_bpm == pytest.approx(math.sqrt(1 / (1 + 3 / 2)))
    assert found.sessions == ("Q0", "Q1", "Q2")
    assert found.sd_bpm < Sitting().sd_bpm


def test_exercises_say_nothing_of_sitting():
    assert learn_sitting(_exercised(-4.0, -4.0), 1.0) is None
