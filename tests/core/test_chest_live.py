import numpy as np
import pytest
from chests import FRAME, even_turns, felt_mg, lungs, sampled_s

from biofeedback.core.chest import Chest
from biofeedback.core.chest_live import ChestLive
from biofeedback.core.pacing import Pacer, Pattern

PACER = Pacer(40.0, Pattern(4.0, 6.0))
SLOW_S = even_turns(0.0, 140.0, 4.0, 6.0)
T_S = sampled_s(0.0, 120.0)


def _lived(acc_mg, pacer=None, t_s=T_S):
    """What is told each second while samples come in."""
    chest, live, told = Chest(), ChestLive(), []
    for first in range(0, len(t_s), FRAME):
        chest.take(t_s[first : first + FRAME], acc_mg[first : first + FRAME])
        now_s = t_s[first]
        told.append(live.tell(chest, pacer if pacer and now_s > pacer.start_s else None))
    return [one for one in told if one is not None]


def _points(told):
    return np.array([at_s for one in told for at_s in one.at_s]), np.array([mg for one in told for mg in one.wave_mg])


def test_each_point_of_the_wave_is_told_once_two_and_a_half_a_second():
    at_s, _ = _points(_lived(felt_mg(lungs(SLOW_S, T_S), T_S)))
    assert np.diff(at_s) == pytest.approx(0.4)
    assert at_s[-1] > 116.0


@pytest.mark.parametrize("size_mg", [15.0, -15.0])
def test_while_a_pacer_runs_the_inhale_goes_up_whichever_way_the_strap_sits(size_mg):
    at_s, wave_mg = _points(_lived(felt_mg(lungs(SLOW_S, T_S), T_S, size_mg=size_mg), PACER))
    paced = at_s > 60.0
    assert np.corrcoef(lungs(SLOW_S, at_s[paced]), wave_mg[paced])[0, 1] > 0.95
    assert np.ptp(wave_mg[paced]) == pytest.approx(15.0, rel=0.25)


def test_the_sign_found_beside_a_pacer_stays_when_it_has_stopped():
    acc_mg = felt_mg(lungs(SLOW_S, T_S), T_S, size_mg=-15.0)
    chest, live, told = Chest(), ChestLive(), []
    for first in range(0, len(T_S), FRAME):
        chest.take(T_S[first : first + FRAME], acc_mg[first : first + FRAME])
        told.append(live.tell(chest, PACER if 40.0 < T_S[first] < 80.0 else None))
    at_s, wave_mg = _points([one for one in told if one is not None])
    after = at_s > 85.0
    assert np.corrcoef(lungs(SLOW_S, at_s[after]), wave_mg[after])[0, 1] > 0.95


def test_the_rate_is_that_of_the_last_minute():
    told = _lived(felt_mg(lungs(even_turns(0.0, 140.0, 1.7, 2.6), T_S), T_S))
    assert told[-1].rate_hz == pytest.approx(1 / 4.3, abs=0.003)
    assert told[3].rate_hz is None


def test_what_cannot_be_read_is_told_without_a_wave():
    told = _lived(felt_mg(lungs(SLOW_S, T_S), T_S, noise_mg=120.0))
    assert {one.at_s for one in told} == {()}
    assert {one.rate_hz for one in told} == {None}


def test_a_chest_that_hardly_moves_has_a_wave_and_no_rate():
    told = _lived(felt_mg(np.zeros_like(T_S), T_S, heart_mg=0.0))
    assert told[-1].at_s
    assert told[-1].rate_hz is None


def test_nothing_is_told_before_or_without_news():
    chest, live = Chest(), ChestLive()
    assert live.tell(chest, None) is None
    chest.take(T_S[:1500], felt_mg(lungs(SLOW_S, T_S[:1500]), T_S[:1500]))
    assert live.tell(chest, None) is not None
    assert live.tell(chest, None) is None
