"""The picture of a session in which somebody moved: the heart rate from its beginning to its end, words for axes."""

from collections.abc import Sequence

import numpy as np

from biofeedback.core.events import StepKind
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.breath_picture import MARGINS, SIZE, SMALLEST_SPAN_BPM
from biofeedback.report.folded import normal_runs
from biofeedback.report.sheet import Picture
from biofeedback.report.svg import Axis, Plot

__all__ = ["course_picture", "moving_steps"]

WINDOW_S = 15.0  # of which the mean is drawn: a beat more or less is no course
FEWEST_WINDOWS = 4  # a minute
FEWEST_BEATS = 5  # of a window; with fewer, beats are missing from it
MOVING = (StepKind.WALK, StepKind.MOVE)
BELOW = 44  # room for words under the drawing
Points = list[tuple[float, float]]


def moving_steps(analysis: Analysis) -> list[ReviewedStep]:
    """Steps in which the person moved."""
    return [step for step in analysis.measured_steps if step.started.step in MOVING]


def course_picture(analysis: Analysis, words: Words) -> Picture | None:
    """Heart rate over all that was done while moving; None with less than a minute of it."""
    steps = moving_steps(analysis)
    runs = _course(analysis, steps[0].started.t_s, steps[-1].end_s)
    rates = [bpm for run in runs for _, bpm in run]
    if len(rates) < FEWEST_WINDOWS:
        return None
    across = Axis(steps[0].started.t_s, steps[-1].end_s)
    margins = (12, MARGINS[1], BELOW, MARGINS[3])
    plot = Plot(*SIZE, across, Axis.around(rates, SMALLEST_SPAN_BPM), margins)
    plot.text(plot.left - 14, plot.top + 20, words("report.patient.picture.faster"), "said", "end")
    plot.text(plot.left - 14, plot.bottom - 10, words("report.patient.picture.slower"), "said", "end")
    plot.text(plot.left, plot.bottom + 28, words("report.patient.picture.course.begin"), "said", "start")
    plot.text(plot.right, plot.bottom + 28, words("report.patient.picture.course.end"), "said", "end")
    for run in runs:
        plot.line(run, "pulse")
    title = words("report.patient.picture.course.title")
    text = words("report.patient.picture.course.text", low=min(rates), high=max(rates))
    return Picture(plot.svg("course", title, text), title, words("report.patient.picture.course.caption"))


def _course(analysis: Analysis, from_s: float, to_s: float) -> Sequence[Points]:
    """Mean heart rate of each window, in pieces between which beats are missing."""
    beats = np.concatenate([np.empty((0, 2)), *normal_runs(analysis)])
    pieces: list[Points] = [[]]
    for start_s in np.arange(from_s, to_s - WINDOW_S + 1e-6, WINDOW_S):
        inside = beats[(beats[:, 0] >= start_s) & (beats[:, 0] < start_s + WINDOW_S), 1]
        if len(inside) >= FEWEST_BEATS:
            pieces[-1].append((float(start_s) + WINDOW_S / 2, 60000.0 / float(inside.mean())))
        elif pieces[-1]:
            pieces.append([])
    return pieces
