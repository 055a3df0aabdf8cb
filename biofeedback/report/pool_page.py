"""The HTML report of several sessions of a person: what they say together, and each of them under it."""

from collections.abc import Sequence
from html import escape

from biofeedback.lang import Words
from biofeedback.report.columns import Table
from biofeedback.report.markup import answer_card, html_page, html_table
from biofeedback.report.pooled import Pool
from biofeedback.report.trial import plan_verdict
from biofeedback.report.wording import interval, pooled_verdict

__all__ = ["pool_name", "pool_page", "pool_table"]


def pool_page(pools: Sequence[Pool], words: Words) -> str:
    """The whole report as HTML."""
    safety = " ".join(words(key) for key in ("safety.line", "safety.urgent"))
    ending = (
        f'<section class="safety"><p>{escape(safety)}</p><p>{escape(words("report.limits"))}</p>'
        f"<p>{escape(words('report.purpose'))}</p></section>"
    )
    return html_page(words("report.pooled.title"), (*(_pool(pool, words) for pool in pools), ending), words)


def _pool(pool: Pool, words: Words) -> str:
    """One person's answer and sessions; above all numbers, whether they are simulated."""
    verdicts = [] if pool.trial is None else [plan_verdict(pool.trial, words)]
    cards = "".join(answer_card(verdict, words) for verdict in (*verdicts, pooled_verdict(pool.calmer, words)))
    label = f'<p class="simulated" role="note">{escape(words("report.simulated"))}</p>' if pool.facts.simulated else ""
    return (
        f"<header><div><h1>{escape(words('report.pooled.title'))}</h1>"
        f'<p class="facts-line">{escape(pool_name(pool, words))}</p></div></header>{label}'
        f'<section><div class="answers">{cards}</div></section>'
        f'<section><div class="wide">{html_table(pool_table(pool, words), words("report.pooled.sessions"))}</div>'
        "</section>"
    )


def pool_name(pool: Pool, words: Words) -> str:
    """Whose sessions, and of which exercise."""
    key = f"exercise.{pool.facts.exercise}.title"
    return (
        f"{pool.facts.subject} · {words(key) if key in words else pool.facts.exercise or words('report.no_exercise')}"
    )


def pool_table(pool: Pool, words: Words) -> Table:
    """One row a session, oldest first: its change with interval, what sitting alone does, and its own answer."""
    rows = []
    for member in pool.members:
        calmer, started = member.calmer, member.facts.at_utc
        change = expected = None
        if calmer is not None:
            change = interval(words, "bpm", calmer.delta_heart_rate_bpm, calmer.low_bpm, calmer.high_bpm)
            expected = interval(words, "bpm", calmer.expected_bpm, calmer.expected_low_bpm, calmer.expected_high_bpm)
        rows.append(
            [
                words("report.when", at=started) if started else member.facts.file,
                change or words("report.absent"),
                expected or words("report.absent"),
                words("answer.unknown" if calmer is None else f"answer.{calmer.answer}"),
            ]
        )
    names = ("report.column.session", "report.calmer.headline", "report.fact.expected", "report.column.answer")
    return [words(name) for name in names], rows
