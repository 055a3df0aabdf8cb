"""One input of a session as one JSON line, and back; names and order of the fields are those of core.events."""

import math
from dataclasses import MISSING, fields
from typing import Any

import msgspec

from biofeedback.core.events import (
    ClockReading,
    End,
    Input,
    Link,
    Mark,
    Notification,
    Plan,
    Rating,
    Resumed,
    RrIntervals,
    Step,
    StrapInfo,
)

__all__ = ["DAMAGED", "TYPES", "damaged_line", "decode_event", "encode_event", "extra_fields", "is_torn", "parse_line"]

TYPES: dict[str, type[Input]] = {
    "step": Step,
    "strap": StrapInfo,
    "link": Link,
    "notification": Notification,
    "rr": RrIntervals,
    "resumed": Resumed,
    "mark": Mark,
    "rating": Rating,
    "plan": Plan,
    "clock": ClockReading,
    "end": End,
}
DAMAGED = "damaged"  # stands in a repaired file for an input that is lost, so that seq has no holes
_NAMES = {kind: name for name, kind in TYPES.items()}
_FIELDS = {kind: fields(kind) for kind in _NAMES}
LONGEST_S = 30 * 24 * 3600.0  # no session lasts a month: a later time is a damaged one
_PATTERN = ("inhale_s", "hold_in_s", "exhale_s", "hold_out_s")
_ALL_WRITTEN = StrapInfo  # an unknown model, firmware or latency is said to be unknown; elsewhere absent is absent


def encode_event(event: Input) -> bytes:
    """JSON line, with its line feed."""
    kind = type(event)
    line: dict[str, Any] = {"type": _NAMES[kind]}
    for field in _FIELDS[kind]:
        value = getattr(event, field.name)
        if field.default is not MISSING and value == field.default and kind is not _ALL_WRITTEN:
            continue
        if field.name == "pattern":
            line.update((name, getattr(value, name)) for name in _PATTERN)
        else:
            line[field.name] = value.hex() if isinstance(value, bytes) else value
    return msgspec.json.encode(line) + b"\n"


def damaged_line(seq: int, t_s: float) -> bytes:
    """JSON line that stands for a lost input."""
    return msgspec.json.encode({"type": DAMAGED, "seq": seq, "t_s": t_s}) + b"\n"


def parse_line(line: bytes) -> dict[str, Any]:
    """Fields of a line, as they stand there.

    Raises
    ------
    ValueError
        If the line is no JSON object.
    """
    try:
        raw = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("the line is no JSON") from error
    if not isinstance(raw, dict):
        raise ValueError("the line is no JSON object")
    return raw


def is_torn(line: bytes) -> bool:
    """Whether a last line is no whole JSON: the program or the power stopped while it was written."""
    try:
        parse_line(line)
    except ValueError:
        return True
    return False


def decode_event(raw: dict[str, Any]) -> Input:
    """Input of a line's fields, whose ``type`` is one of ``TYPES``.

    Raises
    ------
    ValueError
        If a field is missing or of a wrong type; the message names it.
    """
    kind = TYPES[raw["type"]]
    try:
        event = msgspec.convert(_prepared(raw, kind), kind)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    if event.seq < 1 or not (math.isfinite(event.t_s) and 0 <= event.t_s <= LONGEST_S):
        raise ValueError(f"seq counts from 1 and t_s from 0 to {LONGEST_S:.0f} s, got {event.seq} and {event.t_s}")
    return event


def extra_fields(raw: dict[str, Any]) -> dict[str, Any]:
    """Fields of a line that this version does not know."""
    known = {"type", *(field.name for field in _FIELDS[TYPES[raw["type"]]]), *_PATTERN}
    return {name: value for name, value in raw.items() if name not in known}


def _prepared(raw: dict[str, Any], kind: type[Input]) -> dict[str, Any]:
    """Fields with hex turned into bytes and the four numbers of a pattern into one."""
    if kind is Notification:
        return raw | {"value": _from_hex(raw.get("value"))}
    if kind is Step:
        pattern = {name: raw[name] for name in _PATTERN if name in raw}
        return raw | {"pattern": pattern or None}
    return raw


def _from_hex(value: object) -> bytes:
    """Bytes of a hex string."""
    if not isinstance(value, str):
        raise ValueError("value: hex digits expected")
    try:
        return bytes.fromhex(value)
    except ValueError as error:
        raise ValueError(f"value: {error}") from error
