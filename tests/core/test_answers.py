from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from biofeedback.core.answers import LOOKS, NULL_DF, NULL_SCALE, decide_look, null_p_value
from biofeedback.core.breathing import TempoFit
from biofeedback.core.locked import LockedFit
from biofeedback.core.results import Answer, Following, Grade, Reason

CLEAR = LockedFit(
    amplitude_ms=40.0, sd_ms=2.0, t_ratio=20.0, delay_s=1.0, heart_lag_s=0.4, contrast=1.6, contrast_sd=0.05,
    scale=1.0, harmonic_ratio=0.1, mean_rr_ms=900.0,
)  # fmt: skip
FLAT = replace(CLEAR, amplitude_ms=0.5, sd_ms=1.0, t_ratio=0.5)
VAGUE = replace(CLEAR, amplitude_ms=10.0, sd_ms=8.0, t_ratio=1.25)
ON_PACE, OFF_PACE = TempoFit(1.0, 100.0, 100.0, 12.0), TempoFit(1.3, 100.0, 10.0, 12.0)


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
