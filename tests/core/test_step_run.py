from dataclasses import replace

import numpy as np
import pytest
from hearts import FOUR_SIX, waves

from biofeedback.core.beats import Beats
from biofeedback.core.contact import Contact
from biofeedback.core.events import Step, StepKind
from biofeedback.core.noise import learn_noise
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.core.results import Answer, Artifact, Following, LatencySource, Look, NoiseSource, Reason, StepMeasures
from biofeedback.core.rsa import exhale_contrast, phases_rad
from biofeedback.core.step_run import StepRun, unasked
from biofeedback.core.surroundings import Surroundings

BREATHE = Step(1, 0.0, StepKind.BREATHE, 120.0, FOUR_SIX)
PACER = Pacer(0.0, FOUR_SIX)


def _mid_s(rr_ms):
    return (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0


def _resting(seconds=130.0, seed=0, noise_ms=10.0):
    return waves(seconds, 900.0, (10.0, 0.095, 1.0), noise_ms=noise_ms, seed=seed)


def _paced(amplitude_ms, tempo=1.0, seconds=130.0, seed=0):
    """RR of somebody who answers the pacer, or breathes at ``tempo`` times its pace."""
    rr_ms = _resting(seconds, seed)
    return rr_ms + amplitude_ms * np.cos(phases_rad(PACER, (_mid_s(rr_ms) - 1.0) * tempo))


def _baseline_noise():
    rr_ms = waves(150.0, 900.0, (10.0, 0.095, 0.0), (25.0, 0.24, 0.0), noise_ms=10.0, seed=9)
    return learn_noise([(_mid_s(rr_ms), rr_ms)])


NOISE = _baseline_noise()


def _beats(rr_ms, start_s=0.0, beats=None):
    """Beats that arrive one by one, each with its R peak."""
    beats = beats or Beats()
    t_s = start_s
    for seq, rr in enumerate(rr_ms, start=round(start_s) + 1):
        t_s += rr / 1000.0
        beats.take(seq, t_s, (float(rr),))
    return beats


def _around(rr_ms, noise=NOISE, latency_s=None):
    contact = Contact()
    contact.see_intervals()
    contact.latency_s = latency_s
    beats = rr_ms if isinstance(rr_ms, Beats) else _beats(rr_ms)
    source = None if noise is None else NoiseSource.SESSION
    return Surroundings(beats, contact, noise, source, 0.0)


def _run_at(breaths, step=BREATHE):
    run = StepRun(step, step.t_s + (step.duration_s or 0.0))
    for _ in range(breaths):
        run.take_breath()
    return run


def _look(run, around, breaths, now_s=0.0):
    while run.next_breath < breaths:
        run.take_breath()
    return run.look(around, now_s, final=False)


CLEAR, VAGUE, ELSEWHERE = _around(_paced(50.0)), _around(_paced(6.0)), _around(_paced(60.0, 1.25))


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
    measures = _run_at(3).measure_breath(_beats(_paced(50.0)), PACER.breath(2), final=False)
    expected_ms = 50.0 * float(exhale_contrast(FOUR_SIX, np.asarray([1.0]))[0])
    assert measures.usable
    assert measures.reason is None
    assert measures.exhale_rise_ms == pytest.approx(expected_ms, rel=0.25)
    assert measures.exhale_fall_bpm == pytest.approx(measures.exhale_rise_ms * 60.0 / 810.0, rel=0.05)
    assert (measures.inhale_start_s, measures.exhale_start_s, measures.end_s) == (20.0, 24.0, 30.0)
    assert measures.beats == 11


def test_a_breath_over_a_gap_has_no_rise():
    beats = _beats(np.full(5, 1000.0))
    beats.open_gap("silence")
    _beats(np.full(20, 1000.0), 7.0, beats)
    measures = _run_at(1).measure_breath(beats, PACER.breath(0), final=False)
    assert (measures.usable, measures.reason, measures.exhale_rise_ms) == (False, "gap", None)
    assert _run_at(1).measure_breath(beats, PACER.breath(1), final=False).usable


def test_an_exhale_that_begins_right_after_a_gap_does_not_lean_on_the_beats_before_it():
    beats = _beats(np.full(14, 1000.0))
    beats.open_gap("link_lost")
    _beats(np.full(20, 1000.0), 14.0, beats)  # goes on at once: a gap without length
    measures = _run_at(2).measure_breath(beats, PACER.breath(1), final=False)
    assert measures.reason == "gap"


def test_a_breath_with_a_corrected_beat_in_or_beside_its_exhale_has_no_rise():
    beats = _beats(np.full(30, 1000.0))
    for place, usable in ((2, True), (3, False), (7, False), (10, False), (11, True)):
        beats.segments[0].labels[place] = Artifact.ECTOPIC
        measures = _run_at(1).measure_breath(beats, PACER.breath(0), final=False)
        assert measures.usable is usable
        assert measures.reason == (None if usable else "artifact")
        beats.segments[0].labels[place] = Artifact.NORMAL


def test_a_breath_without_beats_has_no_rise():
    beats = _beats(np.full(5, 1000.0), 100.0)
    beats.gaps[0].end_s = 0.0  # nothing is known to be missing
    assert _run_at(1).measure_breath(beats, PACER.breath(0), final=True).reason == "no_beats"
    beats = _beats([5000.0, *np.full(9, 900.0)])
    short = Pacer(0.0, replace(FOUR_SIX, exhale_s=0.5))
    assert _run_at(1).measure_breath(beats, short.breath(0), final=True).reason == "no_beats"


def test_a_slow_heart_may_leave_a_third_empty():
    quick = Pacer(0.0, replace(FOUR_SIX, inhale_s=2.0, exhale_s=2.0))
    measures = _run_at(1).measure_breath(_beats(np.full(20, 1400.0)), quick.breath(3), final=False)
    assert measures.reason == "too_few_beats"


# The trend of RSA


def test_the_trend_is_twice_the_locked_amplitude_with_its_interval():
    trend = _run_at(6).trend(CLEAR, PACER.breath(5))
    assert trend.rsa_ms == pytest.approx(100.0, rel=0.12)
    assert 0 < trend.low_ms < trend.rsa_ms < trend.high_ms
    assert (trend.breath, trend.t_s) == (5, 60.0)
    weak = _run_at(6).trend(_around(_paced(2.0)), PACER.breath(5))
    assert weak.low_ms == 0.0


def test_no_trend_is_given_too_early_without_noise_or_over_a_gap():
    run = _run_at(6)
    assert run.trend(CLEAR, PACER.breath(1)) is None
    assert run.trend(_around(_paced(50.0), noise=None), PACER.breath(5)) is None
    assert StepRun(Step(1, 0.0, StepKind.REST), 60.0).trend(CLEAR, PACER.breath(5)) is None
    beats = _beats(np.full(30, 1000.0))
    beats.open_gap("silence")
    _beats(np.full(60, 1000.0), 36.0, beats)
    assert run.trend(_around(beats), PACER.breath(5)) is None
    assert run.trend(_around(Beats()), PACER.breath(5)) is None


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
    response = _look(_run_at(0), _around(_paced(50.0), latency_s=0.4), 6)
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
    spoilt = _beats(_paced(50.0))
    spoilt.segments[0].labels[::7] = [Artifact.MISSED] * len(spoilt.segments[0].labels[::7])
    later = _look(run, _around(spoilt), 12)
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
    run, flat = _run_at(0), _around(_resting(130.0, 3, noise_ms=1.0) * 0.05 + 855.0)
    run.was_seen_following = True
    assert _look(run, flat, 6, 63.0).answer is Answer.UNKNOWN
    response = _look(run, flat, 12, 123.0)
    assert (response.answer, response.following) == (Answer.NO, Following.YES)
    assert (response.time_to_answer_s, response.shown_at_s) == (120.0, 123.0)


def test_without_any_baseline_a_look_leans_on_people_at_large_and_says_so():
    beats = _beats(_paced(80.0))
    own, others = _look(_run_at(0), _around(beats), 12), _look(_run_at(0), _around(beats, noise=None), 12)
    assert (own.noise_source, others.noise_source) == (NoiseSource.SESSION, NoiseSource.POPULATION)
    assert others.answer is Answer.YES
    assert others.high_ms - others.low_ms > own.high_ms - own.low_ms


def test_a_look_needs_breaths():
    few = _look(_run_at(0), _around(_paced(50.0), noise=None), 0)
    assert Reason.TOO_FEW_BREATHS in few.reasons
    assert few.effect_ms is few.low_bpm is few.p_value is few.phase_deg is few.noise_source is None


def test_a_look_uses_only_the_longest_unbroken_run():
    beats = _beats(_paced(50.0)[:60])
    beats.open_gap("link_lost")
    rest = _paced(50.0)[61:]
    _beats(rest, float(_paced(50.0)[:61].sum()) / 1000.0, beats)
    response = _look(_run_at(0), _around(beats), 12)
    assert response.breaths_used < 12
    assert response.answer is Answer.YES


def test_a_run_with_hardly_any_clean_beats_is_too_little():
    beats = _beats(np.full(70, 1000.0))
    short = replace(FOUR_SIX, inhale_s=1.0, exhale_s=1.0)
    run = _run_at(0, replace(BREATHE, duration_s=6.0, pattern=short))
    response = _look(run, _around(beats), 3)
    assert Reason.TOO_FEW_BREATHS in response.reasons


def test_a_step_without_a_look_closes_with_its_reasons():
    response = _run_at(2).close(_around(_paced(50.0), noise=None))
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


# Measures over a step


def test_measures_of_a_step_come_from_its_clean_beats():
    measures = _run_at(12).measures(CLEAR)
    assert measures.heart_rate_bpm == pytest.approx(66.7, abs=0.5)
    assert measures.rsa_ms == pytest.approx(100.0, rel=0.1)
    assert measures.lf_power_ms2 == pytest.approx(1250.0, rel=0.15)
    assert measures.vlf_power_ms2 is None
    assert measures.respiration_hz == pytest.approx(0.1, abs=0.01)
    assert StepRun(Step(1, 0.0, StepKind.REST), 60.0).measures(CLEAR).rsa_ms is None


def test_no_difference_of_a_step_bridges_a_gap():
    beats = _beats(np.resize([990.0, 1010.0], 60))
    beats.open_gap("link_lost")
    _beats(np.resize([690.0, 710.0], 60), 60.5, beats)
    measures = StepRun(Step(1, 0.0, StepKind.REST), 110.0).measures(_around(beats))
    assert measures.rmssd_ms == pytest.approx(20.0, abs=0.01)
    assert measures.sdnn_ms > 100.0


def test_measures_of_a_step_are_those_of_the_heart_and_not_of_what_the_strap_missed():
    """A beat missed, one made up and one moved, in a heart whose measures are known."""
    rr_ms = 1000.0 + 40.0 * np.sin(np.arange(120) / 2.0)
    spoilt = rr_ms.copy()
    spoilt[90:92] += [-150.0, 150.0]
    spoilt = np.concatenate(
        (spoilt[:30], [spoilt[30:32].sum()], spoilt[32:60], [400.0, spoilt[60] - 400.0], spoilt[61:])
    )
    beats = _beats(spoilt)
    beats.finish_labels(0.0, 130.0)
    measures = StepRun(Step(1, 0.0, StepKind.REST), 130.0).measures(_around(beats))
    assert measures.beats == 120
    assert measures.heart_rate_bpm == pytest.approx(60000.0 / rr_ms.mean(), rel=1e-9)
    assert measures.rmssd_ms == pytest.approx(np.sqrt(np.mean(np.diff(rr_ms) ** 2)), rel=0.002)
    assert measures.sdnn_ms == pytest.approx(rr_ms.std(ddof=1), rel=0.002)


def test_a_bad_signal_leaves_the_heart_rate_alone():
    beats = _beats(np.full(20, 1000.0))
    beats.open_gap("silence")
    measures = StepRun(Step(1, 0.0, StepKind.REST), 100.0).measures(_around(beats))
    assert measures == StepMeasures(1, StepKind.REST, 0.0, 100.0, 20, 60.0, *(None,) * 10)
    nothing = StepRun(Step(1, 0.0, StepKind.REST), 100.0).measures(_around(Beats()))
    assert nothing == StepMeasures(1, StepKind.REST, 0.0, 100.0, 0, None, *(None,) * 10)


def test_the_level_of_a_step_is_its_mean_and_its_bins():
    run = StepRun(Step(1, 0.0, StepKind.BASELINE, 120.0), 120.0)
    found = run.tonus(_beats(np.resize([990.0, 1010.0], 130)), 0.25)
    assert found.respiration_hz == 0.25
    assert found.heart_rate_bpm == pytest.approx(60.0, abs=0.02)
    assert (found.level.start_s, found.level.end_s, len(found.level.bins)) == (0.0, 120.0, 12)
    assert found.ln_rmssd == pytest.approx(np.log(20.0))
    assert found.ln_rmssd_level.values == pytest.approx([np.log(20.0)] * 12)


def test_a_step_that_was_too_short_has_no_level():
    run = StepRun(Step(1, 0.0, StepKind.BASELINE, 30.0), 30.0)
    assert run.tonus(_beats(_resting(40.0)), None) is None
    assert run.tonus(Beats(), None) is None


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
