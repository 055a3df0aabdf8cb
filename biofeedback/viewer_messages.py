"""The live channel's messages from viewers, one schema for server, pages, fixtures and documentation."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from biofeedback.frames import ClockTold, Frames, StrapNews

__all__ = ["Ack", "Command", "FromViewer", "Pong", "ViewerHello", "ViewerMark", "ViewerRating"]

Id = Annotated[str, Meta(pattern=r"\A[\w.-]{8,40}\Z")]  # of a command, mark or rating, as its page calls it


class ViewerHello(Struct, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """First message of a viewer; with ``epoch`` and ``message_seq`` it asks for what it missed.

    ``ticket`` names the room; without one it is the only room of a private try-out.
    """

    protocol: int
    role: Literal["patient", "physio"]
    ticket: str | None = None
    epoch: str | None = None
    message_seq: int = 0


class Ack(Struct, frozen=True, kw_only=True, tag_field="type", tag="ack"):
    """Newest message_seq the viewer has handled, every 5 s."""

    message_seq: int


class Command(Struct, frozen=True, kw_only=True, tag_field="type", tag="command"):
    """Steer the session. ``new`` begins another session; ``exercise`` goes with start and new.

    With an ``id`` the viewer is told when it was carried out and is on the disk (``noted``) or that it was not
    (``error`` with this id); until then it says it again whenever it comes back, and it is carried out once. ``at_s``
    is the session's time at which it was given, as the page has it: a command that comes late is refused.
    """

    command: Literal["start", "pause", "resume", "skip", "stop", "new"]
    exercise: str | None = None
    practice: bool = False  # goes with start: a minute of breathing along first, of which nothing is measured
    id: Id | None = None
    at_s: float | None = None


class ViewerMark(Struct, frozen=True, kw_only=True, tag_field="type", tag="mark"):
    """A note or a piece of context; ``context`` with text ``following`` says a person saw the patient breathe along.

    A patient's page tells of the day in the texts of ``core.context`` and in no others. With an ``id`` the viewer is
    told when it is on the disk (``noted``); until then it says it again whenever it comes back, and it is recorded
    once. Its time is that of its coming.
    """

    kind: Literal["note", "context"]
    text: str = ""
    id: Id | None = None


class ViewerRating(Struct, frozen=True, kw_only=True, tag_field="type", tag="rating"):
    """A person's own rating; ``id`` as with a mark."""

    scale: Literal["tension", "notice"]
    moment: Literal["before", "during", "after"]
    value: int
    id: Id | None = None


class Pong(Struct, frozen=True, kw_only=True, tag_field="type", tag="pong"):
    """Answer to ``ping``."""


FromViewer = ViewerHello | Ack | Command | ViewerMark | ViewerRating | Pong | Frames | StrapNews | ClockTold
