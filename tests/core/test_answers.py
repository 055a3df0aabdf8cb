import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core.answers import EVIDENCE_MIN, LOOKS, decide_look, null_p_value
from biofeedback.core.chest_following import MeasuredFollowing, Otherwise
from biofeedback.core.evidence import LockedWaves
from biofeedback.core.locked import LockedFit
from biofeedback.core.results import Answer, Following, FollowingSource, Grade, Reason


def _fit(amplitude_ms=40.0, sd_ms=2.0, own=0.0, other=0.0, **more):
    """A fit whose likelihood falls as a normal one does, and whose evidence goes with it."""
    support = -0.5 * ((LockedWaves.amplitudes_ms() - amplitude_ms) / sd_ms) ** 2
    zero = len(support) // 2
    support -= math.log(np.exp(support[zero + 1 :]).mean() + 1e-300)
    values = {"delay_s": 1.0, "heart_lag_s": 0.4, "contrast": 1.6, "contrast_sd": 0.05, "harmonic_ratio": 0.1,
              "mean_rr_ms": 900.0, "evidence": float(-support[zero]), "support": tuple(support.tolist())}  # fmt: skip
    return LockedFit(**{"amplitude_ms": amplitude_ms, "sd_ms": sd_ms, "own": own, "other": other, **values, **more})


CLEAR, FLAT, VAGUE = _fit(), _fit(0.5, 1.0), _fit(10.0, 8.0)


def _look(
    fit=CLEAR, goes_on=False, was_seen=False, grade=Grade.GOOD, breaths=LOOKS[-1], steady_breaths=None, measured=None
):
    return decide_look(
        fit,
        goes_on=goes_on,
        was_seen=was_seen,
        measured=measured,
        steady_breaths=steady_breaths,
        grade=grade,
        breaths=breaths,
    )


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
STEADY = st.none() | st.integers(0, 6)
FITS = st.builds(
    lambda amplitude_ms, sd_ms, own, other, contrast, harmonic_ratio: _fit(
        amplitude_ms, sd_ms, own, other, contrast=contrast, harmonic_ratio=harmonic_ratio
    ),
    st.floats(-100, 200), st.floats(0.5, 50), st.floats(-3, 60), st.floats(-3, 60), st.floats(-1.654, 1.654),
    st.floats(0, 3),
)  # fmt: skip


@given(FITS, st.booleans(), st.booleans(), STEADY, AT_LOOKS)
@settings(max_examples=60)
def test_a_bad_signal_never_gives_an_answer(fit, goes_on, was_seen, steady_breaths, breaths):
    verdict = _look(fit, goes_on, was_seen, Grade.BAD, breaths, steady_breaths)
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reason is Reason.POOR_SIGNAL


CHESTS = st.none() | st.builds(MeasuredFollowing, st.sampled_from(Following), st.none() | st.sampled_from(Otherwise))


@given(FITS, st.booleans(), st.booleans(), STEADY, GRADES, AT_LOOKS, CHESTS)
@settings(max_examples=300)
def test_an_answer_is_given_only_by_the_rule(fit, goes_on, was_seen, steady_breaths, grade, breaths, measured):
    verdict = _look(fit, goes_on, was_seen, grade, breaths, steady_breaths, measured)
    if verdict.answer is Answer.YES:
        assert verdict.low_ms > 0
        assert verdict.following is Following.YES
    if verdict.answer is Answer.NO:
        assert breaths == LOOKS[-1]
        assert was_seen or measured.following is Following.YES
        assert grade is Grade.GOOD
    if verdict.following is Following.NO:
        assert verdict.answer is Answer.UNKNOWN
    assert (verdict.answer is Answer.UNKNOWN) is bool(verdict.reasons)
    assert verdict.low_ms <= fit.effect_ms <= verdict.high_ms
    assert 0 <= verdict.p_value <= 1
    if verdict.low_ms > 0:
        assert verdict.answer is Answer.YES or grade is Grade.BAD


@pytest.mark.parametrize("rhythm", ["own", "other"])
def test_another_rhythm_is_not_following_however_clear_the_wave(rhythm):
    verdict = _look(replace(CLEAR, **{rhythm: CLEAR.evidence + 5.0}))
    assert (verdict.answer, verdict.reason, verdict.following) == (
        Answer.UNKNOWN, Reason.NOT_FOLLOWING, Following.NO,
    )  # fmt: skip


def test_a_wave_that_a_rhythm_of_ones_own_explains_as_well_is_no_yes():
    verdict = _look(replace(CLEAR, own=CLEAR.evidence))
    assert (verdict.answer, verdict.reasons, verdict.following) == (
        Answer.UNKNOWN, (Reason.CANNOT_SEE_FOLLOWING,), Following.UNKNOWN,
    )  # fmt: skip


def test_an_effect_of_nothing_is_ruled_out_only_where_the_wave_is_the_pacers():
    for fit in (CLEAR, replace(CLEAR, contrast=-1.0)):  # a heart that is so late slows with the inhale
        low_ms, high_ms = (_look(fit).low_ms, _look(fit).high_ms)
        assert not low_ms <= 0.0 <= high_ms
        for doubted in (replace(fit, own=fit.evidence), replace(fit, harmonic_ratio=1.5)):
            verdict = _look(doubted)
            assert verdict.answer is Answer.UNKNOWN
            assert (verdict.low_ms, verdict.high_ms) == (min(low_ms, 0.0), max(high_ms, 0.0))


def test_a_varied_pacer_asks_for_more_before_it_takes_a_rhythm_for_the_pacers():
    between = replace(CLEAR, own=CLEAR.evidence - 1.5)
    assert _look(between).answer is Answer.YES
    assert _look(between, steady_breaths=0).reason is Reason.CANNOT_SEE_FOLLOWING
    assert _look(steady_breaths=0).answer is Answer.YES


def test_a_pacer_that_varies_later_asks_for_less_at_first_and_more_at_last():
    early, late = (replace(CLEAR, own=CLEAR.evidence - short) for short in (0.1, 0.8))
    assert _look(early, breaths=LOOKS[0], steady_breaths=LOOKS[0]).answer is Answer.YES
    assert _look(early, breaths=LOOKS[0]).reason is Reason.CANNOT_SEE_FOLLOWING
    assert _look(late, steady_breaths=LOOKS[0]).reason is Reason.CANNOT_SEE_FOLLOWING
    assert _look(late).answer is Answer.YES


def test_what_a_person_saw_counts_for_more_than_what_rr_show():
    assert _look(replace(VAGUE, own=30.0), was_seen=True).following is Following.YES


def test_breath_at_twice_the_pace_is_not_a_yes():
    verdict = _look(replace(CLEAR, harmonic_ratio=1.5))
    assert verdict.reason is Reason.NOT_FOLLOWING


def test_ones_own_breathing_that_goes_on_is_not_following():
    assert _look(VAGUE, goes_on=True).reason is Reason.NOT_FOLLOWING


def test_a_clear_wave_outweighs_what_looks_like_ones_own_breathing():
    assert _look(CLEAR, goes_on=True).answer is Answer.YES


def test_no_needs_somebody_who_saw_the_person_follow():
    unseen = _look(FLAT)
    assert (unseen.answer, unseen.reasons) == (Answer.UNKNOWN, (Reason.CANNOT_SEE_FOLLOWING, Reason.INCONCLUSIVE))
    assert unseen.following is Following.UNKNOWN
    seen = _look(FLAT, was_seen=True)
    assert (seen.answer, seen.reasons, seen.following) == (Answer.NO, (), Following.YES)


def test_the_interval_of_a_no_is_that_of_its_one_look():
    seen, unseen = _look(FLAT, was_seen=True), _look(FLAT)
    assert unseen.low_ms < seen.low_ms <= 0.0 <= seen.high_ms < unseen.high_ms
    assert 60000.0 * seen.high_ms / FLAT.mean_rr_ms**2 < 2.0


def test_no_is_said_only_at_the_last_look_in_a_good_signal_and_of_a_small_upper_limit():
    assert _look(FLAT, was_seen=True, breaths=6).answer is Answer.UNKNOWN
    assert _look(FLAT, was_seen=True, grade=Grade.LIMITED).answer is Answer.UNKNOWN
    verdict = _look(VAGUE, was_seen=True)
    assert (verdict.answer, verdict.reasons) == (Answer.UNKNOWN, (Reason.INCONCLUSIVE,))


def test_a_wave_whose_sign_at_the_heart_is_open_is_no_yes():
    assert _look(replace(CLEAR, contrast=0.3, contrast_sd=0.6)).answer is Answer.UNKNOWN


def test_more_evidence_is_less_likely_by_chance():
    for breaths in LOOKS:
        chances = [null_p_value(evidence, breaths) for evidence in (-5.0, 0.0, 1.0, 3.0, 10.0)]
        assert chances[0] == 1.0
        assert chances == sorted(chances, reverse=True)
        assert null_p_value(EVIDENCE_MIN[LOOKS.index(breaths)], breaths) < 0.05


def test_the_looks_together_err_in_one_of_twenty():
    assert (
        sum(null_p_value(limit, look) for limit, look in zip(EVIDENCE_MIN, LOOKS, strict=True)) < 0.075
    )  # they overlap


# What the chest shows

ALONG, APART, UNTOLD = (MeasuredFollowing(following) for following in (Following.YES, Following.NO, Following.UNKNOWN))
OWN = replace(CLEAR, own=CLEAR.evidence + 5.0)


def test_what_the_chest_shows_counts_for_more_than_what_rr_show():
    assert _look(OWN, measured=ALONG).answer is Answer.YES
    for measured, reason in ((APART, Reason.NOT_FOLLOWING), (UNTOLD, Reason.CANNOT_SEE_FOLLOWING)):
        verdict = _look(CLEAR, measured=measured)
        assert (verdict.answer, verdict.reasons) == (Answer.UNKNOWN, (reason,))
        assert verdict.source is FollowingSource.MEASURED


def test_what_a_person_saw_counts_for_more_than_what_the_chest_shows():
    verdict = _look(CLEAR, was_seen=True, measured=APART)
    assert (verdict.answer, verdict.source) == (Answer.YES, FollowingSource.SEEN)


def test_a_breath_that_was_held_is_named():
    verdict = _look(CLEAR, measured=MeasuredFollowing(Following.NO, Otherwise.HELD))
    assert verdict.reasons == (Reason.NOT_FOLLOWING, Reason.BREATH_HELD)


def test_a_flat_response_is_a_no_when_the_chest_shows_the_following():
    assert _look(FLAT, measured=ALONG).answer is Answer.NO
    assert _look(FLAT, measured=ALONG, breaths=LOOKS[1]).answer is Answer.UNKNOWN
    assert _look(FLAT, measured=UNTOLD).answer is Answer.UNKNOWN


def test_without_a_chest_to_read_the_source_is_rr():
    assert _look(CLEAR).source is FollowingSource.RR
