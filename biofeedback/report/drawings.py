"""The report's figures with their captions and, for the breaths, the table behind them."""

from html import escape

from biofeedback.core.events import StepKind
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
from biofeedback.report.spectrum import spectrum_of
from biofeedback.report.svg import SHAPES
from biofeedback.report.tachogram import SHAPE_OF, tachogram

__all__ = ["drawings"]


def drawings(analysis: Analysis, words: Words) -> str:
    """All figures."""
    # A plan's blocks are compared as wholes; a dozen average breaths would hide that.
    paced = [step for step in analysis.steps if step.started.pattern is not None and step.started.block is None]
    blocks = "".join(_block(analysis, step, words) for step in paced)
    first = f"<section><h2>{escape(words('report.figures'))}</h2>{_tachogram(analysis, words)}</section>"
    return first + blocks + _whole(analysis, words)


def _figure(svg: str | None, missing: str, name: str, caption: str, words: Words, legend: str = "") -> str:
    """A figure under its title, or the words for why there is none."""
    heading = f"<h3>{escape(words(f'report.{name}.title'))}</h3>"
    if svg is None:
        return f"<div>{heading}<p>{escape(words(missing))}</p></div>"
    style = ' class="wide"' if name == "tachogram" else ""
    return f"<figure{style}>{heading}{svg}<figcaption>{escape(caption)}{legend}</figcaption></figure>"


def _legend(items: list[tuple[str, str, str]]) -> str:
    """What each shape stands for: (shape, style, words)."""
    signs = "".join(
        f'<li><svg viewBox="-8 -8 16 16" aria-hidden="true"><path class="{style}" d="{SHAPES[shape]}"/></svg>'
        f"{escape(text)}</li>"
        for shape, style, text in items
    )
    return f'<ul class="legend">{signs}</ul>' if items else ""


def _tachogram(analysis: Analysis, words: Words) -> str:
    """Tachogram with the shapes and shades that occur in it."""
    shades = {"exhales": bool(analysis.breaths), "gaps": bool(analysis.gaps)}
    caption = [words("report.tachogram.caption")]
    caption += [words(f"report.tachogram.{name}") for name, is_there in shades.items() if is_there]
    there = [artifact for artifact in SHAPE_OF if artifact in analysis.artifacts]
    legend = _legend([(SHAPE_OF[artifact], "odd", words(f"artifact.{artifact}")) for artifact in there])
    figure = tachogram(analysis, words)
    return _figure(figure, "report.tachogram.empty", "tachogram", " ".join(caption), words, legend)


def _block(analysis: Analysis, step: ReviewedStep, words: Words) -> str:
    """Average breath, bars and table of one breathing step."""
    seq = step.started.step_seq
    breaths = [breath for breath in analysis.breaths if breath.step_seq == seq]
    folded = fold(analysis, step)
    average = None if folded is None else folded_figure(f"folded-{seq}", folded, words)
    bars = breath_bars(f"bars-{seq}", breaths, words) if breaths else None
    table = html_table(breath_table(breaths, words), breath_summary(breaths, words))
    details = (
        f"<details><summary>{escape(words('report.breaths.details'))}</summary>{table}</details>" if breaths else ""
    )
    figures = _figure(average, "report.folded.none", "folded", words("report.folded.caption"), words)
    figures += _figure(bars, "report.bars.missing", "bars", words("report.bars.caption"), words)
    summary = escape(breath_summary(breaths, words))
    heading = escape(step_name(step, words))
    return f'<section><h2>{heading}</h2><p>{summary}</p><div class="pair">{figures}</div>{details}</section>'


def _whole(analysis: Analysis, words: Words) -> str:
    """Spectrum and Poincare plot."""
    kinds = list(dict.fromkeys(step.started.step for step in analysis.steps))
    legend = _legend([(step_shape(kind), pair_style(kind), words(f"step.{kind}")) for kind in kinds])
    pairs, caption = poincare(analysis, words), words("report.poincare.caption")
    figures = _spectrum(analysis, words) + _figure(pairs, "report.poincare.none", "poincare", caption, words, legend)
    return f'<section><div class="pair">{figures}</div></section>'


def _spectrum(analysis: Analysis, words: Words) -> str:
    """Spectrum of the first breathing step over that of the baseline, or of the file's first step."""
    paced = next((step for step in analysis.steps if step.started.pattern is not None), None)
    shown = paced or next(iter(analysis.steps), None)
    baseline = next((step for step in analysis.steps if step.started.step is StepKind.BASELINE), None)
    before = None if baseline is None or baseline is shown else spectrum_of(analysis, baseline)
    spectrum = None if shown is None else spectrum_of(analysis, shown)
    drawn = None
    if spectrum is not None:
        drawn = spectrum_figure("spectrum", spectrum, before, None if paced is None else pacer_hz(paced), words)
    caption = "report.spectrum.caption" if before is None else "report.spectrum.caption_before"
    return _figure(drawn, "report.spectrum.none", "spectrum", words(caption), words)


def pacer_hz(step: ReviewedStep) -> float:
    """Breaths a second of a paced step."""
    plan = step.started
    return 1 / sum(part or 0.0 for part in (plan.inhale_s, plan.hold_in_s, plan.exhale_s, plan.hold_out_s))
