"""What the person said of the session, what was noted during it, and what its physiotherapist wrote of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from biofeedback.core.events import Input, Mark, MarkKind, Rating
from biofeedback.ids import is_ulid
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis

__all__ = ["Note", "note_rows", "remarks", "with_names"]

Note = Mapping[str, str | bool | None]  # a session note by its fields, as the store keeps it
NOTE_FIELDS = ("posture", "medication", "changed", "protocol", "quality_note", "adverse", "strap_cleaned", "text")


def note_rows(note: Note, words: Words) -> list[tuple[str, str]]:
    """What the physiotherapist wrote, under its names; what was left empty is left out."""
    rows = []
    for name in NOTE_FIELDS:
        value = note.get(name)
        if value is None or value == "":
            continue
        text = str(value).lower()
        choice = f"report.note.{name}.{text}"
        rows.append((words(f"report.note.{name}"), words(choice) if choice in words else str(value)))
    return rows


def with_names(events: Iterable[Input], names: Mapping[str, str]) -> tuple[Input, ...]:
    """The same, who marked something called by name; a user of another server, or one erased, is a physiotherapist."""
    return tuple(
        replace(event, author=names.get(event.author, "physio"))
        if isinstance(event, Mark) and event.author is not None and is_ulid(event.author)
        else event
        for event in events
    )


def remarks(analysis: Analysis, words: Words) -> list[tuple[str, str]]:
    """When, and what: ratings, notes and circumstances in their order."""
    begin_s, said = analysis.begin_s, []
    for event in analysis.source.events:
        if isinstance(event, Rating):
            said.append((_at(event.t_s - begin_s, words), _rating(event, words)))
        elif isinstance(event, Mark) and event.kind in (MarkKind.NOTE, MarkKind.CONTEXT):
            said.append((_when(event, begin_s, words), _marked(event, words)))
    return said


def _at(since_s: float, words: Words) -> str:
    """When something was said: seconds since the exercise began, which matter to nobody where they were before it."""
    return words("report.before") if since_s < 0 else words("report.at", x=since_s)


def _when(mark: Mark, begin_s: float, words: Words) -> str:
    """When a mark was made, and by whom where that is known: a name, an id, or the side whose page it came from."""
    since_s = mark.t_s - begin_s
    if mark.author is None:
        return _at(since_s, words)
    side = f"author.{mark.author}"
    author = words(side) if side in words else mark.author
    return words("report.before_by", author=author) if since_s < 0 else words("report.at_by", x=since_s, author=author)


def _marked(mark: Mark, words: Words) -> str:
    """A note as it was typed, or a circumstance in words; ``web/mark_words.js`` says the same on the pages."""
    if mark.kind is MarkKind.NOTE:
        return mark.text or words("mark.moment")
    key = "mark.following" if mark.text == "following" else f"mark.context.{mark.text.replace(' ', '_')}"
    return words(key) if key in words else mark.text


def _rating(rating: Rating, words: Words) -> str:
    """A person's own rating in words."""
    scale, moment, value = f"rating.{rating.scale}", f"rating.{rating.moment}", f"rating.{rating.scale}.{rating.value}"
    if value in words:
        return words(value)
    return words(
        "rating.text",
        scale=words(scale) if scale in words else rating.scale,
        moment=words(moment) if moment in words else rating.moment,
        n=rating.value,
    )
