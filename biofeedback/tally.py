"""What a server counts of its work: numbers only, nothing of anybody. Plain integers, as they are counted at beats."""

from bisect import bisect_left
from dataclasses import dataclass, field

__all__ = ["BOUNDS_S", "Durations", "Tally"]

BOUNDS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(slots=True)
class Durations:
    """How long something took: how often up to each of ``BOUNDS_S``, the last count for what took longer."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    sum_s: float = 0.0

    def add(self, lasted_s: float) -> None:
        """Count one."""
        self.counts[bisect_left(BOUNDS_S, lasted_s)] += 1
        self.sum_s += lasted_s


@dataclass(slots=True)
class Tally:
    """Counts of all sessions of a server.

    ``answered``: from a strap's event to the last message that follows from it; ``committed``: from the wish to have
    inputs kept to when they are.
    """

    beats: int = 0
    messages: int = 0  # encoded
    sent: int = 0  # given to viewers
    dropped: int = 0  # for viewers that were behind
    slow_closes: int = 0
    refused: int = 0  # commands
    pipeline_ns: int = 0
    answered: Durations = field(default_factory=Durations)
    committed: Durations = field(default_factory=Durations)
