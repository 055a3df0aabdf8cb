import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from biofeedback.core.answers import LOOKS, NULL_DF, NULL_SCALE, StepTonus, calmer_answer, decide_look, null_p_value
from biofeedback.core.breathing import TempoFit
from biofeedback.core.locked import LockedFit
from biofeedback.core.prior import Prior
from biofeedback.core.results import Answer, Following, Grade, Reason

CLEAR = LockedFit(
    amplitude_ms=40.0, sd_ms=2.0, t_ratio=20.0, delay_s=1.0, heart_lag_s=0.4, contrast=1.6, contrast_sd=0.05,
    scale=1.0, harmonic_ratio=0.1, mean_rr_ms=900.0,
)  # fmt: skip
FLAT = replace(CLEAR, amplitude_ms=0.5, sd_ms=1.0, t_ratio=0.5)
VAGUE = replace(CLEAR, amplitude_ms=10.0, sd_ms=8.0, t_ratio=1.25)
ON_PACE, OFF_PACE = TempoFit(1.0, 100.0, 100.0, 12.0), TempoFit(1.3, 100.0, 10.0, 12.0)
BEFORE = StepTonus(70.0, 0.8, 3.2, 0.1, 0.25)


def _look(fit=CLEAR, tempo=ON_PACE, goes_on=False, was_seen=False, grade=Grade.GOOD, breaths=LOOKS[-1]):
    return decide_look(fit, tempo, goes_on=goes_on, was_seen=was_seen, grade=grade, breaths=breaths)


# Does the heart answer the exhale?


def test_a_clear_wave_is_a_yes_at_any_look():
    for breaths in LOOKS:
        verdict = _look(breaths=breaths)
        assert (verdict.answer, verdict.reasons, verdict.following) == (Answer.YES, (), Following.YES)
        assert verdict.reason is None
        assert 0 < verdict.low_ms < CLEAR.effect_ms < verdict.high_ms


def test_a_clear_wave_in_a_limited_signal_is_a_yes():
    assert _look(grade=Grade.LIMITED).answer is Answer.YES


GRADES, AT_LOOKS = st.sampled_from(Grade), st.sampled_from(LOOKS)
FITS = st.builds(
    lambda amplitude_ms, sd_ms, lag_s, contrast, harmonic_ratio: replace(
        CLEAR, amplitude_ms=amplitude_ms, sd_ms=sd_ms, t_ratio=amplitude_ms / sd_ms, heart_lag_s=lag_s,
        contrast=contrast, harmonic_ratio=harmonic_ratio,
    ),
    st.floats(-100, 200), st.floats(0.5, 50), st.floats(-2, 3), st.floats(-1.654, 1.654), st.floats(0, 3),
)  # fmt: skip


@given(FITS, st.sampled_from([ON_PACE, OFF_PACE]), st.booleans(), st.booleans(), st.sampled_from(LOOKS))
@settings(max_examples=60)
def test_a_bad_signal_never_gives_an_answer(fit, tempo, goes_on, was_seen, breaths):
    verdict = _look(fit, tempo, goes_on, was_seen, Grade.BAD, breaths)
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reason is Reason.POOR_SIGNAL


@given(FITS, st.sampled_from([ON_PACE, OFF_PACE]), st.booleans(), st.booleans(), GRADES, AT_LOOKS)
@settings(max_examples=120)
def test_an_answer_is_given_only_by_the_rule(fit, tempo, goes_on, was_seen, grade, breaths):
    verdict = _look(fit, tempo, goes_on, was_seen, grade, breaths)
    if verdict.answer is Answer.YES:
        assert verdict.low_ms > 0
        assert verdict.following is Following.YES
    if verdict.answer is Answer.NO:
        assert breaths == LOOKS[-1]
        assert was_seen
        assert grade is Grade.GOOD
    if verdict.following is Following.NO:
        assert verdict.answer is Answer.UNKNOWN
    assert (verdict.answer is Answer.UNKNOWN) is bool(verdict.reasons)
    assert verdict.low_ms <= fit.effect_ms <= verdict.high_ms
    assert 0 <= verdict.p_value <= 1


def test_another_tempo_is_not_following_however_clear_the_wave():
    verdict = _look(tempo=OFF_PACE)
    assert (verdict.answer, verdict.reason, verdict.following) == (
        Answer.UNKNOWN, Reason.NOT_FOLLOWING, Following.NO,
    )  # fmt: skip


def test_what_a_person_saw_counts_for_more_than_what_rr_show():
    assert _look(VAGUE, tempo=OFF_PACE, was_seen=True).following is Following.YES


def test_breath_at_twice_the_pace_is_not_a_yes():
    verdict = _look(replace(CLEAR, harmonic_ratio=1.5))
    assert verdict.reason is Reason.NOT_FOLLOWING


def test_ones_own_breathing_that_goes_on_is_not_following():
    assert _look(VAGUE, goes_on=True).reason is Reason.NOT_FOLLOWING
    assert _look(replace(CLEAR, t_ratio=5.0), goes_on=True).reason is Reason.NOT_FOLLOWING


def test_an_overwhelming_wave_outweighs_what_looks_like_ones_own_breathing():
    assert _look(CLEAR, goes_on=True).answer is Answer.YES


def test_no_needs_somebody_who_saw_the_person_follow():
    unseen = _look(FLAT)
    assert (unseen.answer, unseen.reasons) == (Answer.UNKNOWN, (Reason.CANNOT_SEE_FOLLOWING, Reason.INCONCLUSIVE))
    assert unseen.following is Following.UNKNOWN
    seen = _look(FLAT, was_seen=True)
    assert (seen.answer, seen.reasons, seen.following) == (Answer.NO, (), Following.YES)


def test_no_is_said_only_at_the_last_look_in_a_good_signal_and_of_a_small_upper_limit():
    assert _look(FLAT, was_seen=True, breaths=6).answer is Answer.UNKNOWN
    assert _look(FLAT, was_seen=True, grade=Grade.LIMITED).answer is Answer.UNKNOWN
    verdict = _look(VAGUE, was_seen=True)
    assert (verdict.answer, verdict.reasons) == (Answer.UNKNOWN, (Reason.INCONCLUSIVE,))


def test_a_wave_whose_sign_at_the_heart_is_open_is_no_yes():
    assert _look(replace(CLEAR, contrast=0.3, contrast_sd=0.6)).answer is Answer.UNKNOWN


@pytest.mark.parametrize("ratio", [-3.0, 0.0, 1.0, 2.0, 4.1, 8.0, 100.0])
def test_the_chance_of_a_ratio_is_that_of_a_scaled_t_distribution(ratio):
    """Closed form of t with five degrees of freedom, against scipy."""
    assert null_p_value(ratio) == pytest.approx(stats.t.sf(ratio / NULL_SCALE, NULL_DF), abs=1e-9)


@given(st.floats(-50, 50), st.floats(0.001, 10))
@settings(max_examples=30)
def test_a_larger_ratio_is_less_likely_by_chance(ratio, more):
    assert null_p_value(ratio + more) < null_p_value(ratio)


# Is the heart calmer than before?


def _after(heart_rate_bpm, **changes):
    return replace(BEFORE, heart_rate_bpm=heart_rate_bpm, **changes)


def test_a_fall_within_what_sitting_still_does_is_not_yet_known():
    found = calmer_answer(BEFORE, _after(68.0), (), None)
    assert (found.answer, found.reason, found.reasons) == (
        Answer.UNKNOWN, Reason.INCONCLUSIVE, (Reason.INCONCLUSIVE,),
    )  # fmt: skip
    assert found.delta_heart_rate_bpm == pytest.approx(-2.0)
    sd_bpm = math.hypot(2.0, 0.8, 0.8)  # the population's 2.0 bpm from day to day, and that of the two means
    assert found.high_bpm - found.low_bpm == pytest.approx(2 * 1.96 * sd_bpm, rel=1e-3)
    assert found.p_value == pytest.approx(stats.norm.sf((2.0 - 1.5) / sd_bpm), rel=1e-6)
    assert (found.respiration_before_hz, found.respiration_after_hz) == (0.25, 0.25)


def test_a_large_fall_is_a_yes_and_a_rise_a_no():
    yes = calmer_answer(BEFORE, _after(62.0), (), None)
    assert (yes.answer, yes.reason, yes.reasons) == (Answer.YES, None, ())
    assert yes.p_value < 0.05
    assert calmer_answer(BEFORE, _after(75.0), (), None).answer is Answer.NO
    assert calmer_answer(BEFORE, _after(72.0), (), None).answer is Answer.UNKNOWN


def test_a_person_with_a_known_small_spread_needs_less():
    assert calmer_answer(BEFORE, _after(67.0), (), 0.3).answer is Answer.UNKNOWN  # the two means are not surer
    steady = replace(BEFORE, heart_rate_sd_bpm=0.2)
    assert calmer_answer(steady, replace(steady, heart_rate_bpm=67.0), (), 0.3).answer is Answer.YES
    unsure = replace(BEFORE, heart_rate_sd_bpm=4.0)
    assert calmer_answer(unsure, replace(unsure, heart_rate_bpm=62.0), (), None).answer is Answer.UNKNOWN


def test_a_spread_of_nothing_is_no_spread():
    assert calmer_answer(BEFORE, _after(68.0), (), 0.0) == calmer_answer(BEFORE, _after(68.0), (), None)


@pytest.mark.parametrize(
    ("baseline", "recovery", "signal", "reasons"),
    [
        (None, BEFORE, (), (Reason.NO_BASELINE,)),
        (BEFORE, None, (), (Reason.NO_RECOVERY,)),
        (None, None, (), (Reason.NO_BASELINE, Reason.NO_RECOVERY)),
        (BEFORE, BEFORE, (Reason.IRREGULAR_BEATS,), (Reason.IRREGULAR_BEATS,)),
        (None, BEFORE, (Reason.POOR_SIGNAL,), (Reason.POOR_SIGNAL, Reason.NO_BASELINE)),
    ],
)
def test_what_is_missing_is_named_in_order(baseline, recovery, signal, reasons):
    found = calmer_answer(baseline, recovery, signal, None)
    assert (found.answer, found.reason, found.reasons) == (Answer.UNKNOWN, reasons[0], reasons)
    assert found.delta_heart_rate_bpm is found.low_bpm is found.p_value is found.delta_ln_rmssd is None


def test_the_change_of_ln_rmssd_by_hand():
    found = calmer_answer(BEFORE, _after(70.0, ln_rmssd=3.5), (), None)
    assert found.delta_ln_rmssd == pytest.approx(0.3)
    assert found.high_ln_rmssd - 0.3 == pytest.approx(1.959964 * math.sqrt(0.02))
    assert found.low_ln_rmssd - 0.3 == pytest.approx(-1.959964 * math.sqrt(0.02))


@pytest.mark.parametrize("missing", ["ln_rmssd", "ln_rmssd_sd"])
def test_without_rmssd_the_heart_rate_still_speaks(missing):
    found = calmer_answer(BEFORE, _after(62.0, **{missing: None}), (), None)
    assert found.answer is Answer.YES
    assert found.delta_ln_rmssd is found.low_ln_rmssd is found.high_ln_rmssd is None


@given(st.floats(40, 120), st.floats(-15, 15))
@settings(max_examples=30)
def test_only_the_difference_counts(level_bpm, change_bpm):
    here = calmer_answer(BEFORE, _after(70.0 + change_bpm), (), None)
    moved = replace(BEFORE, heart_rate_bpm=level_bpm)
    there = calmer_answer(moved, replace(moved, heart_rate_bpm=level_bpm + change_bpm), (), None)
    assert there.low_bpm == pytest.approx(here.low_bpm, abs=1e-9)


def test_a_prior_of_nobody_is_empty():
    assert Prior() == Prior(None, (), None)
