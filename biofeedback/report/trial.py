"""A plan's result in words and tables: what it allows to be said, the numbers behind it, and its blocks."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from biofeedback.core.choices import Outcome
from biofeedback.core.findings import BlockMeasures, ResonanceResult, TrialOutcome, TrialResult
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis
from biofeedback.report.columns import Table
from biofeedback.report.wording import Verdict, number, reasons
from biofeedback.sentences import answer_of, sentences

__all__ = ["block_table", "plan_results", "plan_verdict", "trial_document"]

_UNITS = {Outcome.RSA: ("report.ms", 1), Outcome.LN_RMSSD: ("report.ln", 2)}  # of every other: beats a minute
_DECIMALS = {
    "breaths_per_min": 1,
    "heart_rate_bpm": 1,
    "rsa_ms": 0,
    "ln_rmssd": 2,
    "change_60_bpm": 1,
    "change_120_bpm": 1,
}
Result = TrialResult | ResonanceResult
Facts = list[tuple[str, str]]


def plan_results(analysis: Analysis) -> list[Result]:
    """What a file's plan says; nothing where there was none."""
    return [one for one in (analysis.trial, analysis.resonance) if one is not None]


def trial_document(trial: TrialResult) -> dict[str, Any]:
    """What ``analyze --json`` says of a trial, with the keys of the sentences that it allows."""
    said = {"answer": answer_of(trial), "sentences": [one.key for one in sentences(trial)]}
    return asdict(trial) | said


def plan_verdict(result: Result, words: Words) -> Verdict:
    """What a plan's result allows to be said, as an answer like the others."""
    answer = answer_of(result)
    is_trial = isinstance(result, TrialResult)
    numbers = _trial_numbers(result, words) if isinstance(result, TrialResult) else _rate(result, words)
    said = " ".join(words(one.key, **one.values) for one in sentences(result))
    return Verdict(
        words(f"trial.{result.exercise}.question" if is_trial else "resonance.question"),
        answer,
        words(f"trial.word.{answer}"),
        said,
        numbers[0] if numbers else None,
        (*numbers[1:], *_facts(result, words)),
        reasons(words, result.reasons),
    )


def block_table(blocks: Sequence[BlockMeasures], words: Words) -> Table:
    """One row a block, in the order that was drawn; only columns in which there is something."""
    names = [name for name in _DECIMALS if any(getattr(block, name) is not None for block in blocks)]
    header = [words(f"report.column.{name}") for name in ("block", "arm", *names, "why")]
    rows = [
        [
            str(block.block + 1),
            _arm(block.arm, words),
            *(_cell(block, name, words) for name in names),
            "" if block.reason is None else words(f"report.block.{block.reason}"),
        ]
        for block in blocks
    ]
    return header, rows


def _cell(block: BlockMeasures, name: str, words: Words) -> str:
    """One number of a block; RSA with its interval."""
    shown = number(words, getattr(block, name), _DECIMALS[name])
    if name != "rsa_ms" or block.rsa_ms is None:
        return shown
    ends = words("report.range", low=number(words, block.low_ms), high=number(words, block.high_ms))
    return f"{shown} ({ends})"


def _arm(name: str, words: Words) -> str:
    """What is done in a block."""
    key = f"trial.arm.{name}"
    return words(key) if key in words else name


def _trial_numbers(result: TrialResult, words: Words) -> Facts:
    """Each outcome that has a number, with its interval."""
    arm, other = _arm(result.arm, words), _arm(result.other, words)
    return [
        (words(f"report.trial.{one.outcome}", arm=arm, other=other), _interval(one, words))
        for one in result.outcomes
        if one.difference is not None
    ]


def _interval(one: TrialOutcome, words: Words) -> str:
    """A difference with its interval and how far that reaches."""
    unit, decimals = _UNITS.get(one.outcome, ("report.bpm", 1))
    value = words(unit, x=number(words, one.difference, decimals))
    low, high = number(words, one.low, decimals), number(words, one.high, decimals)
    return words("report.interval_at", value=value, share=round(100 * one.level, 1), low=low, high=high)


def _rate(result: ResonanceResult, words: Words) -> Facts:
    """The rate with its interval."""
    if result.peak_per_min is None:
        return []
    value = words("report.per_min", x=number(words, result.peak_per_min, 1))
    low, high = number(words, result.low_per_min, 1), number(words, result.high_per_min, 1)
    return [(words("report.trial.peak"), words("report.interval_at", value=value, share=95, low=low, high=high))]


def _facts(result: Result, words: Words) -> Facts:
    """How the plan was drawn, and how much of it stayed whole."""
    facts: Facts = []
    if isinstance(result, TrialResult):
        facts.append((words("report.fact.sets"), str(min(one.sets for one in result.outcomes if one.is_primary))))
    if isinstance(result, TrialResult) and result.sessions > 1:
        return [(words("report.fact.sessions"), str(result.sessions))]
    order = ", ".join(_arm(name, words) for name in result.plan)
    return [*facts, (words("report.fact.plan"), order), (words("report.fact.seed"), str(result.seed))]
