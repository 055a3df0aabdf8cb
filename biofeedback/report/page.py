"""The HTML report of one file: stands on its own, asks nothing of the network, prints on A4."""

from html import escape

from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis
from biofeedback.report.columns import quality_rows, step_table
from biofeedback.report.drawings import drawings
from biofeedback.report.edited import edited_sentence
from biofeedback.report.markup import answer_card, facts_list, html_page, html_table
from biofeedback.report.provenance import file_rows, method_rows
from biofeedback.report.remarks import remarks
from biofeedback.report.trial import block_table, plan_results, plan_verdict
from biofeedback.report.wording import calmer_verdict, exhale_verdict

__all__ = ["page"]


def page(analysis: Analysis, words: Words) -> str:
    """The whole report as HTML."""
    parts = (
        _head(analysis, words),
        _answers(analysis, words),
        _blocks(analysis, words),
        _quality(analysis, words),
        drawings(analysis, words),
        _steps(analysis, words),
        _person(analysis, words),
        _ending(analysis, words),
    )
    return html_page(words("report.title"), parts, words)


def _head(analysis: Analysis, words: Words) -> str:
    """Title, whose session, when; and, above all numbers, whether it is a simulated one."""
    facts = analysis.source.facts
    exercise = f"exercise.{facts.exercise}.title"
    known = [
        facts.subject or words("report.no_subject"),
        words(exercise) if exercise in words else facts.exercise or words("report.no_exercise"),
        *([words("report.when", at=facts.at_utc)] if facts.at_utc else []),
    ]
    line = " · ".join(escape(part) for part in known)
    label = f'<p class="simulated" role="note">{escape(words("report.simulated"))}</p>' if facts.simulated else ""
    return (
        f'<header><div><h1>{escape(words("report.title"))}</h1><p class="facts-line">{line}</p></div></header>{label}'
    )


def _answers(analysis: Analysis, words: Words) -> str:
    """What a plan says, where there was one; then both answers, side by side and never merged."""
    verdicts = [plan_verdict(result, words) for result in plan_results(analysis)]
    verdicts += [exhale_verdict(analysis, response, words) for response in analysis.exhale_responses]
    verdicts.append(calmer_verdict(analysis.calmer, words))
    cards = "".join(answer_card(verdict, words) for verdict in verdicts)
    return f'<section><h2>{escape(words("report.answers"))}</h2><div class="answers">{cards}</div></section>'


def _blocks(analysis: Analysis, words: Words) -> str:
    """The blocks of a plan."""
    blocks = [block for result in plan_results(analysis) for block in result.blocks]
    if not blocks:
        return ""
    table = html_table(block_table(blocks, words), words("report.trial.blocks.caption"))
    return f'<section><h2>{escape(words("report.trial.title"))}</h2><div class="wide">{table}</div></section>'


def _quality(analysis: Analysis, words: Words) -> str:
    """How far the signal may be trusted."""
    rows, why = quality_rows(analysis, words)
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows)
    said = "".join(
        f"<p>{escape(text)}</p>" for text in (edited_sentence(analysis.source, words), " ".join(why)) if text
    )
    warnings = "".join(
        f"<p>{escape(words('report.warnings'))}: {escape(text)}</p>" for text in analysis.source.facts.warnings
    )
    heading = escape(words("report.quality"))
    return f'<section><h2>{heading}</h2><div class="quality"><dl>{cells}</dl>{said}{warnings}</div></section>'


def _steps(analysis: Analysis, words: Words) -> str:
    """The steps side by side."""
    table = html_table(step_table(analysis, words), words("report.steps.caption"))
    return f'<section><h2>{escape(words("report.steps"))}</h2><div class="wide">{table}</div></section>'


def _person(analysis: Analysis, words: Words) -> str:
    """The person's own ratings, and notes made during the session."""
    said = remarks(analysis, words)
    return f"<section><h2>{escape(words('report.ratings'))}</h2>{facts_list(said)}</section>" if said else ""


def _ending(analysis: Analysis, words: Words) -> str:
    """Limits, safety, methods, and which file these numbers come from."""
    file = file_rows(analysis.source.facts, words)
    safety = " ".join(words(key) for key in ("safety.line", "safety.urgent"))
    return (
        f'<section class="safety"><p>{escape(safety)}</p><p>{escape(words("report.limits"))}</p>'
        f"<p>{escape(words('report.purpose'))}</p></section>"
        f"<section><h2>{escape(words('report.methods'))}</h2>{facts_list(method_rows(words))}</section>"
        f"<section><h2>{escape(words('report.file'))}</h2>{facts_list(file)}</section>"
    )
