import pytest

from biofeedback.core.events import StepKind
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.pacing import Pattern


def test_the_clinic_finds_its_exercises():
    assert set(EXERCISES) == {
        "measured_4_6", "varied_4_6", "varied_later_4_6", "plain_4_6", "micro_pause", "walk", "gentle_movements",
        "trial_exhale", "trial_blocks", "trial_recovery", "resonance",
    }  # fmt: skip


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_an_exercise_stands_under_its_own_name(exercise):
    assert EXERCISES[exercise.name] is exercise


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_breathing_is_paced_in_whole_breaths_and_nothing_else_is_paced(exercise):
    for step in exercise.steps:
        assert (step.pattern is not None) is (step.step is StepKind.BREATHE)
        if step.pattern is not None:
            breaths = step.duration_s / step.pattern.period_s
            assert breaths == pytest.approx(round(breaths))


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


DESIGNED = [exercise for exercise in EXERCISES.values() if exercise.design is not None]


@pytest.mark.parametrize("exercise", DESIGNED, ids=lambda exercise: exercise.name)
def test_no_plan_takes_more_than_a_quarter_of_an_hour_or_asks_for_long_paced_breathing(exercise):
    assert exercise.duration_s <= 14 * 60
    paced_s = 0.0
    for step in exercise.steps:
        paced_s = paced_s + step.duration_s if step.pattern is not None else 0.0
        assert paced_s <= 150.0


@pytest.mark.parametrize("exercise", DESIGNED, ids=lambda exercise: exercise.name)
def test_every_order_of_a_plan_has_the_same_steps_in_another_order(exercise):
    design = exercise.design
    turned = design.steps(design.unshuffled[::-1])
    assert sorted(map(repr, turned)) == sorted(map(repr, exercise.steps))
    assert [step.block for step in turned if step.block is not None] == sorted(
        step.block for step in exercise.steps if step.block is not None
    )
    assert all(step.block is None for step in turned[: len(design.opening)])


def test_a_plan_that_does_not_belong_is_not_allowed():
    design = EXERCISES["trial_exhale"].design
    assert design.allows(design.unshuffled)
    assert not design.allows(design.unshuffled[:-1])
    assert not design.allows(("4-6",) * 12)
    assert not design.allows(())


def test_arms_of_a_trial_of_the_exhale_differ_in_nothing_but_the_exhale():
    design = EXERCISES["trial_exhale"].design
    assert {arm.steps[0].pattern.period_s for arm in design.arms} == {10}
    assert {arm.steps[0].duration_s for arm in design.arms} == {50}


def test_the_resonance_search_goes_from_six_and_a_half_to_four_and_a_half():
    patterns = [arm.steps[0].pattern for arm in EXERCISES["resonance"].design.arms]
    assert [60 / pattern.period_s for pattern in patterns] == pytest.approx([6.5, 6.0, 5.5, 5.0, 4.5], abs=0.03)
    assert [pattern.inhale_s / pattern.period_s for pattern in patterns] == pytest.approx([0.4] * 5, abs=0.005)
