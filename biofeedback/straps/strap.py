"""What every strap gives: events without a time. The session stamps them the moment its sink is called."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from biofeedback.clock import Clock
from biofeedback.core.events import Characteristic, Origin, Step

__all__ = ["ClockRead", "Connected", "Lost", "Payload", "RrFrame", "Searching", "Sink", "Strap", "StrapEvent"]


@dataclass(frozen=True, slots=True)
class Searching:
    """The strap is looked for; ``detail`` is a key of the language files (``strap.searching`` ...)."""

    detail: str


@dataclass(frozen=True, slots=True)
class Connected:
    """A strap is connected and sends; ``origin`` as in ``Payload``."""

    source: str
    model: str | None = None
    firmware: str | None = None
    latency_s: float | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """The link was lost; the strap goes on looking for it by itself. ``origin`` as in ``Payload``."""

    reason: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """Raw bytes of one notification or read; ``origin`` where another machine or a browser stamped them first."""

    characteristic: Characteristic
    value: bytes
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class RrFrame:
    """RR intervals in ms of a replayed list, never turned into bytes."""

    rr_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ClockRead:
    """The clock of a remote collector or browser was read, in a question and answer that took so long."""

    origin: str
    origin_t_s: float
    round_trip_s: float


StrapEvent = Searching | Connected | Lost | Payload | RrFrame | ClockRead
Sink = Callable[[StrapEvent], None]


class Strap(Protocol):
    """A source of heart beats."""

    @property
    def source(self) -> str:
        """Kind of source: ``ble``, ``simulated``, ``replay``, ``remote``, ``browser``."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether no real heart is behind it."""
        ...

    async def run(self, sink: Sink, clock: Clock) -> None:
        """Call ``sink`` with every event, at once, until cancelled or until the source has no more.

        A strap reconnects by itself. It lets the link go in its ``finally`` when it is cancelled.
        """
        ...

    def watch(self, step: Step | None) -> None:
        """Tell the strap which step is on the screen (None: none). Only a simulated person looks at it."""
        ...
