"""When an exercise began and which it was: a room may have been open for hours, for another one."""

import pytest

from biofeedback.beginning import beginning_of
from biofeedback.core.events import Mark, MarkKind, Step, StepKind
from biofeedback.header import Header

OPENED = Header("01K", "2026-11-22T09:00:00.250Z", "A-17", exercise="measured_4_6")


def given(*words: str) -> Mark:
    return Mark(1, 7199.0, MarkKind.COMMAND, " ".join(words))


def test_where_nothing_was_begun_it_is_what_was_planned_when_the_room_was_opened():
    found = beginning_of(OPENED, [Mark(1, 30.0, MarkKind.NOTE, "start walk")])

    assert (found.begun_utc, found.at_utc, found.exercise) == (None, OPENED.started_utc, "measured_4_6")


def test_it_is_the_first_step_that_counts():
    found = beginning_of(OPENED, [Step(1, 7200.5, StepKind.BASELINE), Step(2, 7320.5, StepKind.BREATHE)])

    assert found.begun_utc == found.at_utc == "2026-11-22T11:00:00.750Z"


def test_a_moment_of_another_zone_is_told_in_utc():
    header = Header("01K", "2026-11-22T09:00:00+02:00")

    assert beginning_of(header, [Step(1, 1.0, StepKind.REST)]).at_utc == "2026-11-22T07:00:01.000Z"


@pytest.mark.parametrize(
    ("words", "exercise"),
    [
        (("start", "walk"), "walk"),
        (("start", "varied_4_6", "practice"), "varied_4_6"),
        (("start", "practice"), "measured_4_6"),
        (("start",), "measured_4_6"),
        (("start", "of_a_later_program"), "measured_4_6"),
        (("new", "walk"), "measured_4_6"),
        ((), "measured_4_6"),
    ],
)
def test_a_start_may_name_another_exercise(words, exercise):
    assert beginning_of(OPENED, [given(*words), Step(2, 7200.0, StepKind.MOVE)]).exercise == exercise
