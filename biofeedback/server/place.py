"""What a room is for: whom, with which strap and exercise."""

from dataclasses import dataclass

__all__ = ["Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """What a room is for.

    ``room`` is its id; None in the room of a private try-out, which the command line describes. ``person`` is the id of
    whoever is in it; None: nobody is known, and each session has a person of its own. ``subject`` is their pseudonym.
    ``pattern`` is that of the exercise's paced steps, where another was set.
    """

    room: str | None
    person: str | None
    subject: str
    strap: str
    exercise: str
    pattern: str | None = None
    speed: float = 1.0
