import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from biofeedback import messages, viewer_messages
from biofeedback.channel import TOO_SLOW, Channel, Facts
from biofeedback.core.events import Mark, MarkKind, Plan, Resumed, Step, StepKind
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.pacing import Pattern
from biofeedback.core.results import (
    Beat,
    Breathing,
    BreathMeasures,
    Card,
    CardState,
    Gap,
    Grade,
    Quality,
    Result,
    StepStarted,
)
from biofeedback.course import Course
from biofeedback.translation import Status
from biofeedback.viewer import CAPACITY, Viewer

STATUS = Status(200.0, 1.0, "running", 1, "beats", None, "Polar H10", saved=True)


class Stand:
    """A channel with a clock that counts, and a status that can be set."""

    def __init__(self) -> None:
        self.course = Course(EXERCISES["plain_4_6"])
        self.sent_ns = 0
        self.now_s = 0.0
        self.status = STATUS
        self.channel = Channel(Facts("01KTEST", "A-17", True, "simulated:responder"), self.course, self.now_ns)
        self.channel.status = lambda: self.status

    def now_ns(self) -> int:
        self.sent_ns += 1
        return self.sent_ns

    def join(self, role: str = "patient", epoch: str | None = None, message_seq: int = 0) -> Viewer:
        viewer = Viewer(role, lambda: self.now_s)
        hello = viewer_messages.ViewerHello(protocol=1, role="patient", epoch=epoch, message_seq=message_seq)
        self.channel.join(hello, viewer)
        return viewer

    def received(self, viewer: Viewer) -> list[dict[str, Any]]:
        async def main() -> list[dict[str, Any]]:
            texts = []
            while viewer._owed or viewer._queue:
                item = await viewer.next()
                assert item is not None
                texts.append(self.channel.framed(item).text)
            return [json.loads(text) for text in texts]

        return asyncio.run(main())


@pytest.fixture
def stand() -> Stand:
    return Stand()


def beats(times: Iterable[float]) -> list[Result]:
    return [Beat(k + 1, 0, float(t_s), 1000.0, 60.0, 0) for k, t_s in enumerate(times)]


def quality(t_s: float, age_s: float | None = 0.5) -> Quality:
    return Quality(t_s, Grade.GOOD, (), 60, 0.0, 1.0, True, 80, True, age_s, 66.0)


def kinds(received: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in received]


def test_a_message_begins_with_its_send_time_and_number(stand: Stand) -> None:
    viewer = stand.join()
    stand.channel.publish(beats([1.0]))
    stand.received(viewer)
    assert stand.channel.history[0][2:].startswith(b'{"t":4,"q":1,"type":"beat"')


def test_a_new_viewer_gets_hello_a_snapshot_and_the_clock(stand: Stand) -> None:
    hello, snapshot, pacer = stand.received(stand.join())
    assert (hello["type"], hello["epoch"], hello["recovered"], hello["message_seq"]) == ("hello", "01KTEST", False, 0)
    assert (hello["exercise"], hello["simulated"], hello["strap"]) == ("plain_4_6", True, "simulated:responder")
    assert hello["steps"] == [{"step": "breathe", "duration_s": 120, "pattern": "4-6", "movement": None, "block": None}]
    assert "walk" in hello["exercises"]
    assert list(hello["lengths_s"]) == hello["exercises"]
    assert (hello["lengths_s"]["measured_4_6"], hello["lengths_s"]["micro_pause"]) == (360, 30)
    assert (snapshot["type"], snapshot["q"], snapshot["beats"], snapshot["quality"]) == ("snapshot", 0, [], None)
    assert pacer == {
        "t": 3, "q": 0, "type": "pacer", "session_s": 200.0, "speed": 1.0, "state": "running", "step_seq": 1,
    }  # fmt: skip


def test_a_snapshot_holds_the_last_two_minutes_and_all_that_stands(stand: Stand) -> None:
    stand.course.apply(Step(1, 100.0, StepKind.BREATHE, 120.0, Pattern(4, 6)))
    started = StepStarted(1, StepKind.BREATHE, 100.0, 120.0, "4-6", 4.0, 0.0, 6.0, 0.0, (), None, None)
    breath = BreathMeasures(1, 0, 100.0, 104.0, 110.0, 50.0, 4.0, 10, True, None, False)
    card = Card(110.0, CardState.MEASURING, True, 2, None, None, None, None)
    stand.channel.publish(
        [
            started,
            *beats(range(50, 200)),
            Gap(20.0, None, "silence"),
            Gap(20.0, 30.0, "silence"),
            Gap(130.0, None, "silence"),
            Gap(190.0, None, "silence"),
            breath,
            replace(breath, exhale_rise_ms=51.0, final=True),
            card,
            replace(card, breaths_until_look=1),
            quality(199.0),
        ]
    )
    stand.channel.publish_input(Mark(400, 150.0, MarkKind.NOTE, "sneezed", "physio"))
    stand.channel.publish_input(Step(401, 199.0, StepKind.BREATHE))
    _, snapshot, _ = stand.received(stand.join())
    assert [beat["t_s"] for beat in snapshot["beats"]] == [float(t_s) for t_s in range(80, 200)]
    assert [(gap["start_s"], gap["end_s"]) for gap in snapshot["gaps"]] == [(130.0, None), (190.0, None)]
    assert [breath["exhale_rise_ms"] for breath in snapshot["breaths"]] == [51.0]
    assert [answer["breaths_until_look"] for answer in snapshot["answers"]] == [1]
    assert [mark["text"] for mark in snapshot["marks"]] == ["sneezed"]
    assert [step["step_seq"] for step in snapshot["steps"]] == [1]
    assert snapshot["quality"]["usable_percent"] == 100.0
    assert snapshot["q"] == stand.channel.message_seq


def test_a_viewer_that_comes_back_gets_exactly_what_it_missed(stand: Stand) -> None:
    stand.channel.publish(beats(range(60)))
    hello, *missed, pacer = stand.received(stand.join(epoch="01KTEST", message_seq=10))
    assert hello["recovered"]
    assert [message["q"] for message in missed] == list(range(11, 61))
    assert pacer["type"] == "pacer"


def test_a_number_never_names_two_messages_over_a_kill(stand: Stand) -> None:
    """Numbers 4 and 5 were shown before a kill and not kept; in the next life they are nothing that could be missed."""
    stand.channel.publish(beats(range(3)))
    stand.channel.publish_input(Resumed(9, 12.5, "2026-11-22T09:02:51.900Z", "restart"))
    stand.channel.publish(beats(range(3, 5)))
    hello, *missed, _ = stand.received(stand.join(epoch="01KTEST", message_seq=3))
    assert hello["recovered"]
    assert [message["q"] for message in missed] == [12_500_000, 12_500_001]
    for lost in (4, 5, 12_499_999, 12_500_002):
        hello, snapshot, _ = stand.received(stand.join(epoch="01KTEST", message_seq=lost))
        assert (hello["recovered"], snapshot["type"]) == (False, "snapshot")


@pytest.mark.parametrize(("epoch", "message_seq"), [("01KOLD", 1), ("01KTEST", 4), ("01KTEST", -1), (None, 0)])
def test_a_viewer_of_something_else_gets_a_snapshot(stand: Stand, epoch: str | None, message_seq: int) -> None:
    stand.channel.publish(beats(range(3)))
    received = stand.received(stand.join(epoch=epoch, message_seq=message_seq))
    assert kinds(received) == ["hello", "snapshot", "pacer"]
    assert not received[0]["recovered"]


def test_two_viewers_get_the_same_text_encoded_once(stand: Stand) -> None:
    one, other = stand.join(), stand.join("physio")
    stand.received(one), stand.received(other)
    before = stand.sent_ns
    stand.channel.publish([*beats([1.0]), quality(2.0)])
    assert stand.sent_ns == before + 2
    assert stand.received(one) == stand.received(other)


def test_quality_and_clock_are_not_numbered_and_say_how_many_watch(stand: Stand) -> None:
    viewer = stand.join()
    stand.received(viewer)
    stand.channel.publish([quality(2.0)])
    stand.channel.send_pacer()
    received = stand.received(viewer)
    assert [(message["type"], message["q"]) for message in received] == [("quality", 0), ("pacer", 0)]
    assert received[0]["viewers"] == 1
    assert stand.channel.message_seq == 0


def test_the_wave_of_the_chest_is_told_once_and_never_resent(stand: Stand) -> None:
    viewer = stand.join()
    stand.received(viewer)
    stand.channel.publish([Breathing(61.0, (58.2,), (3.0,), 0.1)])
    assert [(message["type"], message["q"]) for message in stand.received(viewer)] == [("breathing", 0)]
    assert stand.channel.message_seq == 0


def test_a_step_brings_the_clock_with_it(stand: Stand) -> None:
    viewer = stand.join()
    stand.received(viewer)
    stand.course.apply(Step(1, 0.0, StepKind.BASELINE, 120.0))
    stand.channel.publish([StepStarted(1, StepKind.BASELINE, 0.0, 120.0, *[None] * 5, (), None, None)])
    assert kinds(stand.received(viewer)) == ["step", "pacer"]


def test_the_signal_is_repeated_when_nothing_new_is_known_of_it(stand: Stand) -> None:
    viewer = stand.join()
    stand.received(viewer)
    stand.channel.refresh_quality()  # nobody is measured before the patient agreed, and the page hears of the server
    assert kinds(stand.received(viewer)) == ["pacer"]
    stand.channel.publish([quality(190.0)])
    stand.received(viewer)
    stand.status = replace(STATUS, strap_state="lost", session_s=191.0)
    stand.channel.refresh_quality()
    assert stand.received(viewer) == []
    stand.status = replace(STATUS, strap_state="lost", session_s=195.0)
    stand.channel.refresh_quality()
    (again,) = stand.received(viewer)
    assert (again["strap_state"], again["at_s"], again["beat_age_s"]) == ("lost", 195.0, 5.5)
    stand.status = replace(stand.status, state="finished")
    stand.channel.refresh_quality()
    assert stand.received(viewer) == []


def test_an_unknown_age_of_the_newest_beat_stays_unknown(stand: Stand) -> None:
    viewer = stand.join()
    stand.channel.publish([quality(190.0, None)])
    stand.received(viewer)
    stand.channel.refresh_quality()
    assert stand.received(viewer)[0]["beat_age_s"] is None


def test_a_slow_viewer_is_told_of_its_gap_and_the_others_lose_nothing(stand: Stand) -> None:
    slow, quick = stand.join(), stand.join()
    told = []
    for beat in beats(range(1, 2 * CAPACITY)):
        stand.channel.publish([beat])
        told += stand.received(quick)
    assert kinds(told).count("beat") == 2 * CAPACITY - 1
    received = stand.received(slow)
    gap = next(message for message in received if message["type"] == "gap")
    assert (gap["reason"], gap["q"], gap["start_s"]) == ("slow_viewer", 0, 1.0)
    assert received[-1]["t_s"] == 2 * CAPACITY - 1
    stand.channel.leave(slow)
    tally = stand.channel.tally
    assert (tally.messages, tally.sent) == (2 * CAPACITY - 1, 2 * (2 * CAPACITY - 1))
    assert tally.dropped == 2 * CAPACITY - 1 - kinds(received).count("beat")


def test_a_silent_viewer_is_asked_and_at_last_let_go(stand: Stand) -> None:
    silent, present = stand.join(), stand.join()
    stand.received(silent), stand.received(present)
    stand.now_s = 25.0
    present.acknowledge(0)
    stand.channel.reap(9.0)
    assert stand.received(silent) == []
    stand.channel.reap(12.0)
    assert kinds(stand.received(silent)) == ["ping"]
    assert stand.channel._watching() == 1
    stand.channel.reap(31.0)
    (bye,) = stand.received(silent)
    assert (bye["type"], bye["reason"]) == ("bye", "too_slow")
    assert silent.closed == (TOO_SLOW, "too_slow")
    assert stand.channel.tally.slow_closes == 1
    assert stand.channel.viewers == {present}


def test_all_viewers_are_told_when_it_is_over(stand: Stand) -> None:
    viewers = [stand.join(), stand.join()]
    stand.channel.dismiss("new_session", 1012)
    for viewer in viewers:
        assert stand.received(viewer)[-1]["reason"] == "new_session"
        assert viewer.closed == (1012, "new_session")
    assert stand.channel.viewers == set()
    stand.channel.leave(viewers[0])


def test_one_viewer_can_be_told_something_alone(stand: Stand) -> None:
    one, other = stand.join(), stand.join()
    stand.received(one), stand.received(other)
    stand.channel.tell(one, messages.Error(code="command_refused", detail="not now"))
    assert kinds(stand.received(one)) == ["error"]
    assert stand.received(other) == []


def test_without_a_session_the_channel_still_answers() -> None:
    channel = Channel(Facts("01K", "", False, "ble"), Course(EXERCISES["walk"]), lambda: 1)
    viewer = Viewer("patient", lambda: 0.0)
    channel.join(viewer_messages.ViewerHello(protocol=1, role="patient"), viewer)
    assert channel.viewers == {viewer}


def test_a_plan_that_is_drawn_gives_all_viewers_its_steps(stand: Stand) -> None:
    stand.course.apply(Mark(1, 0.0, MarkKind.COMMAND, "start trial_recovery"))
    present = stand.join()
    before = stand.received(present)[0]["steps"]
    plan = Plan(2, 0.0, "trial", 5, ("quiet", "4-6"), "trial_recovery")
    stand.course.apply(plan)
    stand.channel.publish_input(plan)
    (told,) = stand.received(present)
    assert (told["type"], told["kind"], told["blocks"]) == ("plan", "trial", ["quiet", "4-6"])
    assert [step["block"] for step in told["steps"]] == [None, 0, 0, 0, 1, 1, 1]
    assert (before[2]["pattern"], told["steps"][2]["pattern"]) == ("4-6", None)
    assert stand.received(stand.join())[0]["steps"] == told["steps"]
