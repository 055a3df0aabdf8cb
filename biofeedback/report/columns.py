"""Rows of the tables, for terminal and HTML alike; the columns come from the dataclasses' fields."""

from collections.abc import Sequence
from dataclasses import fields
from statistics import median

from biofeedback.core.details import StepDetails
from biofeedback.core.results import BreathMeasures, StepMeasures
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.sensor import sensor_sentences
from biofeedback.report.wording import number, reasons, sources_sentence

__all__ = ["Table", "breath_summary", "breath_table", "quality_rows", "short_step_table", "step_name", "step_table"]

Table = tuple[list[str], list[list[str]]]

_NOT_A_COLUMN = {"step_seq", "step", "start_s", "end_s"}
_MEASURES = [field.name for field in fields(StepMeasures) if field.name not in _NOT_A_COLUMN]
_DETAILS = [field.name for field in fields(StepDetails)]
_POWERS = ("vlf_power_ms2", "lf_power_ms2", "hf_power_ms2", "respiration_power_ms2")
_RATIOS = ("single_wave_fraction", "sample_entropy", "dfa_alpha1")
_DECIMALS = {"respiration_hz": 3, "breathing_hz": 3, "beats": 0} | dict.fromkeys(_POWERS, 0) | dict.fromkeys(_RATIOS, 2)
SHORT_STEPS = 6  # of a session of more than half an hour; the long report has them all


def step_name(step: ReviewedStep, words: Words) -> str:
    """A step's name, with its pattern when it has one."""
    name = words(f"step.{step.started.step}")
    return f"{name} {step.started.pattern}" if step.started.pattern else name


def step_table(analysis: Analysis, words: Words) -> Table:
    """One row a measure, one column a step: baseline, breathing and recovery side by side.

    The steps of a plan's blocks are left out: there are too many, and the blocks have a table of their own.
    """
    steps = [step for step in analysis.measured_steps if step.started.block is None]
    begin_s = analysis.begin_s
    header = [words("report.column.measure"), *(step_name(step, words) for step in steps)]
    spans = [
        words("report.range", low=number(words, step.started.t_s - begin_s), high=number(words, step.end_s - begin_s))
        for step in steps
    ]
    rows = [[words("report.column.when"), *spans]]
    measured, detailed = [step.measures for step in steps], [step.details for step in steps]
    rows += [_row(name, measured, words) for name in _MEASURES]
    return header, rows + [_row(name, detailed, words) for name in _DETAILS]


def short_step_table(analysis: Analysis, words: Words) -> Table:
    """What a sheet of paper has room for: the measures that a session makes while it runs, and its first steps."""
    header, rows = step_table(analysis, words)
    return header[: 1 + SHORT_STEPS], [row[: 1 + SHORT_STEPS] for row in rows[: 1 + len(_MEASURES)]]


def _row(name: str, steps: Sequence[StepMeasures | StepDetails | None], words: Words) -> list[str]:
    """One measure in all steps."""
    values = [None if step is None else getattr(step, name) for step in steps]
    return [words(f"report.column.{name}"), *(_cell(name, one, words) for one in values)]


def _cell(name: str, value: float | str | None, words: Words) -> str:
    """A number, or the word for a choice."""
    if isinstance(value, str):
        return words(f"{name}.{value}")
    return number(words, value, _DECIMALS.get(name, 1))


def breath_table(breaths: list[BreathMeasures], words: Words, begin_s: float = 0.0) -> Table:
    """One row a breath; times from ``begin_s``."""
    names = ("number", "start", "exhale_start", "rise", "fall", "beats", "why")
    rows = [
        [
            str(place),
            number(words, breath.inhale_start_s - begin_s, 1),
            number(words, breath.exhale_start_s - begin_s, 1),
            number(words, breath.exhale_rise_ms, 1),
            number(words, breath.exhale_fall_bpm, 1),
            str(breath.beats),
            "" if breath.usable else _why(breath.reason, words),
        ]
        for place, breath in enumerate(breaths, start=1)
    ]
    return [words(f"report.column.{name}") for name in names], rows


def _why(reason: str | None, words: Words) -> str:
    """Why a breath cannot be used."""
    key = f"report.breath.{reason}"
    return words(key) if key in words else words("physio.breath.unusable")


def breath_summary(breaths: list[BreathMeasures], words: Words) -> str:
    """How many breaths could be measured, and their median rise and fall."""
    rises = [breath.exhale_rise_ms for breath in breaths if breath.exhale_rise_ms is not None]
    falls = [breath.exhale_fall_bpm for breath in breaths if breath.exhale_fall_bpm is not None]
    if not breaths:
        return words("report.breaths.none")
    if not rises or not falls:
        return words("report.bars.none", breaths=len(breaths))
    return words(
        "report.breaths.summary",
        usable=sum(breath.usable for breath in breaths),
        breaths=len(breaths),
        median=number(words, median(rises), 1),
        fall=number(words, median(falls), 1),
    )


def quality_rows(analysis: Analysis, words: Words) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """Grade first, then the numbers behind it; and the reasons."""
    quality = analysis.quality
    if quality is None:
        return [(words("report.grade"), words("grade.bad"))], (words("reason.no_beat_intervals"),)
    corrected, coverage = quality.corrected_fraction, quality.coverage_fraction
    rows = [
        (words("report.grade"), words(f"grade.{quality.grade}")),
        (words("report.beats"), str(sum(beat.t_s >= analysis.begin_s for beat in analysis.beats))),
        (words("report.corrected"), _percent(words, corrected)),
        (words("report.coverage"), _percent(words, coverage)),
        (words("report.gaps"), str(len(analysis.gaps_since_begin))),
        (words("report.length"), words("report.minutes", x=(analysis.end_s - analysis.begin_s) / 60)),
    ]
    sensors = sensor_sentences(analysis.source, words)
    sources = (
        () if analysis.beat_sources is None else (sources_sentence(analysis.beat_sources, words, analysis.begin_s),)
    )
    return rows, (*reasons(words, quality.reasons), *sensors, *sources)


def _percent(words: Words, fraction: float | None) -> str:
    """A fraction in percent."""
    return words("report.absent") if fraction is None else words("report.percent", x=fraction * 100)
