"""Whole sessions through the pipeline: simulated people, and two real straps."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hearts import (
    FOUR_SIX,
    listed,
    measured_steps,
    notified,
    numbered,
    of,
    peaks_of,
    run,
    session_of,
    strapped,
)

from biofeedback.core.events import End, Link, LinkState, Mark, MarkKind, Notification, RrIntervals, Step, StepKind
from biofeedback.core.noise import learn_noise
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.prior import Prior
from biofeedback.core.results import (
    Answer,
    Beat,
    BeatLabel,
    BreathMeasures,
    CalmerThanBefore,
    ExhaleResponse,
    Following,
    Gap,
    Grade,
    LatencySource,
    NoiseSource,
    Quality,
    Reason,
    RsaTrend,
    StepMeasures,
)
from biofeedback.straps.presets import Follows, Traits

POLAR = Path(__file__).parents[2].parent / "shared" / "data" / "polar_h10"
needs_polar = pytest.mark.skipif(not POLAR.exists(), reason="the recordings of ../shared/data are not here")
CLEAR = Traits(rsa_bpm=(14.0, 20.0))
OWN_PACE = Traits(
    follows=Follows.NOTHING, breathing_per_min=(12.0, 15.0), rsa_bpm=(14.0, 20.0), breathing_jitter_fraction=0.1,
    breathing_wander_fraction=0.0,
)  # fmt: skip
FLAT = Traits(rsa_bpm=(0.0, 0.3), mayer_sd_bpm=(0.2, 0.4), vlf_sd_bpm=(0.3, 0.5), noise_sd_bpm=(0.4, 0.4))


def _final(results):
    """The last final exhale answer."""
    return [response for response in of(results, ExhaleResponse) if response.final][-1]


def _calmer(results):
    (answer,) = of(results, CalmerThanBefore)
    return answer


# Simulated people


@pytest.mark.parametrize("seed", range(8))
def test_a_heart_that_clearly_answers_ends_in_yes(seed):
    response = _final(run(session_of(CLEAR, seed)))
    assert response.answer is Answer.YES
    assert response.following is Following.YES
    assert response.noise_source is NoiseSource.SESSION
    assert response.time_to_answer_s in (30.0, 60.0, 120.0)
    assert response.low_bpm > 0


@pytest.mark.parametrize("seed", range(12))
def test_who_does_not_follow_never_gets_a_yes(seed):
    results = run(session_of("not_following", seed))
    assert all(response.answer is not Answer.YES for response in of(results, ExhaleResponse))
    # Free breathing is so irregular that its own rhythm often cannot be read either.
    assert _final(results).reason in (Reason.NOT_FOLLOWING, Reason.CANNOT_SEE_FOLLOWING)


# Of the first 24 two, 2 and 7, cannot be seen to breathe otherwise.
@pytest.mark.parametrize("seed", [0, 1, 3, 4, 5, 6, 8, 9, 10, 11])
def test_a_heart_that_follows_strong_even_breathing_of_its_own_is_not_following_in_the_end(seed):
    assert _final(run(session_of(OWN_PACE, seed))).reason is Reason.NOT_FOLLOWING


@pytest.mark.parametrize("seed", range(6))
def test_who_breathes_slowly_in_a_rhythm_of_the_own_does_not_end_in_yes(seed):
    assert _final(run(session_of("own_slow_rhythm", seed))).answer is Answer.UNKNOWN


@pytest.mark.parametrize("seed", range(4))
def test_a_flat_heart_is_unknown_until_somebody_says_that_the_person_follows(seed):
    events = session_of(FLAT, seed)
    unseen = _final(run(events))
    assert unseen.answer is Answer.UNKNOWN
    assert unseen.following is not Following.YES
    seen = numbered([*events, Mark(0, 130.0, MarkKind.CONTEXT, "following", "01K")])
    assert _final(run(seen)).answer in (Answer.NO, Answer.UNKNOWN)
    assert _final(run(seen)).following is not Following.UNKNOWN


def test_only_the_step_on_the_screen_was_seen_to_be_followed():
    events = session_of(FLAT, 1)
    before = numbered(
        [*events, Mark(0, 60.0, MarkKind.CONTEXT, "following"), Mark(0, 130.0, MarkKind.CONTEXT, "coffee")]
    )
    assert _final(run(before)).following is _final(run(events)).following


@pytest.mark.parametrize("preset", ["frequent_ectopy", "irregular_rhythm"])
@pytest.mark.parametrize("seed", [1, 3])
def test_irregular_beats_leave_both_answers_unknown(preset, seed):
    results = run(session_of(preset, seed))
    assert all(response.answer is Answer.UNKNOWN for response in of(results, ExhaleResponse))
    assert _final(results).reason is Reason.IRREGULAR_BEATS
    assert (_calmer(results).answer, _calmer(results).reason) == (Answer.UNKNOWN, Reason.IRREGULAR_BEATS)
    assert of(results, Quality)[-1].grade is Grade.BAD


def _with_misses(share):
    """A strap that misses some beats."""

    def spoil(peaks_s):
        rng = np.random.default_rng(4)
        return [peak for peak in peaks_s if rng.random() > share]

    return spoil


def test_a_strap_that_misses_every_sixth_beat_is_a_poor_signal_and_not_an_irregular_heart():
    results = run(session_of(CLEAR, 2, spoil=_with_misses(1 / 6)))
    assert _final(results).reason is Reason.POOR_SIGNAL
    assert _calmer(results).reason is Reason.POOR_SIGNAL
    assert of(results, Quality)[-1].reasons == (Reason.POOR_SIGNAL,)


def test_a_few_missed_beats_do_no_harm():
    results = run(session_of(CLEAR, 2, spoil=_with_misses(0.02)))
    assert _final(results).answer is Answer.YES
    assert of(results, Quality)[-1].corrected_fraction == pytest.approx(0.02, abs=0.015)


def test_a_calibrated_strap_needs_no_profile():
    response = _final(run(session_of(CLEAR, 3, latency_s=0.4)))
    assert (response.answer, response.latency_source, response.latency_s) == (
        Answer.YES, LatencySource.CALIBRATED, 0.4,
    )  # fmt: skip


def test_an_earlier_baseline_stands_in_for_the_sessions_own():
    steps = measured_steps(120.0, 120.0, 0.0)
    first = session_of(CLEAR, 5, steps)
    runs = [beat for beat in of(run(first), Beat) if beat.t_s < 120.0]
    mid_s = np.asarray([beat.t_s - beat.rr_ms / 2000.0 for beat in runs])
    prior = Prior(learn_noise([(mid_s, np.asarray([beat.rr_ms for beat in runs]))]), ("01K",), None)
    plain = session_of(CLEAR, 5, measured_steps(120.0, 0.0, 0.0))
    without, with_prior = _final(run(plain)), _final(run(plain, prior))
    assert without.noise_source is NoiseSource.POPULATION
    assert without.high_ms - without.low_ms > with_prior.high_ms - with_prior.low_ms
    assert (with_prior.answer, with_prior.noise_source) == (Answer.YES, NoiseSource.EARLIER)
    assert _final(run(first, prior)).noise_source is NoiseSource.SESSION


def test_a_session_gives_its_baselines_noise_away():
    pipeline, steps = Pipeline(), measured_steps(30.0, 120.0, 0.0)
    for event in session_of(CLEAR, 5, steps):
        assert event.t_s > 120.0 or pipeline.baseline_noise is None
        pipeline.feed(event)
    assert pipeline.baseline_noise is not None
    assert pipeline.baseline_noise.span_s == pytest.approx(119.0, abs=2.0)


def test_a_session_that_ends_with_its_last_breath_still_has_all_its_breaths():
    """Nothing waits for beats that cannot come any more."""
    events = [event for event in session_of(CLEAR, 2, measured_steps(120.0, 120.0, 0.0)) if event.t_s <= 240.0]
    results = run([*events, End(len(events) + 1, 240.0, "stopped")])
    assert [breath.index for breath in of(results, BreathMeasures) if breath.final] == list(range(12))
    assert [look.breaths for look in _final(results).looks] == [3, 6, 12]


def test_three_breaths_of_a_micro_pause_get_their_look_at_the_end():
    steps = measured_steps(30.0, 120.0, 0.0)
    response = _final(run(session_of(CLEAR, 2, steps)))
    assert [look.breaths for look in response.looks] == [3]
    assert response.breaths_used == 3


def test_the_looks_are_at_three_six_and_twelve_breaths():
    results = run(session_of(CLEAR, 2))
    response = _final(results)
    assert [look.breaths for look in response.looks] == [3, 6, 12]
    shown = [look.shown_at_s - (120.0 + 10.0 * look.breaths) for look in response.looks]
    assert all(0 < late_s < 4.0 for late_s in shown)
    live = [response for response in of(results, ExhaleResponse) if not response.final]
    assert [len(response.looks) for response in live] == [1, 2]


def test_every_breath_is_measured_live_and_again_in_the_end():
    results = run(session_of(CLEAR, 2))
    breaths = of(results, BreathMeasures)
    assert [breath.index for breath in breaths if not breath.final] == list(range(12))
    assert [breath.index for breath in breaths if breath.final] == list(range(12))
    rises = [breath.exhale_rise_ms for breath in breaths if breath.final and breath.usable]
    assert len(rises) >= 10
    assert np.mean(rises) == pytest.approx(_final(results).effect_ms, rel=0.35)
    assert [trend.breath for trend in of(results, RsaTrend)] == list(range(2, 12))


# Nothing bridges a gap or a pause


def _cut(events, start_s, end_s):
    """The link is lost for a while."""
    kept = [event for event in events if not start_s <= event.t_s <= end_s or not isinstance(event, Notification)]
    lost, found = Link(0, start_s, 1, LinkState.LOST, "out_of_range"), Link(0, end_s, 1, LinkState.CONNECTED)
    return numbered([*kept, lost, found])


def test_no_breath_trend_or_answer_bridges_a_gap():
    whole = session_of(CLEAR, 2)
    results = run(_cut(whole, 171.0, 185.0))
    ((start_s, end_s),) = {gap.start_s: gap.end_s for gap in of(results, Gap)}.items()  # its end is told anew
    gap = (start_s, end_s)
    assert gap == pytest.approx((171.0, 185.0), abs=1.5)
    for breath in of(results, BreathMeasures):
        if breath.inhale_start_s < gap[1] and breath.end_s > gap[0]:
            assert not breath.usable
            assert breath.exhale_rise_ms is None
    response = _final(results)
    assert response.breaths_used <= 6
    for trend in of(results, RsaTrend):
        assert not trend.t_s - 30.0 < gap[0] < trend.t_s - 3.0
    labels = {beat.segment for beat in of(results, Beat)}
    assert labels == {0, 1}


def test_an_answer_to_a_step_that_goes_on_after_a_pause_uses_only_what_followed():
    """Two minutes with a pause in the midst: each part has its own breaths, looks and answer."""
    first = Step(0, 120.0, StepKind.BREATHE, 120.0, FOUR_SIX)
    second = Step(0, 200.0, StepKind.BREATHE, 80.0, FOUR_SIX, continues=2)
    steps = [Step(0, 0.0, StepKind.BASELINE, 120.0), first, second]
    peaks_s = peaks_of(CLEAR, 2, steps, 290.0)
    marks = [Mark(0, 163.0, MarkKind.PAUSE), Mark(0, 199.0, MarkKind.RESUME)]
    results = run(strapped([*steps, *marks, *notified(peaks_s, 2)], 286.0))
    finals = [response for response in of(results, ExhaleResponse) if response.final]
    assert [response.breaths_used for response in finals] == [3, 6]
    assert [[look.breaths for look in response.looks] for response in finals] == [[3], [3, 6]]
    spans = {(breath.inhale_start_s, breath.end_s) for breath in of(results, BreathMeasures)}
    assert all(end_s <= 163.0 or start_s >= 200.0 for start_s, end_s in spans)
    assert len(spans) == 4 + 8


def test_a_lost_link_hides_beats_and_tells_of_the_gap_at_once():
    events = _cut(session_of(CLEAR, 2), 60.0, 70.0)
    gaps = of(run(events), Gap)
    assert {(gap.start_s, gap.reason) for gap in gaps} == {(gaps[0].start_s, "out_of_range")}
    first, *ends_s = [gap.end_s for gap in gaps]
    assert first is None
    assert ends_s == sorted(ends_s, reverse=True)
    assert ends_s[-1] == pytest.approx(70.5, abs=1.0)
    inside = [quality for quality in of(run(events), Quality) if 60.0 < quality.t_s < 70.0]
    assert {(quality.connected, quality.heart_rate_bpm) for quality in inside} == {(False, None)}
    ages = [quality.beat_age_s for quality in inside]
    assert np.diff(ages) == pytest.approx(1.0)


def test_a_yes_is_taken_back_when_the_session_ends_bad():
    events = session_of(CLEAR, 2)
    kept = [event for event in events if event.t_s < 243.0 or not isinstance(event, Notification)]
    results = run(kept)
    finals = [response for response in of(results, ExhaleResponse) if response.final]
    assert [response.answer for response in finals] == [Answer.YES, Answer.UNKNOWN]
    assert finals[-1].revoked
    assert finals[-1].reason is Reason.POOR_SIGNAL
    assert of(results, Quality)[-1].grade is Grade.BAD


def test_while_the_grade_is_bad_no_look_says_yes():
    """Beats missing all over: whatever stands while the signal is bad is no yes."""
    for share in (0.08, 0.12, 0.2):
        results = run(session_of(CLEAR, 3, spoil=_with_misses(share)))
        if of(results, Quality)[-1].grade is Grade.BAD:
            assert _final(results).answer is Answer.UNKNOWN


def test_a_session_without_breathing_says_that_nobody_was_asked():
    response = _final(run(session_of(CLEAR, 1, [Step(0, 0.0, StepKind.REST, 60.0)])))
    assert (response.step_seq, response.reason) == (None, Reason.NO_BREATHING_STEP)


def test_a_session_without_any_step_is_still_graded():
    results = run([*numbered(listed(np.resize([890.0, 910.0], 60))), End(99, 55.0, "stopped")])
    assert of(results, Quality)[-1].grade is Grade.GOOD
    assert _final(results).reason is Reason.NO_BREATHING_STEP
    empty = run([End(1, 5.0, "stopped")])
    assert _final(empty).reasons == (Reason.POOR_SIGNAL, Reason.NO_BREATHING_STEP)


# Two real straps


def _h10(name, steps):
    """A real H10's intervals with steps."""
    rr_ms = np.loadtxt(POLAR / name, delimiter=",", skiprows=1 if "pvc" in name else 0)[:, 1]
    beats = listed(rr_ms)
    return numbered([*steps, *beats, End(0, beats[-1].t_s, "completed")])


@pytest.mark.shared
@needs_polar
def test_clean_slow_breathing_of_a_real_strap_is_measured_to_a_hundredth():
    results = run(_h10("slow_breathing_ibi.csv", [Step(0, 0.0, StepKind.REST)]))
    (measures,) = of(results, StepMeasures)
    assert measures.beats == 620
    assert measures.rmssd_ms == pytest.approx(37.36, abs=0.01)
    assert measures.sdnn_ms == pytest.approx(80.22, abs=0.01)
    quality = of(results, Quality)[-1]
    assert (quality.grade, quality.reasons, quality.corrected_fraction) == (Grade.GOOD, (), 0.0)
    assert 3.5 <= measures.respiration_hz * 60 <= 5.0
    standing = {(label.seq, label.index): label.artifact for label in of(results, BeatLabel)}
    assert set(standing.values()) <= {"normal"}


@pytest.mark.shared
@needs_polar
@pytest.mark.parametrize("steps", [[Step(0, 0.0, StepKind.REST)], measured_steps()], ids=["rest", "steps"])
def test_frequent_ectopy_of_a_real_strap_leaves_both_answers_unknown(steps):
    results = run(_h10("frequent_pvc_rr.csv", steps))
    quality = of(results, Quality)[-1]
    assert quality.grade is Grade.BAD
    assert quality.reasons[0] is Reason.IRREGULAR_BEATS
    response, calmer = _final(results), _calmer(results)
    assert (response.answer, response.reason) == (Answer.UNKNOWN, Reason.IRREGULAR_BEATS)
    assert (calmer.answer, calmer.reason) == (Answer.UNKNOWN, Reason.IRREGULAR_BEATS)
    assert all(other.answer is Answer.UNKNOWN for other in of(results, ExhaleResponse))


@pytest.mark.parametrize("mean_ms", [600.0, 850.0, 1100.0])
def test_rsa_of_half_a_second_is_neither_corrected_nor_irregular(mean_ms):
    t_s, beats = 0.0, []
    while t_s < 240.0:
        rr_ms = mean_ms + 250.0 * np.sin(2 * np.pi * 0.1 * (t_s + mean_ms / 2000.0))
        t_s += rr_ms / 1000.0
        beats.append(RrIntervals(0, round(t_s, 6), (float(rr_ms),)))
    steps = [Step(0, 0.0, StepKind.REST, 240.0)]
    results = run(numbered([*steps, *beats, End(0, t_s, "completed")]))
    quality = of(results, Quality)[-1]
    assert (quality.grade, quality.reasons, quality.corrected_fraction) == (Grade.GOOD, (), 0.0)
    live = [quality.reasons for quality in of(results, Quality)]
    assert Reason.IRREGULAR_BEATS not in {reason for reasons in live for reason in reasons}
    assert replace(quality, t_s=0.0).beats > 200
