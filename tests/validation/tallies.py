"""Shares with their intervals, counted over the sessions of one class."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from biofeedback.core.answers import SIGNAL_REASONS
from biofeedback.core.locked import NORMAL_975
from tests.validation.classes import Target
from tests.validation.outcome import LookOutcome, Outcome

__all__ = ["LOOKS", "Share", "Tally", "count"]

LOOKS = (3, 6, 12)
REFUSALS = {reason.value for reason in SIGNAL_REASONS}


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with Wilson's 95 % interval (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share; nan of nothing."""
        return self.hits / self.of if self.of else math.nan

    @property
    def limits(self) -> tuple[float, float]:
        """Lower and upper limit."""
        if not self.of:
            return 0.0, 1.0
        z2 = NORMAL_975**2
        centre = (self.hits + z2 / 2) / (self.of + z2)
        half = NORMAL_975 / (self.of + z2) * math.sqrt(self.hits * (self.of - self.hits) / self.of + z2 / 4)
        return max(0.0, centre - half), min(1.0, centre + half)

    def judge(self, target: Target) -> str:
        """Whether what was observed holds the target, and whether chance could have turned it."""
        if not self.of:
            return "nothing to count"
        low, high = self.limits
        if target.low <= self.value <= target.high:
            is_sure = (target.low == 0 or low >= target.low) and (target.high == 1 or high <= target.high)
            return "holds" if is_sure else "holds, by chance perhaps"
        is_sure = high < target.low or low > target.high
        return "**misses**" if is_sure else "**misses**, by chance perhaps"


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures of one class."""

    name: str
    sessions: int
    ever_yes: dict[int, Share]  # by the look after so many breaths, at any look until then
    final: dict[str, Share]  # the session's answer
    following: dict[str, Share]  # as said at the last look
    refused: Share  # unknown by signal
    coverage: Share  # of the true effect, at the last look
    stop_coverage: Share  # at the look that decided, else at the last one
    bias_ms: float  # mean of effect minus truth at the last look
    truth_ms: float  # mean
    width_ms: float  # median width of the interval at the last look
    time_s: float  # median, of sessions that ended with yes
    calmer: dict[str, Share]
    calmer_coverage: Share
    calmer_bias_bpm: float
    cpu_ms: float

    def share(self, target: Target) -> Share:
        """The share that a target is about."""
        if target.figure == "ever_yes":
            return self.ever_yes[target.breaths or LOOKS[-1]]
        kind, _, answer = target.figure.rpartition("_")
        if answer == "coverage":
            return {"": self.coverage, "stop": self.stop_coverage, "calmer": self.calmer_coverage}[kind]
        return {"final": self.final, "calmer": self.calmer}[kind][answer]


def count(name: str, outcomes: Sequence[Outcome]) -> Tally:
    """Figures over the sessions of a class."""
    last = [look for outcome in outcomes for look in outcome.looks if look.breaths == LOOKS[-1]]
    known = [look for look in last if look.effect_ms is not None and look.truth_ms is not None]
    stopped = [look for outcome in outcomes if (look := _stop(outcome)) is not None]
    asked = [outcome for outcome in outcomes if outcome.answer is not None]
    times_s = [outcome.time_to_answer_s for outcome in asked if outcome.time_to_answer_s is not None]
    deltas = [outcome for outcome in outcomes if outcome.delta_bpm is not None]
    return Tally(
        name, len(outcomes),
        {breaths: _share(asked, lambda one, b=breaths: _was_yes(one, b)) for breaths in LOOKS},
        {word: _share(asked, lambda one, w=word: one.answer == w) for word in ("yes", "no", "unknown")},
        {word: _share(last, lambda look, w=word: look.following == w) for word in ("yes", "no", "unknown")},
        _share(asked, lambda one: one.reason in REFUSALS),
        _share(known, _covers), _share(stopped, _covers),
        _mean((look.effect_ms or 0.0) - (look.truth_ms or 0.0) for look in known),
        _mean(look.truth_ms or 0.0 for look in known),
        median((look.high_ms or 0.0) - (look.low_ms or 0.0) for look in known) if known else math.nan,
        median(times_s) if times_s else math.nan,
        {word: _share(outcomes, lambda one, w=word: one.calmer == w) for word in ("yes", "no", "unknown")},
        _share(deltas, _covers_delta),
        _mean((one.delta_bpm or 0.0) - one.delta_truth_bpm for one in deltas),
        1000 * _mean(one.cpu_s for one in outcomes),
    )  # fmt: skip


def _share(ones: Sequence, is_hit: Callable[..., bool]) -> Share:
    """Share of hits."""
    return Share(sum(1 for one in ones if is_hit(one)), len(ones))


def _mean(values: Iterable[float]) -> float:
    """Mean; nan of nothing."""
    found = list(values)
    return math.fsum(found) / len(found) if found else math.nan


def _was_yes(outcome: Outcome, breaths: int) -> bool:
    """Whether any look until then said yes."""
    return any(look.answer == "yes" for look in outcome.looks if look.breaths <= breaths)


def _stop(outcome: Outcome) -> LookOutcome | None:
    """The look that decided, else the last; None where it has no interval or no truth."""
    look = next((look for look in outcome.looks if look.answer != "unknown"), outcome.looks[-1:])
    look = look[0] if isinstance(look, tuple) and look else look
    is_known = isinstance(look, LookOutcome) and look.effect_ms is not None and look.truth_ms is not None
    return look if is_known else None


def _covers(look: LookOutcome) -> bool:
    """Whether the interval holds the truth."""
    assert look.low_ms is not None
    assert look.high_ms is not None
    assert look.truth_ms is not None
    return look.low_ms <= look.truth_ms <= look.high_ms


def _covers_delta(outcome: Outcome) -> bool:
    """Whether the calmer answer's interval holds what was to be expected."""
    assert outcome.delta_low_bpm is not None
    assert outcome.delta_high_bpm is not None
    return outcome.delta_low_bpm <= outcome.delta_truth_bpm <= outcome.delta_high_bpm
