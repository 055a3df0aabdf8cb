"""What flows into the pipeline: everything a session records, as frozen values with units in their names.

``t_s`` is seconds on the session's clock, stamped once by the session; ``seq`` counts a session's inputs without holes.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from biofeedback.core.pacing import BREATH_PART_MAX_S, Pacer, Pattern

__all__ = [
    "Characteristic",
    "ClockReading",
    "End",
    "Input",
    "Link",
    "LinkState",
    "Mark",
    "MarkKind",
    "Notification",
    "Origin",
    "Plan",
    "Rating",
    "Resumed",
    "RrIntervals",
    "Step",
    "StepKind",
    "StrapInfo",
]


class StepKind(StrEnum):
    """What a person does during a step."""

    PRACTICE = "practice"  # breathing along, to learn how: nothing is measured of it and nothing learned from it
    BASELINE = "baseline"
    BREATHE = "breathe"
    RECOVERY = "recovery"
    REST = "rest"
    WALK = "walk"
    MOVE = "move"


class LinkState(StrEnum):
    """Whether the strap's link is up."""

    CONNECTED = "connected"
    LOST = "lost"


class MarkKind(StrEnum):
    """Kinds of mark; ``command`` and ``context`` carry their content in ``text``."""

    NOTE = "note"
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    STOP = "stop"
    COMMAND = "command"
    CONTEXT = "context"


class Characteristic(StrEnum):
    """Where a notification's bytes come from."""

    HEART_RATE = "2a37"
    BODY_LOCATION = "2a38"
    BATTERY = "2a19"
    PMD_DATA = "pmd_data"
    PMD_CONTROL = "pmd_control"


@dataclass(frozen=True, slots=True)
class Step:
    """A step begins. ``pattern`` and ``breaths`` are there for paced steps; ``continues`` after a pause."""

    seq: int
    t_s: float
    step: StepKind
    duration_s: float | None = None
    pattern: Pattern | None = None
    breaths: tuple[tuple[float, float], ...] = ()
    block: int | None = None
    continues: int | None = None

    def __post_init__(self) -> None:
        lengths_s = [part_s for breath in self.breaths for part_s in breath]
        if not all(0.0 < part_s <= BREATH_PART_MAX_S for part_s in lengths_s):
            raise ValueError(
                f"every inhale and exhale of a step takes more than 0 s, at most {BREATH_PART_MAX_S:g} s, "
                f"got {self.breaths}"
            )
        if self.duration_s is not None and not (math.isfinite(self.duration_s) and self.duration_s >= 0):
            raise ValueError(f"duration_s: a step lasts 0 s or more, got {self.duration_s}")

    @property
    def pacer(self) -> Pacer | None:
        """The pacer of a paced step."""
        return None if self.pattern is None else Pacer(self.t_s, self.pattern, self.breaths)


@dataclass(frozen=True, slots=True)
class StrapInfo:
    """A strap is used from here on; ``latency_s`` is None when it is not calibrated."""

    seq: int
    t_s: float
    strap: int
    source: str
    model: str | None = None
    firmware: str | None = None
    latency_s: float | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an input was first stamped: a remote collector's or browser's own count and clock."""

    id: str
    seq: int
    t_s: float


@dataclass(frozen=True, slots=True)
class Link:
    """The strap's link came up or was lost; ``origin`` where another machine or a browser saw it first."""

    seq: int
    t_s: float
    strap: int
    state: LinkState
    reason: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """Raw bytes of one notification."""

    seq: int
    t_s: float
    strap: int
    characteristic: Characteristic
    value: bytes
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class RrIntervals:
    """RR intervals in ms from an imported or replayed list, oldest first."""

    seq: int
    t_s: float
    rr_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Resumed:
    """The session goes on after a stop of the program."""

    seq: int
    t_s: float
    utc: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A note, a command or a piece of context, with its author; ``id`` is what its page calls it."""

    seq: int
    t_s: float
    kind: MarkKind
    text: str = ""
    author: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """A person's own rating, for example of tension, 0 to 10; ``id`` is what its page calls it."""

    seq: int
    t_s: float
    scale: str
    moment: str
    value: int
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan drawn in advance: its seed, the order of its blocks, and the exercise whose steps follow it."""

    seq: int
    t_s: float
    kind: str
    seed: int
    blocks: tuple[str, ...]
    exercise: str = ""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A remote clock read against the session's."""

    seq: int
    t_s: float
    origin: str
    origin_t_s: float
    round_trip_s: float


@dataclass(frozen=True, slots=True)
class End:
    """The session ends."""

    seq: int
    t_s: float
    reason: str


Input = Step | StrapInfo | Link | Notification | RrIntervals | Resumed | Mark | Rating | Plan | ClockReading | End
