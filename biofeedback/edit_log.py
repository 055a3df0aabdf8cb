"""Edits of a recording as JSON lines in a file beside it, FILE.edits.jsonl: the recording stays as it was recorded.

The first line names the recording by its hash; then each line is an edit of some beats, or takes an earlier one back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from biofeedback.core.edits import Edit, Undo
from biofeedback.errors import EditsCorrupt, InputError
from biofeedback.ids import is_ulid
from biofeedback.lines import is_torn, parse_line

__all__ = [
    "EDITS_FORMAT",
    "EditLog",
    "Entry",
    "decode_entry",
    "edits_beside",
    "encode_edits",
    "encode_entry",
    "is_path_of_edits",
    "parse_edits",
    "path_beside",
    "read_edits",
]

EDITS_FORMAT = "biofeedback-edits"
VERSION = 1
UNDO = "undo"
SUFFIX = ".edits.jsonl"
MAX_BYTES = 50_000_000  # every beat of three days edited once
Entry = Edit | Undo


@dataclass(frozen=True, slots=True)
class EditLog:
    """Edits of a recording, oldest first; ``warnings``: what was left out of a file."""

    entries: tuple[Entry, ...] = ()
    warnings: tuple[str, ...] = ()


def path_beside(recording: Path) -> Path:
    """Where the edits of a recording lie: FILE.edits.jsonl for FILE.jsonl."""
    return recording.with_name(f"{recording.name.removesuffix('.jsonl')}{SUFFIX}")


def is_path_of_edits(path: Path) -> bool:
    """Whether a file is called as the edits of a recording are."""
    return path.name.endswith(SUFFIX)


def edits_beside(recording: Path, recording_sha256: str) -> EditLog:
    """Edits in the file beside a recording; none where there is no such file. Raises as ``read_edits`` does."""
    path = path_beside(recording)
    return read_edits(path, recording_sha256) if path.exists() else EditLog()


def encode_edits(entries: Sequence[Entry], recording_sha256: str, session: str) -> bytes:
    """The whole file."""
    header = {
        "type": "header",
        "format": EDITS_FORMAT,
        "version": VERSION,
        "session": session,
        "recording_sha256": recording_sha256,
    }
    return msgspec.json.encode(header) + b"\n" + b"".join(map(encode_entry, entries))


def encode_entry(entry: Entry) -> bytes:
    """JSON line, with its line feed."""
    fields = asdict(entry)
    kind = fields.pop("kind", UNDO)
    return msgspec.json.encode({"type": kind} | fields) + b"\n"


def decode_entry(line: bytes) -> Entry:
    """Edit or undo of a line.

    Raises
    ------
    ValueError
        If it is none; the message says why.
    """
    raw = parse_line(line)
    kind = raw.get("type")
    try:
        entry: Entry = msgspec.convert(raw, Undo) if kind == UNDO else msgspec.convert(raw | {"kind": kind}, Edit)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    datetime.fromisoformat(entry.at_utc)
    if not is_ulid(entry.id):
        raise ValueError(f"{entry.id!r} is no id")
    if isinstance(entry, Edit) and (not entry.beats or any(seq < 1 or index < 0 for seq, index in entry.beats)):
        raise ValueError("beats are [seq, index], seq from 1 and index from 0")
    return entry


def read_edits(path: Path, recording_sha256: str) -> EditLog:
    """Edits of a file; a torn last line is left out with a warning. Raises as ``parse_edits`` does, and

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise InputError(f"{path}: {size / 1e6:.0f} MB is too large for edits (at most {MAX_BYTES / 1e6:.0f} MB)")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from error
    return parse_edits(content, path, recording_sha256)


def parse_edits(content: bytes, path: Path, recording_sha256: str) -> EditLog:
    """Edits in the bytes of a file, which ``path`` names in messages.

    Raises
    ------
    InputError
        If these are no edits, of a later version, or of another recording.
    EditsCorrupt
        If a line is damaged; names it.
    """
    first, *rest = content.split(b"\n")
    _check_header(first, path, recording_sha256)
    last = max((number for number, text in enumerate(rest) if text.strip()), default=-1)
    lines, warnings = list(enumerate(rest[: last + 1], start=2)), []
    if lines and is_torn(lines[-1][1]):
        number, _ = lines.pop()
        warnings.append(f"{path}, line {number}: the last line was torn off while it was written, and is left out")
    entries: dict[str, Entry] = {}
    for number, text in lines:
        try:
            entry = decode_entry(text)
            _check_order(entry, entries)
        except ValueError as error:
            raise EditsCorrupt(str(path), number, str(error)) from error
        entries[entry.id] = entry
    return EditLog(tuple(entries.values()), tuple(warnings))


def _check_header(first: bytes, path: Path, recording_sha256: str) -> None:
    """Refuse what is no file of edits of this recording."""
    try:
        raw: dict[str, Any] = parse_line(first)
    except ValueError:
        raw = {}
    if raw.get("type") != "header" or raw.get("format") != EDITS_FORMAT:
        raise InputError(f"{path}: these are no edits (its first line is no header of them)")
    version = raw.get("version")
    if version != VERSION:
        raise InputError(
            f"{path}: these are edits of version {version}; this program reads version {VERSION}. "
            "Install a newer biofeedback."
        )
    if raw.get("recording_sha256") != recording_sha256:
        raise InputError(
            f"{path}: these edits were made on another recording (sha256 {raw.get('recording_sha256')}, "
            f"this one has {recording_sha256}); bring that one back, or move the edits away"
        )


def _check_order(entry: Entry, before: Mapping[str, Entry]) -> None:
    """Refuse an id that was there before, and an undo of nothing that was."""
    if entry.id in before:
        raise ValueError(f"id {entry.id} was there before")
    if isinstance(entry, Undo) and not isinstance(before.get(entry.undoes), Edit):
        raise ValueError(f"there is no edit {entry.undoes} before it")
