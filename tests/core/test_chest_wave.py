import numpy as np
import pytest
from chests import TILT, breathing, even_turns, felt_mg, lungs, sampled_s, worn

from biofeedback.core.chest_wave import chest_wave

FIVE_S = even_turns(0.0, 140.0, 2.0, 3.0)


def _wave(chest, start_s=0.0, end_s=1000.0):
    return chest_wave(chest.runs(start_s, end_s))


def _likeness(wave, turns_s):
    """Correlation of the wave with the air in the lungs, whatever its sign."""
    volume = np.concatenate([lungs(turns_s, part.t_s) for part in wave.parts])
    return abs(np.corrcoef(volume, np.concatenate([part.wave_mg - part.wave_mg.mean() for part in wave.parts]))[0, 1])


@pytest.mark.parametrize(("inhale_s", "exhale_s"), [(4.0, 6.0), (2.0, 3.0), (1.2, 1.8)])
def test_the_wave_is_the_air_in_the_lungs_without_heart_or_delay(inhale_s, exhale_s):
    turns_s = even_turns(0.0, 90.0, inhale_s, exhale_s)
    wave = _wave(breathing(turns_s, 80.0))
    assert _likeness(wave, turns_s) > 0.98
    assert abs(wave.axis @ TILT) > 0.98 * np.linalg.norm(TILT)


def test_another_posture_is_left_out_and_breathing_goes_on_after_it():
    t_s = sampled_s(0.0, 80.0)
    acc_mg = felt_mg(lungs(FIVE_S, t_s), t_s)
    acc_mg += np.outer(np.clip((t_s - 40.0) / 1.5, 0.0, 1.0), [60.0, 0.0, 100.0])
    wave = _wave(worn(t_s, acc_mg))
    before, after = wave.parts
    assert before.end_s < 40.0
    assert 41.5 < after.start_s < 46.0
    assert _likeness(wave, FIVE_S) > 0.97


def test_a_small_turn_across_the_line_of_breathing_is_no_breath():
    t_s = sampled_s(0.0, 80.0)
    acc_mg = felt_mg(lungs(FIVE_S, t_s), t_s)
    acc_mg += np.outer(np.clip((t_s - 40.0) / 1.5, 0.0, 1.0), [15.0, 0.0, -8.7])
    wave = _wave(worn(t_s, acc_mg))
    assert [round(part.start_s) for part in wave.parts] == [0, 44]
    assert _likeness(wave, FIVE_S) > 0.97


def test_slow_drift_does_not_turn_the_line_of_breathing():
    t_s = sampled_s(0.0, 100.0)
    acc_mg = felt_mg(lungs(FIVE_S, t_s), t_s) + np.outer(30.0 * np.sin(2 * np.pi * t_s / 100.0), [0.0, 1.0, 0.0])
    assert abs(_wave(worn(t_s, acc_mg)).axis @ TILT) > 0.9


def test_too_little_to_tell_the_line_of_breathing_gives_no_wave():
    assert _wave(breathing(FIVE_S, 18.0)) is None
    assert chest_wave([]) is None


def test_one_who_never_sits_still_gives_no_wave():
    t_s = sampled_s(0.0, 21.0)
    acc_mg = felt_mg(lungs(FIVE_S, t_s), t_s) + np.outer(np.clip(t_s - 10.0, 0.0, 1.0), [90.0, 0.0, 0.0])
    assert _wave(worn(t_s, acc_mg)) is None


def test_a_person_who_turns_across_the_line_most_of_the_time_gives_no_wave():
    t_s = sampled_s(0.0, 24.0)
    acc_mg = felt_mg(lungs(FIVE_S, t_s), t_s, size_mg=25.0)
    acc_mg += np.outer(18.0 * (np.clip(t_s - 12.0, 0.0, 1.0)), [0.86, 0.0, -0.5])
    assert _wave(worn(t_s, acc_mg)) is None
