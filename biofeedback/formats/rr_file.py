"""Lists of RR intervals as other programs write them: text, CSV, gzip of either, or a numpy file."""

import gzip
import io
import math
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from biofeedback.core.events import RrIntervals
from biofeedback.errors import NotRrData
from biofeedback.formats.delimited import MAX_BEATS, Cell, Table, read_table

__all__ = ["RrFile", "RrUnit", "read_rr_file", "rr_events"]

MAX_BYTES = 20_000_000  # of a file, and of what a gzip holds (service.md, uploads); a day of beats is about 1 MB
MAX_S = 24 * 3600 + 3600  # one day, with an hour to spare for the change of the clocks
LONGEST_MS = 30_000.0  # a longer RR is a gap that its program did not mark
UNIT_BORDER = 30.0  # no RR interval is over 30 s or under 30 ms: up to here a number is s, above ms
MEDIAN_MS = (150.0, 5000.0)  # outside, the median is no heart's: wrong unit, heart rates, or another measure
MS_PER_S = 1000.0
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\ufffd]")
# Header of a numpy file with numbers in one dimension. numpy's own reader evaluates it and believes the size it claims.
_NUMPY = re.compile(
    rb"\s*\{'descr': '([<>|](?:[iu][1248]|f[248]))', 'fortran_order': (?:False|True), 'shape': \(([0-9]{1,9}),\), \}\s*"
)


class RrUnit(StrEnum):
    """Unit of the intervals in a file."""

    MS = "ms"
    S = "s"


@dataclass(frozen=True, slots=True)
class RrFile:
    """RR intervals of a file in ms, the line of each, and when each arrived where the file says so.

    ``unit`` is that of the file, given or recognised. For a numpy file a line is the number of the value.
    """

    path: Path
    rr_ms: tuple[float, ...]
    arrival_s: tuple[float, ...] | None
    unit: RrUnit
    lines: tuple[int, ...]


def read_rr_file(path: Path | str, unit: RrUnit | str | None = None) -> RrFile:
    """RR intervals of a file.

    Parameters
    ----------
    path : Path
        One value a line; or CSV with a header (a column rr, ibi or nn, and perhaps a time), or without (RR, or time and
        RR); or ``.npy`` with one dimension. Text may be gzipped, may hold blank lines and comments after ``#``.
    unit : RrUnit
        Unit of the intervals; None: recognised.

    Raises
    ------
    NotRrData
        If the file cannot be read or holds anything else; one line that names the file, the line and the cure.
    """
    path = Path(path)
    name = str(path)
    data = _unzipped(name, _bytes(path))
    table = _numpy_table(name, data) if data.startswith(b"\x93NUMPY") else read_table(name, _text(name, data))
    known = _recognise(name, table) if unit is None else RrUnit(unit)
    factor = MS_PER_S if known is RrUnit.S else 1.0
    rr_ms = tuple(cell.value * factor for cell in table.rr)
    _check(name, table.rr, rr_ms, known)
    return RrFile(path, rr_ms, _arrival_s(name, table, rr_ms), known, tuple(cell.line for cell in table.rr))


def rr_events(rr_file: RrFile, first_seq: int = 1) -> list[RrIntervals]:
    """One input an interval, numbered in a row, each at its end on the time base of the intervals themselves."""
    events, end_ms = [], 0.0
    for seq, rr_ms in enumerate(rr_file.rr_ms, first_seq):
        end_ms += rr_ms
        events.append(RrIntervals(seq, round(end_ms / MS_PER_S, 6), (rr_ms,)))
    return events


def _bytes(path: Path) -> bytes:
    """All bytes of a file that is not too large."""
    try:
        if path.is_dir():
            raise NotRrData(f"{path}: this is a folder. Name a file in it.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise NotRrData(f"{path}: there is no such file. Check its name and folder.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise NotRrData(f"{path}: cannot be read ({reason}). Check its name and permissions.") from error
    if len(data) > MAX_BYTES:
        raise NotRrData(
            f"{path}: over {MAX_BYTES // 1_000_000} MB, too large for RR intervals. A day of them is about 1 MB."
        )
    return data


def _unzipped(name: str, data: bytes) -> bytes:
    """The bytes, out of their gzip where they are in one; never more than the limit."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            plain = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotRrData(f"{name}: the gzip is damaged ({error}). Get the file again.") from error
    if len(plain) > MAX_BYTES:
        raise NotRrData(f"{name}: over {MAX_BYTES // 1_000_000} MB once unzipped, too large for RR intervals.")
    return plain


def _text(name: str, data: bytes) -> str:
    """Text in the bytes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")  # a header from an older program; numbers are the same in it
    if _CONTROL.search(text):
        raise NotRrData(
            f"{name}: this is no text (a picture, or another program's file?). Export RR intervals as text or CSV."
        )
    if text.lstrip().startswith("{"):
        raise NotRrData(
            f"{name}, line 1: this is a recording or other JSON, no list of RR intervals. Unzip it, save it as UTF-8."
        )
    return text


def _numpy_table(name: str, data: bytes) -> Table:
    """Table of a numpy file: numbers in one dimension."""
    width = 2 if data[6:7] == b"\x01" else 4  # of the header's length, by the version of the format
    start = 8 + width + int.from_bytes(data[8 : 8 + width], "little")
    header = _NUMPY.fullmatch(data[8 + width : start])
    if header is None or int(header[2]) == 0:
        raise NotRrData(f"{name}: a numpy file of RR intervals holds numbers in one dimension; this one does not.")
    dtype, count = np.dtype(header[1].decode()), int(header[2])
    if count > MAX_BEATS or len(data) - start != count * dtype.itemsize:
        raise NotRrData(f"{name}: the numpy file is cut off or too long ({count} values). Save it again.")
    values = np.frombuffer(data, dtype, offset=start).astype(np.float64).tolist()
    return Table(tuple(Cell(number, value) for number, value in enumerate(values, 1)), None, None)


def _recognise(name: str, table: Table) -> RrUnit:
    """Unit of the values, each of which can only be one."""
    first, unit = table.rr[0], _unit_of(name, table.rr[0])
    for cell in table.rr:
        if _unit_of(name, cell) is not unit:
            raise NotRrData(
                f"{name}, line {cell.line}: {cell.value:g} is not in {unit} as line {first.line} is. "
                "Mend the line, or say --unit ms or --unit s."
            )
    if table.unit is not None and table.unit != unit:
        raise NotRrData(
            f"{name}, line {first.line}: the header says {table.unit}, but {first.value:g} looks like {unit}. "
            "Say --unit ms or --unit s."
        )
    return unit


def _unit_of(name: str, cell: Cell) -> RrUnit:
    """The only unit in which a value is an RR interval."""
    if not math.isfinite(cell.value) or not 0 < cell.value <= LONGEST_MS:
        raise _not_an_interval(name, cell, f"{cell.value:g} is no RR interval in ms or s")
    return RrUnit.S if cell.value <= UNIT_BORDER else RrUnit.MS


def _not_an_interval(name: str, cell: Cell, what: str) -> NotRrData:
    """Error that names a line."""
    return NotRrData(f"{name}, line {cell.line}: {what}. Mend or remove the line.")


def _check(name: str, cells: tuple[Cell, ...], rr_ms: tuple[float, ...], unit: RrUnit) -> None:
    """Refuse what no heart does in this unit."""
    for cell, value_ms in zip(cells, rr_ms, strict=True):
        if not math.isfinite(value_ms) or not 0 < value_ms <= LONGEST_MS:
            raise _not_an_interval(name, cell, f"{cell.value:g} {unit} is no RR interval")
    median_ms = float(np.median(rr_ms))
    if not MEDIAN_MS[0] <= median_ms <= MEDIAN_MS[1]:
        raise NotRrData(
            f"{name}, line {cells[0].line}: read as {unit}, the median of {median_ms:g} ms is no RR interval. "
            "Are these other numbers, or the other unit (--unit ms, --unit s)?"
        )
    if sum(rr_ms) > MAX_S * MS_PER_S:
        raise NotRrData(f"{name}: more than 24 hours of heartbeats. Cut the file into days.")


def _arrival_s(name: str, table: Table, rr_ms: tuple[float, ...]) -> tuple[float, ...] | None:
    """Times of the file in seconds. A time that runs a thousand times too fast beside the intervals is in ms."""
    if table.times is None:
        return None
    before = -math.inf
    for cell, time in zip(table.rr, table.times, strict=True):
        if not before <= time < math.inf:
            raise NotRrData(
                f"{name}, line {cell.line}: the time goes from {before:g} to {time:g}. Mend or sort the lines."
            )
        before = time
    runs_in_ms = table.times[-1] - table.times[0] > 30 * sum(rr_ms) / MS_PER_S
    return tuple(time / MS_PER_S for time in table.times) if runs_in_ms else table.times
