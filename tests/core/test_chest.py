import numpy as np
import pytest
from chests import FRAME, breathing, even_turns, felt_mg, lungs, sampled_s, worn

from biofeedback.core.chest import STEP_S, Chest

TURNS_S = even_turns(0.0, 140.0, 2.0, 3.0)


def _samples(end_s=60.0):
    t_s = sampled_s(0.0, end_s)
    return t_s, felt_mg(lungs(TURNS_S, t_s), t_s)


def _spans(chest, start_s=0.0, end_s=1000.0):
    return [(float(run.t_s[0]), float(run.t_s[-1])) for run in chest.runs(start_s, end_s)]


def test_points_lie_at_even_steps_and_are_late_by_nothing():
    t_s = sampled_s(0.0, 30.0)
    (run,) = worn(t_s, np.outer(t_s, [1.0, -2.0, 0.5])).runs(0.0, 30.0)
    assert np.diff(run.t_s) == pytest.approx(STEP_S)
    assert run.acc_mg == pytest.approx(np.outer(run.t_s, [1.0, -2.0, 0.5]))
    assert run.span_s > 29.0


def test_what_swings_at_the_points_own_rate_leaves_nothing_behind():
    t_s = sampled_s(0.0, 20.0)
    for hz in (5.0, 10.0):
        (run,) = worn(t_s, np.outer(np.sin(2 * np.pi * hz * t_s), np.ones(3))).runs(0.0, 20.0)
        assert np.abs(run.acc_mg).max() < 0.02


@pytest.mark.parametrize("size", [1, 7, FRAME, 1000])
def test_frames_of_any_length_give_the_same_points(size):
    t_s, acc_mg = _samples()
    chest = Chest()
    for first in range(0, len(t_s), size):
        chest.take(t_s[first : first + size], acc_mg[first : first + size])
    (run,), (expected,) = chest.runs(0.0, 60.0), worn(t_s, acc_mg).runs(0.0, 60.0)
    assert np.array_equal(run.t_s, expected.t_s)
    assert run.acc_mg == pytest.approx(expected.acc_mg)


def test_nothing_bridges_a_lost_frame():
    t_s, acc_mg = _samples()
    kept = (t_s < 30.0) | (t_s >= 30.72)
    (_, end_s), (start_s, _) = _spans(worn(t_s[kept], acc_mg[kept]))
    assert 29.0 < end_s < 30.0
    assert 30.72 < start_s < 31.8


def test_a_hole_within_one_frame_is_a_hole_as_well():
    t_s, acc_mg = _samples()
    kept = (t_s < 30.0) | (t_s >= 30.3)
    chest = Chest()
    chest.take(t_s[kept], acc_mg[kept])
    assert len(_spans(chest)) == 2


def test_samples_that_came_before_are_left_out():
    t_s, acc_mg = _samples()
    chest = worn(t_s, acc_mg)
    before = _spans(chest)
    worn(t_s, acc_mg + 500.0, chest)
    assert _spans(chest) == before


def test_a_chest_knows_its_newest_point_and_goes_on_for_hours():
    chest = Chest()
    assert chest.last_s is None
    assert chest.runs(0.0, 10.0) == []
    chest.take(np.empty(0), np.empty((0, 3)))
    assert chest.last_s is None
    t_s = sampled_s(0.0, 400.0)
    worn(t_s, np.zeros((len(t_s), 3)), chest)
    assert chest.last_s == pytest.approx(400.0, abs=2 * STEP_S)
    assert _spans(chest, 100.0, 200.0) == [(pytest.approx(100.0), pytest.approx(200.0))]


def test_a_burst_of_movement_is_left_out():
    t_s, acc_mg = _samples()
    moved = (t_s > 30.0) & (t_s < 32.0)
    acc_mg[moved] += 100.0 * np.random.default_rng(5).standard_normal((int(moved.sum()), 3))
    (_, end_s), (start_s, _) = _spans(worn(t_s, acc_mg))
    assert 28.0 < end_s < 30.0
    assert 32.0 < start_s < 34.0


def test_a_heartbeat_is_no_movement():
    assert len(_spans(breathing(TURNS_S, 60.0, heart_mg=30.0))) == 1


def test_one_who_walks_cannot_be_read():
    t_s, acc_mg = _samples()
    assert _spans(worn(t_s, acc_mg + np.outer(150.0 * np.sin(2 * np.pi * 1.9 * t_s), [0.2, 0.9, 0.3]))) == []


def test_a_sensor_that_jumps_from_one_end_to_the_other_can_be_read():
    """A sample at the very edge of a window counts nothing: not less, by the last bit, than nothing."""
    t_s = 588.0 + np.arange(2000) / 50
    for jump in range(0, 400, 10):
        acc_mg = np.where(np.arange(2000)[:, None] <= jump, -32768.0, 32767.0) * np.ones(3)
        assert all(np.isfinite(run.acc_mg).all() for run in worn(t_s, acc_mg).runs(0.0, 1000.0))
