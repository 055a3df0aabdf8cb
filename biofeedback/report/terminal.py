"""An analysis in the terminal: quality first, then the steps, both answers in words, and the breaths."""

from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis
from biofeedback.report.columns import Table as Rows
from biofeedback.report.columns import breath_summary, quality_rows, step_table
from biofeedback.report.edited import edited_sentence
from biofeedback.report.pool_page import pool_name, pool_table
from biofeedback.report.pooled import Pool
from biofeedback.report.trial import block_table, plan_results, plan_verdict
from biofeedback.report.wording import Verdict, calmer_verdict, exhale_verdict, pooled_verdict

__all__ = ["print_analysis", "print_pool"]

PIPED_WIDTH = 110  # a pipe has no width of its own


def print_analysis(analysis: Analysis, words: Words, file: TextIO) -> None:
    """Write one file's tables to the terminal, or as plain text into a pipe."""
    console = _console(file)
    facts = analysis.source.facts
    console.print(Text(_printable(facts.file), style="bold"))
    if facts.at_utc is not None:
        console.print(Text(words("report.when", at=facts.at_utc)))
    if facts.simulated:
        console.print(Text(words("report.simulated"), style="bold magenta"))
    if facts.unit is not None:
        console.print(Text(words("report.unit_note", unit=facts.unit), style="dim"))
    for warning in facts.warnings:
        console.print(Text(f"{words('report.warnings')}: {_printable(warning)}"))
    if (edited := edited_sentence(analysis.source, words)) is not None:
        console.print(Text(_printable(edited), style="bold"))
    _quality(console, analysis, words)
    console.print(_rich_table(step_table(analysis, words)))
    if blocks := [block for result in plan_results(analysis) for block in result.blocks]:
        console.print(_rich_table(block_table(blocks, words)))
    for result in plan_results(analysis):
        _verdict(console, plan_verdict(result, words))
    for response in analysis.exhale_responses:
        _verdict(console, exhale_verdict(analysis, response, words))
    _verdict(console, calmer_verdict(analysis.calmer, words))
    _breaths(console, analysis, words)
    console.print(Text(words("report.purpose"), style="dim"))


def _breaths(console: Console, analysis: Analysis, words: Words) -> None:
    """How many breaths could be measured, and of what size; patterns that are compared are not pooled."""
    pattern_of = {step.started.step_seq: step.started.pattern for step in analysis.steps}
    patterns = list(dict.fromkeys(pattern_of[breath.step_seq] for breath in analysis.breaths))
    for pattern in patterns if len(patterns) > 1 else ():
        own = [breath for breath in analysis.breaths if pattern_of[breath.step_seq] == pattern]
        console.print(Text(f"{words('report.breaths')} {pattern}: {breath_summary(own, words)}"))
    if len(patterns) <= 1:
        console.print(Text(f"{words('report.breaths')}: {breath_summary(list(analysis.breaths), words)}"))


def print_pool(pool: Pool, words: Words, file: TextIO) -> None:
    """Write what a person's sessions say together."""
    console = _console(file)
    console.print(Text(f"{words('report.pooled.title')}: {_printable(pool_name(pool, words))}", style="bold"))
    if pool.facts.simulated:
        console.print(Text(words("report.simulated"), style="bold magenta"))
    console.print(_rich_table(pool_table(pool, words)))
    if pool.trial is not None:
        _verdict(console, plan_verdict(pool.trial, words))
    _verdict(console, pooled_verdict(pool.calmer, words))
    console.print(Text(words("report.purpose"), style="dim"))


def _console(file: TextIO) -> Console:
    """A terminal, or plain text into a pipe."""
    return Console(file=file, width=None if file.isatty() else PIPED_WIDTH, highlight=False, markup=False, emoji=False)


def _printable(text: str) -> str:
    """Text from outside, without what would steer the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _quality(console: Console, analysis: Analysis, words: Words) -> None:
    """Grade and what it is made of, on one line; the reasons on the next."""
    rows, why = quality_rows(analysis, words)
    console.print(Text("   ".join(f"{name}: {value}" for name, value in rows)))
    for reason in why:
        console.print(Padding(Text(reason), (0, 0, 0, 2), expand=False))


def _rich_table(rows_and_header: Rows) -> Table:
    """A table whose first column names the row."""
    header, rows = rows_and_header
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(header):
        table.add_column(name, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _verdict(console: Console, verdict: Verdict) -> None:
    """One answer: the person's words, then the numbers and reasons."""
    console.print(Text.assemble((verdict.question, "bold"), " ", (verdict.word, "bold cyan")))
    headline = [] if verdict.headline is None else [": ".join(verdict.headline)]
    for line in (verdict.sentence, *headline, *verdict.reasons):
        console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))
    console.print()
