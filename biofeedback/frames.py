"""What is said of a strap elsewhere: a browser's over the live channel, a remote collector's over its own."""

from typing import Literal

from msgspec import Struct

__all__ = ["ClockTold", "FrameBytes", "FrameConnected", "FrameLost", "Frames", "StrapNews"]


class StrapNews(Struct, frozen=True, kw_only=True, tag_field="type", tag="strap"):
    """What is going on with a strap elsewhere; ``detail`` is a key of the language files (``strap.searching`` ...).

    A page says it first, before any frames: it is answered with ``kept``, whose ``seq`` is 0 where the session has
    nothing of this origin yet. The page that said it last is the one whose strap is used.
    """

    origin: str
    detail: str


class FrameConnected(Struct, frozen=True, kw_only=True, tag_field="kind", tag="connected"):
    """A strap elsewhere is connected and sends."""

    seq: int
    t_s: float
    model: str | None = None
    firmware: str | None = None


class FrameLost(Struct, frozen=True, kw_only=True, tag_field="kind", tag="lost"):
    """The link to it was lost."""

    seq: int
    t_s: float
    reason: str


class FrameBytes(Struct, frozen=True, kw_only=True, tag_field="kind", tag="bytes"):
    """One notification or read, ``value`` in hex."""

    seq: int
    t_s: float
    characteristic: Literal["2a37", "2a38", "2a19", "pmd_data", "pmd_control"]
    value: str


class Frames(Struct, frozen=True, kw_only=True, tag_field="type", tag="frames"):
    """What a strap elsewhere sent, in order; ``seq`` and ``t_s`` are the origin's own count and monotonic clock.

    ``kept`` says how far it was taken over. What is not kept is sent again, also after a new connection, from the frame
    after the one that ``kept`` last named: frames that are there already are left out, and a frame that leaves a hole
    in the count is refused. The first frame of an origin in a session may have any ``seq``.

    Bytes enter only the session that they were admitted to: what an origin stamped before it was told of a session
    (``hello`` with another ``epoch``) is not sent to it. ``session`` is that of a collector's frames; a page leaves it
    out, as it has said hello to one.
    """

    origin: str
    frames: list[FrameConnected | FrameLost | FrameBytes]
    session: str | None = None


class ClockTold(Struct, frozen=True, kw_only=True, tag_field="type", tag="clock"):
    """Answer to ``clock_ask``: the time on the origin's monotonic clock."""

    origin: str
    id: int
    t_s: float
