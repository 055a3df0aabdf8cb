"""Figures of a breathing step, and the Poincare plot: inline SVG, each with its numbers as a text alternative."""

import numpy as np

from biofeedback.core.events import StepKind
from biofeedback.core.results import BreathMeasures
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.folded import Folded, normal_runs
from biofeedback.report.spectrum import HIGHEST_HZ, Spectrum
from biofeedback.report.svg import Axis, Plot, nice_ticks
from biofeedback.report.tachogram import SMALLEST_SPAN_MS, both_scales

__all__ = ["breath_bars", "folded_figure", "pair_style", "poincare", "spectrum_figure", "step_shape"]

WIDTH, HEIGHT = 490, 320
SQUARE = (14, 108, 44, 120)  # margins that leave a square to draw in
LF_HZ = (0.04, 0.15)  # Task Force 1996
STEP_SHAPES = {StepKind.BREATHE: "dot", StepKind.RECOVERY: "plus"}
OTHER_SHAPE = "ring"
SMALLEST_RISE_MS = 40.0  # the bars' scale never blows up less than this


def folded_figure(name: str, folded: Folded, words: Words) -> str:
    """Breath-locked average with its interval; the exhale is shaded."""
    around = Axis.around([*folded.low_ms.tolist(), *folded.high_ms.tolist()], SMALLEST_SPAN_MS / 2)
    plot = Plot(WIDTH, HEIGHT, Axis(0.0, folded.period_s), around, (28, 60, 44, 62))
    plot.band(folded.inhale_s, folded.period_s, "exhale")
    plot.text(plot.x(folded.inhale_s / 2), 18, words("report.inhale"), "label")
    plot.text(plot.x((folded.inhale_s + folded.period_s) / 2), 18, words("report.exhale"), "label")
    ticks = nice_ticks(plot.x_axis, 6)
    plot.bottom_axis([(tick, words("report.number", x=tick)) for tick in ticks], words("report.axis.breath_s"))
    both_scales(plot, words)
    at = folded.position_s.tolist()
    low, mean, high = (
        list(zip(at, row.tolist(), strict=True)) for row in (folded.low_ms, folded.mean_ms, folded.high_ms)
    )
    plot.area(low, high, "interval")
    plot.line(mean, "rr")
    plot.marks(mean, "dot", "rr-dot")
    text = words(
        "report.folded.text",
        breaths=folded.breaths,
        lowest=float(folded.mean_ms.min()),
        lowest_at=float(folded.position_s[folded.mean_ms.argmin()]),
        highest=float(folded.mean_ms.max()),
        highest_at=float(folded.position_s[folded.mean_ms.argmax()]),
        inhale=folded.inhale_s,
    )
    return plot.svg(name, words("report.folded.title"), text)


def breath_bars(name: str, breaths: list[BreathMeasures], words: Words) -> str | None:
    """Rise of RR within each exhale; one that cannot be measured is a cross on the line of 0. None without any."""
    rises = [breath.exhale_rise_ms for breath in breaths if breath.exhale_rise_ms is not None]
    if not rises:
        return None
    span = Axis.around([0.0, *rises], SMALLEST_RISE_MS)
    plot = Plot(WIDTH, HEIGHT, Axis(0.4, len(breaths) + 0.6), span, (14, 14, 44, 62))
    plot.left_axis(
        [(tick, words("report.signed", x=tick)) for tick in nice_ticks(span, 5)], words("report.axis.rise_ms")
    )
    room = max(1, -(-len(breaths) // 15))
    numbers = [(float(place), str(place)) for place in range(1, len(breaths) + 1) if (place - 1) % room == 0]
    plot.bottom_axis(numbers, words("report.axis.breath_number"))
    width = 0.62 * (plot.x(2) - plot.x(1))
    for place, breath in enumerate(breaths, start=1):
        if breath.exhale_rise_ms is None:
            plot.marks([(place, 0.0)], "cross", "odd")
            continue
        top, zero = sorted((plot.y(breath.exhale_rise_ms), plot.y(0.0)))
        plot.rectangle(
            plot.x(place) - width / 2, top, width, zero - top, "bar" if breath.exhale_rise_ms >= 0 else "bar down"
        )
    plot.rule("zero", y=0.0)
    median = float(np.median(rises))
    plot.rule("median", y=median)
    text = words("report.bars.text", breaths=len(breaths), measured=len(rises), median=median)
    return plot.svg(name, words("report.bars.title"), text)


def spectrum_figure(
    name: str, spectrum: Spectrum, before: Spectrum | None, pacer_hz: float | None, words: Words
) -> str:
    """Spectrum of a step (line) over that of the baseline (dashed), with the bands and the pacing line."""
    highest = max(float(one.density_ms2_per_hz.max()) for one in (spectrum, before) if one is not None)
    plot = Plot(WIDTH, HEIGHT, Axis(0.0, HIGHEST_HZ), Axis(0.0, max(highest, 1.0) * 1.12), (28, 14, 44, 78))
    plot.band(*LF_HZ, "exhale")
    plot.text(plot.x(sum(LF_HZ) / 2), 18, "LF", "label")
    plot.text(plot.x((LF_HZ[1] + HIGHEST_HZ) / 2), 18, "HF", "label")
    plot.left_axis([(tick, f"{tick:.0f}") for tick in nice_ticks(plot.y_axis, 4)], words("report.axis.density"))
    ticks = [(tick, words("report.hz", x=tick)) for tick in nice_ticks(plot.x_axis, 4)]
    plot.bottom_axis(ticks, words("report.axis.frequency"))
    for one, style in ((before, "rr before"), (spectrum, "rr")):
        if one is not None:
            plot.line(list(zip(one.frequency_hz.tolist(), one.density_ms2_per_hz.tolist(), strict=True)), style)
    text = words("report.spectrum.text", peak=spectrum.peak_hz, per_minute=spectrum.peak_hz * 60)
    if pacer_hz is not None and pacer_hz <= HIGHEST_HZ:
        plot.rule("pacer", x=pacer_hz)
        label = words("report.spectrum.pacer", per_minute=pacer_hz * 60)
        plot.text(plot.x(pacer_hz) + 6, plot.top + 14, label, "note", "start")
        text = f"{text} {label}."
    return plot.svg(name, words("report.spectrum.title"), text)


def poincare(analysis: Analysis, words: Words) -> str | None:
    """Each normal RR against the next, by step; None without two normal beats in a row."""
    pairs = [_pairs(analysis, step) for step in analysis.measured_steps]
    values = [value for step in pairs for pair in step for value in pair]
    if not values:
        return None
    axis = Axis.around(values, SMALLEST_SPAN_MS)
    plot = Plot(WIDTH, HEIGHT, axis, axis, SQUARE)
    ticks = [(tick, f"{tick:.0f}") for tick in nice_ticks(axis, 5)]
    plot.left_axis(ticks, words("report.axis.next_rr_ms"))
    plot.bottom_axis(ticks, words("report.axis.rr_ms"))
    plot.line([(axis.low, axis.low), (axis.high, axis.high)], "same")
    for step, points in zip(analysis.measured_steps, pairs, strict=True):
        plot.marks(points, step_shape(step.started.step), pair_style(step.started.step))
    text = words("report.poincare.text", pairs=len(values) // 2)
    return plot.svg("poincare", words("report.poincare.title"), text)


def step_shape(kind: StepKind) -> str:
    """Shape of a step's points in the Poincare plot."""
    return STEP_SHAPES.get(kind, OTHER_SHAPE)


def pair_style(kind: StepKind) -> str:
    """Style of a step's points in the Poincare plot."""
    return f"dots {kind}"


def _pairs(analysis: Analysis, step: ReviewedStep) -> list[tuple[float, float]]:
    """Neighbouring normal intervals within a step."""
    pairs: list[tuple[float, float]] = []
    for run in normal_runs(analysis):
        rr_ms = run[(run[:, 0] >= step.started.t_s) & (run[:, 0] <= step.end_s), 1]
        pairs += zip(rr_ms[:-1].tolist(), rr_ms[1:].tolist(), strict=True)
    return pairs
