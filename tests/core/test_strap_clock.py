import numpy as np
import pytest

from biofeedback.core.strap_clock import KNOWN_AFTER_S, StrapClock

FRAME_S = 0.5615
SET_S = 8.2e8  # a strap's clock counts from 2000


def run_clock(clock: StrapClock, true_s: np.ndarray, late_s: np.ndarray, skew: float) -> None:
    """Frames at true times, on a clock that says ``skew`` too much, arriving so late."""
    for at_s, wait_s in zip(true_s, late_s, strict=True):
        clock.observe(SET_S + at_s * (1 + skew), at_s + wait_s)


def worst_error_s(clock: StrapClock, true_s: np.ndarray, skew: float) -> float:
    return float(np.abs(clock.session_s(SET_S + true_s * (1 + skew)) - true_s).max())


def test_before_any_stamp_no_time_is_known() -> None:
    clock = StrapClock()
    assert np.isnan(clock.session_s(np.zeros(3))).all()
    assert clock.rate == 1.0
    assert not clock.is_known


def test_a_punctual_radio_gives_the_clock_at_once() -> None:
    clock = StrapClock()
    true_s = np.arange(1, 40) * FRAME_S
    run_clock(clock, true_s, np.zeros(39), 0.0)
    assert clock.rate == pytest.approx(1.0, abs=1e-6)
    assert clock.is_known
    assert worst_error_s(clock, true_s, 0.0) < 1e-5


@pytest.mark.parametrize("skew", [-0.02, -0.005, 0.0, 0.005, 0.02])
@pytest.mark.parametrize("seed", range(5))
def test_the_line_lies_beneath_what_arrives_with_the_straps_own_rate(skew: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    clock = StrapClock()
    true_s = np.arange(1, 540) * FRAME_S  # five minutes
    late_s = rng.uniform(0.0, 0.03, len(true_s)) + (rng.random(len(true_s)) < 0.05) * rng.exponential(0.5, len(true_s))
    at_10_s = int(KNOWN_AFTER_S / FRAME_S / (1 - abs(skew))) + 3
    run_clock(clock, true_s[:at_10_s], late_s[:at_10_s], skew)
    assert clock.is_known
    assert clock.rate * (1 + skew) == pytest.approx(1.0, abs=4e-3)
    run_clock(clock, true_s[at_10_s:], late_s[at_10_s:], skew)
    assert clock.rate * (1 + skew) == pytest.approx(1.0, abs=5e-5)
    assert worst_error_s(clock, true_s[270:], skew) < 0.005


def test_a_steady_delay_stays_in_and_nothing_else_does() -> None:
    clock = StrapClock()
    true_s = np.arange(1, 200) * FRAME_S
    run_clock(clock, true_s, np.full(199, 0.08), 0.0)
    assert clock.session_s(SET_S + true_s) - true_s == pytest.approx(0.08, abs=1e-4)


def test_what_was_held_up_does_not_lift_the_line() -> None:
    clock = StrapClock()
    true_s = np.arange(1, 200) * FRAME_S
    late_s = np.zeros(199)
    late_s[100:140] = np.linspace(20.0, 0.0, 40)  # an outage, after which all comes at once
    run_clock(clock, true_s, late_s, 0.02)
    assert worst_error_s(clock, true_s, 0.02) < 0.003


def test_arrivals_far_before_the_line_begin_another() -> None:
    clock = StrapClock()
    true_s = np.arange(1, 40) * FRAME_S
    run_clock(clock, true_s, np.zeros(39), 0.0)
    clock.observe(SET_S + 1000.0, 40 * FRAME_S)  # set forward
    assert not clock.is_known
    assert clock.session_s(np.array([SET_S + 1001.0])) == pytest.approx(40 * FRAME_S + 1.0)


def test_a_stamp_before_the_newest_says_nothing() -> None:
    clock = StrapClock()
    true_s = np.arange(1, 40) * FRAME_S
    run_clock(clock, true_s, np.zeros(39), 0.0)
    before = clock.session_s(SET_S + true_s)
    clock.observe(SET_S + 1.0, 1.0)
    assert (clock.session_s(SET_S + true_s) == before).all()


def test_no_line_is_steeper_than_a_strap_can_be() -> None:
    clock = StrapClock()
    true_s = np.arange(1, 90) * FRAME_S
    run_clock(clock, true_s, np.zeros(89), -0.2)
    assert 1.0 < clock.rate <= 1.03


def test_a_shift_of_either_clock_shifts_the_times_alone() -> None:
    rng = np.random.default_rng(7)
    true_s, late_s = np.arange(1, 100) * FRAME_S, rng.uniform(0.0, 0.05, 99)
    clocks = StrapClock(), StrapClock()
    for at_s, wait_s in zip(true_s, late_s, strict=True):
        clocks[0].observe(at_s, at_s + wait_s)
        clocks[1].observe(at_s + 5000.0, at_s + wait_s + 300.0)
    first, second = clocks[0].session_s(true_s), clocks[1].session_s(true_s + 5000.0)
    assert second - first == pytest.approx(300.0, abs=1e-6)
