"""What somebody made of a recording's beats by hand, as it is said with every result that rests on it."""

from collections import Counter
from dataclasses import dataclass

from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit, Undo
from biofeedback.lang import Words
from biofeedback.report.source import Source

__all__ = ["Edited", "edited_by_hand", "edited_sentence"]


@dataclass(frozen=True, slots=True)
class Edited:
    """How many beats were edited, in which way, by whom (ids; None: not known) and when last."""

    accepted: int
    interpolated: int
    excluded: int
    authors: tuple[str | None, ...]
    last_utc: str

    @property
    def beats(self) -> int:
        """Beats that were edited."""
        return self.accepted + self.interpolated + self.excluded


def edited_by_hand(source: Source) -> Edited | None:
    """What stands of a recording's edits; None: nothing does."""
    of_beat = source.edits.of_beat
    if not of_beat:
        return None
    kinds = Counter(of_beat.values())
    undone = {line.undoes for line in source.log if isinstance(line, Undo)}
    stands = [line for line in source.log if isinstance(line, Edit) and line.id not in undone]
    return Edited(
        kinds[EditKind.ACCEPT],
        kinds[EditKind.INTERPOLATE],
        kinds[EditKind.EXCLUDE],
        tuple(dict.fromkeys(line.author for line in stands)),
        max(line.at_utc for line in stands),
    )


def edited_sentence(source: Source, words: Words) -> str | None:
    """The same in words; None: nothing was edited."""
    edited = edited_by_hand(source)
    if edited is None:
        return None
    authors = (words("report.edited.somebody") if author is None else author for author in edited.authors)
    return words(
        "report.edited",
        n=edited.beats,
        accepted=edited.accepted,
        interpolated=edited.interpolated,
        excluded=edited.excluded,
        authors=", ".join(authors),
        d=edited.last_utc,
    )
