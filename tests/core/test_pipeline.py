import math
from dataclasses import replace

import numpy as np
import pytest
from hearts import (
    FOUR_SIX,
    listed,
    measured_steps,
    numbered,
    of,
    run,
    session_of,
)  # fmt: skip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biofeedback.core.events import (
    Characteristic,
    ClockReading,
    End,
    Link,
    LinkState,
    Mark,
    MarkKind,
    Notification,
    Plan,
    Rating,
    Resumed,
    RrIntervals,
    Step,
    StepKind,
    StrapInfo,
)  # fmt: skip
from biofeedback.core.heart_rate import HeartRateMeasurement, encode
from biofeedback.core.pacing import Pattern
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import (
    Beat,
    CalmerThanBefore,
    Card,
    CardState,
    ExhaleResponse,
    Gap,
    Quality,
    Reason,
    StepEnded,
    StepMeasures,
    StepStarted,
)  # fmt: skip
from biofeedback.straps.presets import Follows, Traits

CLEAR = Traits(rsa_bpm=(14.0, 20.0))
OWN_PACE = Traits(follows=Follows.NOTHING, breathing_per_min=(12.0, 13.0), rsa_bpm=(14.0, 20.0))
RELAXED = settings(suppress_health_check=[HealthCheck.too_slow])


def _final(results):
    """The last final exhale answer."""
    return [response for response in of(results, ExhaleResponse) if response.final][-1]


# Live equals offline

GARBAGE = st.one_of(
    st.builds(lambda value: ("bytes", value), st.binary(max_size=12)),
    st.builds(lambda value: ("rr", tuple(value)), st.lists(st.floats(), max_size=3)),
    st.builds(lambda value: ("rr", tuple(value)), st.lists(st.floats(300, 1500), max_size=3)),
    st.builds(
        lambda kind, duration_s, pattern, breaths: ("step", kind, duration_s, pattern, breaths),
        st.sampled_from(StepKind), st.sampled_from([None, 0.0, 0.5, 10.0, 30.0, 120.0]),
        st.sampled_from([None, FOUR_SIX, Pattern(1, 1), Pattern(0.5, 0.7, 0.1, 0.2)]),
        st.sampled_from([(), ((3.0, 5.0), (5.0, 7.0))]),
    ),
    st.builds(lambda kind, text: ("mark", kind, text), st.sampled_from(MarkKind), st.sampled_from(["", "following"])),
    st.builds(lambda state: ("link", state), st.sampled_from(LinkState)),
    st.builds(lambda latency_s: ("strap", latency_s), st.sampled_from([None, 0.3])),
    st.sampled_from([("resumed",), ("rating",), ("plan",), ("clock",), ("end",)]),
    st.sampled_from([("battery", b"\x40"), ("battery", b"")]),
)  # fmt: skip


def _event(drawn, t_s):
    """An input from what was drawn."""
    kind, *rest = drawn
    makers = {
        "bytes": lambda: Notification(0, t_s, 1, Characteristic.HEART_RATE, rest[0]),
        "battery": lambda: Notification(0, t_s, 1, Characteristic.BATTERY, rest[0]),
        "rr": lambda: RrIntervals(0, t_s, rest[0]),
        "step": lambda: Step(0, t_s, rest[0], rest[1], rest[2], rest[3]),
        "mark": lambda: Mark(0, t_s, rest[0], rest[1]),
        "link": lambda: Link(0, t_s, 1, rest[0]),
        "strap": lambda: StrapInfo(0, t_s, 1, "ble", latency_s=rest[0]),
        "resumed": lambda: Resumed(0, t_s, "2026-01-01T00:00:00Z", ""),
        "rating": lambda: Rating(0, t_s, "tension", "after", 3),
        "plan": lambda: Plan(0, t_s, "trial", 1, ("4-6",)),
        "clock": lambda: ClockReading(0, t_s, "room-2", 1.0, 0.01),
        "end": lambda: End(0, t_s, "completed"),
    }
    return makers[kind]()


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.4, 1.0, 3.0, 40.0]), GARBAGE), max_size=60))
@settings(RELAXED, max_examples=60)
def test_no_sequence_of_inputs_raises(drawn):
    t_s, events = 0.0, []
    for wait_s, what in drawn:
        t_s += wait_s
        events.append(_event(what, t_s))
    pipeline = Pipeline()
    for seq, event in enumerate(events, start=1):
        pipeline.feed(replace(event, seq=seq))
    pipeline.advance(t_s + 1000.0)


@given(st.sampled_from([CLEAR, OWN_PACE]), st.integers(0, 3), st.data())
@settings(RELAXED, max_examples=12)
def test_no_garbage_amid_a_real_session_raises_or_depends_on_the_ticks(traits, seed, data):
    events = session_of(traits, seed, measured_steps(60.0, 100.0, 0.0))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(1, len(events) - 2))
        action = data.draw(st.sampled_from(["drop", "insert"]))
        if action == "drop":
            del events[place : min(place + data.draw(st.integers(1, 12)), len(events) - 1)]
        else:
            drawn = data.draw(GARBAGE.filter(lambda drawn: drawn[0] != "end"))
            events.insert(place, _event(drawn, events[place].t_s))
    events = [replace(event, seq=seq) for seq, event in enumerate(events, start=1)]
    ticked, last_s = Pipeline(), 0.0
    results = []
    for event in events:
        if data.draw(st.booleans()):
            results += ticked.advance(last_s + (event.t_s - last_s) * data.draw(st.floats(0, 1)))
        results += ticked.feed(event)
        last_s = event.t_s
    assert results == run(events)


@pytest.mark.parametrize("tick_s", [0.01, 0.25, 7.0, 1000.0])
def test_how_often_time_advances_changes_nothing(tick_s):
    events = session_of(CLEAR, 2, measured_steps(60.0, 100.0, 30.0))
    pipeline, results, tick = Pipeline(), [], 0
    for event in events:
        while (tick + 1) * tick_s <= event.t_s:
            tick += 1
            results += pipeline.advance(tick * tick_s)
        results += pipeline.feed(event)
    assert results == run(events)


def test_the_same_inputs_give_the_same_results():
    events = session_of("responder", 5)
    assert run(events) == run(events)


def test_a_recording_that_was_cut_anywhere_begins_like_the_whole():
    """Cut after any input and read up to the last time in it: what is there is what the whole began with."""
    events = session_of(CLEAR, 4, measured_steps(60.0, 100.0, 0.0))
    whole = run(events)
    for cut in range(1, len(events), 13):
        part = run(events[:cut])
        assert part == whole[: len(part)]


def test_the_clocks_zero_does_not_matter():
    """All times later by a whole number of seconds: the same session, later."""
    events = session_of(CLEAR, 3, measured_steps(60.0, 100.0, 0.0))
    later = [replace(event, t_s=round(event.t_s + 64.0, 6)) for event in events]
    here, there = _final(run(events)), _final(run(later))
    assert there.answer is here.answer
    assert there.effect_ms == pytest.approx(here.effect_ms, rel=1e-6)
    assert there.time_to_answer_s == pytest.approx(here.time_to_answer_s)


# Time-outs fall due at their own time


def _due(events, until_s, kind, tick_s=None):
    """Results of a kind that appear while nothing is fed, with the time at which they could be seen."""
    pipeline, seen = Pipeline(), []
    for event in events:
        pipeline.feed(event)
    now_s = events[-1].t_s
    while now_s < until_s:
        now_s += tick_s or (until_s - now_s)
        seen += [(now_s, result) for result in pipeline.advance(now_s) if isinstance(result, kind)]
    return seen


def test_silence_is_a_gap_two_and_a_half_seconds_after_the_last_interval():
    events = numbered(listed(np.full(10, 1000.0)))
    ((seen_s, gap),) = _due(events, 20.0, Gap, tick_s=0.1)
    assert gap == Gap(10.0, None, "silence")
    assert seen_s == pytest.approx(12.5, abs=0.11)


def test_a_gap_ends_where_the_next_interval_begins():
    events = numbered([*listed(np.full(10, 1000.0)), *listed(np.full(3, 800.0), start_s=30.0)])
    assert of(run(events), Gap) == [Gap(10.0, None, "silence"), Gap(10.0, pytest.approx(30.0), "silence")]


def test_a_strap_without_intervals_is_called_so_after_ten_seconds_and_not_before():
    payload = encode(HeartRateMeasurement(70))
    silent = [Notification(0, 3.0 + k, 1, Characteristic.HEART_RATE, payload) for k in range(30)]
    events = numbered([Step(0, 0.0, StepKind.BASELINE, 120.0), *silent])
    results = run(events)
    (first,) = [card for card in of(results, Card) if card.state is CardState.NO_BEAT_INTERVALS]
    assert first.t_s == 13.0
    assert of(results, Quality)[-1].reasons[0] is Reason.NO_BEAT_INTERVALS
    final = run([*events, End(99, 40.0, "stopped")])
    assert _final(final).reason is Reason.NO_BEAT_INTERVALS
    assert of(final, CalmerThanBefore)[-1].reason is Reason.NO_BEAT_INTERVALS


def test_a_step_ends_when_it_is_planned_to_however_late_the_next_input():
    events = numbered(
        [Step(0, 0.0, StepKind.BASELINE, 30.0), *listed(np.full(20, 1000.0)), Mark(0, 500.0, MarkKind.NOTE)]
    )
    assert of(run(events), StepEnded) == [StepEnded(1, 30.0, "planned")]


def test_a_day_without_input_costs_nothing_and_says_little():
    events = [*session_of(CLEAR, 1, measured_steps(60.0, 100.0, 0.0))[:-1]]
    pipeline = Pipeline()
    for event in events:
        pipeline.feed(event)
    results = pipeline.feed(Resumed(len(events) + 1, 86400.0, "2026-01-02T00:00:00Z", "restart"))
    assert len(of(results, Quality)) <= 30
    assert len(results) < 80
    after = [*pipeline.feed(RrIntervals(len(events) + 2, 86401.5, (900.0,))), *pipeline.advance(86403.0)]
    assert [quality.t_s for quality in of(after, Quality)] == [86401.0, 86402.0, 86403.0]


def test_quality_is_told_once_a_second_while_inputs_come():
    qualities = of(run(session_of(CLEAR, 1, measured_steps(0.0, 20.0, 0.0))), Quality)
    assert [quality.t_s for quality in qualities[:-1]] == [float(k) for k in range(1, 29)]


# Steps


def test_a_step_ends_at_the_first_of_plan_next_step_pause_skip_stop_and_end():
    steps = [
        Step(0, 0.0, StepKind.BASELINE, 10.0),
        Step(0, 20.0, StepKind.BREATHE, 60.0, FOUR_SIX),
        Step(0, 30.0, StepKind.RECOVERY, 60.0),
        Mark(0, 35.0, MarkKind.PAUSE),
        Step(0, 40.0, StepKind.RECOVERY, 55.0, continues=3),
        Mark(0, 45.0, MarkKind.SKIP),
        Step(0, 50.0, StepKind.REST),
        Mark(0, 55.0, MarkKind.STOP),
        Mark(0, 56.0, MarkKind.PAUSE),
        Step(0, 60.0, StepKind.REST),
        End(0, 70.0, "completed"),
    ]
    results = run(numbered([*steps, *listed(np.full(69, 1000.0))]))
    assert [(ended.t_s, ended.reason) for ended in of(results, StepEnded)] == [
        (10.0, "planned"), (30.0, "next"), (35.0, "pause"), (45.0, "skip"), (55.0, "stop"), (70.0, "end"),
    ]  # fmt: skip
    assert [(measures.start_s, measures.end_s) for measures in of(results, StepMeasures)] == [
        (0.0, 10.0), (20.0, 30.0), (30.0, 35.0), (40.0, 45.0), (50.0, 55.0), (60.0, 70.0),
    ]  # fmt: skip


def test_a_step_that_starts_says_all_that_a_page_needs():
    step = Step(0, 3.0, StepKind.BREATHE, 20.0, Pattern(4, 6, 1, 2), ((3.0, 5.0),), block=2, continues=1)
    (started,) = of(run([replace(step, seq=7)]), StepStarted)
    assert started == StepStarted(
        7, StepKind.BREATHE, 3.0, 20.0, "4-1-6-2", 4, 1, 6, 2, ((3.0, 5.0),), 2, 1
    )  # fmt: skip
    (started,) = of(run([Step(1, 0.0, StepKind.REST)]), StepStarted)
    assert started.pattern is started.inhale_s is started.duration_s is None


def test_nothing_follows_the_end():
    pipeline = Pipeline()
    for event in numbered([Step(0, 0.0, StepKind.REST), *listed(np.full(5, 1000.0)), End(0, 6.0, "completed")]):
        pipeline.feed(event)
    assert pipeline.feed(RrIntervals(9, 7.0, (1000.0,))) == []
    assert pipeline.feed(End(10, 8.0, "completed")) == []
    assert pipeline.advance(1000.0) == []


def test_bytes_that_are_no_measurement_are_passed_over():
    events = numbered([Notification(0, 1.0, 1, Characteristic.HEART_RATE, b""), *listed(np.full(3, 1000.0), 1.0)])
    assert len(of(run(events), Beat)) == 3


@pytest.mark.parametrize("rr_ms", [0.0, -800.0, math.nan, math.inf, 99999.0])
def test_an_interval_that_no_strap_could_send_is_passed_over(rr_ms):
    (beat,) = of(run([RrIntervals(1, 2.0, (rr_ms, 900.0))]), Beat)
    assert beat.rr_ms == 900.0
    assert run([RrIntervals(1, 2.0, (rr_ms,))]) == run([RrIntervals(1, 2.0, ())])


def test_the_straps_integers_are_not_rounded_on_the_way():
    event = Notification(1, 2.0, 1, Characteristic.HEART_RATE, encode(HeartRateMeasurement(67, rr_1024ths=(882, 907))))
    assert [beat.rr_ms for beat in of(run([event]), Beat)] == [882 * 1000 / 1024, 907 * 1000 / 1024]
