"""What may be said of a plan's result, for pages and reports alike: keys of the language files and their numbers."""

from dataclasses import dataclass, field

from biofeedback.core.choices import Answer, Direction, Outcome
from biofeedback.core.findings import ResonanceResult, TrialResult

__all__ = ["Sentence", "answer_of", "sentences"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A key of the language files, and what it is filled in with."""

    key: str
    values: dict[str, float] = field(default_factory=dict)


def answer_of(result: TrialResult | ResonanceResult) -> Answer:
    """``yes`` where the heart was shown to beat slower, ``no`` where faster and never slower.

    RSA that is larger is no slower heart: it has a sentence of its own, and makes no answer.
    """
    if isinstance(result, ResonanceResult):
        return result.answer
    shown = {one.direction for one in result.outcomes if one.outcome is not Outcome.RSA}
    if Direction.LOWER in shown:
        return Answer.YES
    return Answer.NO if Direction.HIGHER in shown else Answer.UNKNOWN


def sentences(result: TrialResult | ResonanceResult) -> tuple[Sentence, ...]:
    """All that may be said, in its order; of a broken plan only that it is, and why."""
    if isinstance(result, ResonanceResult):
        return _of_resonance(result)
    if result.reasons:
        return Sentence("trial.broken"), Sentence(f"reason.{result.reasons[0]}")
    return tuple(
        Sentence(
            f"trial.{result.exercise}.{one.outcome}.{one.direction}",
            {"n": abs(one.difference or 0.0), "sessions": result.sessions},
        )
        for one in result.outcomes
        if one.is_primary
    )


def _of_resonance(result: ResonanceResult) -> tuple[Sentence, ...]:
    """The rate, or that it cannot be told; and always that one search is none."""
    retest = Sentence("resonance.retest")
    peak, low, high = result.peak_per_min, result.low_per_min, result.high_per_min
    if peak is None or low is None or high is None:
        return Sentence("resonance.broken"), Sentence(f"reason.{result.reasons[0]}"), retest
    if result.answer is not Answer.YES:
        return Sentence("resonance.unknown"), retest
    return Sentence("resonance.yes", {"n": peak, "low": low, "high": high}), retest
