from dataclasses import replace

import numpy as np
import pytest
from chests import breathing, even_turns
from hearts import FOUR_SIX
from one_step import BREATHE, PACER, around_of, beats_of, paced, resting

from biofeedback.core.beats import Beats
from biofeedback.core.events import Step, StepKind
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.core.results import Answer, Artifact, Change, Following, LatencySource, Look, NoiseSource, Reason
from biofeedback.core.rsa import exhale_contrast
from biofeedback.core.step_run import StepRun, unasked


def _run_at(breaths, step=BREATHE):
    run = StepRun(step, step.t_s + (step.duration_s or 0.0))
    for _ in range(breaths):
        run.take_breath()
    return run


def _look(run, around, breaths, now_s=0.0):
    while run.next_breath < breaths:
        run.take_breath()
    return run.look(around, now_s, final=False)


CLEAR, VAGUE, ELSEWHERE = around_of(paced(50.0)), around_of(paced(6.0)), around_of(paced(60.0, 1.25))


# Breaths of a step


def test_only_whole_breaths_within_the_planned_end_are_waited_for():
    run = StepRun(replace(BREATHE, duration_s=25.0), 25.0)
    assert [run.take_breath().index, run.take_breath().index] == [0, 1]
    assert run.breath is None
    assert run.waits_until_s == 25.0 + 6.0


def test_a_step_that_ends_early_waits_for_fewer_breaths():
    run = _run_at(2)
    run.end(28.0, "skip")
    assert run.breath is None
    assert (run.end_s, run.ended_by) == (28.0, "skip")


def test_the_rise_of_a_breath_is_last_minus_first_third_and_the_fall_its_twin_in_bpm():
    measures = _run_at(3).measure_breath(around_of(beats_of(paced(50.0))), PACER.breath(2))
    expected_ms = 50.0 * float(exhale_contrast(FOUR_SIX, np.asarray([1.0]))[0])
    assert measures.usable
    assert measures.reason is None
    assert measures.exhale_rise_ms == pytest.approx(expected_ms, rel=0.25)
    assert measures.exhale_fall_bpm == pytest.approx(measures.exhale_rise_ms * 60.0 / 810.0, rel=0.05)
    assert (measures.inhale_start_s, measures.exhale_start_s, measures.end_s) == (20.0, 24.0, 30.0)
    assert measures.beats == 11


def test_a_breath_over_a_gap_has_no_rise():
    beats = beats_of(np.full(5, 1000.0))
    beats.open_gap("silence")
    beats_of(np.full(20, 1000.0), 7.0, beats)
    measures = _run_at(1).measure_breath(around_of(beats), PACER.breath(0))
    assert (measures.usable, measures.reason, measures.exhale_rise_ms) == (False, "gap", None)
    assert _run_at(1).measure_breath(around_of(beats), PACER.breath(1)).usable


def test_an_exhale_that_begins_right_after_a_gap_does_not_lean_on_the_beats_before_it():
    beats = beats_of(np.full(14, 1000.0))
    beats.open_gap("link_lost")
    beats_of(np.full(20, 1000.0), 14.0, beats)  # goes on at once: a gap without length
    measures = _run_at(2).measure_breath(around_of(beats), PACER.breath(1))
    assert measures.reason == "gap"


def test_a_breath_with_a_corrected_beat_in_or_beside_its_exhale_has_no_rise():
    beats = beats_of(np.full(30, 1000.0))
    for place, usable in ((2, True), (3, False), (7, False), (10, False), (11, True)):
        beats.segments[0].labels[place] = Artifact.ECTOPIC
        measures = _run_at(1).measure_breath(around_of(beats), PACER.breath(0))
        assert measures.usable is usable
        assert measures.reason == (None if usable else "artifact")
        beats.segments[0].labels[place] = Artifact.NORMAL


def test_a_breath_without_beats_has_no_rise():
    beats = beats_of(np.full(5, 1000.0), 100.0)
    beats.gaps[0].end_s = 0.0  # nothing is known to be missing
    assert _run_at(1).measure_breath(around_of(beats), PACER.breath(0)).reason == "no_beats"
    beats = beats_of([5000.0, *np.full(9, 900.0)])
    short = Pacer(0.0, replace(FOUR_SIX, exhale_s=0.5))
    assert _run_at(1).measure_breath(around_of(beats), short.breath(0)).reason == "no_beats"


def test_a_slow_heart_may_leave_a_third_empty():
    quick = Pacer(0.0, replace(FOUR_SIX, inhale_s=2.0, exhale_s=2.0))
    measures = _run_at(1).measure_breath(around_of(beats_of(np.full(20, 1400.0))), quick.breath(3))
    assert measures.reason == "too_few_beats"


def test_each_breath_says_whether_the_chest_moved_in_its_time_and_again_when_the_step_is_over():
    run, followed = _run_at(12), around_of(paced(50.0), chest=breathing(even_turns(0.8, 125.0, 4.0, 6.0), 130.0))
    assert run.measure_breath(followed, PACER.breath(5)).following is Following.YES
    found = run.final_breaths(followed)
    assert [(one.index, one.following, one.final) for one in found[1:]] == [(k, "yes", True) for k in range(1, 12)]
    quick = around_of(paced(50.0), chest=breathing(FAST_S, 130.0))
    assert {one.following for one in run.final_breaths(quick)} == {Following.NO}
    assert {one.following for one in run.final_breaths(CLEAR)} == {Following.UNKNOWN}
    assert _run_at(0).final_breaths(followed) == []


# The trend of RSA


def test_the_trend_is_twice_the_locked_amplitude_with_its_interval():
    trend = _run_at(6).trend(CLEAR, PACER.breath(5))
    assert trend.rsa_ms == pytest.approx(100.0, rel=0.12)
    assert 0 < trend.low_ms < trend.rsa_ms < trend.high_ms
    assert (trend.breath, trend.t_s) == (5, 60.0)
    assert trend.change is Change.UNCLEAR, "the step's first"
    weak = _run_at(6).trend(around_of(paced(2.0)), PACER.breath(5))
    assert weak.low_ms == 0.0


def test_the_trend_tells_a_change_since_the_steps_first_where_the_errors_let_it():
    run = _run_at(6)
    first = run.trend(CLEAR, PACER.breath(2))
    assert run.trend(CLEAR, PACER.breath(5)).change is Change.UNCLEAR
    assert run.trend(around_of(paced(120.0)), PACER.breath(5)).change is Change.HIGHER
    assert run.trend(around_of(paced(4.0)), PACER.breath(5)).change is Change.LOWER
    assert run.first_rsa_ms == (first.rsa_ms, pytest.approx(first.high_ms - first.rsa_ms))


def test_no_trend_is_given_too_early_without_noise_or_over_a_gap():
    run = _run_at(6)
    assert run.trend(CLEAR, PACER.breath(1)) is None
    assert run.trend(around_of(paced(50.0), noise=None), PACER.breath(5)) is None
    assert StepRun(Step(1, 0.0, StepKind.REST), 60.0).trend(CLEAR, PACER.breath(5)) is None
    beats = beats_of(np.full(30, 1000.0))
    beats.open_gap("silence")
    beats_of(np.full(60, 1000.0), 36.0, beats)
    assert run.trend(around_of(beats), PACER.breath(5)) is None
    assert run.trend(around_of(Beats()), PACER.breath(5)) is None


# The exhale answer


def test_a_look_says_what_it_rests_on():
    response = _look(_run_at(0), CLEAR, 6, now_s=62.5)
    assert (response.answer, response.reasons, response.following) == (Answer.YES, (), Following.YES)
    assert (response.breaths_used, response.time_to_answer_s, response.shown_at_s) == (6, 60.0, 62.5)
    assert (response.noise_source, response.latency_source) == (NoiseSource.SESSION, LatencySource.PROFILED)
    assert response.effect_bpm == pytest.approx(response.effect_ms * 60.0 / 900.0 / 900.0 * 1000.0, rel=0.03)
    assert response.low_bpm / response.low_ms == pytest.approx(response.effect_bpm / response.effect_ms)
    assert response.high_ms > response.effect_ms > response.low_ms > 0
    assert not response.final
    assert len(response.looks) == 1


def test_a_calibrated_strap_is_called_so():
    response = _look(_run_at(0), around_of(paced(50.0), latency_s=0.4), 6)
    assert (response.latency_source, response.latency_s) == (LatencySource.CALIBRATED, 0.4)
    assert response.phase_deg == pytest.approx(0.6 / 10.0 * 360.0, abs=15.0)


def test_a_yes_latches_over_a_look_that_is_not_sure():
    run = _run_at(0)
    assert _look(run, CLEAR, 3, 33.0).answer is Answer.YES
    later = _look(run, VAGUE, 6, 63.0)
    assert (later.answer, later.reasons, later.revoked) == (Answer.YES, (), False)
    assert later.looks[-1].answer is Answer.UNKNOWN
    assert (later.time_to_answer_s, later.shown_at_s) == (30.0, 33.0)


def test_a_look_that_finds_the_person_not_following_takes_a_yes_back():
    run = _run_at(0)
    _look(run, CLEAR, 3, 33.0)
    later = _look(run, ELSEWHERE, 6, 63.0)
    assert (later.answer, later.reason, later.revoked) == (Answer.UNKNOWN, Reason.NOT_FOLLOWING, True)
    assert later.time_to_answer_s is later.shown_at_s is None


def test_a_yes_that_was_taken_back_stays_back_until_a_look_says_yes_anew():
    run = _run_at(0)
    _look(run, CLEAR, 3, 33.0)
    _look(run, ELSEWHERE, 6, 63.0)
    unsure = _look(run, VAGUE, 9, 93.0)
    assert (unsure.answer, unsure.revoked) == (Answer.UNKNOWN, True)
    anew = _look(run, CLEAR, 12, 123.0)
    assert (anew.answer, anew.revoked, anew.time_to_answer_s, anew.shown_at_s) == (Answer.YES, False, 120.0, 123.0)


def test_a_bad_signal_takes_a_yes_back():
    run = _run_at(0)
    _look(run, CLEAR, 6)
    spoilt = beats_of(paced(50.0))
    spoilt.segments[0].labels[::7] = [Artifact.MISSED] * len(spoilt.segments[0].labels[::7])
    later = _look(run, around_of(spoilt), 12)
    assert (later.answer, later.reason, later.revoked) == (Answer.UNKNOWN, Reason.POOR_SIGNAL, True)


def test_a_session_that_ends_bad_takes_back_what_was_answered_and_nothing_else():
    run = _run_at(0)
    assert run.revoke((Reason.POOR_SIGNAL,)) is None
    _look(run, VAGUE, 3)
    assert run.revoke((Reason.POOR_SIGNAL,)) is None
    _look(run, CLEAR, 6)
    revoked = run.revoke((Reason.NO_CONTACT, Reason.POOR_SIGNAL))
    assert (revoked.answer, revoked.reason, revoked.revoked) == (Answer.UNKNOWN, Reason.NO_CONTACT, True)
    assert revoked.time_to_answer_s is revoked.shown_at_s is None
    assert run.response is revoked


def test_a_flat_heart_is_a_no_when_somebody_saw_the_person_follow():
    run, flat = _run_at(0), around_of(resting(130.0, 3, noise_ms=1.0) * 0.05 + 855.0)
    run.was_seen_following = True
    assert _look(run, flat, 6, 63.0).answer is Answer.UNKNOWN
    response = _look(run, flat, 12, 123.0)
    assert (response.answer, response.following) == (Answer.NO, Following.YES)
    assert (response.time_to_answer_s, response.shown_at_s) == (120.0, 123.0)


def test_without_any_baseline_a_look_leans_on_people_at_large_and_says_so():
    beats = beats_of(paced(80.0))
    own, others = _look(_run_at(0), around_of(beats), 12), _look(_run_at(0), around_of(beats, noise=None), 12)
    assert (own.noise_source, others.noise_source) == (NoiseSource.SESSION, NoiseSource.POPULATION)
    assert others.answer is Answer.YES
    assert others.high_ms - others.low_ms > own.high_ms - own.low_ms


def test_a_look_needs_breaths():
    few = _look(_run_at(0), around_of(paced(50.0), noise=None), 0)
    assert Reason.TOO_FEW_BREATHS in few.reasons
    assert few.effect_ms is few.low_bpm is few.p_value is few.phase_deg is few.noise_source is None


def test_a_look_uses_only_the_longest_unbroken_run():
    beats = beats_of(paced(50.0)[:60])
    beats.open_gap("link_lost")
    rest = paced(50.0)[61:]
    beats_of(rest, float(paced(50.0)[:61].sum()) / 1000.0, beats)
    response = _look(_run_at(0), around_of(beats), 12)
    assert response.breaths_used < 12
    assert response.answer is Answer.YES


def test_a_run_with_hardly_any_clean_beats_is_too_little():
    beats = beats_of(np.full(70, 1000.0))
    short = replace(FOUR_SIX, inhale_s=1.0, exhale_s=1.0)
    run = _run_at(0, replace(BREATHE, duration_s=6.0, pattern=short))
    response = _look(run, around_of(beats), 3)
    assert Reason.TOO_FEW_BREATHS in response.reasons


def test_a_step_without_a_look_closes_with_its_reasons():
    response = _run_at(2).close(around_of(paced(50.0), noise=None))
    assert response.reasons == (Reason.TOO_FEW_BREATHS,)
    assert (response.final, response.breaths_used) == (True, 2)
    looked = _run_at(0)
    _look(looked, CLEAR, 6)
    closed = looked.close(CLEAR)
    assert (closed.answer, closed.final, len(closed.looks)) == (Answer.YES, True, 1)


def test_nobody_was_asked():
    response = unasked((Reason.NO_CONTACT,))
    assert response.reasons == (Reason.NO_CONTACT, Reason.NO_BREATHING_STEP)
    assert unasked(()).reason is Reason.NO_BREATHING_STEP


def looked(breaths, answer, effect_ms, low_ms, high_ms):
    return Look(breaths, answer, None, effect_ms, low_ms, high_ms, 0.0)


@pytest.mark.parametrize(
    ("looks", "shown"),
    [
        ([looked(3, Answer.YES, 80.0, 10.0, 150.0), looked(6, Answer.UNKNOWN, 70.0, -5.0, 120.0)], (70.0, 10.0, 120.0)),
        ([looked(3, Answer.YES, 80.0, 10.0, 150.0), looked(6, Answer.YES, 160.0, 60.0, 260.0)], (150.0, 60.0, 150.0)),
        ([looked(3, Answer.YES, 80.0, 60.0, 100.0), looked(6, Answer.YES, 20.0, 5.0, 35.0)], (80.0, 60.0, 100.0)),
        ([looked(3, Answer.YES, 80.0, 60.0, 100.0), looked(6, Answer.UNKNOWN, None, None, None)], (80.0, 60.0, 100.0)),
        ([looked(3, Answer.UNKNOWN, 1.0, -60.0, 62.0), looked(6, Answer.YES, 50.0, 5.0, 95.0)], (50.0, 5.0, 95.0)),
    ],
    ids=["later one holds 0", "effect stays inside", "no overlap", "later one has no numbers", "earlier one is no yes"],
)
def test_a_yes_that_stands_shows_what_all_looks_since_then_share(looks, shown):
    run = StepRun(Step(1, 0.0, StepKind.BREATHE, 120.0, Pattern(4, 6)), 120.0, looks=looks)
    standing = next(look for look in looks if look.answer is Answer.YES)
    assert run._effect(standing) == shown


# What the chest shows

SLOW_S, FAST_S = even_turns(0.0, 140.0, 4.0, 6.0), even_turns(0.0, 140.0, 1.7, 2.5)
FLAT_MS = resting(130.0, 3, noise_ms=1.0) * 0.05 + 855.0


def test_measured_following_lets_a_flat_response_be_a_no_at_the_last_look_alone():
    run, flat = _run_at(0), around_of(FLAT_MS, chest=breathing(SLOW_S, 130.0))
    found = [_look(run, flat, breaths) for breaths in (3, 6, 12)]
    assert [one.answer for one in found] == [Answer.UNKNOWN, Answer.UNKNOWN, Answer.NO]
    assert {(one.following, one.following_source) for one in found[1:]} == {("yes", "measured")}


def test_a_clear_wave_of_one_whose_chest_moves_at_another_pace_is_not_following():
    response = _look(_run_at(0), around_of(paced(50.0), chest=breathing(FAST_S, 130.0)), 6)
    assert (response.answer, response.reasons) == (Answer.UNKNOWN, (Reason.NOT_FOLLOWING,))
    assert (response.following, response.following_source) == ("no", "measured")


def test_a_mark_counts_before_the_chest_and_the_chest_before_rr():
    run = _run_at(0)
    run.was_seen_following = True
    assert _look(run, around_of(paced(50.0), chest=breathing(FAST_S, 130.0)), 6).following_source == "seen"
    assert _look(_run_at(0), CLEAR, 6).following_source == "rr"
    assert _run_at(2).close(CLEAR).following_source is None


def test_a_chest_that_cannot_be_read_changes_nothing():
    shaken = breathing(FAST_S, 130.0, noise_mg=120.0)
    assert _look(_run_at(0), around_of(paced(50.0), chest=shaken), 12) == _look(_run_at(0), CLEAR, 12)
