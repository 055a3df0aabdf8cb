"""Inputs on the clocks that saw them first."""

from biofeedback.core.events import (
    Characteristic,
    ClockReading,
    End,
    Input,
    Link,
    LinkState,
    Notification,
    Origin,
    Resumed,
    Step,
    StepKind,
    StrapInfo,
)
from biofeedback.core.origin_time import on_origin_time

ROOM = "room-2:1"
AHEAD_S = 900.0  # of the collector's clock
BEAT = bytes.fromhex("10440004")


def beat(seq: int, t_s: float, happened_s: float, origin: str = ROOM) -> Notification:
    return Notification(
        seq, t_s, 1, Characteristic.HEART_RATE, BEAT, Origin(origin, seq, round(happened_s + AHEAD_S, 6))
    )


def reading(seq: int, t_s: float, round_trip_s: float, origin: str = ROOM, wrong_s: float = 0.0) -> ClockReading:
    return ClockReading(seq, t_s, origin, t_s - round_trip_s / 2 + AHEAD_S + wrong_s, round_trip_s)


def test_what_waited_for_the_network_lies_where_it_happened_and_its_gap_is_gone() -> None:
    events: list[Input] = [
        Step(1, 0.0, StepKind.REST),
        reading(2, 1.0, 0.04),
        StrapInfo(3, 1.5, 1, "remote"),
        Link(4, 1.5, 1, LinkState.CONNECTED, origin=Origin(ROOM, 1, 901.4)),
        beat(5, 2.0, 1.9),
        Link(6, 7.0, 1, LinkState.LOST, "remote_away"),
        Resumed(7, 60.0, "2026-11-22T09:00:00Z", "restart"),
        StrapInfo(8, 61.0, 1, "remote"),
        beat(9, 61.0, 3.0),
        reading(10, 61.5, 3.0, wrong_s=1.0),  # too slow to say anything
        beat(11, 61.6, 4.0),
        reading(12, 62.0, 0.02),
        beat(13, 62.5, 62.6),  # by the clocks it came before it happened
        beat(14, 63.0, 62.9, "room-2:2"),  # a clock that was never read
        End(15, 70.0, "completed"),
    ]
    laid = on_origin_time(events)
    assert laid is not None
    assert [(event.seq, event.t_s) for event in laid.events] == [
        (1, 0.0), (2, 1.0), (3, 1.4), (4, 1.4), (5, 1.9), (8, 3.0), (9, 3.0), (11, 4.0),
        (10, 61.5), (12, 62.0), (13, 62.5), (14, 63.0), (15, 70.0),
    ]  # fmt: skip
    assert laid.error_s == 0.02
    assert laid.unread == 1


def test_a_clock_that_drifts_is_followed_between_its_readings() -> None:
    readings: list[Input] = [ClockReading(1, 0.0, ROOM, 0.0, 0.0), ClockReading(2, 1000.0, ROOM, 1001.0, 0.0)]
    late = Notification(3, 2000.0, 1, Characteristic.HEART_RATE, BEAT, Origin(ROOM, 1, 500.5))
    laid = on_origin_time([*readings, late])
    assert laid is not None
    assert [event.t_s for event in laid.events] == [0.0, 500.0, 1000.0]


def test_a_session_whose_strap_was_here_has_no_other_time() -> None:
    own = Notification(1, 1.0, 1, Characteristic.HEART_RATE, BEAT)
    assert on_origin_time([own, reading(2, 2.0, 0.1)]) is None
    assert on_origin_time([beat(1, 1.0, 1.0)]) is None
