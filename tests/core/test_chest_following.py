import numpy as np
import pytest
from chests import breathing, even_turns, felt_mg, lungs, sampled_s, worn

from biofeedback.core.chest_breaths import ChestBreaths, chest_breaths
from biofeedback.core.chest_following import Otherwise, breaths_followed, measured_following
from biofeedback.core.chest_wave import chest_wave
from biofeedback.core.choices import Following
from biofeedback.core.pacing import Pacer, Pattern

START_S, LOOKS = 65.0, (3, 6, 12)
PACER = Pacer(START_S, Pattern(4.0, 6.0))
BEFORE_S = even_turns(1.0, 62.0, 1.7, 2.6)  # free breathing


def _turns(asked_s, seed=1, jitter_s=0.5, late_s=0.5):
    """Turns of one who breathes freely, and from the start of the pacer on like this."""
    rng = np.random.default_rng(seed)
    paced_s = np.asarray(asked_s) + late_s + jitter_s * np.clip(rng.standard_normal(len(asked_s)), -1.5, 1.5)
    before_s = BEFORE_S[paced_s[0] - 0.3 > BEFORE_S]
    before_s = before_s[: len(before_s) // 2 * 2]  # the pacer's first inhale begins with empty lungs
    return np.concatenate((before_s, paced_s))


def _at(look, turns_s, pacer=PACER, acc=None):
    count = LOOKS[look]
    end_s = pacer.breath(count - 1).end_s
    chest = breathing(turns_s, 190.0) if acc is None else acc
    breaths = chest_breaths(chest_wave(chest.runs(0.0, end_s + 1.5)))
    return measured_following(breaths, pacer, count)


def _own(per_min, first_s=START_S):
    return even_turns(first_s, 200.0, 24.0 / per_min, 36.0 / per_min)


ASKED_S = even_turns(START_S, 200.0, 4.0, 6.0)


@pytest.mark.parametrize("seed", range(8))
def test_one_who_follows_is_seen_to_at_the_later_looks_and_never_the_other_way(seed):
    found = [_at(look, _turns(ASKED_S, seed, jitter_s=0.6)) for look in range(3)]
    assert found[0].following is not Following.NO
    assert [one.following for one in found[1:]] == [Following.YES] * 2
    assert found[2].otherwise is None
    assert found[2].log_odds > found[0].log_odds


@pytest.mark.parametrize("late_s", [0.0, 1.0, 2.0])
def test_a_constant_lag_is_following(late_s):
    assert _at(2, _turns(ASKED_S, 3, 0.4, late_s)).following is Following.YES


@pytest.mark.parametrize("per_min", [5.2, 5.5, 6.6, 6.8])
@pytest.mark.parametrize("first_s", [66.0, 69.0])
def test_a_slow_rhythm_of_ones_own_is_told_by_its_slip(per_min, first_s):
    turns_s = _turns(_own(per_min, first_s), jitter_s=0.2, late_s=0.0)
    assert _at(0, turns_s).following is not Following.YES
    last = _at(2, turns_s)
    assert (last.following, last.otherwise) == (Following.NO, Otherwise.OTHER_PACE)
    assert last.log_odds is not None


@pytest.mark.parametrize("per_min", [3.0, 12.0, 15.0])
def test_a_pace_far_from_the_pacers_is_told_at_once(per_min):
    found = _at(0 if per_min > 6 else 1, _turns(_own(per_min), jitter_s=0.2))
    assert (found.following, found.otherwise, found.log_odds) == (Following.NO, Otherwise.OTHER_PACE, None)


def test_three_breaths_half_a_breath_late_do_not_tell():
    assert _at(0, _turns(ASKED_S, 2, 0.3, late_s=2.7)).following is Following.UNKNOWN


def test_a_breath_that_is_held_is_told_whenever_it_was():
    t_s = sampled_s(0.0, 190.0)
    held = lungs(_turns(ASKED_S), t_s)
    for start_s, looks in ((START_S + 20.0, (1, 2)), (START_S + 80.0, (2,))):
        volume = np.where((t_s > start_s) & (t_s < start_s + 20.0), 0.0, held)
        chest = worn(t_s, felt_mg(volume, t_s))
        for look in looks:
            assert _at(look, None, acc=chest).otherwise is Otherwise.HELD


def test_one_who_begins_with_the_second_breath_follows_in_the_end():
    late = np.concatenate((even_turns(START_S, START_S + 9.0, 1.7, 2.6)[:4], ASKED_S[2:]))
    assert _at(2, _turns(late, 4, 0.4)).following is Following.YES


def test_a_varied_pacer_tells_the_slow_breather_sooner():
    lengths_s = tuple((4.0 * part, 6.0 * part) for part in (0.85, 1.18, 0.82, 1.15, 0.88, 1.2))
    varied = Pacer(START_S, Pattern(4.0, 6.0), lengths_s)
    asked_s = START_S + np.concatenate(([0.0], np.cumsum(np.ravel(lengths_s))))
    asked_s = np.concatenate((asked_s, asked_s[-1] + even_turns(0.0, 80.0, 4.0, 6.0)[1:]))
    assert _at(1, _turns(asked_s), varied).following is Following.YES
    assert _at(1, _turns(_own(5.7), jitter_s=0.2), varied).following is Following.NO


def test_a_hole_does_not_hide_who_follows_nor_who_does_not():
    t_s = sampled_s(0.0, 190.0)
    kept = (t_s < START_S + 55.0) | (t_s > START_S + 63.0)
    for turns_s, following in ((_turns(ASKED_S), Following.YES), (_turns(_own(5.5), jitter_s=0.2), Following.NO)):
        acc_mg = felt_mg(lungs(turns_s, t_s), t_s)
        assert _at(2, None, acc=worn(t_s[kept], acc_mg[kept])).following is following


def test_too_little_that_can_be_read_says_nothing():
    t_s = sampled_s(0.0, 190.0)
    acc_mg = felt_mg(lungs(_turns(ASKED_S), t_s), t_s)
    kept = t_s < START_S + 50.0
    assert _at(2, None, acc=worn(t_s[kept], acc_mg[kept])) is None


def _given(mid_s, is_up=None, spans_s=((0.0, 200.0),)):
    mid_s = np.asarray(mid_s, dtype=float)
    is_up = np.arange(len(mid_s)) % 2 == 0 if is_up is None else np.asarray(is_up)
    return ChestBreaths(mid_s - 1.0, mid_s + 1.0, mid_s, is_up, np.zeros(len(mid_s), np.int64), spans_s)


def test_too_few_swings_say_nothing():
    assert measured_following(_given([67.0, 72.0, 77.0]), PACER, 2) is None
    assert measured_following(_given([67.0, 75.0, 77.0, 85.0], [True] * 4), PACER, 2) is not None


def test_who_breathes_only_one_way_gives_no_hint_of_which_way_is_in():
    one_way = _given(np.arange(67.0, 185.0, 10.0), np.ones(12, bool))
    assert measured_following(one_way, PACER, 12) is not None


def test_swings_too_far_apart_for_a_length_say_nothing():
    parts = np.arange(4)
    mid_s = np.array([68.0, 73.0, 78.0, 83.0])
    spans_s = tuple((at_s - 2.4, at_s + 2.4) for at_s in mid_s.tolist())
    breaths = ChestBreaths(mid_s - 1.0, mid_s + 1.0, mid_s, parts % 2 == 0, parts, spans_s)
    assert measured_following(breaths, PACER, 2) is None


def _each(breaths, count=12, pacer=PACER, first=0):
    return breaths_followed(breaths, pacer, first, count)


def _chest_breaths(turns_s, end_s=190.0):
    return chest_breaths(chest_wave(breathing(turns_s, end_s).runs(0.0, end_s)))


@pytest.mark.parametrize("late_s", [0.0, 1.0, 2.0])
def test_each_breath_of_one_who_follows_is_seen_to_be(late_s):
    breaths = _chest_breaths(_turns(ASKED_S, 3, 0.4, late_s))
    assert _each(breaths) == (Following.YES,) * 12
    assert _each(breaths, 12, first=7) == (Following.YES,) * 5


def test_none_of_those_of_one_who_breathes_at_twice_the_pace_is():
    assert _each(_chest_breaths(_turns(_own(12.0), jitter_s=0.1))) == (Following.NO,) * 12


def test_at_a_slow_pace_of_ones_own_some_breaths_fall_in_with_the_pacer():
    found = _each(_chest_breaths(_turns(_own(5.4, 69.0), jitter_s=0.1, late_s=0.0)))
    assert 2 <= found.count(Following.YES) <= 8
    assert found.count(Following.YES) + found.count(Following.NO) == 12


def test_a_breath_that_is_held_or_not_seen_is_not_one_that_was_followed():
    t_s = sampled_s(0.0, 190.0)
    held = lungs(_turns(ASKED_S, jitter_s=0.2), t_s)
    volume = np.where((t_s > START_S + 50.0) & (t_s < START_S + 70.0), 0.0, held)
    found = _each(chest_breaths(chest_wave(worn(t_s, felt_mg(volume, t_s)).runs(0.0, 190.0))))
    assert found == (Following.YES,) * 5 + (Following.NO,) * 2 + (Following.YES,) * 5
    kept = (t_s < START_S + 53.0) | (t_s > START_S + 57.0)
    found = _each(chest_breaths(chest_wave(worn(t_s[kept], felt_mg(held, t_s)[kept]).runs(0.0, 190.0))))
    assert found[5] is Following.UNKNOWN
    assert found[:4] + found[7:] == (Following.YES,) * 9


def test_two_swings_the_same_way_are_no_breath_and_none_are_none():
    assert _each(_given([67.0, 72.0], [True, True]), 1) == (Following.NO,)
    assert _each(_given([]), 2) == (Following.NO,) * 2


def test_without_knowing_which_way_is_in_a_breath_between_both_is_not_judged():
    even = Pacer(START_S, Pattern(5.0, 5.0))
    assert _each(_given(START_S + 0.81 + 5.0 * np.arange(4)), 2, even) == (Following.UNKNOWN,) * 2
    assert _each(_given(START_S + 3.3 + 5.0 * np.arange(4)), 2, even) == (Following.YES,) * 2
    assert _each(_given(START_S + 3.3 + 5.0 * np.arange(4), [False, True] * 2), 2, even) == (Following.YES,) * 2
