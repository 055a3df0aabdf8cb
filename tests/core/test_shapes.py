import numpy as np
import pytest

from biofeedback.core import shapes


def test_the_swing_of_a_beat_that_came_early_is_by_how_much_it_did():
    assert shapes.swing_ms(900.0, 800.0, 1000.0, 900.0) == pytest.approx(100.0)
    assert shapes.swing_ms(900.0, 1000.0, 800.0, 900.0) == pytest.approx(-100.0)


def test_an_even_slope_has_neither_swing_nor_stray():
    assert shapes.swing_ms(800.0, 850.0, 900.0, 950.0) == pytest.approx(0.0)
    assert shapes.stray_ms(800.0, 850.0, 900.0) == pytest.approx(0.0)


@pytest.mark.parametrize("heart_rate_bpm", [50, 70, 90])
def test_slow_breathing_of_500_ms_swings_by_less_than_a_fifteenth(heart_rate_bpm):
    """Seven breaths a minute, the fastest of slow ones: neighbours differ by far more."""
    mean_ms = 60000.0 / heart_rate_bpm
    turn = 2 * np.pi * 7 / heart_rate_bpm
    rr_ms = mean_ms + 250.0 * np.sin(turn * np.arange(200))
    swings = shapes.swing_ms(rr_ms[:-3], rr_ms[1:-2], rr_ms[2:-1], rr_ms[3:])
    assert np.abs(swings).max() < 500 / 15
    assert np.abs(np.diff(rr_ms)).max() > 3 * np.abs(swings).max()


@pytest.mark.parametrize(
    ("four_ms", "is_one"),
    [
        ((900.0, 650.0, 1150.0, 900.0), True),  # premature, and its pause
        ((900.0, 1100.0, 700.0, 900.0), True),  # late
        ((850.0, 900.0, 1080.0, 1100.0), False),  # a step up
        ((900.0, 900.0, 1800.0, 900.0), False),  # missed
        ((900.0, 400.0, 500.0, 900.0), False),  # made up
    ],
)
def test_a_pair_lies_to_either_side_of_its_neighbours(four_ms, is_one):
    assert bool(shapes.is_pair(*four_ms)) is is_one


def test_a_lone_interval_stands_out_of_both_its_neighbours():
    assert shapes.is_lone(900.0, 1200.0, 910.0)
    assert not shapes.is_lone(900.0, 1200.0, 1150.0)


def test_an_interval_as_long_as_two_is_missed_and_two_as_long_as_one_are_extra():
    assert shapes.is_missed(900.0, 1750.0)
    assert not shapes.is_missed(900.0, 1200.0)
    assert not shapes.is_missed(900.0, 2700.0)
    assert shapes.is_extra(900.0, 300.0, 620.0)
    assert not shapes.is_extra(900.0, 850.0, 60.0)
    assert not shapes.is_extra(900.0, 700.0, 700.0)


def test_arrays_are_judged_place_by_place():
    rr_ms = np.asarray([900.0, 650.0, 1150.0, 900.0, 905.0, 900.0])
    assert shapes.is_pair(rr_ms[:-3], rr_ms[1:-2], rr_ms[2:-1], rr_ms[3:]).tolist() == [True, False, False]
