"""The one picture that a person takes home: heart rate over the average breath, with words where others have axes."""

import numpy as np

from biofeedback.lang import Words
from biofeedback.report.folded import Folded
from biofeedback.report.svg import Axis, Plot

__all__ = ["MARGINS", "SIZE", "SMALLEST_SPAN_BPM", "breath_picture"]

SMALLEST_SPAN_BPM = 16.0  # dashboard: noise is not blown up to look like an answer
SIZE = (720, 250)
MARGINS = (36, 12, 12, 128)


def breath_picture(folded: Folded, words: Words) -> str:
    """Inline SVG of heart rate over one breath; faster is higher, and the exhale is shaded."""
    rate_bpm = 60000 / folded.mean_ms
    # A breath begins where the one before it ended: the line runs from edge to edge.
    edge_bpm = (rate_bpm[0] + rate_bpm[-1]) / 2
    at_s = [0.0, *folded.position_s.tolist(), folded.period_s]
    line_bpm = [float(edge_bpm), *rate_bpm.tolist(), float(edge_bpm)]
    plot = Plot(*SIZE, Axis(0.0, folded.period_s), Axis.around(line_bpm, SMALLEST_SPAN_BPM), MARGINS)
    plot.band(0.0, folded.inhale_s, "inhale")
    plot.band(folded.inhale_s, folded.period_s, "exhale")
    plot.text(plot.x(folded.inhale_s / 2), 24, words("report.patient.picture.inhale"), "said")
    plot.text(plot.x((folded.inhale_s + folded.period_s) / 2), 24, words("report.patient.picture.exhale"), "said")
    plot.text(plot.left - 14, plot.top + 20, words("report.patient.picture.faster"), "said", "end")
    plot.text(plot.left - 14, plot.bottom - 10, words("report.patient.picture.slower"), "said", "end")
    plot.line(list(zip(at_s, line_bpm, strict=True)), "pulse")
    text = words(
        "report.patient.picture.text",
        fastest=float(folded.position_s[np.argmax(rate_bpm)]),
        slowest=float(folded.position_s[np.argmin(rate_bpm)]),
        inhale=folded.inhale_s,
    )
    return plot.svg("breath", words("report.patient.picture.title"), text)
