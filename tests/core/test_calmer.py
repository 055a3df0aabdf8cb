import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from biofeedback.core.calmer import StepTonus, calmer_answer
from biofeedback.core.prior import Prior
from biofeedback.core.results import Answer, Reason

BEFORE = StepTonus(70.0, 0.8, 3.2, 0.1, 0.25)


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
