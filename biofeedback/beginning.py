"""What was begun in a session, and when: its header tells what was planned when its room opened, maybe hours before."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from biofeedback.core.events import Input, Mark, MarkKind, Step
from biofeedback.core.exercises import EXERCISES
from biofeedback.header import Header, utc_text

__all__ = ["Beginning", "beginning_of"]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the inputs that were seen say of it. ``begun_utc``: of the first step; None where there was none.

    It counts on the clock of the session, which a simulated strap may let run faster than that on the wall.
    """

    opened_utc: str
    exercise: str
    begun_utc: str | None = None

    @property
    def at_utc(self) -> str:
        """When the exercise began, or the session where nothing was done."""
        return self.begun_utc or self.opened_utc

    def after(self, event: Input) -> "Beginning":
        """The same, with one more input."""
        if isinstance(event, Step) and self.begun_utc is None:
            moment = datetime.fromisoformat(self.opened_utc) + timedelta(seconds=event.t_s)
            return replace(self, begun_utc=utc_text(moment))
        if isinstance(event, Mark) and event.kind is MarkKind.COMMAND:
            return replace(self, exercise=_started(event) or self.exercise)
        return self


def beginning_of(header: Header, events: Iterable[Input] = ()) -> Beginning:
    """What a header and the inputs after it say."""
    found = Beginning(header.started_utc, header.exercise)
    for event in events:
        found = found.after(event)
    return found


def _started(mark: Mark) -> str | None:
    """The exercise that a command starts, where that is another than was planned."""
    command, *options = mark.text.split() or [""]
    return next((name for name in options if name in EXERCISES), None) if command == "start" else None
