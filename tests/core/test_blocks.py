"""The blocks of a plan through the whole pipeline: what is measured where, and what breaks it."""

from dataclasses import replace

import pytest
from hearts import numbered, of, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planned import planned_session, planned_steps

from biofeedback.core.choices import Direction, Outcome
from biofeedback.core.events import End, Mark, MarkKind, Plan, Resumed, RrIntervals, Step, StepKind
from biofeedback.core.findings import ResonanceResult, TrialResult
from biofeedback.core.results import Answer, BreathMeasures, Card, CardState, ExhaleResponse, Gap, Reason, RsaTrend


def trial_of(events):
    (found,) = of(run(events), TrialResult)
    return found


def slower_in(name, by_bpm=5.0):
    return lambda arm, since_s: (64.0 - by_bpm * (arm == name), 60.0)


def test_a_heart_that_is_slower_with_the_long_exhale_is_heard():
    result = trial_of(planned_session("trial_exhale", slower_in("4-6")))
    rate, rsa = result.outcomes
    assert (result.exercise, result.reasons, len(result.blocks)) == ("trial_exhale", (), 12)
    assert (rate.outcome, rate.direction, rate.sets) == (Outcome.HEART_RATE, Direction.LOWER, 4)
    assert rate.difference == pytest.approx(-5.0, abs=0.7)
    assert rsa.direction is Direction.UNKNOWN
    for block in result.blocks:
        assert block.arm == result.plan[block.block]
        assert block.low_ms < block.rsa_ms < block.high_ms
        assert block.breaths_per_min == 6.0


def test_a_heart_that_goes_along_more_with_the_long_exhale_is_heard():
    result = trial_of(planned_session("trial_exhale", lambda arm, since_s: (64.0, 140.0 if arm == "4-6" else 40.0)))
    rate, rsa = result.outcomes
    assert (rate.direction, rsa.direction) == (Direction.UNKNOWN, Direction.HIGHER)
    assert rsa.difference == pytest.approx(100.0, abs=25.0)


def test_blocks_against_quiet_compare_rate_during_and_rmssd_after():
    result = trial_of(planned_session("trial_blocks", slower_in("4-6")))
    rate, rmssd = result.outcomes
    assert (rate.direction, rmssd.outcome, rmssd.is_primary) == (Direction.LOWER, Outcome.LN_RMSSD, False)
    assert rmssd.low < 0.0 < rmssd.high
    assert {block.arm for block in result.blocks} == {"4-6", "quiet"}
    assert all(block.rsa_ms is None for block in result.blocks)


def test_after_an_effort_it_is_the_change_since_its_end_that_counts():
    def heart(arm, since_s):
        return (90.0 - since_s / 4.0 - (6.0 if arm == "4-6" and since_s > 60.0 else 0.0), 0.0)

    result = trial_of(planned_session("trial_recovery", heart, noise_ms=3.0))
    after_60, after_120 = result.outcomes
    assert (after_60.sets, after_60.direction) == (1, Direction.UNKNOWN)
    assert after_120.difference == pytest.approx(-6.0, abs=0.5)
    for block in result.blocks:
        assert block.change_60_bpm < 10.0
        assert block.heart_rate_bpm is None


def test_a_search_measures_rsa_at_each_rate():
    rsa_ms = {"3.7-5.5": 60.0, "4-6": 110.0, "4.4-6.5": 150.0, "4.8-7.2": 105.0, "5.3-8": 60.0}
    (found,) = of(run(planned_session("resonance", lambda arm, since_s: (64.0, rsa_ms.get(arm, 0.0)))), ResonanceResult)
    assert (found.answer, found.reasons) == (Answer.YES, ())
    assert found.peak_per_min == pytest.approx(5.5, abs=0.2)
    for block in found.blocks:
        assert block.rsa_ms == pytest.approx(rsa_ms[block.arm], abs=25.0)


def test_a_block_has_no_exhale_answer_and_its_card_says_that_it_is_compared():
    results = run(planned_session("trial_exhale"))
    (response,) = of(results, ExhaleResponse)
    assert (response.step_seq, response.reasons) == (None, (Reason.PART_OF_PLAN,))
    states = [card.state for card in of(results, Card)]
    assert CardState.COMPARING in states
    assert CardState.RESTING in states
    assert not {CardState.YES, CardState.NO, CardState.UNKNOWN, CardState.MEASURING} & set(states)
    assert len([breath for breath in of(results, BreathMeasures) if breath.final]) == 60
    assert of(results, RsaTrend)


def test_without_a_plan_blocks_say_nothing():
    events = [event for event in planned_session("trial_blocks") if not isinstance(event, Plan)]
    assert of(run(numbered(events)), TrialResult) == []


@pytest.mark.parametrize("changed", [{"exercise": "walk"}, {"exercise": "gone"}, {"blocks": ("4-6", "quiet")}])
def test_a_plan_that_its_exercise_does_not_know_is_left_alone(changed):
    events = [replace(e, **changed) if isinstance(e, Plan) else e for e in planned_session("trial_blocks")]
    assert of(run(events), TrialResult) == []


def without_beats(events, start_s, end_s):
    return [e for e in events if not (isinstance(e, RrIntervals) and start_s < e.t_s < end_s)]


def start_of(events, block):
    return next(e for e in events if isinstance(e, Step) and e.block == block).t_s


def test_a_gap_costs_its_block_and_with_it_the_set():
    events = planned_session("trial_exhale", slower_in("4-6"))
    start_s = start_of(events, 4)
    result = trial_of(numbered(without_beats(events, start_s + 20.0, start_s + 26.0)))
    assert [block.reason for block in result.blocks] == [None] * 4 + ["gap"] + [None] * 7
    assert result.outcomes[0].sets == 3
    assert result.outcomes[0].direction is Direction.LOWER


def test_two_broken_sets_break_the_trial():
    events = planned_session("trial_exhale", slower_in("4-6"))
    for block in (0, 9):
        start_s = start_of(events, block)
        events = without_beats(events, start_s + 20.0, start_s + 26.0)
    result = trial_of(numbered(events))
    assert result.reasons == (Reason.TOO_FEW_BLOCKS,)
    assert all(one.difference is None for one in result.outcomes)


def test_a_pause_costs_its_set():
    whole = planned_session("trial_exhale", slower_in("4-6"))
    at_s = start_of(whole, 1) + 20.0
    marks = [Mark(0, at_s, MarkKind.PAUSE), Mark(0, at_s + 0.001, MarkKind.RESUME)]
    step = next(e for e in whole if isinstance(e, Step) and e.block == 1)
    rest = replace(step, t_s=at_s + 0.002, duration_s=29.9, continues=step.seq)
    result = trial_of(numbered([*whole, *marks, rest]))
    assert result.outcomes[0].sets == 3
    assert [block.reason for block in result.blocks] == [None, "paused"] + [None] * 10


def test_a_restart_breaks_the_set_it_falls_into():
    whole = planned_session("trial_blocks", slower_in("4-6"))
    result = trial_of(numbered([*whole, Resumed(0, start_of(whole, 3) + 70.0, "2026-11-22T09:00:00Z", "restart")]))
    assert result.outcomes[0].sets == 3


def test_a_session_that_stops_early_has_only_the_blocks_it_began():
    events = planned_session("trial_blocks")
    stop_s = start_of(events, 5) + 30.0
    kept = [event for event in events if event.t_s < stop_s]
    result = trial_of(numbered([*kept, Mark(0, stop_s, MarkKind.STOP), End(0, stop_s, "stopped")]))
    assert [block.reason for block in result.blocks] == [None] * 5 + ["unfinished"]
    assert result.reasons == (Reason.TOO_FEW_BLOCKS,)
    at_once = trial_of(numbered([events[0], End(0, 2.0, "stopped")]))
    assert at_once.blocks == ()
    assert at_once.reasons[-1] is Reason.TOO_FEW_BLOCKS


def test_a_bad_signal_breaks_the_trial():
    events = planned_session("trial_blocks")
    doubled = [
        replace(e, rr_ms=(2 * e.rr_ms[0],)) if isinstance(e, RrIntervals) and k % 6 == 0 else e
        for k, e in enumerate(events)
    ]
    result = trial_of(doubled)
    assert result.reasons[0] in (Reason.POOR_SIGNAL, Reason.IRREGULAR_BEATS)
    assert all(one.difference is None for one in result.outcomes)


def test_without_a_baseline_rates_are_compared_and_rsa_is_not():
    events = planned_session("trial_exhale", slower_in("4-6"))
    events = [e for e in events if not (isinstance(e, Step) and e.step is StepKind.BASELINE)]
    result = trial_of(numbered(events))
    assert {block.reason for block in result.blocks} == {"no_baseline"}
    assert [one.difference is None for one in result.outcomes] == [False, True]


def test_a_block_of_a_poor_signal_does_not_count():
    """Beats that a strap adds now and then, in one block only: the signal as a whole stays good."""
    events = planned_session("trial_blocks")
    start_s = start_of(events, 2)
    spoiled = []
    for place, event in enumerate(events):
        split = isinstance(event, RrIntervals) and start_s + 12.0 < event.t_s < start_s + 58.0 and place % 4 == 0
        rr_ms = (event.rr_ms[0] * 0.4, event.rr_ms[0] * 0.6) if split else None
        spoiled.append(event if rr_ms is None else replace(event, rr_ms=rr_ms))
    result = trial_of(spoiled)
    assert result.blocks[2].reason == "poor_signal"
    assert result.outcomes[0].sets == 3


breaks = st.lists(
    st.tuples(st.sampled_from(["gap", "pause"]), st.floats(0.0, 830.0), st.floats(3.0, 40.0)), min_size=1, max_size=4
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(breaks=breaks)
def test_no_number_spans_a_pause_or_a_gap(breaks):
    """Whatever breaks a session: a set that counts has no pause in it, and no window of its blocks a gap."""
    events = planned_session("trial_blocks", slower_in("4-6"))
    for kind, start_s, length_s in breaks:
        if kind == "gap":
            events = without_beats(events, start_s, start_s + length_s)
        else:
            events = [*events, Mark(0, round(start_s, 6), MarkKind.PAUSE)]
    results = run(numbered(events))
    (result,) = of(results, TrialResult)
    gaps = {gap.start_s: gap for gap in of(results, Gap)}.values()
    pauses = [start_s for kind, start_s, _ in breaks if kind == "pause"]
    starts = {
        step.block: step.t_s for step in reversed(planned_steps("trial_blocks", result.plan)) if step.block is not None
    }
    for block in result.blocks:
        start_s = starts[block.block]
        if block.heart_rate_bpm is not None:
            assert not any(start_s <= pause_s < start_s + 60.0 for pause_s in pauses)
            assert not any(gap.start_s < start_s + 59.9 and gap.end_s > start_s + 10.1 for gap in gaps)
    whole = sum(
        not any(starts[first] <= pause_s <= starts[first] + 180.0 for pause_s in pauses) for first in range(0, 8, 2)
    )
    assert result.outcomes[0].sets <= whole
