import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from biofeedback.core.choices import Change
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.core.rsa import (
    amplitude_change,
    exhale_contrast,
    exhale_thirds_ms,
    locked_amplitude_ms,
    phases_rad,
    turns_s,
)

FOUR_SIX = Pattern(4, 6)


def test_the_phase_is_pi_at_the_end_of_the_inhale_and_two_pi_after_a_breath():
    phases = phases_rad(Pacer(10.0, FOUR_SIX), np.asarray([10.0, 12.0, 14.0, 17.0, 20.0, 24.0]))
    assert phases / math.pi == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0, 3.0])


def test_holds_stand_still():
    phases = phases_rad(Pacer(0.0, Pattern(4, 6, 2, 3)), np.asarray([4.0, 5.0, 6.0, 9.0, 12.0, 14.0, 15.0]))
    assert phases / math.pi == pytest.approx([1.0, 1.0, 1.0, 1.5, 2.0, 2.0, 2.0])


def test_before_the_start_the_pattern_has_gone_on():
    phases = phases_rad(Pacer(10.0, FOUR_SIX), np.asarray([4.0, 0.0]))
    assert phases / math.pi == pytest.approx([-1.0, -2.0])


def test_a_varied_pacer_turns_once_a_breath_and_then_goes_on_regularly():
    pacer = Pacer(0.0, FOUR_SIX, ((3.0, 5.0), (5.0, 7.0)))
    phases = phases_rad(pacer, np.asarray([-6.0, 3.0, 8.0, 13.0, 20.0, 24.0, 30.0]))
    assert phases / math.pi == pytest.approx([-1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])


@given(
    st.floats(0.5, 8), st.floats(0.5, 8), st.floats(0, 3), st.floats(0, 3),
    st.lists(st.tuples(st.floats(0.5, 8), st.floats(0.5, 8)), max_size=4),
)  # fmt: skip
@settings(max_examples=40)
def test_the_phase_never_turns_back_and_agrees_with_the_breaths(inhale_s, exhale_s, hold_in_s, hold_out_s, breaths):
    pacer = Pacer(2.0, Pattern(inhale_s, exhale_s, hold_in_s, hold_out_s), tuple(breaths))
    phases = phases_rad(pacer, np.linspace(-20.0, 60.0, 500))
    assert np.diff(phases).min() > -1e-9
    for index in range(6):
        breath = pacer.breath(index)
        inside_s = np.asarray([(breath.inhale_start_s + breath.exhale_start_s) / 2, breath.exhale_end_s])
        low, high = phases_rad(pacer, inside_s) / math.tau
        assert index < low <= index + 0.5 + 1e-9
        assert high == pytest.approx(index + 1)


def test_thirds_of_an_even_rise_lie_two_thirds_of_the_exhale_apart():
    breath = Pacer(0.0, FOUR_SIX).breath(0)
    mid_s = np.arange(3.5, 11.0, 0.8)
    first, last = exhale_thirds_ms(breath, mid_s, 900.0 + 10.0 * mid_s)
    assert first == pytest.approx(950.0)
    assert last - first == pytest.approx(10.0 * 4.0)


def test_thirds_without_a_beat_in_one_of_them_say_nothing():
    breath = Pacer(0.0, FOUR_SIX).breath(0)
    assert exhale_thirds_ms(breath, np.asarray([3.5, 4.5, 7.0, 10.5]), np.full(4, 900.0)) is None


@given(st.floats(-1000, 1000), st.floats(0.3, 3.0))
@settings(max_examples=30)
def test_thirds_move_with_time_and_grow_with_the_scale(shift_s, scale):
    rng = np.random.default_rng(5)
    mid_s = np.cumsum(rng.uniform(0.7, 1.1, 16))
    rr_ms = rng.uniform(800, 1000, 16)
    here = exhale_thirds_ms(Pacer(0.0, FOUR_SIX).breath(0), mid_s, rr_ms)
    there = exhale_thirds_ms(Pacer(shift_s, FOUR_SIX).breath(0), mid_s + shift_s, rr_ms * scale)
    assert np.asarray(there) == pytest.approx(np.asarray(here) * scale, rel=1e-6)


@pytest.mark.parametrize("pattern", [FOUR_SIX, Pattern(5, 5), Pattern(4, 6, 1, 2), Pattern(3, 8)])
def test_the_exhale_contrast_of_a_wave_without_lag_is_1_654(pattern):
    # mean cosine from 5/3 pi to 2 pi minus that from pi to 4/3 pi: 2 sin(pi/3) / (pi/3)
    assert exhale_contrast(pattern, np.zeros(1))[0] == pytest.approx(6 * math.sin(math.pi / 3) / math.pi, rel=1e-3)
    assert exhale_contrast(pattern, np.zeros(1))[0] == pytest.approx(1.654, abs=1e-3)


@pytest.mark.parametrize("lag_s", [-1.25, 0.5, 1.0, 2.0, 3.0, 5.0])
def test_the_exhale_contrast_of_a_delayed_wave_is_that_of_the_integral(lag_s):
    pacer = Pacer(0.0, FOUR_SIX)

    def wave(t_s):
        return math.cos(float(phases_rad(pacer, np.asarray([t_s - lag_s]))[0]))

    last, first = (integrate.quad(wave, start_s, start_s + 2.0)[0] / 2.0 for start_s in (8.0, 4.0))
    assert exhale_contrast(FOUR_SIX, np.asarray([lag_s]))[0] == pytest.approx(last - first, abs=2e-3)


def test_a_locked_wave_is_found_whatever_its_delay_level_and_drift():
    pacer, mid_s = Pacer(100.0, FOUR_SIX), np.arange(100.3, 160.0, 0.9)
    for delay_rad in (0.0, 1.0, 3.0):
        rr_ms = 900.0 + 2.0 * (mid_s - 130.0) + 40.0 * np.cos(phases_rad(pacer, mid_s) - delay_rad)
        assert locked_amplitude_ms(pacer, mid_s, rr_ms) == pytest.approx(40.0)


def test_a_locked_wave_grows_with_the_scale_and_does_not_mind_the_clock():
    rng = np.random.default_rng(2)
    mid_s, rr_ms = np.cumsum(rng.uniform(0.7, 1.1, 60)), rng.uniform(700, 1100, 60)
    here = locked_amplitude_ms(Pacer(0.0, FOUR_SIX), mid_s, rr_ms)
    there = locked_amplitude_ms(Pacer(5000.0, FOUR_SIX), mid_s + 5000.0, 3 * rr_ms)
    assert there == pytest.approx(3 * here, rel=1e-6)


def _answering_bpm(t_s, lag_s):
    """Heart rate 65 with 10 bpm peak to trough, ``lag_s`` behind the volume of 4-6 breathing."""
    return 65.0 - 5.0 * np.cos(phases_rad(Pacer(0.0, FOUR_SIX), t_s - lag_s))


@pytest.mark.parametrize(
    ("lag_s", "halves_ms", "thirds_ms"),
    [(-1, 57, 100), (-0.5, 31, 114), (0, 4, 117), (0.5, -27, 111), (1, -52, 97), (1.5, -75, 74), (2, -87, 45),
     (3, -84, -33)],
)  # fmt: skip
def test_a_lag_hides_from_the_mean_of_the_exhale_what_its_thirds_still_show(lag_s, halves_ms, thirds_ms):
    """The table of known truths; it was simulated, which leaves 4.5 ms of slack to the noise-free wave."""
    t_s = np.linspace(500.0, 510.0, 2001)
    rr_ms = 60000.0 / _answering_bpm(t_s, lag_s)
    first, last = exhale_thirds_ms(Pacer(0.0, FOUR_SIX).breath(50), t_s, rr_ms)
    assert last - first == pytest.approx(thirds_ms, abs=4.5)
    assert rr_ms[t_s >= 504.0].mean() - rr_ms[t_s < 504.0].mean() == pytest.approx(halves_ms, abs=4.5)


@pytest.mark.parametrize("lag_s", [-1.0, 0.0, 1.0, 2.0])
def test_beats_show_the_exhale_rise_of_the_wave_behind_them_but_for_their_own_length(lag_s):
    """Beats of a heart that integrates its rate (IPFM) average over themselves; interpolation adds its share."""
    grid_s = np.arange(480.0, 520.0, 0.002)
    integral = np.concatenate(([0.0], np.cumsum(_answering_bpm(grid_s[:-1] + 0.001, lag_s) / 60.0 * 0.002)))
    rises_ms = []
    for start in np.arange(0.0, 1.0, 0.05):
        peaks_s = np.interp(np.arange(start, integral[-1]), integral, grid_s)
        mid_s, rr_ms = (peaks_s[1:] + peaks_s[:-1]) / 2, np.diff(peaks_s) * 1000.0
        first, last = exhale_thirds_ms(Pacer(0.0, FOUR_SIX).breath(50), mid_s, rr_ms)
        rises_ms.append(last - first)
    t_s = np.linspace(500.0, 510.0, 2001)
    first, last = exhale_thirds_ms(Pacer(0.0, FOUR_SIX).breath(50), t_s, 60000.0 / _answering_bpm(t_s, lag_s))
    assert np.mean(rises_ms) == pytest.approx(0.95 * (last - first), abs=3)


def test_turns_are_the_starts_of_inhales_and_exhales_from_before_a_stretch_to_after_it():
    pacer = Pacer(100.0, FOUR_SIX)
    assert turns_s(pacer, 101.0, 115.0) == pytest.approx([100.0, 104.0, 110.0, 114.0, 120.0])
    assert turns_s(pacer, 97.0, 99.0) == pytest.approx([94.0, 100.0])
    assert turns_s(pacer, 85.0, 99.0) == pytest.approx([84.0, 90.0, 94.0, 100.0])
    held = Pacer(0.0, Pattern(4, 6, 1, 1))
    assert turns_s(held, 5.5, 13.0) == pytest.approx([5.0, 12.0, 17.0])


def test_turns_of_a_varied_pacer_are_its_own():
    pacer = Pacer(0.0, FOUR_SIX, ((3.0, 5.0), (5.0, 7.0)))
    assert turns_s(pacer, 0.0, 21.0) == pytest.approx([0.0, 3.0, 8.0, 13.0, 20.0, 24.0])


@given(st.floats(-60, 400), st.floats(0, 200))
@settings(max_examples=50)
def test_turns_enclose_their_stretch(start_s, length_s):
    turns = turns_s(Pacer(120.0, FOUR_SIX, ((3.0, 5.0),)), start_s, start_s + length_s)
    assert turns[0] <= start_s < turns[1]
    assert turns[-2] <= start_s + length_s < turns[-1]
    assert np.all(np.diff(turns) > 0)


def test_a_change_is_told_when_it_is_larger_than_both_errors_together():
    assert amplitude_change(100.0, 30.0, 150.1, 40.0) is Change.HIGHER
    assert amplitude_change(100.0, 30.0, 149.9, 40.0) is Change.UNCLEAR
    assert amplitude_change(100.0, 30.0, 49.9, 40.0) is Change.LOWER
    assert amplitude_change(100.0, 0.0, 100.0, 0.0) is Change.UNCLEAR
