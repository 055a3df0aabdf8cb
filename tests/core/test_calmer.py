"""Is the heart calmer than before? By hand, and against scipy."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from biofeedback.core.calmer import StepTonus, calmer_answer, change_of, is_quiet_session
from biofeedback.core.events import StepKind
from biofeedback.core.prior import Change, Prior, Sitting
from biofeedback.core.results import Answer, Reason, RespirationSource
from biofeedback.core.wander import HEART_RATE, LN_RMSSD, Level, spread_of_difference

STEADY = tuple(70.0 + 0.3 * (-1) ** k for k in range(12))
LEVEL = Level(0.0, 120.0, tuple(range(12)), STEADY, (12,) * 12)
VARIED = replace(LEVEL, values=tuple(3.2 + 0.2 * math.sin(7 * k) for k in range(12)))
BEFORE = StepTonus(70.0, LEVEL, 3.2, VARIED, 0.25, RespirationSource.MEASURED)
NOBODY = Prior()


def _after(heart_rate_bpm, **changes):
    moved = tuple(value + heart_rate_bpm - 70.0 for value in STEADY)
    level = replace(LEVEL, start_s=240.0, end_s=360.0, values=moved)
    varied = replace(VARIED, start_s=240.0, end_s=360.0)
    return replace(BEFORE, heart_rate_bpm=heart_rate_bpm, level=level, **({"ln_rmssd_level": varied} | changes))


def test_a_fall_within_what_sitting_still_does_is_not_yet_known():
    found = calmer_answer(BEFORE, _after(67.0), (), NOBODY)
    assert (found.answer, found.reason, found.reasons) == (
        Answer.UNKNOWN, Reason.INCONCLUSIVE, (Reason.INCONCLUSIVE,),
    )  # fmt: skip
    assert found.delta_heart_rate_bpm == pytest.approx(-3.0)
    assert found.expected_bpm == -1.5
    assert found.expected_low_bpm < -3.0 < found.expected_high_bpm
    assert (found.respiration_before_hz, found.respiration_after_hz) == (0.25, 0.25)


def test_the_interval_is_that_of_the_wandering_and_the_range_has_days_and_people_beside_it():
    after = _after(67.0)
    error = spread_of_difference(BEFORE.level, after.level, HEART_RATE)
    found = calmer_answer(BEFORE, after, (), NOBODY)
    assert (found.standard_error_bpm, found.standard_error_df) == (error.sd, error.df)
    assert found.high_bpm + 3.0 == pytest.approx(stats.t.isf(0.025, error.df) * error.sd, rel=1e-9)
    assert found.low_bpm + 3.0 == pytest.approx(-3.0 - found.high_bpm)
    variances = [error.sd**2, 1.6**2, 1.0]
    df = sum(variances) ** 2 / (variances[0] ** 2 / error.df + variances[1] ** 2 / 8)
    reach_bpm = stats.t.isf(0.025, df) * math.sqrt(sum(variances))
    assert found.expected_high_bpm == pytest.approx(-1.5 + reach_bpm, rel=1e-9)
    assert found.expected_low_bpm == pytest.approx(-1.5 - reach_bpm, rel=1e-9)
    chance = stats.t.cdf((-3.0 + 1.5) / math.sqrt(sum(variances)), df)
    assert found.p_value == pytest.approx(2 * chance, rel=1e-9)  # Holm: the smaller of two


def test_a_large_fall_is_a_yes_and_a_rise_a_no():
    yes = calmer_answer(BEFORE, _after(62.0), (), NOBODY)
    assert (yes.answer, yes.reason, yes.reasons) == (Answer.YES, None, ())
    assert yes.p_value < 0.05
    assert calmer_answer(BEFORE, _after(75.0), (), NOBODY).answer is Answer.NO
    assert calmer_answer(BEFORE, _after(72.0), (), NOBODY).answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("prior", "answer"),
    [
        (Prior(), Answer.UNKNOWN),
        (Prior(heart_rate_sd_bpm=0.3, heart_rate_sd_sessions=tuple("ABCDEFGH"), sitting=Sitting(0.5, 0.3)), Answer.YES),
        (Prior(heart_rate_sd_bpm=0.3, sitting=Sitting(4.0, 0.3)), Answer.UNKNOWN),  # this person falls as far anyway
        (Prior(heart_rate_sd_bpm=4.0, sitting=Sitting(0.5, 0.3)), Answer.UNKNOWN),  # and this one by chance
    ],
    ids=["population", "steady", "settles", "changeable"],
)
def test_the_same_fall_in_different_people(prior, answer):
    assert calmer_answer(BEFORE, _after(66.5), (), prior).answer is answer


def test_a_heart_that_wanders_needs_more():
    wide = tuple(70.0 + 6.0 * math.sin(k) for k in range(12))
    level = replace(BEFORE.level, values=wide)
    assert calmer_answer(replace(BEFORE, level=level), _after(62.0), (), NOBODY).answer is Answer.UNKNOWN


def test_a_spread_of_nothing_is_no_spread():
    nothing = Prior(heart_rate_sd_bpm=0.0)
    assert calmer_answer(BEFORE, _after(68.0), (), nothing) == calmer_answer(BEFORE, _after(68.0), (), NOBODY)


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
    found = calmer_answer(baseline, recovery, signal, NOBODY)
    assert (found.answer, found.reason, found.reasons) == (Answer.UNKNOWN, reasons[0], reasons)
    assert found.delta_heart_rate_bpm is found.low_bpm is found.p_value is found.delta_ln_rmssd is None
    assert found.expected_bpm is found.standard_error_bpm is None
    assert change_of("S", found, is_quiet=True) is None


def test_the_change_of_ln_rmssd_by_hand():
    after = _after(70.0, ln_rmssd=3.5)
    error = spread_of_difference(VARIED, after.ln_rmssd_level, LN_RMSSD)
    found = calmer_answer(BEFORE, after, (), NOBODY)
    half = stats.t.isf(0.025, error.df) * error.sd
    assert found.delta_ln_rmssd == pytest.approx(0.3)
    assert found.high_ln_rmssd - 0.3 == pytest.approx(half)
    assert found.low_ln_rmssd - 0.3 == pytest.approx(-half)
    variance = error.sd**2 + 0.0144
    df = variance**2 / (error.sd**4 / error.df + 0.0144**2 / 8)
    assert found.ln_rmssd_p_value == pytest.approx(2 * stats.t.sf(0.3 / math.sqrt(variance), df))


@pytest.mark.parametrize(("after_bpm", "ln_rmssd"), [(62.0, 3.2), (68.0, 4.2), (62.0, 4.2), (67.0, 3.25)])
def test_holm_over_heart_rate_and_rmssd(after_bpm, ln_rmssd):
    """As the procedure is written: the smaller p doubled, the larger one as it is but never below it."""
    both = calmer_answer(BEFORE, _after(after_bpm, ln_rmssd=ln_rmssd), (), NOBODY)
    alone = calmer_answer(BEFORE, _after(after_bpm, ln_rmssd=None), (), NOBODY)
    far = calmer_answer(BEFORE, _after(90.0, ln_rmssd=ln_rmssd), (), NOBODY)  # where heart rate cannot be the smaller
    first, second = alone.p_value / 2, far.ln_rmssd_p_value / 2
    smaller, larger = sorted((first, second))
    expected = {smaller: min(1.0, 2 * smaller), larger: max(larger, min(1.0, 2 * smaller))}
    assert both.p_value == pytest.approx(expected[first])
    assert both.ln_rmssd_p_value == pytest.approx(expected[second])


@pytest.mark.parametrize("missing", [{"ln_rmssd": None}, {"ln_rmssd_level": replace(VARIED, bins=(0, 1, 2))}])
def test_without_rmssd_the_heart_rate_still_speaks(missing):
    found = calmer_answer(BEFORE, _after(62.0, **missing), (), NOBODY)
    assert found.answer is Answer.YES
    assert found.delta_ln_rmssd is found.low_ln_rmssd is found.high_ln_rmssd is found.ln_rmssd_p_value is None


@given(st.floats(40, 120), st.floats(-15, 15))
@settings(max_examples=20)
def test_only_the_difference_counts(level_bpm, change_bpm):
    here = calmer_answer(BEFORE, _after(70.0 + change_bpm), (), NOBODY)
    there = calmer_answer(
        replace(BEFORE, heart_rate_bpm=level_bpm),
        replace(_after(70.0 + change_bpm), heart_rate_bpm=level_bpm + change_bpm), (), NOBODY,
    )  # fmt: skip
    assert there.low_bpm == pytest.approx(here.low_bpm, abs=1e-9)
    assert there.answer is here.answer


def test_a_session_of_rest_is_quiet_and_one_with_an_exercise_is_not():
    assert is_quiet_session([StepKind.BASELINE, StepKind.REST, StepKind.RECOVERY])
    assert not is_quiet_session([StepKind.BASELINE, StepKind.BREATHE, StepKind.RECOVERY])


def test_what_a_session_teaches_the_next_one():
    found = calmer_answer(BEFORE, _after(68.0), (), NOBODY)
    taught = change_of("S1", found, is_quiet=True)
    assert taught == Change("S1", found.delta_heart_rate_bpm, found.standard_error_bpm, True)
