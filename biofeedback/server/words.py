"""The words of each page: what it shows and no more, as a phone loads them before anything else."""

from collections.abc import Mapping

import msgspec

from biofeedback.lang import LANGUAGES, Words

__all__ = ["PAGE_WORDS", "word_files"]

_EVERY = ("app", "error", "format", "language")
_SESSION = ("away", "card", "closing", "exercise", "join", "movement", "resonance", "staff", "strap", "trial")
_REVIEWED = (
    *(f"note.{name}" for name in ("title", "written", "written_by")),
    *(f"physio.{name}" for name in ("answer", "calmer", "fall", "revoked", "table")),
    *(f"report.{name}" for name in (
        "absent", "axis", "calmer", "column", "corrected", "exhale", "fact", "gaps", "grade", "inhale",
        "length", "method", "methods", "missing", "no_exercise", "note", "number", "percent", "poincare", "ratings",
        "seconds", "spectrum", "steps", "tachogram", "warnings",
    )),
)  # fmt: skip

# First parts of the keys that a page uses; the first two where it uses little of a large group. A test reads its
# modules and holds both to each other.
PAGE_WORDS: Mapping[str, tuple[str, ...]] = {
    "start": (*_EVERY, "safety", "start"),
    "patient": (*_EVERY, *_SESSION, "pacer", "patient", "ready", "safety", "still"),
    "physio": (
        *_EVERY, *_SESSION, "answer", "artifact", "author", "beat_source", "cards", "following", "following_source",
        "grade", "mark", "patient", "physio", "rating", "reason", "respiration_source", "sensor", "state", "step",
        "warning",
    ),
    "staff": (
        *_EVERY, "account", "answer", "away", "card", "consent", "copy", "exercise", "form", "grade", "history",
        "invite", "mark.context", "note", "patient.exercise", "people", "person", "physio.strap", "physio.table",
        "rating.notice", "reason", "role", "rooms", "sessions", "share", "signing", "staff", "state", "step", "strap",
        "users", "warning",
    ),
    "join": (*_EVERY, "consent", "form", "join"),
    "certificate": (*_EVERY, "certificate"),
    "review": (
        *_EVERY, *_REVIEWED, "answer", "artifact", "author", "exercise", "following", "grade", "mark", "rating",
        "reason", "resonance", "review", "sensor", "step", "trial",
    ),
}  # fmt: skip


def word_files() -> dict[str, bytes]:
    """The language file of every page: ``patient.nl.json`` and its content."""
    return {
        f"{page}.{language}.json": _file(Words(language), parts)
        for page, parts in PAGE_WORDS.items()
        for language in LANGUAGES
    }


def _file(words: Words, parts: tuple[str, ...]) -> bytes:
    """Words of these groups, as they stand in the language file."""
    starts = tuple(f"{part}." for part in parts)
    return msgspec.json.encode({key: words.raw(key) for key in words if f"{key}.".startswith(starts)})
