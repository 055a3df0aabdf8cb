"""The words a person reads, in Dutch and English: one formatter for reports, command line and doctor.

``web/words.js`` is the same formatter for the pages; one fixture tests both. In a text:

- ``{name}``: a value; a number gets the language's decimal sign
- ``{x, number, 1}``: a number with exactly one decimal
- ``{n, plural, one {# beat} other {# beats}}``
- ``{d, date}``: 2026-11-22 becomes 22 November 2026
- ``{at, date}``, ``{at, time}``, ``{at, offset}``: day, 14:05 and UTC+1 of a moment (2026-11-22T13:05:00Z)
"""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

__all__ = ["LANGUAGES", "Value", "Words", "local_moment", "terminal_language"]

LANGUAGES = ("nl", "en")
FOLDER = Path(__file__).parent
DAY = len("2026-11-22")

Value = str | int | float


def terminal_language() -> str:
    """Language of whoever sits at the terminal: nl where that is set, else en."""
    return "nl" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("nl") else "en"


def local_moment(moment: str, zone: tzinfo | None = None) -> datetime:
    """A moment as ISO 8601 on the clocks of a zone (None: this machine's); one that names no offset is in UTC."""
    at = datetime.fromisoformat(moment)
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(zone)


class Words:
    """All words of one language: ``words("card.yes.word")``, ``words("baseline.left", n=30)``.

    Parameters
    ----------
    language : str
        ``nl`` or ``en``.
    zone : tzinfo or None
        Zone in which moments are told; None: this machine's.

    Raises
    ------
    KeyError
        When a key or a placeholder's value is missing: that is a fault in the program, never in what a person did.
    """

    def __init__(self, language: str, zone: tzinfo | None = None) -> None:
        self.language = language
        self.zone = zone
        self._texts: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))

    def __call__(self, key: str, **values: Value) -> str:
        """The words of ``key`` with its values filled in."""
        return _formatted(self._texts[key], values, self)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def raw(self, key: str) -> str:
        """The text of ``key`` with its placeholders."""
        return self._texts[key]


def _formatted(text: str, values: Mapping[str, Value], words: Words) -> str:
    """The text with its placeholders filled in."""
    out = []
    at = 0
    while (open_at := text.find("{", at)) >= 0:
        body = _braced(text, open_at)
        out += [text[at:open_at], _placeholder(body, values, words)]
        at = open_at + len(body) + 2
    return "".join([*out, text[at:]])


def _braced(text: str, start: int) -> str:
    """What stands between the brace at ``start`` and the one that closes it."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[start + 1 : at]
    raise ValueError(f"a brace is not closed in: {text}")


def _placeholder(body: str, values: Mapping[str, Value], words: Words) -> str:
    """The words for one placeholder."""
    name, *parts = (part.strip() for part in body.split(",", 2))
    value = values[name]
    if not parts:
        return _plain(value, words)
    kind, rest = parts[0], parts[1] if len(parts) == 2 else "0"
    if kind == "number":
        return _number(value, int(rest), words)
    if kind in _MOMENT:
        return _MOMENT[kind](str(value), words)
    if kind == "plural":
        return _plural(rest, value, values, words)
    raise ValueError(f"unknown kind of placeholder: {kind}")


def _plural(rest: str, value: Value, values: Mapping[str, Value], words: Words) -> str:
    """The branch for this number."""
    branches = {}
    at = 0
    while (open_at := rest.find("{", at)) >= 0:
        body = _braced(rest, open_at)
        branches[rest[at:open_at].strip()] = body
        at = open_at + len(body) + 2
    chosen = branches["one" if value == 1 else "other"]
    return _formatted(chosen.replace("#", _plain(value, words)), values, words)


def _plain(value: Value, words: Words) -> str:
    """A text as it is, a number as short as it is."""
    return value if isinstance(value, str) else _number(value, None, words)


def _number(value: Value, decimals: int | None, words: Words) -> str:
    """A number with the language's decimal sign and a real minus."""
    size = abs(Decimal(value))  # exact, as JavaScript's toFixed: the two must round alike
    if decimals is None:
        digits = f"{abs(float(value)):.17g}" if isinstance(value, int) else repr(abs(float(value))).removesuffix(".0")
    else:
        digits = str(size.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    sign = "\u2212" if float(value) < 0 and digits.strip("0.") else ""
    return sign + digits.replace(".", words.raw("format.decimal"))


def _date(value: str, words: Words) -> str:
    """Day, month in words, year; of a moment those of the zone."""
    year, month, day = (
        int(part) for part in (value if len(value) == DAY else _local(value, words).isoformat())[:DAY].split("-")
    )
    return f"{day} {words.raw('format.months').split('|')[month - 1]} {year}"


def _time(value: str, words: Words) -> str:
    """Hour and minute in the zone."""
    return _local(value, words).strftime("%H:%M")


def _offset(value: str, words: Words) -> str:
    """How far the zone's clocks are from UTC at that moment: UTC, UTC+1, UTC−3:30."""
    minutes = round((_local(value, words).utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return "UTC" + (f"{sign}{hours}" if minutes else "") + (f":{rest:02}" if rest else "")


def _local(value: str, words: Words) -> datetime:
    """The moment on the clocks of the zone."""
    return local_moment(value, words.zone)


_MOMENT = {"date": _date, "time": _time, "offset": _offset}
