import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.core.events import End, Mark, MarkKind, Plan, Step, StepKind
from biofeedback.core.exercises import EXERCISES, Exercise, PlannedStep
from biofeedback.core.pacing import Pattern
from biofeedback.course import SETTLE_S, Course, State

BREATHE = Exercise("breathe", (PlannedStep(StepKind.BREATHE, 60, Pattern(4, 6)),))
stamps = st.integers(0, 10**10).map(lambda us: round(us / 1e6, 6))


def mark(t_s: float, kind: MarkKind, text: str = "") -> Mark:
    return Mark(99, t_s, kind, text, None)


def started(exercise: Exercise, step: Step) -> Course:
    course = Course(exercise)
    course.apply(step)
    return course


@given(start_s=stamps, duration_s=st.floats(0.001, 1000))
def test_what_comes_next_is_due_on_a_stamp_that_is_not_before_the_planned_end(
    start_s: float, duration_s: float
) -> None:
    course = started(EXERCISES["measured_4_6"], Step(1, start_s, StepKind.BASELINE, duration_s))
    due_s = course.next_due_s()
    assert due_s is not None
    assert due_s == round(due_s, 6)
    assert start_s + duration_s <= due_s < start_s + duration_s + 2e-6
    assert course.due(due_s) is not None
    assert course.due(round(due_s - 2e-6, 6)) is None


def test_a_step_without_an_end_goes_on_until_someone_ends_it() -> None:
    course = started(BREATHE, Step(1, 0.0, StepKind.REST))
    assert (course.next_due_s(), course.due(1e6)) == (None, None)
    course.apply(mark(100.0, MarkKind.PAUSE))
    course.apply(mark(110.0, MarkKind.RESUME))
    assert course.due(110.0) == Step(1, 0.0, StepKind.REST, continues=1)


def test_a_varied_pacer_goes_on_with_the_breaths_that_are_left() -> None:
    breaths = ((4.0, 6.0), (5.0, 5.0), (3.0, 8.0), (4.0, 4.0))
    step = Step(3, 10.0, StepKind.BREATHE, 49.0, Pattern(4, 6), breaths)
    course = started(BREATHE, step)
    course.apply(mark(31.0, MarkKind.PAUSE))  # two of its breaths, and the 49 s hold a fifth of the pattern
    course.apply(mark(40.0, MarkKind.RESUME))
    due = course.due(40.0)
    assert isinstance(due, Step)
    assert due.breaths == breaths[2:]
    assert (due.duration_s, due.continues) == (11.0 + 8.0 + 10.0, 3)


def test_a_pause_without_a_step_goes_on_with_the_next_one() -> None:
    course = Course(BREATHE)
    course.apply(mark(1.0, MarkKind.PAUSE))
    course.apply(mark(2.0, MarkKind.RESUME))
    due = course.due(2.0)
    assert isinstance(due, Step)
    assert due.step is StepKind.BREATHE


def test_a_stop_when_all_steps_are_done_is_a_completed_session() -> None:
    for t_s, reason in ((30.0, "stopped"), (61.0, "completed")):
        course = started(BREATHE, Step(1, 0.0, StepKind.BREATHE, 60.0, Pattern(4, 6)))
        course.apply(mark(t_s, MarkKind.STOP))
        due = course.due(t_s)
        assert isinstance(due, End)
        assert due.reason == reason


def test_the_session_ends_when_the_last_step_has_settled() -> None:
    course = started(BREATHE, Step(1, 0.0, StepKind.BREATHE, 60.0, Pattern(4, 6)))
    assert course.next_due_s() == 60.0 + SETTLE_S
    assert course.due(60.0 + SETTLE_S - 0.001) is None
    assert isinstance(course.due(60.0 + SETTLE_S), End)
    assert course.step(59.9) is not None
    assert course.step(60.0) is None


@pytest.mark.parametrize("text", ["", "something else", "new walk"])
def test_other_commands_of_a_recording_change_no_step(text: str) -> None:
    course = Course(BREATHE)
    course.apply(mark(1.0, MarkKind.COMMAND, text))
    assert course.state is State.READY
    assert isinstance(course.due(1.0), End) == text.startswith("new")
    course.apply(End(2, 1.0, "stopped"))
    course.apply(mark(3.0, MarkKind.COMMAND, "new"))
    assert (course.state, course.due(3.0)) == (State.FINISHED, None)


def test_notes_change_nothing() -> None:
    course = Course(BREATHE)
    course.apply(mark(1.0, MarkKind.NOTE, "start"))
    assert course.state is State.READY


def test_a_step_beyond_the_catalogue_has_no_movement() -> None:
    course = Course(BREATHE)
    for seq in (1, 2):
        course.apply(Step(seq, float(seq), StepKind.REST, 1.0))
    assert course.movement(2) is None


def test_templates_hold_numbers_as_a_recording_gives_them_back() -> None:
    course = Course(BREATHE)
    course.apply(mark(0.0, MarkKind.COMMAND, "start"))
    due = course.due(0.0)
    assert repr(due) == (
        "Step(seq=0, t_s=0.0, step=<StepKind.BREATHE: 'breathe'>, duration_s=60.0, pattern=Pattern(inhale_s=4.0, "
        "exhale_s=6.0, hold_in_s=0.0, hold_out_s=0.0), breaths=(), block=None, continues=None)"
    )


TRIAL = EXERCISES["trial_recovery"]
QUIET_FIRST = Plan(2, 0.0, "trial", 5, ("quiet", "4-6"), "trial_recovery")


def planned(*events: Plan | Step) -> Course:
    course = Course(TRIAL)
    course.apply(mark(0.0, MarkKind.COMMAND, "start"))
    for event in events:
        course.apply(event)
    return course


def test_a_plan_is_due_before_the_first_step_and_its_steps_follow() -> None:
    course = planned()
    assert course.due(0.0) == Plan(0, 0.0, "trial", 0, (), "trial_recovery")
    course = planned(QUIET_FIRST)
    due = course.due(0.0)
    assert isinstance(due, Step)
    assert (due.step, due.block) == (StepKind.BASELINE, None)
    for seq in range(3):
        course.apply(Step(3 + seq, float(seq), StepKind.REST, 1.0))
    assert [step.block for step in course.steps] == [None, 0, 0, 0, 1, 1, 1]
    assert [step.pattern for step in course.steps[:4]] == [None] * 4
    assert course.movement(4) == "march"


def test_a_plan_that_the_exercise_does_not_know_is_drawn_again() -> None:
    course = planned(Plan(2, 0.0, "trial", 5, ("4-6", "5-5"), "trial_exhale"))
    assert isinstance(course.due(0.0), Plan)
    other = started(BREATHE, Step(1, 0.0, StepKind.BREATHE, 60.0, Pattern(4, 6)))
    other.apply(QUIET_FIRST)
    assert other.steps == BREATHE.steps


def test_a_plan_in_the_midst_of_a_step_changes_what_comes_next() -> None:
    course = planned(QUIET_FIRST, Step(3, 0.0, StepKind.BASELINE, 120.0))
    course.apply(Plan(4, 1.0, "trial", 6, ("4-6", "quiet"), "trial_recovery"))
    assert course.steps[2].pattern == Pattern(4, 6)
    assert course.step(2.0) == Step(3, 0.0, StepKind.BASELINE, 120.0)


def test_a_block_that_was_paused_goes_on_as_the_same_block() -> None:
    course = planned(QUIET_FIRST, Step(3, 0.0, StepKind.REST, 60.0, block=1))
    course.apply(mark(20.0, MarkKind.PAUSE))
    course.apply(mark(30.0, MarkKind.RESUME))
    assert course.due(30.0) == Step(3, 0.0, StepKind.REST, 40.0, block=1, continues=3)


def begun(name: str, text: str) -> Course:
    course = Course(EXERCISES[name])
    course.apply(mark(0.0, MarkKind.COMMAND, text))
    return course


def kinds(course: Course) -> list[StepKind]:
    return [step.step for step in course.steps]


def test_a_practice_comes_before_the_steps_of_the_exercise() -> None:
    course = begun("measured_4_6", "start practice")
    due = course.due(0.0)
    assert isinstance(due, Step)
    assert (due.step, due.duration_s, due.pattern) == (StepKind.PRACTICE, 60.0, Pattern(4, 6))
    assert kinds(course) == [StepKind.PRACTICE, StepKind.BASELINE, StepKind.BREATHE, StepKind.RECOVERY]
    assert kinds(begun("plain_4_6", "start micro_pause practice")) == [StepKind.PRACTICE, StepKind.BREATHE]
    assert kinds(begun("plain_4_6", "start walk practice")) == [StepKind.WALK]  # there is nothing to practise
    assert "practice" not in EXERCISES


def test_a_practice_that_is_known_is_skipped_and_one_that_was_paused_goes_on() -> None:
    course = begun("measured_4_6", "start practice")
    course.apply(Step(1, 0.0, StepKind.PRACTICE, 60.0, Pattern(4, 6)))
    course.apply(mark(24.0, MarkKind.PAUSE))
    course.apply(mark(30.0, MarkKind.RESUME))
    assert course.due(30.0) == Step(0 + 1, 0.0, StepKind.PRACTICE, 40.0, Pattern(4, 6), continues=1)
    course.apply(mark(31.0, MarkKind.SKIP))
    due = course.due(31.0)
    assert isinstance(due, Step)
    assert due.step is StepKind.BASELINE


def test_a_plan_is_drawn_before_the_practice_and_its_steps_follow_it() -> None:
    course = begun("trial_recovery", "start practice")
    assert isinstance(course.due(0.0), Plan)
    course.apply(QUIET_FIRST)
    due = course.due(0.0)
    assert isinstance(due, Step)
    assert due.step is StepKind.PRACTICE
    assert [step.block for step in course.steps] == [None, None, 0, 0, 0, 1, 1, 1]


def test_another_exercise_than_was_set_brings_its_own_plan() -> None:
    course = Course(BREATHE)
    course.apply(mark(0.0, MarkKind.COMMAND, "start trial_recovery"))
    assert course.due(0.0) == Plan(0, 0.0, "trial", 0, (), "trial_recovery")
    assert course.steps == TRIAL.steps
