from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core.events import Step, StepKind
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import PRESETS, Traits

FOUR_SIX = Pattern(4, 6)
# Nobody's heart: as even as a formula, so that the numbers of science.md can be held against it.
EVEN = Traits(
    heart_rate_bpm=(65, 65),
    settling_bpm=0,
    rsa_bpm=(10, 10),
    lag_mean_s=0,
    lag_sd_s=0,
    follow_jitter_fraction=(0, 0),
    reaction_s=(0, 0),
    breathing_jitter_fraction=0,
    breathing_wander_fraction=0,
    tidal_jitter_fraction=0,
    mayer_sd_bpm=(0, 0),
    vlf_sd_bpm=(0, 0),
    noise_sd_bpm=(0, 0),
)


def paced(t_s=0.0, pattern=FOUR_SIX, seq=1, breaths=()):
    return Step(seq, t_s, StepKind.BREATHE, 120, pattern, breaths)


def rr_ms(person, start_s=0.0, end_s=1e9):
    beats_s = np.array(person.beats_s)
    return np.diff(beats_s[(beats_s >= start_s) & (beats_s <= end_s)]) * 1000


def rmssd_ms(values):
    return float(np.sqrt(np.mean(np.diff(values) ** 2)))


def test_a_heart_without_any_modulation_beats_like_a_clock():
    person = Person(replace(EVEN, rsa_bpm=(0, 0)), 1)
    person.advance(100)
    assert rr_ms(person) == pytest.approx(60_000 / 65, abs=1e-6)


@pytest.mark.parametrize(("pattern", "expected_ms"), [(Pattern(5, 5), 28.5), (Pattern(10 / 3, 10 / 3), 41.2)])
def test_rmssd_of_a_paced_sine_is_that_of_the_formula(pattern, expected_ms):
    # science.md 4: 10 bpm peak to trough at 65 bpm; above 7.2 breaths/min the person swings less, so ask for more.
    roll_off = min(1.0, (7.2 * pattern.period_s / 60) ** 1.05) * (1 - 0.3 * max(0, 60 / pattern.period_s - 6) / 8)
    person = Person(replace(EVEN, rsa_bpm=(10 / roll_off, 10 / roll_off)), 3)
    lag_s = max(60 / pattern.period_s - 6, 0) / 9
    person.watch(replace(paced(pattern=pattern), duration_s=None), 0.0)
    person.advance(600)
    assert rmssd_ms(rr_ms(person, 20 + lag_s)) == pytest.approx(expected_ms, rel=0.015)


@pytest.mark.parametrize(("lag_s", "contrast_ms"), [(-1, 100), (0, 117), (0.5, 111), (1.5, 74), (2, 45), (3, -33)])
def test_the_exhale_contrast_follows_the_table_of_lags(lag_s, contrast_ms):
    person = Person(replace(EVEN, lag_mean_s=lag_s), 1)
    person.watch(paced(), 0.0)
    person.advance(120)
    breath = Pacer(0.0, FOUR_SIX).breath(6)
    assert person.exhale_contrast_ms(breath) == pytest.approx(contrast_ms, abs=5)


def test_heart_rate_is_highest_about_the_end_of_the_inhale():
    person = Person(replace(EVEN, lag_mean_s=0.5), 1)
    person.watch(paced(), 0.0)
    person.advance(600)
    ends_s = np.array(person.beats_s)[1:]
    shortest = np.argmin(np.where(ends_s > 60, np.diff(person.beats_s), 9))
    middle_s = (person.beats_s[shortest] + person.beats_s[shortest + 1]) / 2 % 10
    assert 3.5 < middle_s < 5.5


@given(st.sampled_from(sorted(PRESETS)), st.integers(0, 1000), st.lists(st.floats(0.01, 30), max_size=8))
@settings(max_examples=40)
def test_how_often_a_person_is_advanced_changes_no_beat(preset, seed, waits_s):
    once, often = (Person(PRESETS[preset].traits, seed) for _ in range(2))
    for person in (once, often):
        person.watch(paced(20.0), 20.0)
        person.watch(None, 80.0)
    found_s, now_s = [], 0.0
    for wait_s in waits_s:
        now_s = min(now_s + wait_s, 130.0)
        found_s += often.advance(now_s)
    found_s += often.advance(130.0)
    assert found_s == once.advance(130.0) == often.beats_s
    assert found_s == sorted(found_s)


def test_another_seed_is_another_person():
    assert Person(Traits(), 1).advance(30) != Person(Traits(), 2).advance(30)
    assert Person(Traits(), 1).advance(30) == Person(Traits(), 1).advance(30)


@pytest.mark.parametrize("seed", range(20))
def test_a_follower_breathes_with_the_pacer_and_never_drifts_off(seed):
    person = Person(Traits(), seed)
    person.watch(paced(30.0), 30.0)
    person.advance(330)
    taken = [breath for breath in person.respiration.taken if 41 < breath.inhale_start_s < 325]
    late_s = np.array([(breath.inhale_start_s - 30 + 5) % 10 - 5 for breath in taken])
    assert len(taken) == pytest.approx(29, abs=1)
    assert np.abs(late_s).max() <= 1.4 + 1e-9
    assert 0.25 < late_s.std() < 1.2
    assert abs(late_s[-10:].mean() - late_s[:10].mean()) < 1.2


def breaths_per_min(person, start_s, end_s):
    starts_s = [breath.inhale_start_s for breath in person.respiration.taken if start_s < breath.inhale_start_s < end_s]
    return 60 / float(np.diff(starts_s).mean())


@pytest.mark.parametrize("seed", range(5))
def test_who_does_not_follow_breathes_on_at_their_own_rate(seed):
    person = Person(PRESETS["not_following"].traits, seed)
    person.watch(paced(60.0), 60.0)
    person.advance(600)
    assert 9 < breaths_per_min(person, 70, 590) < 20  # 13-15, wandering


@pytest.mark.parametrize("seed", range(5))
def test_an_own_slow_rhythm_begins_with_the_pacer_and_ends_with_it(seed):
    person = Person(PRESETS["own_slow_rhythm"].traits, seed)
    person.watch(paced(60.0), 60.0)
    person.watch(None, 360.0)
    person.advance(600)
    assert breaths_per_min(person, 0, 60) > 8  # 12-16, wandering
    assert 5.2 < breaths_per_min(person, 62, 358) < 5.7
    assert breaths_per_min(person, 375, 590) > 8


def test_a_varied_pacer_is_followed_breath_by_breath():
    lengths = ((3.6, 5.4), (4.4, 6.6), (4.0, 6.0))
    person = Person(EVEN, 1)
    person.watch(paced(10.0, breaths=lengths), 10.0)
    person.advance(60)
    starts_s = [breath.inhale_start_s for breath in person.respiration.taken if breath.inhale_start_s >= 10]
    assert starts_s[:5] == pytest.approx([10, 19, 30, 40, 50])


def test_holds_are_kept():
    person = Person(EVEN, 1)
    person.watch(paced(0.0, Pattern.parse("4-2-6-1")), 0.0)
    person.advance(60)
    breath = next(breath for breath in person.respiration.taken if breath.inhale_start_s == pytest.approx(13))
    assert (breath.inhale_end_s, breath.exhale_start_s, breath.exhale_end_s) == pytest.approx((17, 19, 25))
    held = person.respiration.modulation_bpm(np.array([17.2, 18.8]))
    assert held[0] == held[1] == breath.peak_bpm


def test_the_heart_rate_of_breathing_never_jumps():
    for seed in range(10):
        person = Person(replace(Traits(), lag_sd_s=0.0, lag_mean_s=0.5), seed)
        person.watch(paced(33.3), 33.3)
        person.watch(None, 95.0)
        person.advance(150)
        modulation = person.respiration.modulation_bpm(np.arange(0, 150, 0.05))
        assert np.abs(np.diff(modulation)).max() < 2.0  # of 8-12 bpm in 50 ms; a jump would be as large as the swing


def test_a_pacer_seen_late_is_joined_at_its_next_inhale():
    person = Person(EVEN, 1)
    person.advance(75)
    person.watch(paced(30.0), 30.0)
    person.advance(130)
    starts_s = [breath.inhale_start_s for breath in person.respiration.taken if breath.inhale_start_s > 81]
    assert starts_s[:3] == pytest.approx([90, 100, 110])


def test_leaving_the_pacer_brings_back_free_breathing():
    person = Person(Traits(), 4)
    person.watch(paced(0.0), 0.0)
    person.watch(Step(2, 120.0, StepKind.RECOVERY, 120), 120.0)
    person.advance(400)
    assert 5 < breaths_per_min(person, 2, 118) < 7
    assert 10 < breaths_per_min(person, 130, 390) < 18


@pytest.mark.parametrize("seed", range(10))
def test_frequent_ectopy_is_premature_and_makes_up_for_it(seed):
    person = Person(PRESETS["frequent_ectopy"].traits, seed)
    person.advance(1200)
    assert 0.06 < len(person.ectopic_s) / len(person.beats_s) < 0.17
    intervals_ms = rr_ms(person)
    places = np.flatnonzero(np.isin(person.beats_s, person.ectopic_s))
    places = places[(places > 1) & (places < len(intervals_ms))]
    before, after = intervals_ms[places - 1], intervals_ms[places]
    assert np.median(before / after) < 0.75
    assert np.median((before + after) / 2) == pytest.approx(np.median(intervals_ms), rel=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_an_irregular_rhythm_has_nearly_independent_intervals(seed):
    person = Person(PRESETS["irregular_rhythm"].traits, seed)
    person.advance(1200)
    values = rr_ms(person)
    assert 0.16 < values.std() / values.mean() < 0.24
    assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 0.1
    assert values.min() > 250


@pytest.mark.parametrize("seed", range(10))
def test_resting_people_are_those_of_the_literature(seed):
    person = Person(PRESETS["responder"].traits, seed)
    person.advance(600)
    assert 58 < 60_000 / rr_ms(person).mean() < 76
    assert 20 < rmssd_ms(rr_ms(person)) < 65  # the real people at rest have 51-64, more than science.md 6 by age
    assert 8 <= person.respiration.rsa_bpm <= 12
    assert abs(person.respiration.lag_s - 0.5) <= 1.6


@pytest.mark.parametrize("seed", range(5))
def test_a_stressed_heart_is_fast_and_answers_little(seed):
    person = Person(PRESETS["stressed"].traits, seed)
    person.watch(paced(0.0), 0.0)
    person.advance(300)
    assert 82 < 60_000 / rr_ms(person).mean() < 101
    contrasts_ms = [person.exhale_contrast_ms(Pacer(0.0, FOUR_SIX).breath(index)) for index in range(12)]
    assert abs(np.mean(contrasts_ms)) < 15


def test_every_preset_has_its_own_name():
    assert {name: preset.name for name, preset in PRESETS.items()} == {name: name for name in PRESETS}
    assert set(PRESETS) == {
        "responder", "weak_responder", "not_following", "own_slow_rhythm", "stressed", "frequent_ectopy",
        "irregular_rhythm", "bad_contact", "drop_outs", "h10_responder", "h10_flat", "h10_not_following",
        "h10_own_slow", "h10_ectopy", "h10_hold", "h10_lossy", "h10_skewed", "h10_restless", "h10_drop_outs",
        "h10_refused", "h10_stalled",
    }  # fmt: skip
