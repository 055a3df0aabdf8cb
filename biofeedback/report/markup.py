"""Pieces of HTML that several parts of the report are made of."""

from collections.abc import Sequence
from html import escape

from biofeedback.report.columns import Table

__all__ = ["Facts", "facts_list", "html_table"]

Facts = Sequence[tuple[str, str]]


def facts_list(facts: Facts) -> str:
    """Names and values."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    return f'<dl class="numbers">{rows}</dl>'


def html_table(table: Table, caption: str) -> str:
    """A table whose first column names the row."""
    header, rows = table
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
