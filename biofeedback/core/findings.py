"""What the blocks of a plan say, one by one and together."""

from dataclasses import dataclass

from biofeedback.core.choices import Answer, Direction, Outcome, Reason

__all__ = ["BlockMeasures", "ResonanceResult", "TrialOutcome", "TrialResult"]


@dataclass(frozen=True, slots=True)
class BlockMeasures:
    """One block. A number is None where it was not asked for, or could not be had; ``reason`` says why not.

    ``rsa_ms`` is peak to trough of the wave locked to the pacer, with its 95 % interval in the person's own noise.
    """

    block: int
    arm: str
    start_s: float
    end_s: float
    reason: str | None = None  # paused | unfinished | gap | poor_signal | no_baseline
    breaths_per_min: float | None = None
    heart_rate_bpm: float | None = None
    rsa_ms: float | None = None
    low_ms: float | None = None
    high_ms: float | None = None
    ln_rmssd: float | None = None
    change_60_bpm: float | None = None
    change_120_bpm: float | None = None

    def value(self, outcome: Outcome) -> float | None:
        """The number of one outcome."""
        found: float | None = getattr(self, outcome.value)
        return found


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """One arm minus the other, within whole sets, with its interval.

    ``level`` is such that the intervals of all primary outcomes hold together with 95 %. ``direction`` is known only
    of a primary outcome whose interval leaves out 0.
    """

    outcome: Outcome
    is_primary: bool
    sets: int
    level: float
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    direction: Direction


@dataclass(frozen=True, slots=True)
class TrialResult:
    """A personal trial: ``arm`` minus ``other``. With ``reasons`` it is broken, and no outcome says anything."""

    exercise: str
    seed: int
    plan: tuple[str, ...]
    arm: str
    other: str
    reasons: tuple[Reason, ...]
    outcomes: tuple[TrialOutcome, ...]
    blocks: tuple[BlockMeasures, ...]
    sessions: int = 1


@dataclass(frozen=True, slots=True)
class ResonanceResult:
    """At which rate RSA is largest, with its 95 % interval; ``yes`` when that can be told. Ask for a retest always."""

    exercise: str
    seed: int
    plan: tuple[str, ...]
    answer: Answer
    reasons: tuple[Reason, ...]
    peak_per_min: float | None
    low_per_min: float | None
    high_per_min: float | None
    p_value: float | None
    blocks: tuple[BlockMeasures, ...]
