"""Pieces of HTML that several parts of the report are made of."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from biofeedback.core.results import Answer
from biofeedback.lang import Words
from biofeedback.report.columns import Table
from biofeedback.report.wording import Verdict

__all__ = ["Facts", "answer_card", "facts_list", "html_page", "html_table"]

Facts = Sequence[tuple[str, str]]
STYLES = [Path(__file__).with_name(name) for name in ("page.css", "figures.css")]


def html_page(title: str, parts: Iterable[str], words: Words) -> str:
    """A whole page that asks nothing of the network; parts that are empty are left out."""
    style = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    return (
        f'<!doctype html>\n<html lang="{words("language.code")}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def answer_card(verdict: Verdict, words: Words) -> str:
    """One answer: the person's words first, the physiotherapist's numbers under them."""
    style = "answer yes" if verdict.answer is Answer.YES else "answer"
    why = ((words("report.fact.reason"), " ".join(verdict.reasons)),) if verdict.reasons else ()
    largest = ""
    if verdict.headline is not None:
        name, value = verdict.headline
        largest = f'<p class="number">{escape(name)}<strong>{escape(value)}</strong></p>'
    return (
        f'<article class="{style}"><h3 class="question">{escape(verdict.question)}</h3>'
        f'<p class="word">{escape(verdict.word)}</p><p>{escape(verdict.sentence)}</p>'
        f"{largest}{facts_list((*verdict.facts, *why))}</article>"
    )


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
