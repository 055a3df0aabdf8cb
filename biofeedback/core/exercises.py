"""The catalogue of exercises, as data. A new exercise is one entry here and its words in the language files."""

from dataclasses import dataclass, field

from biofeedback.core.choices import Outcome
from biofeedback.core.design import Arm, Comparison, Design, PlanKind, PlannedStep
from biofeedback.core.events import StepKind
from biofeedback.core.pacing import Pattern

__all__ = ["EXERCISES", "PRACTICE", "Exercise", "PlannedStep"]

FOUR_SIX, FIVE_FIVE, SIX_FOUR = Pattern(4, 6), Pattern(5, 5), Pattern(6, 4)
BASELINE = PlannedStep(StepKind.BASELINE, 120)
PRACTICE = PlannedStep(StepKind.PRACTICE, 60, FOUR_SIX)  # where somebody asks for it, before the first step
PAUSE_S = 20.0  # of breathing as it comes, between stretches on the pacer


@dataclass(frozen=True, slots=True)
class Exercise:
    """Steps in their order. Words: ``exercise.NAME.title`` and ``exercise.NAME.intro`` in the language files.

    With a ``design``, ``steps`` are those of the plan that is not shuffled; a session draws its own.
    """

    name: str
    steps: tuple[PlannedStep, ...]
    design: Design | None = field(default=None, repr=False)

    @property
    def duration_s(self) -> float:
        """Planned length of all steps."""
        return sum(step.duration_s for step in self.steps)


def _designed(name: str, design: Design) -> Exercise:
    """Exercise whose order is drawn."""
    return Exercise(name, design.steps(design.unshuffled), design)


def _breathing_arm(pattern: Pattern, breaths: int, *after: PlannedStep) -> Arm:
    """Some breaths in a pattern."""
    return Arm(pattern.name, (PlannedStep(StepKind.BREATHE, breaths * pattern.period_s, pattern), *after))


def _rest(duration_s: float) -> PlannedStep:
    """Sitting quietly, breathing as it comes."""
    return PlannedStep(StepKind.REST, duration_s)


_ALL = (
    Exercise(
        "measured_4_6",
        (
            BASELINE,
            PlannedStep(StepKind.BREATHE, 120, FOUR_SIX),
            PlannedStep(StepKind.RECOVERY, 120),
        ),
    ),
    # Measured as well, where one session's answer shall be trusted: own slow breathing passes for an answer in 0.5 % of
    # sessions instead of 5, and an answer comes later (docs/estimators.md). The breaths together take twelve of 4-6.
    _designed(
        "varied_4_6",
        Design(
            PlanKind.VARIED,
            opening=(BASELINE,),
            arms=tuple(
                _breathing_arm(Pattern(round(4 * factor, 1), round(6 * factor, 1)), 1)
                for factor in (0.8, 0.85, 0.9, 1.1, 1.15, 1.2)
            ),
            sets=2,
            varied=FOUR_SIX,
            closing=(PlannedStep(StepKind.RECOVERY, 120),),
        ),
    ),
    # Both: three breaths of 4-6 answer as soon as a steady pacer does, nine of 8 to 12 s then show whose rhythm it was,
    # and that a Mayer wave of .1 Hz was none. All together take twelve of 4-6.
    _designed(
        "varied_later_4_6",
        Design(
            PlanKind.VARIED,
            opening=(BASELINE,),
            arms=tuple(
                _breathing_arm(Pattern(round(0.4 * length_s, 1), round(0.6 * length_s, 1)), 1)
                for length_s in (8.0, 8.5, 9.0, 9.5, 10.0, 10.5, 11.0, 11.5, 12.0)
            ),
            sets=1,
            varied=FOUR_SIX,
            steady=3,
            closing=(PlannedStep(StepKind.RECOVERY, 120),),
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
    # Is it the exhale? The same rate, the longer half the exhale, the inhale or neither (science.md 5).
    _designed(
        "trial_exhale",
        Design(
            PlanKind.TRIAL,
            opening=(BASELINE,),
            arms=tuple(_breathing_arm(pattern, 5) for pattern in (FOUR_SIX, FIVE_FIVE, SIX_FOUR)),
            sets=4,
            between=(_rest(PAUSE_S),),
            comparison=Comparison("4-6", "6-4", (Outcome.HEART_RATE, Outcome.RSA), least_sets=3),
        ),
    ),
    # Is it the breathing, or is it sitting? A minute of either, and half a minute as it comes after both.
    _designed(
        "trial_blocks",
        Design(
            PlanKind.TRIAL,
            opening=(BASELINE,),
            arms=(_breathing_arm(FOUR_SIX, 6, _rest(30)), Arm("quiet", (_rest(60), _rest(30)))),
            sets=4,
            comparison=Comparison("4-6", "quiet", (Outcome.HEART_RATE,), (Outcome.LN_RMSSD,), least_sets=3),
        ),
    ),
    # After a minute of marching: does the heart come down further with 4-6? One pair a session; sessions are pooled.
    _designed(
        "trial_recovery",
        Design(
            PlanKind.TRIAL,
            opening=(BASELINE,),
            arms=tuple(
                Arm(name, (PlannedStep(StepKind.MOVE, 60, movement="march"), step, _rest(60)))
                for name, step in (("4-6", PlannedStep(StepKind.BREATHE, 120, FOUR_SIX)), ("quiet", _rest(120)))
            ),
            sets=1,
            comparison=Comparison("4-6", "quiet", (Outcome.CHANGE_60, Outcome.CHANGE_120), least_sets=1, pooled=True),
        ),
    ),
    # 6.5 to 4.5 breaths a minute, whole breaths of two minutes, 4:6 to a tenth of a second.
    _designed(
        "resonance",
        Design(
            PlanKind.RESONANCE,
            opening=(BASELINE,),
            arms=tuple(
                _breathing_arm(Pattern(inhale_s, exhale_s), breaths, _rest(PAUSE_S))
                for inhale_s, exhale_s, breaths in (
                    (3.7, 5.5, 13),
                    (4, 6, 12),
                    (4.4, 6.5, 11),
                    (4.8, 7.2, 10),
                    (5.3, 8, 9),
                )
            ),
            sets=1,
        ),
    ),
)

EXERCISES: dict[str, Exercise] = {exercise.name: exercise for exercise in _ALL}
