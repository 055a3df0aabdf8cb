"""Steps as planned, and the design of an exercise whose order is drawn: which arms, how often, and what is compared."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from biofeedback.core.choices import Outcome
from biofeedback.core.events import StepKind
from biofeedback.core.pacing import Pattern

__all__ = ["Arm", "Comparison", "Design", "PlanKind", "PlannedStep"]


class PlanKind(StrEnum):
    """What a plan is drawn for."""

    TRIAL = "trial"
    RESONANCE = "resonance"
    VARIED = "varied"  # nothing is compared: breaths of unlike length, that no rhythm of one's own keeps up with


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step as planned; ``movement`` names a movement whose words stand in the language files.

    ``breaths`` are the lengths in s of (inhale, exhale) of a varied pacer.
    """

    step: StepKind
    duration_s: float
    pattern: Pattern | None = None
    movement: str | None = None
    block: int | None = field(default=None, repr=False)
    breaths: tuple[tuple[float, float], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Arm:
    """What is done in one block of a plan. ``name`` stands in the plan."""

    name: str
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a trial says: outcomes of one arm minus those of another, within whole sets.

    Of ``primary`` outcomes a claim may be made; all of them together are wrong in one of twenty trials. Of
    ``secondary`` ones only the number is told.
    """

    arm: str
    other: str
    primary: tuple[Outcome, ...]
    secondary: tuple[Outcome, ...] = ()
    least_sets: int = 1
    pooled: bool = False  # too few sets in a session: sessions of the same person count together


@dataclass(frozen=True, slots=True)
class Design:
    """``sets`` times all arms, each time in an order that is drawn; ``between`` two sets some steps for everyone.

    With ``varied`` each arm is one breath, all of them are one breathing step about this pattern, after ``steady``
    breaths of the pattern itself; ``closing`` is what follows.
    """

    kind: PlanKind
    opening: tuple[PlannedStep, ...]
    arms: tuple[Arm, ...]
    sets: int
    between: tuple[PlannedStep, ...] = ()
    comparison: Comparison | None = None
    varied: Pattern | None = None
    steady: int = 0
    closing: tuple[PlannedStep, ...] = ()

    @property
    def unshuffled(self) -> tuple[str, ...]:
        """The blocks of a plan in the order of the arms."""
        return tuple(arm.name for arm in self.arms) * self.sets

    def allows(self, blocks: Sequence[str]) -> bool:
        """Whether these are blocks of such a plan: whole sets, nothing else."""
        size, names = len(self.arms), sorted(arm.name for arm in self.arms)
        sets = [sorted(blocks[k : k + size]) for k in range(0, len(blocks), size)]
        return sets == [names] * self.sets

    def steps(self, blocks: Sequence[str]) -> tuple[PlannedStep, ...]:
        """All steps of a plan; those of a block carry its place, counted from 0."""
        arms = {arm.name: arm for arm in self.arms}
        if self.varied is not None:
            drawn = [step.pattern for name in blocks for step in arms[name].steps if step.pattern is not None]
            breaths = [*(self.varied,) * self.steady, *drawn]
            lengths_s = tuple((one.inhale_s, one.exhale_s) for one in breaths)
            whole_s = round(sum(one.period_s for one in breaths), 6)
            return (
                *self.opening,
                PlannedStep(StepKind.BREATHE, whole_s, self.varied, breaths=lengths_s),
                *self.closing,
            )
        found = list(self.opening)
        for block, name in enumerate(blocks):
            if block and block % len(self.arms) == 0:
                found += self.between
            found += [replace(step, block=block) for step in arms[name].steps]
        return tuple(found)
