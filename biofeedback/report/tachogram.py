"""The tachogram: RR over the whole file, with its steps, exhales, gaps and beats that are no normal ones."""

from dataclasses import replace

from biofeedback.core.results import Artifact
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis
from biofeedback.report.columns import step_name
from biofeedback.report.svg import Axis, Plot, nice_ticks

__all__ = ["SHAPE_OF", "both_scales", "tachogram"]

SHAPE_OF = {
    Artifact.ECTOPIC: "diamond",
    Artifact.MISSED: "up",
    Artifact.EXTRA: "down",
    Artifact.LONG: "square",
    Artifact.SHORT: "plus",
    Artifact.RANGE: "cross",
    Artifact.INTERPOLATED: "hourglass",
    Artifact.EXCLUDED: "struck",
}
SMALLEST_SPAN_MS = 200.0  # about 16 bpm at rest: noise is not blown up to look like an answer
PHYSIOLOGICAL_MS = (300.0, 2000.0)  # science.md 2: the gate of the artefact labels
LEAD_S = 10.0  # of the time before the first step, so much is drawn
MARGINS = (34, 60, 44, 62)


def tachogram(analysis: Analysis, words: Words) -> str | None:
    """Inline SVG of the tachogram, None without a beat."""
    analysis = _in_sight(analysis)
    if not analysis.beats:
        return None
    axis = _rr_axis(analysis)
    # A beat off the scale sits at its edge: it must be seen, but must not flatten all the others.
    shown = [min(max(beat.rr_ms, axis.low), axis.high) for beat in analysis.beats]
    begin_s = analysis.begin_s
    first_s = min(begin_s, analysis.beats[0].t_s)
    plot = Plot(1000, 340, Axis(first_s, max(analysis.end_s, first_s + 1.0)), axis, MARGINS)
    _shade(plot, analysis, words)
    minutes = (analysis.end_s - first_s) / 60
    from_min = (first_s - begin_s) / 60
    ticks = nice_ticks(Axis(from_min, from_min + max(minutes, 1 / 60)), 10)
    plot.bottom_axis(
        [(begin_s + tick * 60, words("report.number", x=tick)) for tick in ticks], words("report.axis.time_min")
    )
    both_scales(plot, words)
    for run in _lines(analysis, shown):
        plot.line(run, "rr")
    for artifact, shape in SHAPE_OF.items():
        points = [
            (beat.t_s, rr)
            for beat, label, rr in zip(analysis.beats, analysis.artifacts, shown, strict=True)
            if label is artifact
        ]
        plot.marks(points, shape, "odd")
    return plot.svg("tachogram", words("report.tachogram.title"), _description(analysis, words))


def _in_sight(analysis: Analysis) -> Analysis:
    """What is drawn: of the time before the first step no more than a moment."""
    from_s = analysis.begin_s - LEAD_S
    pairs = zip(analysis.beats, analysis.artifacts, strict=True)
    kept = [(beat, label) for beat, label in pairs if beat.t_s >= from_s]
    gaps = tuple(replace(gap, start_s=max(gap.start_s, from_s)) for gap in analysis.gaps_since_begin)
    beats, labels = tuple(beat for beat, _ in kept), tuple(label for _, label in kept)
    return replace(analysis, beats=beats, artifacts=labels, gaps=gaps)


def _rr_axis(analysis: Analysis) -> Axis:
    """Scale of the normal beats, or of all of them where none is normal."""
    pairs = list(zip(analysis.beats, analysis.artifacts, strict=True))
    normal = [beat.rr_ms for beat, artifact in pairs if artifact is Artifact.NORMAL]
    low, high = PHYSIOLOGICAL_MS
    return Axis.around(
        [min(max(rr, low), high) for rr in normal or [beat.rr_ms for beat in analysis.beats]], SMALLEST_SPAN_MS
    )


def both_scales(plot: Plot, words: Words) -> None:
    """RR on the left; on the right the heart rate that goes with it."""
    plot.left_axis([(tick, f"{tick:.0f}") for tick in nice_ticks(plot.y_axis, 5)], words("report.axis.rr_ms"))
    slowest, fastest = 60000 / plot.y_axis.high, 60000 / max(plot.y_axis.low, 200.0)
    rates = nice_ticks(Axis(slowest, fastest), 6)
    plot.right_axis([(60000 / rate, f"{rate:.0f}") for rate in rates if rate > 0], words("report.axis.heart_rate"))


def _shade(plot: Plot, analysis: Analysis, words: Words) -> None:
    """Exhales, gaps and steps behind the line."""
    for breath in analysis.breaths:
        plot.band(breath.exhale_start_s, breath.end_s, "exhale")
    for gap in analysis.gaps:
        plot.band(gap.start_s, analysis.end_s if gap.end_s is None else gap.end_s, "gap")
    for step in analysis.steps:
        left, right = plot.x(step.started.t_s), plot.x(step.end_s)
        plot.rectangle(left, 6, max(right - left - 2, 1), 20, f"step {step.started.step}")
        label = step_name(step, words)
        if right - left > 8 * len(label):
            plot.text((left + right) / 2, 20, label, "label")
        plot.rule("edge", x=step.started.t_s)


def _lines(analysis: Analysis, shown: list[float]) -> list[list[tuple[float, float]]]:
    """Lines that no gap interrupts."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place, (beat, rr_ms) in enumerate(zip(analysis.beats, shown, strict=True)):
        if place and beat.segment != analysis.beats[place - 1].segment:
            runs.append([])
        runs[-1].append((beat.t_s, rr_ms))
    return runs


def _description(analysis: Analysis, words: Words) -> str:
    """What the figure shows, in words and numbers."""
    usual = sorted(beat.rr_ms for beat in analysis.beats)
    odd = sum(artifact is not Artifact.NORMAL for artifact in analysis.artifacts)
    return words(
        "report.tachogram.text",
        beats=len(usual),
        minutes=(analysis.end_s - analysis.begin_s) / 60,
        low=usual[len(usual) // 20],
        high=usual[-1 - len(usual) // 20],
        odd=odd,
        gaps=len(analysis.gaps),
    )
