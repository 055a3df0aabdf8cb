"""Tables for a spreadsheet, in which no text is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["spreadsheet"]

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet begins to calculate


def spreadsheet(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with a mark of it, which spreadsheets look for; a cell without a value is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _plain(cell: object) -> object:
    """Text that a spreadsheet shows and does not calculate."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
