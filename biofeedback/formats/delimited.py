"""Text with one or more columns of numbers, as other programs write it: which column is which."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from biofeedback.errors import NotRrData

__all__ = ["Cell", "Table", "read_table"]

RR_NAMES = {"rr", "rri", "nn", "nni", "ibi", "rrs", "rrinterval", "rrintervals"}
TIME_NAMES = {"t", "time", "timestamp", "since", "elapsed", "seconds"}
MS_NAMES = {"ms", "msec", "milliseconds", "millisecond"}
S_NAMES = {"s", "sec", "seconds", "second"}
MAX_BEATS = 500_000  # more than 24 hours of any heart
MAX_COLUMNS = 32  # further ones are not looked at
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_WITH_OR_WITHOUT_COMMA = re.compile(r"[0-9]+(,[0-9]+)?")
_QUOTED = re.compile(r'"([^"]*)"')
_NO_ROW = re.compile(r"#|sep=.?$", re.IGNORECASE)  # a comment, or the line that tells Excel the separator
_WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """A number and the line on which it stands."""

    line: int
    value: float


@dataclass(frozen=True, slots=True)
class Table:
    """The column of RR intervals, the times beside it where there are any, and the RR unit if the header names it."""

    rr: tuple[Cell, ...]
    times: tuple[float, ...] | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    fields: tuple[str, ...]


def read_table(name: str, text: str) -> Table:
    """Table in the text of a file called ``name``.

    Raises
    ------
    NotRrData
        If a line is no row of numbers, or no column is known to hold RR intervals; names the line.
    """
    rows = list(_rows(name, text))
    if not rows:
        raise NotRrData(f"{name}: the file is empty. Give a file with one RR interval a line.")
    header = None if all(_is_number(field) for field in rows[0].fields) else rows[0]
    body = rows if header is None else rows[1:]
    if not body:
        raise NotRrData(f"{name}: there is no number in it, only line {rows[0].line}. Give one RR interval a line.")
    if header is None:
        _check_width(name, body)
        rr_column, time_column = _columns_by_count(name, body[0])
    else:
        rr_column, time_column = _columns_by_name(name, header, body)
    unit = None if header is None else _unit(header.fields[rr_column])
    rr = tuple(Cell(row.line, _number(name, row, rr_column)) for row in body)
    return Table(rr, None if time_column is None else _times(body, time_column), unit)


def _rows(name: str, text: str) -> Iterator[_Row]:
    """Yield the rows that are neither blank nor a comment."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MAX_BEATS:
        raise NotRrData(f"{name}: over {MAX_BEATS} lines are more than 24 hours of heartbeats. Cut the file into days.")
    lines = [(number, _QUOTED.sub(_unquoted, line).strip()) for number, line in enumerate(text.split("\n"), 1)]
    kept = [(number, line) for number, line in lines if line and not _NO_ROW.match(line)]
    comma_is_decimal = _comma_is_decimal([line for _, line in kept])
    for number, line in kept:
        yield _Row(number, _fields(line, comma_is_decimal))


def _comma_is_decimal(lines: list[str]) -> bool:
    """Whether ``812,5`` is one number here: what stands before the comma does not run on as a time would."""
    body = lines[1:] if lines and not any(character.isdigit() for character in lines[0]) else lines
    with_comma = sum("," in line for line in body)
    if len(body) < 2 or not with_comma or not all(_WITH_OR_WITHOUT_COMMA.fullmatch(line) for line in body):
        return False
    if with_comma < len(body):
        return True
    whole = [int(line.split(",")[0][:12]) for line in body]
    goes_back = any(late < early for early, late in itertools.pairwise(whole))
    return goes_back or 5 * (whole[-1] - whole[0]) < len(whole)


def _unquoted(found: re.Match[str]) -> str:
    """What stands between quotes, in which nothing parts columns."""
    return re.sub(r"[;,\t]", " ", _with_point(found[1].strip()))


def _fields(line: str, comma_is_decimal: bool) -> tuple[str, ...]:
    """Fields of a line, split at semicolons, tabs, commas or spaces, whichever it has first in this order."""
    if comma_is_decimal:
        return (line.replace(",", "."),)
    for separator in (";", "\t", ","):
        if separator in line:
            fields = tuple(
                field.strip() for field in line.rstrip(separator).split(separator, MAX_COLUMNS)[:MAX_COLUMNS]
            )
            # Where semicolons or tabs part the columns, a comma inside one is a decimal comma.
            return fields if separator == "," else tuple(_with_point(field) for field in fields)
    fields = tuple(line.split(None, MAX_COLUMNS)[:MAX_COLUMNS])
    return fields if all(_is_number(field) for field in fields) else (line,)


def _with_point(field: str) -> str:
    """A number with a decimal comma, written with a point; anything else as it is."""
    return field.replace(",", ".") if _DECIMAL_COMMA.fullmatch(field) else field


def _is_number(field: str) -> bool:
    """Whether a field is meant as a number, be it nan."""
    return _NUMBER.fullmatch(field) is not None


def _words(title: str) -> set[str]:
    """Words of a column's title."""
    return set(_WORDS.split(title.lower()))


def _unit(title: str) -> str | None:
    """Unit that a column's title names."""
    if _words(title) & MS_NAMES:
        return "ms"
    return "s" if _words(title) & S_NAMES else None


def _columns_by_count(name: str, row: _Row) -> tuple[int, int | None]:
    """Columns of RR and time of a file without header: one is RR, two are time and RR."""
    if len(row.fields) > 2:
        raise NotRrData(
            f"{name}, line {row.line}: {len(row.fields)} columns and no header. "
            "Keep time and RR, or name the columns t_s and rr_ms."
        )
    return (0, None) if len(row.fields) == 1 else (1, 0)


def _columns_by_name(name: str, header: _Row, body: list[_Row]) -> tuple[int, int | None]:
    """Columns of RR and time by their titles; a single column is RR whatever its title."""
    titles = header.fields
    found = [index for index, title in enumerate(titles) if _words(title) & RR_NAMES]
    if not found and len(titles) == 1 and len(body[0].fields) == 1:
        return 0, None
    if not found:
        shown = ", ".join(title[:30] for title in titles[:6])
        raise NotRrData(
            f"{name}, line {header.line}: no column of RR intervals among {shown!r}. Name it rr_ms or rr_s."
        )
    times = [
        index
        for index, title in enumerate(titles)
        if index != found[0] and _words(title) & TIME_NAMES and _has_number(body[0], index)
    ]
    return found[0], times[0] if times else None


def _has_number(row: _Row, column: int) -> bool:
    """Whether a row has a number in a column."""
    return column < len(row.fields) and _is_number(row.fields[column])


def _number(name: str, row: _Row, column: int) -> float:
    """Number in a column of a row."""
    if not _has_number(row, column):
        shown = row.fields[column][:30] if column < len(row.fields) else ""
        raise NotRrData(f"{name}, line {row.line}: {shown!r} is no RR interval. Mend or remove the line.")
    return float(row.fields[column])


def _check_width(name: str, body: list[_Row]) -> None:
    """Refuse a row with more or fewer columns than the first: it would be read as something else."""
    first = body[0]
    for row in body:
        if len(row.fields) != len(first.fields):
            raise NotRrData(
                f"{name}, line {row.line}: columns: {len(row.fields)}, but {len(first.fields)} on line {first.line}. "
                "Mend or remove the line."
            )


def _times(body: list[_Row], column: int) -> tuple[float, ...] | None:
    """Numbers of the time column, or None where it holds something else."""
    return tuple(float(row.fields[column]) for row in body) if all(_has_number(row, column) for row in body) else None
