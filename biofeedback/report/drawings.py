"""The report's figures with their captions and, for the breaths, the table behind them."""

from html import escape

from biofeedback.core.results import Artifact
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.columns import breath_summary, breath_table, step_name
from biofeedback.report.figures import breath_bars, folded_figure, poincare, spectrum_figure
from biofeedback.report.folded import fold
from biofeedback.report.markup import html_table
from biofeedback.report.spectrum import spectrum_of
from biofeedback.report.svg import SHAPES
from biofeedback.report.tachogram import SHAPE_OF, tachogram

__all__ = ["drawings"]


def drawings(analysis: Analysis, words: Words) -> str:
    """All figures."""
    paced = [step for step in analysis.steps if step.started.pattern is not None]
    blocks = "".join(_block(analysis, step, words) for step in paced)
    first = f"<section><h2>{escape(words('report.figures'))}</h2>{_tachogram(analysis, words)}</section>"
    return first + blocks + _whole(analysis, words)


def _figure(svg: str | None, missing: str, title: str, caption: str, words: Words, style: str = "") -> str:
    """A figure under its title, or the words for why there is none."""
    heading = f"<h3>{escape(words(title))}</h3>"
    if svg is None:
        return f"<div>{heading}<p>{escape(words(missing))}</p></div>"
    return f'<figure class="{style}">{heading}{svg}<figcaption>{escape(words(caption))}</figcaption></figure>'


def _tachogram(analysis: Analysis, words: Words) -> str:
    """Tachogram with the shapes that occur in it."""
    there = [artifact for artifact in SHAPE_OF if artifact in analysis.artifacts]
    items = "".join(f"<li>{_sign(artifact)}{escape(words(f'artifact.{artifact}'))}</li>" for artifact in there)
    legend = f'<ul class="legend">{items}</ul>' if there else ""
    figure = _figure(
        tachogram(analysis, words),
        "report.tachogram.empty",
        "report.tachogram.title",
        "report.tachogram.caption",
        words,
        "wide",
    )
    return figure + legend


def _sign(artifact: Artifact) -> str:
    """The shape that stands for a class of beats."""
    return f'<svg viewBox="-8 -8 16 16" aria-hidden="true"><path class="odd" d="{SHAPES[SHAPE_OF[artifact]]}"/></svg>'


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
    figures = _figure(average, "report.folded.none", "report.folded.title", "report.folded.caption", words) + _figure(
        bars, "report.breaths.none", "report.bars.title", "report.bars.caption", words
    )
    summary = escape(breath_summary(breaths, words))
    heading = escape(step_name(step, words))
    return f'<section><h2>{heading}</h2><p>{summary}</p><div class="pair">{figures}</div>{details}</section>'


def _whole(analysis: Analysis, words: Words) -> str:
    """Spectrum and Poincare plot."""
    paced = next((step for step in analysis.steps if step.started.pattern is not None), None)
    shown = paced or next(iter(analysis.steps), None)
    baseline = next((step for step in analysis.steps if step.started.step == "baseline"), None)
    before = None if baseline is None or baseline is shown else spectrum_of(analysis, baseline)
    spectrum = None if shown is None else spectrum_of(analysis, shown)
    drawn = None
    if spectrum is not None:
        drawn = spectrum_figure("spectrum", spectrum, before, None if paced is None else pacer_hz(paced), words)
    caption = "report.spectrum.caption" if before is None else "report.spectrum.caption_before"
    figures = _figure(drawn, "report.spectrum.none", "report.spectrum.title", caption, words) + _figure(
        poincare(analysis, words), "report.poincare.none", "report.poincare.title", "report.poincare.caption", words
    )
    return f'<section><div class="pair">{figures}</div></section>'


def pacer_hz(step: ReviewedStep) -> float:
    """Breaths a second of a paced step."""
    plan = step.started
    return 1 / sum(part or 0.0 for part in (plan.inhale_s, plan.hold_in_s, plan.exhale_s, plan.hold_out_s))
