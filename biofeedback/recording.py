"""One session as JSON lines: its inputs and nothing else, from which every result can be rebuilt."""

import contextlib
import itertools
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biofeedback.core.events import End, Input, Mark, Rating
from biofeedback.errors import InputError, RecordingCorrupt, RecordingTooNew
from biofeedback.header import FORMAT, VERSION, Header, decode_header, encode_header
from biofeedback.lines import (
    DAMAGED,
    TYPES,
    damaged_line,
    decode_event,
    encode_event,
    extra_fields,
    is_torn,
    parse_line,
)

__all__ = [
    "VERSION",
    "Header",
    "Recording",
    "RecordingWriter",
    "is_recording",
    "parse_recording",
    "read_recording",
    "repair_recording",
    "whole_lines",
]

MAX_BYTES = 200_000_000  # three days of notifications with room to spare; more is no session
MAX_HOLE = 100_000  # a seq that leaps further is itself the damage
_BOM = b"\xef\xbb\xbf"
_LATE = (Mark, Rating)  # what a person may still add when the session has ended


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as read. ``torn``: its last line was cut off. ``extra``: fields that are not known here, by seq."""

    header: Header
    events: tuple[Input, ...]
    path: Path
    warnings: tuple[str, ...] = ()
    torn: bool = False
    extra: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether the session came to its end."""
        return any(isinstance(event, End) for event in self.events)

    @property
    def last_t_s(self) -> float:
        """Time of the last input."""
        return self.events[-1].t_s if self.events else 0.0


@dataclass(frozen=True, slots=True)
class _Entry:
    """One whole line; ``event`` is None where its type is not known."""

    line: int
    text: bytes
    seq: int
    t_s: float
    event: Input | None
    extra: dict[str, Any]


def is_recording(path: Path | str) -> bool:
    """Whether a file looks like a recording (and not like a list of RR intervals), from its first bytes."""
    try:
        with Path(path).open("rb") as file:
            return file.read(64).removeprefix(_BOM).lstrip().startswith(b"{")
    except OSError:
        return False


def read_recording(path: Path | str, *, repair: bool = False) -> Recording:
    """Recording of a file; a torn last line is cut off with a warning.

    Parameters
    ----------
    path : Path
        The file.
    repair : bool
        Keep all that is whole and say what is lost, instead of raising at the first damaged line.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, or is no recording.
    RecordingCorrupt
        If a line is damaged; names it.
    RecordingTooNew
        If a later version wrote it.
    """
    return parse_recording(_read_bytes(Path(path)), Path(path), repair=repair)


def parse_recording(data: bytes, path: Path, *, repair: bool = False) -> Recording:
    """Recording of the bytes of a file, which ``path`` names in messages; raises as ``read_recording`` does."""
    reader = _Reader(path, data, repair)
    entries = reader.entries()
    return Recording(
        reader.header,
        tuple(entry.event for entry in entries if entry.event is not None),
        path,
        tuple(reader.warnings),
        reader.torn,
        {entry.seq: entry.extra for entry in entries if entry.extra},
    )


def whole_lines(path: Path) -> list[bytes]:
    """Lines of a file as they stand there, unknown types too: the header's, then that of seq 1, of seq 2 ...

    Raises as ``read_recording`` does.
    """
    reader = _Reader(path, _read_bytes(path), repair=False)
    return [text + b"\n" for text in (reader.header_text, *(entry.text for entry in reader.entries()))]


def repair_recording(path: Path | str) -> Path:
    """Path of a new file FILE.repaired.jsonl that holds every whole line of a damaged recording, in its order.

    A lost input leaves a line of type ``damaged`` behind, so that ``seq`` has no holes. The original is not touched.
    """
    path = Path(path)
    reader = _Reader(path, _read_bytes(path), repair=True)
    lines, seq = [reader.header_text + b"\n"], 0
    for entry in reader.entries():
        lines += [damaged_line(lost, entry.t_s) for lost in range(seq + 1, entry.seq)]
        lines.append(entry.text + b"\n")
        seq = entry.seq
    repaired = path.with_name(f"{path.name.removesuffix('.jsonl')}.repaired.jsonl")
    try:
        with open(repaired, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.writelines(lines)
    except OSError as error:
        raise InputError(f"{repaired}: cannot be written ({error.strerror})") from error
    return repaired


class RecordingWriter:
    """Appends the inputs of one session to a new file (mode 0600, new folders 0700).

    An error of the disk raises ``OSError`` and leaves the file whole: what was written stays, the failed line is not
    there in part, and ``write`` may be tried again.
    """

    def __init__(self, path: Path | str, header: Header) -> None:
        self.path = Path(path)
        self._size = 0
        try:
            _make_folder(self.path.parent)
            self._file = _new(self.path)
            self._begin(header)
        except FileExistsError as error:
            raise InputError(f"{self.path}: exists already; choose another name") from error
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written ({(error.strerror or str(error)).lower()})") from error

    def write(self, event: Input) -> None:
        """Append one input; it is in the file when this returns."""
        self._append(encode_event(event))

    def flush(self) -> None:
        """Return when all that was written is on the disk."""
        os.fsync(self._file)

    def close(self) -> None:
        """Flush and close; a second call does nothing."""
        if self._file < 0:
            return
        with contextlib.suppress(OSError):
            self.flush()
        os.close(self._file)
        self._file = -1

    def _begin(self, header: Header) -> None:
        """Write the first line; without it the file would only stand in the way of the next try."""
        try:
            self._append(encode_header(header))
        except OSError:
            os.close(self._file)
            self.path.unlink()
            raise

    def _append(self, line: bytes) -> None:
        """Write a whole line or nothing."""
        done = 0
        try:
            while done < len(line):
                done += os.write(self._file, line[done:])
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(line)


def _read_bytes(path: Path) -> bytes:
    """Bytes of a file of reasonable size.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, or it is over 200 MB.
    """
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise InputError(
                f"{path}: {size / 1e6:.0f} MB is too large for a recording (at most {MAX_BYTES / 1e6:.0f} MB)"
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from error


class _Reader:
    """Reads the bytes of one file: strictly, or keeping all that is whole."""

    def __init__(self, path: Path, data: bytes, repair: bool) -> None:
        self.path = path
        self.repair = repair
        self.warnings: list[str] = []
        self.torn = False
        first, *self._rest = data.removeprefix(_BOM).split(b"\n")
        self.header_text = first
        self.header = self._header(first)

    def entries(self) -> list[_Entry]:
        """Whole lines after the header, in order and without contradiction."""
        last = max((number for number, text in enumerate(self._rest) if text.strip()), default=-1)
        lines = list(enumerate(self._rest[: last + 1], start=2))
        if lines and is_torn(lines[-1][1]):
            self.torn = True
            self._warn(lines.pop()[0], "the last line was torn off while it was written, and is left out")
        found = [entry for number, text in lines if (entry := self._entry(number, text)) is not None]
        return list(self._in_order(found))

    def _header(self, text: bytes) -> Header:
        """Header of the first line."""
        if not text.strip() and not any(self._rest):
            raise InputError(f"{self.path}: the file is empty")
        try:
            raw = parse_line(text)
        except ValueError as error:
            raise InputError(f"{self.path}: this is no biofeedback recording (its first line is no header)") from error
        if raw.get("type") in TYPES:
            raise RecordingCorrupt(str(self.path), 1, "the header is missing")
        if raw.get("type") != "header" or raw.get("format") != FORMAT:
            raise InputError(f"{self.path}: this is no biofeedback recording (its first line is no header)")
        return self._known_header(raw)

    def _known_header(self, raw: dict[str, Any]) -> Header:
        """Header of a version that this program knows."""
        version = raw.get("version")
        if isinstance(version, int) and version > VERSION:
            raise RecordingTooNew(str(self.path), version, VERSION)
        try:
            return decode_header(raw)
        except ValueError as error:
            raise RecordingCorrupt(str(self.path), 1, f"the header is damaged ({error})") from error

    def _entry(self, number: int, text: bytes) -> _Entry | None:
        """One line, or None where it is damaged and that is accepted."""
        try:
            raw = parse_line(text)
            if raw.get("type") in TYPES:
                event = decode_event(raw)
                return _Entry(number, text, event.seq, event.t_s, event, extra_fields(raw))
            return self._unknown(number, text, raw)
        except ValueError as error:
            self._damaged(number, str(error))
            return None

    def _unknown(self, number: int, text: bytes, raw: dict[str, Any]) -> _Entry:
        """Line of a type that is not known here, or that stands for a lost one."""
        kind, seq, t_s = raw.get("type"), raw.get("seq"), raw.get("t_s")
        if not isinstance(kind, str) or type(seq) is not int:
            raise ValueError("the line has no type and seq")
        if kind == DAMAGED:
            self._warn(number, f"input {seq} was lost here before the file was repaired")
        else:
            self._warn(number, f"a line of unknown type {kind!r} is skipped")
        return _Entry(number, text, seq, _time(t_s), None, {})

    def _in_order(self, found: list[_Entry]) -> Iterator[_Entry]:
        """Entries that go on from those before; when repairing, one at odds with both its neighbours is dropped."""
        seq, t_s, ended = 0, 0.0, False
        entry: _Entry
        after: _Entry | None
        for entry, after in itertools.zip_longest(found, found[1:]):
            wrong = self._contradiction(entry, seq, t_s, ended)
            if wrong is None and self.repair and after is not None and _leaps(entry, after, seq, t_s):
                wrong = "seq or t_s leaps ahead of the next line"
            if wrong is not None:
                self._damaged(entry.line, wrong)
                continue
            if self.repair and entry.seq > seq + 1:
                self._warn(entry.line, f"inputs {seq + 1} to {entry.seq - 1} are lost before it")
            yield entry
            seq, t_s, ended = entry.seq, entry.t_s, ended or isinstance(entry.event, End)

    def _contradiction(self, entry: _Entry, seq: int, t_s: float, ended: bool) -> str | None:
        """What is wrong with an entry after these."""
        if entry.seq <= seq or entry.seq > seq + (MAX_HOLE if self.repair else 1):
            return f"seq {seq + 1} expected, {entry.seq} found"
        if entry.t_s < t_s:
            return f"t_s goes back from {t_s} to {entry.t_s}"
        if ended and entry.event is not None and not isinstance(entry.event, _LATE):
            return "an input after the end"
        return None

    def _damaged(self, number: int, reason: str) -> None:
        """Raise, or when repairing, say what is left out."""
        if not self.repair:
            raise RecordingCorrupt(str(self.path), number, reason)
        self._warn(number, f"{reason}; the line is left out")

    def _warn(self, number: int, text: str) -> None:
        """Add a warning that names the line."""
        self.warnings.append(f"{self.path}, line {number}: {text}")


def _time(t_s: object) -> float:
    """A time on a session's clock."""
    if isinstance(t_s, bool) or not isinstance(t_s, int | float) or not 0 <= t_s < math.inf:
        raise ValueError("the line has no t_s")
    return float(t_s)


def _leaps(entry: _Entry, after: _Entry, seq: int, t_s: float) -> bool:
    """Whether the next line goes on from what was before, and not from this one."""
    goes_on = after.seq > seq and after.t_s >= t_s
    return goes_on and not (after.seq > entry.seq and after.t_s >= entry.t_s)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, for their owner only."""
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _new(path: Path) -> int:
    """Descriptor for appending to a file that was not there: no other program writes it."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)
