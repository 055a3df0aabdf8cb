"""First line of a recording: whose session it is, how it was made, and what it took from earlier ones."""

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

__all__ = ["FORMAT", "VERSION", "Header", "decode_header", "encode_header", "utc_text"]

FORMAT = "biofeedback-recording"
VERSION = 1
YEARS = range(1900, 9999)  # a clock may tell anything; outside them what is added to a time may be none


@dataclass(frozen=True, slots=True)
class Header:
    """Header of a recording; ``prior`` is what came from earlier sessions, ``extra`` keeps fields of later programs."""

    session: str
    started_utc: str
    subject: str = ""
    simulated: bool = False
    exercise: str = ""
    pipeline: int = 1
    software: str = ""
    prior: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def utc_text(moment: datetime) -> str:
    """Moment as it stands in recordings: to the millisecond, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_NAMES = tuple(item.name for item in fields(Header) if item.name != "extra")


def encode_header(header: Header) -> bytes:
    """JSON line, with its line feed."""
    known = {name: getattr(header, name) for name in _NAMES}
    return msgspec.json.encode({"type": "header", "format": FORMAT, "version": VERSION} | known | header.extra) + b"\n"


def decode_header(raw: dict[str, Any]) -> Header:
    """Header of a line's fields, of this version.

    Raises
    ------
    ValueError
        If it is of no version that there is, or a field is missing, of a wrong type or no time; the message names it.
    """
    if raw.get("version") != VERSION:
        raise ValueError(f"there is no version {raw.get('version')}")
    extra = {name: value for name, value in raw.items() if name not in ("type", "format", "version", *_NAMES)}
    header = msgspec.convert(raw | {"extra": extra}, Header)
    started = datetime.fromisoformat(header.started_utc)
    if started.year not in YEARS:
        raise ValueError(f"started_utc: a year from {YEARS.start} to {YEARS.stop - 1}, got {started.year}")
    # Not on the clock of whichever machine reads it.
    return header if started.tzinfo else replace(header, started_utc=utc_text(started.replace(tzinfo=UTC)))
