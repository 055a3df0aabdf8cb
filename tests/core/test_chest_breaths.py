import numpy as np
import pytest
from chests import breathing, even_turns, felt_mg, lungs, sampled_s, worn

from biofeedback.core.chest_breaths import chest_breaths
from biofeedback.core.chest_wave import ChestWave, WavePart, chest_wave


def _breaths(chest, start_s=0.0, end_s=1000.0):
    return chest_breaths(chest_wave(chest.runs(start_s, end_s)))


def _by_hand(*parts):
    """Breaths of a wave that is given, five points a second."""
    return chest_breaths(
        ChestWave(tuple(WavePart(np.arange(len(one)) / 5 + at_s, one) for at_s, one in parts), np.eye(3)[0])
    )


@pytest.mark.parametrize("per_min", [6.0, 8.0, 12.0, 16.0, 20.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_rate_is_found_within_a_tenth_a_minute(per_min, seed):
    length_s = 60.0 / per_min
    rate = _breaths(breathing(even_turns(0.0, 130.0, 0.4 * length_s, 0.6 * length_s), 120.0, seed=seed)).rate(
        0.0, 120.0
    )
    assert rate.hz * 60 == pytest.approx(per_min, abs=0.1)
    assert rate.sd_hz * 60 < 0.15


def test_the_rate_of_uneven_breaths_is_that_of_the_median_one_and_its_sd_says_how_uneven_they_are():
    rng = np.random.default_rng(3)
    lengths_s = 4.5 * np.exp(0.25 * rng.standard_normal(40))
    starts_s = np.cumsum(lengths_s)
    turns_s = np.sort(np.concatenate((starts_s, starts_s[:-1] + 0.4 * lengths_s[1:])))
    rate = _breaths(breathing(turns_s, 120.0)).rate(0.0, 120.0)
    inside = (starts_s[:-1] >= 0.0) & (starts_s[1:] <= 120.0)
    true_hz = float(np.median(1.0 / lengths_s[1:][inside]))
    assert abs(rate.hz - true_hz) < 2 * rate.sd_hz
    assert 0.2 < rate.sd_hz * 60 < 1.5


def test_swings_are_half_done_in_the_middle_of_inhale_and_exhale():
    breaths = _breaths(breathing(even_turns(0.0, 90.0, 4.0, 6.0), 80.0))
    asked_s = np.sort(np.concatenate((np.arange(2.0, 80.0, 10.0), np.arange(7.0, 80.0, 10.0))))
    assert breaths.mid_s == pytest.approx(asked_s, abs=0.5)
    assert np.all(breaths.is_up[1:] != breaths.is_up[:-1])
    took_s = (breaths.to_s - breaths.from_s)[1:-1]
    inner = breaths.is_up[1:-1]
    assert sorted(np.round([took_s[inner].mean(), took_s[~inner].mean()])) == [4.0, 6.0]


def test_too_few_breaths_have_no_rate():
    breaths = _breaths(breathing(even_turns(0.0, 60.0, 4.0, 6.0), 50.0))
    assert breaths.rate(0.0, 30.0) is None
    assert breaths.rate(0.0, 50.0).hz == pytest.approx(0.1, abs=0.005)


def test_a_breath_that_is_held_is_a_pause_with_no_swing_in_it():
    t_s = sampled_s(0.0, 120.0)
    before, after = (lungs(even_turns(start_s, 150.0, 4.0, 6.0), t_s) for start_s in (0.0, 85.0))
    volume = np.where(t_s < 60.0, before, np.where(t_s < 85.0, 0.0, after))
    breaths = _breaths(worn(t_s, felt_mg(volume, t_s)))
    assert breaths.longest_pause_s(0.0, 120.0) == pytest.approx(30.0, abs=1.5)
    assert breaths.longest_pause_s(0.0, 55.0) < 7.0


def test_what_was_not_seen_is_no_pause():
    t_s = sampled_s(0.0, 120.0)
    acc_mg = felt_mg(lungs(even_turns(0.0, 125.0, 4.0, 6.0), t_s), t_s)
    kept = (t_s < 50.0) | (t_s > 80.0)
    breaths = _breaths(worn(t_s[kept], acc_mg[kept]))
    assert breaths.longest_pause_s(0.0, 120.0) < 10.0
    assert breaths.seen_s(0.0, 120.0) == pytest.approx(90.0, abs=2.5)
    assert breaths.lengths_s(0.0, 120.0).max() < 11.0  # no breath spans the hole


def test_noise_is_no_breath():
    t_s = sampled_s(0.0, 60.0)
    assert _breaths(worn(t_s, felt_mg(np.zeros_like(t_s), t_s, heart_mg=0.0))) is None


def test_a_wave_that_does_not_turn_has_no_breaths():
    assert _by_hand((0.0, np.linspace(0.0, 20.0, 100))) is None


def test_most_of_a_swing_at_the_edge_of_a_wave_counts_and_less_of_one_does_not():
    t_s = np.arange(0.0, 40.0, 0.2)
    wave_mg = -10.0 * np.cos(2 * np.pi * t_s / 10.0)
    assert len(_by_hand((0.0, wave_mg)).mid_s) == 8
    assert len(_by_hand((0.0, wave_mg[5:-5])).mid_s) == 8
    assert len(_by_hand((0.0, wave_mg[12:-12])).mid_s) == 6


def test_parts_are_numbered_and_share_what_a_usual_swing_is():
    t_s = np.arange(0.0, 40.0, 0.2)
    wave_mg = 10.0 * np.cos(2 * np.pi * t_s / 10.0)
    breaths = _by_hand((0.0, wave_mg), (60.0, 0.1 * wave_mg))
    assert set(breaths.part.tolist()) == {0}
    assert breaths.longest_pause_s(60.0, 99.0) == pytest.approx(39.0)


@pytest.mark.parametrize("is_held", [False, True])
def test_swings_that_lost_frames_hide_are_no_pause_and_a_held_breath_is_one_still(is_held):
    t_s = sampled_s(0.0, 130.0)
    breathed_s = np.where(t_s < 42.0, t_s, np.maximum(42.0, t_s - 36.0)) if is_held else t_s
    acc_mg = felt_mg(lungs(even_turns(0.0, 140.0, 6.0, 6.0), breathed_s), t_s)
    kept = np.all([np.abs(t_s - mid_s) > 0.375 for mid_s in np.arange(39.0, 80.0, 6.0)], axis=0)  # one in each swing
    breaths = _breaths(worn(t_s[kept], acc_mg[kept]))
    inside = (breaths.mid_s > 45.0) & (breaths.mid_s < 75.0)
    assert not inside.any()
    assert (breaths.longest_pause_s(0.0, 130.0) > 18.0) == is_held
