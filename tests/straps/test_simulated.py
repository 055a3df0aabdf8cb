import asyncio
import itertools
import json

import pytest

from biofeedback.clock import Clock, HurriedClock, LoopClock, VirtualLoop
from biofeedback.core.events import Characteristic, Step, StepKind
from biofeedback.core.heart_rate import decode
from biofeedback.core.pacing import Pattern
from biofeedback.errors import InputError
from biofeedback.straps.presets import PRESETS
from biofeedback.straps.simulated import SimulatedStrap
from biofeedback.straps.strap import Connected, Lost, Payload, Searching

MEASURED = (
    Step(1, 0.0, StepKind.BASELINE, 120),
    Step(2, 120.0, StepKind.BREATHE, 120, Pattern(4, 6)),
    Step(3, 240.0, StepKind.RECOVERY, 120),
)


async def session(strap, duration_s=360.0, steps=MEASURED, clock: Clock | None = None):
    """Events with their arrival times, and the truth."""
    clock = clock or LoopClock()
    events = []
    running = asyncio.ensure_future(strap.run(lambda event: events.append((clock.now_s(), event)), clock))
    for step in steps:
        await clock.sleep_until(step.t_s)
        strap.watch(step)
    await clock.sleep_until(duration_s)
    strap.watch(None)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return events, strap.truth(duration_s)


def simulate(preset, seed=1, **kwargs):
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(session(SimulatedStrap(preset, seed), **kwargs))
    finally:
        loop.close()


def measurements(events):
    return [
        (t_s, decode(event.value))
        for t_s, event in events
        if isinstance(event, Payload) and event.characteristic is Characteristic.HEART_RATE
    ]


def test_it_searches_connects_and_says_that_it_is_simulated():
    events = [event for _, event in simulate("responder", duration_s=3.0, steps=())[0]]
    assert events[0] == Searching("strap.searching")
    assert events[1] == Connected("simulated", "Simulated strap (responder)", latency_s=None)
    assert events[2] == Payload(Characteristic.BODY_LOCATION, b"\x01")
    assert events[3].characteristic is Characteristic.BATTERY
    assert 0 < events[3].value[0] <= 100
    assert SimulatedStrap("responder", 1).simulated
    assert SimulatedStrap("responder", 1).source == "simulated"


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_the_same_seed_sends_the_same_bytes_at_the_same_times(preset):
    duration_s = 360.0 if PRESETS[preset].streams is None else 60.0
    assert simulate(preset, 3, duration_s=duration_s) == simulate(preset, 3, duration_s=duration_s)
    assert simulate(preset, 3, duration_s=10.0)[0] != simulate(preset, 4, duration_s=10.0)[0]


@pytest.mark.parametrize("seed", range(5))
def test_notifications_come_about_once_a_second(seed):
    times_s = [t_s for t_s, _ in measurements(simulate("responder", seed)[0])]
    waits_s = [late - early for early, late in itertools.pairwise(times_s)]
    assert min(waits_s) > 0.94
    assert max(waits_s) < 1.04
    assert 0.974 < sum(waits_s) / len(waits_s) < 1.001


@pytest.mark.parametrize("seed", range(5))
def test_rounding_to_the_grid_never_adds_up_and_every_beat_arrives_in_time(seed):
    events, truth = simulate("weak_responder", seed, duration_s=1800.0)
    missed_s = {fault.t_s for fault in truth.faults}
    beats_s = [beat_s for beat_s in truth.beats_s if beat_s not in missed_s]
    arrivals = [(t_s, raw) for t_s, heard in measurements(events) for raw in heard.rr_1024ths]
    first = next(index for index, beat_s in enumerate(beats_s) if beat_s + truth.strap_latency_s > events[1][0])
    # the first interval that is sent ends at the second beat heard
    total = round(beats_s[first] * 1024)
    for (arrival_s, raw), beat_s in zip(arrivals, beats_s[first + 1 :], strict=False):
        total += raw
        assert abs(total / 1024 - beat_s) <= 0.5 / 1024 + 1e-9
        assert truth.strap_latency_s <= arrival_s - beat_s <= truth.strap_latency_s + 1.04
    assert len(arrivals) >= len(beats_s) - first - 3


def test_the_heart_rate_field_is_near_the_intervals():
    heard = [item for _, item in measurements(simulate("responder")[0])][10:]
    for item in heard:
        assert 45 < item.heart_rate_bpm < 100
        assert item.contact is True


def test_a_strap_without_beats_yet_sends_no_interval():
    assert measurements(simulate("responder", duration_s=2.0, steps=())[0])[0][1].rr_1024ths == ()


@pytest.mark.parametrize("seed", range(5))
def test_drop_outs_lose_the_link_once_in_each_step_and_come_back(seed):
    events, truth = simulate("drop_outs", seed)
    lost = [index for index, (_, event) in enumerate(events) if isinstance(event, Lost)]
    assert len(lost) == len(truth.outages_s) == 3
    for index, (start_s, end_s), step in zip(lost, truth.outages_s, MEASURED, strict=True):
        assert [type(event) for _, event in events[index : index + 5]] == [Lost, Searching, Connected, Payload, Payload]
        assert events[index][1].reason == "out_of_range"
        assert events[index][0] == pytest.approx(start_s)
        assert events[index + 2][0] == pytest.approx(end_s)
        assert 6 <= end_s - start_s <= 20
        assert step.t_s < start_s < end_s < step.t_s + 120


def test_no_interval_bridges_a_drop_out():
    events, truth = simulate("drop_outs", 2)
    longest = max(raw for _, heard in measurements(events) for raw in heard.rr_1024ths)
    assert longest / 1024 < 2.5
    sent = sum(len(heard.rr_1024ths) for _, heard in measurements(events))
    assert sent < len(truth.beats_s) - 20


@pytest.mark.parametrize("seed", range(5))
def test_bad_contact_is_reported_and_has_no_beats(seed):
    events, truth = simulate("bad_contact", seed)
    heard = measurements(events)
    off = [item for _, item in heard if item.contact is False]
    assert 0.15 < len(off) / len(heard) < 0.75
    assert sum(len(item.rr_1024ths) for item in off) <= 2 * len(truth.no_contact_s) + 2
    kinds = [fault.kind for fault in truth.faults]
    assert kinds.count("missed") > 10
    assert kinds.count("extra") > 3
    assert [fault.t_s for fault in truth.faults] == sorted(fault.t_s for fault in truth.faults)
    assert max(raw for _, item in heard for raw in item.rr_1024ths) / 1024 < 8


@pytest.mark.parametrize(
    ("preset", "low_ms", "high_ms"), [("responder", 15, 170), ("weak_responder", 2, 60), ("stressed", -10, 25)]
)
def test_the_truth_knows_each_paced_breath(preset, low_ms, high_ms):
    for seed in range(5):
        breaths = simulate(preset, seed)[1].paced_breaths
        assert [(breath.step_seq, breath.index) for breath in breaths] == [(2, index) for index in range(12)]
        assert low_ms < sum(breath.exhale_contrast_ms for breath in breaths) / 12 < high_ms


def test_a_step_without_planned_end_is_true_until_the_screen_changes():
    steps = (Step(1, 10.0, StepKind.BREATHE, None, Pattern(4, 6)),)
    assert len(simulate("responder", duration_s=45.0, steps=steps)[1].paced_breaths) == 3


def test_the_truth_is_one_json_object_that_says_it_is_simulated():
    truth = simulate("frequent_ectopy")[1]
    written = json.loads(truth.to_json())
    assert written["simulated"] is True
    assert (written["preset"], written["seed"], written["follows"]) == ("frequent_ectopy", 1, "pacer")
    assert written["beats_s"] == [round(beat_s, 6) for beat_s in truth.beats_s]
    assert {fault["kind"] for fault in written["faults"]} <= {"ectopic", "missed", "extra"}
    assert max(written["beats_s"]) <= 360


def test_it_runs_on_a_fast_clock_too():
    async def first_payloads(wanted):
        payloads, enough = [], asyncio.Event()

        def sink(event):
            if isinstance(event, Payload):
                payloads.append(event)
            if len(payloads) == wanted:
                enough.set()

        running = asyncio.ensure_future(SimulatedStrap("responder", 1).run(sink, HurriedClock(1000)))
        await enough.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return payloads

    payloads = asyncio.run(first_payloads(40))
    heard = [decode(payload.value) for payload in payloads[2:]]
    assert sum(len(item.rr_1024ths) for item in heard) > 30


def test_an_outage_that_is_over_before_the_strap_is_used_does_not_happen():
    async def late():
        clock = LoopClock()
        await clock.sleep_until(115.0)
        return await session(SimulatedStrap("drop_outs", 1), 130.0, (), clock)

    loop = VirtualLoop()
    events, truth = loop.run_until_complete(late())
    loop.close()
    assert not any(isinstance(event, Lost) for _, event in events)
    assert truth.outages_s == ()


def test_it_can_join_a_session_that_is_under_way_and_be_used_again():
    async def later():
        clock = LoopClock()
        await clock.sleep_until(100.0)
        strap = SimulatedStrap("responder", 1)
        strap.watch(None)
        first, _ = await session(strap, 110.0, (), clock)
        second, truth = await session(strap, 120.0, (), clock)
        return measurements(first), measurements(second), truth

    loop = VirtualLoop()
    first, second, truth = loop.run_until_complete(later())
    loop.close()
    assert len(first) == len(second) == 9
    assert first[0][0] > 100
    assert all(len(heard.rr_1024ths) <= 2 for _, heard in first + second)
    assert max(truth.beats_s) > 118


@pytest.mark.parametrize(("preset", "seed", "named"), [("nobody", 1, "responder"), ("responder", -1, "-1")])
def test_an_unknown_person_is_refused_with_the_choices(preset, seed, named):
    with pytest.raises(InputError, match=named):
        SimulatedStrap(preset, seed)


def test_nothing_is_true_before_it_ran():
    truth = SimulatedStrap("responder", 1).truth(0.0)
    assert truth.beats_s == ()
    assert truth.paced_breaths == ()
