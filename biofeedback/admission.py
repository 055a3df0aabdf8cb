"""How a remote collector and the server meet: who it is, which session it may fill, and what that has already."""

from typing import Literal

from msgspec import Struct

from biofeedback.frames import ClockTold, Frames, StrapNews

__all__ = ["COLLECT_PROTOCOL", "REPLACED", "TRY_AGAIN", "Admitted", "CollectorHello", "FromCollector"]

COLLECT_PROTOCOL = 1
TRY_AGAIN = 1013  # websocket close code: what was sent is not all taken; come back and go on from what was heard
REPLACED = 4009  # another connection of the same collector has taken over


class CollectorHello(Struct, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """First message of a collector.

    ``session`` is the one that it was admitted to last, ``origins`` its logs for that one, which may hold what is not
    kept. An origin begins with the collector's own name and a colon.
    """

    protocol: int
    software: str
    simulated: bool
    session: str | None = None
    origins: list[str] = []


class Admitted(Struct, frozen=True, kw_only=True):
    """The session that the collector may fill from here on; said again when another begins or this one ends.

    ``heard``: the highest number of each named origin that this session has. ``earlier``: the same of the session that
    hello named, where that is another one; what is above it stays in the collector's log.
    """

    type: Literal["admitted"] = "admitted"
    protocol: int
    session: str
    is_open: bool
    heard: dict[str, int]
    earlier: dict[str, int] = {}


FromCollector = CollectorHello | Frames | StrapNews | ClockTold
