"""Beats that somebody accepted, interpolated or excluded in a review: an input of a session, known before its first.

An edit says what counts, not what was measured: the intervals and the classes found in them stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from biofeedback.core.choices import Artifact, EditKind

__all__ = ["BeatId", "Edit", "Edits", "Undo", "standing", "undoable"]

BeatId = tuple[int, int]  # seq of the input, place in it


@dataclass(frozen=True, slots=True)
class Edit:
    """Beats edited together. ``author`` is an id; None: it is not known who."""

    id: str
    at_utc: str
    author: str | None
    kind: EditKind
    beats: tuple[BeatId, ...]


@dataclass(frozen=True, slots=True)
class Undo:
    """An earlier edit counts no more; it stays in the log."""

    id: str
    at_utc: str
    author: str | None
    undoes: str


@dataclass(frozen=True, slots=True)
class Edits:
    """What stands of a log: the last word on each beat."""

    of_beat: Mapping[BeatId, EditKind] = field(default_factory=dict)

    def label(self, beat: BeatId, found: Artifact) -> Artifact:
        """Class that counts for a beat in which ``found`` was found.

        An accepted beat is normal. An excluded one is left out of everything, and nothing bridges its place. One to be
        interpolated is put right by its own class, where it has one already.
        """
        match self.of_beat.get(beat):
            case EditKind.ACCEPT:
                return Artifact.NORMAL
            case EditKind.EXCLUDE:
                return Artifact.EXCLUDED
            case EditKind.INTERPOLATE if found is Artifact.NORMAL:
                return Artifact.INTERPOLATED
        return found


def standing(log: Sequence[Edit | Undo]) -> Edits:
    """What stands of a log, oldest line first: of several edits of one beat the last that was not undone."""
    undone = {line.undoes for line in log if isinstance(line, Undo)}
    edits = [line for line in log if isinstance(line, Edit) and line.id not in undone]
    return Edits({beat: edit.kind for edit in edits for beat in edit.beats})


def undoable(log: Sequence[Edit | Undo]) -> Edit | None:
    """The newest edit that was not undone; None: there is none."""
    undone = {line.undoes for line in log if isinstance(line, Undo)}
    return next((line for line in reversed(log) if isinstance(line, Edit) and line.id not in undone), None)
