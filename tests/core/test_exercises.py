import pytest

from biofeedback.core.events import StepKind
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.pacing import Pattern


def test_the_clinic_finds_its_exercises():
    assert set(EXERCISES) == {"measured_4_6", "plain_4_6", "micro_pause", "walk", "gentle_movements"}


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_an_exercise_stands_under_its_own_name(exercise):
    assert EXERCISES[exercise.name] is exercise


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_breathing_is_paced_in_whole_breaths_and_nothing_else_is_paced(exercise):
    for step in exercise.steps:
        assert (step.pattern is not None) is (step.step is StepKind.BREATHE)
        if step.pattern is not None:
            assert step.duration_s % step.pattern.period_s == 0


def test_the_measured_exercise_has_two_minutes_of_each_step():
    exercise = EXERCISES["measured_4_6"]
    assert [step.step for step in exercise.steps] == [StepKind.BASELINE, StepKind.BREATHE, StepKind.RECOVERY]
    assert exercise.duration_s == 360
    assert exercise.steps[1].pattern == Pattern(4, 6)


def test_a_micro_pause_is_three_breaths_of_half_a_minute():
    (step,) = EXERCISES["micro_pause"].steps
    assert step.pattern is not None
    assert step.duration_s == 30 == 3 * step.pattern.period_s


def test_a_walk_lasts_five_to_ten_minutes():
    assert 300 <= EXERCISES["walk"].duration_s <= 600


def test_every_movement_is_named_once():
    names = [step.movement for step in EXERCISES["gentle_movements"].steps]
    assert names == ["pelvic_tilts", "upper_back_rotations", "hip_hinges", "side_bends"]
