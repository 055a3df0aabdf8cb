"""The catalogue of exercises, as data. A new exercise is one entry here and its words in the language files."""

from dataclasses import dataclass

from biofeedback.core.events import StepKind
from biofeedback.core.pacing import Pattern

__all__ = ["EXERCISES", "Exercise", "PlannedStep"]

FOUR_SIX = Pattern(4, 6)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step as planned; ``movement`` names a movement whose words stand in the language files."""

    step: StepKind
    duration_s: float
    pattern: Pattern | None = None
    movement: str | None = None


@dataclass(frozen=True, slots=True)
class Exercise:
    """Steps in their order. Words: ``exercise.NAME.title`` and ``exercise.NAME.intro`` in the language files."""

    name: str
    steps: tuple[PlannedStep, ...]

    @property
    def duration_s(self) -> float:
        """Planned length of all steps."""
        return sum(step.duration_s for step in self.steps)


_ALL = (
    Exercise(
        "measured_4_6",
        (
            PlannedStep(StepKind.BASELINE, 120),
            PlannedStep(StepKind.BREATHE, 120, FOUR_SIX),
            PlannedStep(StepKind.RECOVERY, 120),
        ),
    ),
    # The clinic's first exercise as it is handed out: no baseline, so its answer leans on an earlier one, or says so.
    Exercise("plain_4_6", (PlannedStep(StepKind.BREATHE, 120, FOUR_SIX),)),
    # Thirty seconds between tasks: three breaths with a deep exhale (4-6 keeps the rate a person has practised).
    Exercise("micro_pause", (PlannedStep(StepKind.BREATHE, 30, FOUR_SIX),)),
    Exercise("walk", (PlannedStep(StepKind.WALK, 420),)),
    Exercise(
        "gentle_movements",
        tuple(
            PlannedStep(StepKind.MOVE, 90, movement=name)
            for name in ("pelvic_tilts", "upper_back_rotations", "hip_hinges", "side_bends")
        ),
    ),
)

EXERCISES: dict[str, Exercise] = {exercise.name: exercise for exercise in _ALL}
