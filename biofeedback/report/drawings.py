"""The report's figures with their captions and, for the breaths, the table behind them."""

from dataclasses import dataclass, replace
from html import escape

from biofeedback.core.events import StepKind
from biofeedback.core.results import BreathMeasures
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.columns import breath_summary, breath_table, step_name
from biofeedback.report.figures import (
    breath_bars,
    folded_figure,
    pair_style,
    poincare,
    spectrum_figure,
    step_shape,
)
from biofeedback.report.folded import fold
from biofeedback.report.markup import html_table
from biofeedback.report.missing import no_fall, no_overlay, no_spectrum
from biofeedback.report.spectrum import spectrum_of
from biofeedback.report.svg import SHAPES
from biofeedback.report.tachogram import SHAPE_OF, tachogram

__all__ = [
    "Drawing",
    "block_drawings",
    "drawings",
    "paced_steps",
    "poincare_drawing",
    "sign",
    "spectrum_drawing",
    "tachogram_drawing",
]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure with its words; ``svg`` None: ``caption`` says why there is none. Signs: shape, style, words."""

    svg: str | None
    name: str
    caption: str
    signs: tuple[tuple[str, str, str], ...] = ()


def drawings(analysis: Analysis, words: Words) -> str:
    """All figures."""
    blocks = "".join(_block(analysis, step, words) for step in paced_steps(analysis))
    shown = _figure(tachogram_drawing(analysis, words), words)
    first = f"<section><h2>{escape(words('report.figures'))}</h2>{shown}</section>"
    whole = _figure(spectrum_drawing(analysis, words), words) + _figure(poincare_drawing(analysis, words), words)
    return f'{first}{blocks}<section><div class="pair">{whole}</div></section>'


def paced_steps(analysis: Analysis) -> list[ReviewedStep]:
    """Steps with a circle; a plan's blocks are compared as wholes, and a dozen average breaths would hide that."""
    return [step for step in analysis.measured_steps if step.started.pattern is not None and step.started.block is None]


def sign(shape: str, style: str) -> str:
    """A shape that stands before its words."""
    return f'<svg viewBox="-8 -8 16 16" aria-hidden="true"><path class="{style}" d="{SHAPES[shape]}"/></svg>'


def _figure(drawing: Drawing, words: Words) -> str:
    """A figure under its title, or the words for why there is none."""
    heading = f"<h3>{escape(words(f'report.{drawing.name}.title'))}</h3>"
    if drawing.svg is None:
        return f"<div>{heading}<p>{escape(drawing.caption)}</p></div>"
    items = "".join(f"<li>{sign(shape, style)}{escape(text)}</li>" for shape, style, text in drawing.signs)
    legend = f'<ul class="legend">{items}</ul>' if items else ""
    style = ' class="wide"' if drawing.name == "tachogram" else ""
    caption = f"<figcaption>{escape(drawing.caption)}{legend}</figcaption>"
    return f"<figure{style}>{heading}{drawing.svg}{caption}</figure>"


def _drawn(svg: str | None, name: str, caption: str, missing: str) -> Drawing:
    """A figure with its caption, or with the words for why there is none."""
    return Drawing(svg, name, missing if svg is None else caption)


def tachogram_drawing(analysis: Analysis, words: Words) -> Drawing:
    """Tachogram with the shapes and shades that occur in it."""
    shades = {"exhales": bool(analysis.breaths), "gaps": bool(analysis.gaps_since_begin)}
    caption = [words("report.tachogram.caption")]
    caption += [words(f"report.tachogram.{name}") for name, is_there in shades.items() if is_there]
    there = [artifact for artifact in SHAPE_OF if artifact in analysis.artifacts]
    signs = tuple((SHAPE_OF[artifact], "odd", words(f"artifact.{artifact}")) for artifact in there)
    drawn = _drawn(tachogram(analysis, words), "tachogram", " ".join(caption), words("report.tachogram.empty"))
    return replace(drawn, signs=signs)


def block_drawings(analysis: Analysis, step: ReviewedStep, words: Words) -> tuple[Drawing, Drawing]:
    """Average breath and bars of one breathing step."""
    seq = step.started.step_seq
    breaths, folded = _breaths(analysis, step), fold(analysis, step)
    average = None if folded is None else folded_figure(f"folded-{seq}", folded, words)
    bars = breath_bars(f"bars-{seq}", breaths, words) if breaths else None
    no_average = "" if average else words(f"report.missing.overlay.{no_overlay(analysis, step)}")
    no_bars = "" if bars else words(f"report.missing.fall.{no_fall(analysis, step)}")
    return (
        _drawn(average, "folded", words("report.folded.caption"), no_average),
        _drawn(bars, "bars", words("report.bars.caption"), no_bars),
    )


def _breaths(analysis: Analysis, step: ReviewedStep) -> list[BreathMeasures]:
    """Breaths of one step."""
    return [breath for breath in analysis.breaths if breath.step_seq == step.started.step_seq]


def _block(analysis: Analysis, step: ReviewedStep, words: Words) -> str:
    """Average breath, bars and table of one breathing step."""
    breaths = _breaths(analysis, step)
    table = html_table(breath_table(breaths, words, analysis.begin_s), breath_summary(breaths, words))
    details = (
        f"<details><summary>{escape(words('report.breaths.details'))}</summary>{table}</details>" if breaths else ""
    )
    figures = "".join(_figure(drawing, words) for drawing in block_drawings(analysis, step, words))
    summary = escape(breath_summary(breaths, words))
    heading = escape(step_name(step, words))
    return f'<section><h2>{heading}</h2><p>{summary}</p><div class="pair">{figures}</div>{details}</section>'


def poincare_drawing(analysis: Analysis, words: Words) -> Drawing:
    """Poincare plot with the shapes of the steps."""
    kinds = list(dict.fromkeys(step.started.step for step in analysis.measured_steps))
    signs = tuple((step_shape(kind), pair_style(kind), words(f"step.{kind}")) for kind in kinds)
    pairs, caption = poincare(analysis, words), words("report.poincare.caption")
    return replace(_drawn(pairs, "poincare", caption, words("report.poincare.none")), signs=signs)


def spectrum_drawing(analysis: Analysis, words: Words) -> Drawing:
    """Spectrum of the first breathing step over that of the baseline, or of the file's first step."""
    paced = next((step for step in analysis.measured_steps if step.started.pattern is not None), None)
    shown = paced or next(iter(analysis.measured_steps), None)
    baseline = next((step for step in analysis.measured_steps if step.started.step is StepKind.BASELINE), None)
    before = None if baseline is None or baseline is shown else spectrum_of(analysis, baseline)
    spectrum = None if shown is None else spectrum_of(analysis, shown)
    drawn = None
    if spectrum is not None:
        drawn = spectrum_figure("spectrum", spectrum, before, None if paced is None else pacer_hz(paced), words)
    caption = "report.spectrum.caption" if before is None else "report.spectrum.caption_before"
    why = "no_step" if shown is None else no_spectrum(analysis, shown)
    return _drawn(drawn, "spectrum", words(caption), words(f"report.missing.spectrum.{why}"))


def pacer_hz(step: ReviewedStep) -> float:
    """Breaths a second of a paced step."""
    plan = step.started
    return 1 / sum(part or 0.0 for part in (plan.inhale_s, plan.hold_in_s, plan.exhale_s, plan.hold_out_s))
