"""Why something of a step cannot be shown: one reason, which pages and reports say in one sentence."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from biofeedback.core.results import Artifact, BreathMeasures
from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.folded import EDGE_S, FEWEST_BREATHS
from biofeedback.report.spectrum import SHORTEST_S

__all__ = ["Missing", "no_fall", "no_overlay", "no_spectrum"]

INTERVAL_S = 1.5  # a run begins and ends in the middle of an interval: a minute of them takes so much more


class Missing(StrEnum):
    """Reasons; ``report.missing.WHAT.REASON`` of the language files is the sentence."""

    SHORT = "short"  # the step, or the part of it that there was
    NO_BEATS = "no_beats"
    GAP = "gap"
    ARTIFACT = "artifact"


_OF_BREATH = {"gap": Missing.GAP, "artifact": Missing.ARTIFACT}  # every other reason: too few beats in the exhale


def no_spectrum(analysis: Analysis, step: ReviewedStep) -> Missing:
    """Why a step has no minute of normal beats in a row."""
    first_s = step.started.t_s
    if step.end_s - first_s < SHORTEST_S + INTERVAL_S:
        return Missing.SHORT
    spans: dict[int, list[float]] = {}
    for beat in analysis.beats:
        if first_s <= beat.t_s <= step.end_s:
            spans.setdefault(beat.segment, []).append(beat.t_s)
    if not spans:
        return Missing.NO_BEATS
    longest_s = max(times[-1] - times[0] for times in spans.values())
    return Missing.ARTIFACT if longest_s >= SHORTEST_S else Missing.GAP


def no_overlay(analysis: Analysis, step: ReviewedStep) -> Missing:
    """Why the breaths of a paced step cannot be laid on each other."""
    breaths = _breaths(analysis, step)
    if len(breaths) < FEWEST_BREATHS:
        return Missing.SHORT
    return _most(_why(one) if not one.usable else _broken_by(analysis, one) for one in breaths)


def no_fall(analysis: Analysis, step: ReviewedStep) -> Missing:
    """Why no exhale of a paced step could be measured."""
    breaths = _breaths(analysis, step)
    return _most(_why(one) for one in breaths if not one.usable) if breaths else Missing.SHORT


def _breaths(analysis: Analysis, step: ReviewedStep) -> list[BreathMeasures]:
    """Breaths of a step."""
    return [one for one in analysis.breaths if one.step_seq == step.started.step_seq]


def _why(breath: BreathMeasures) -> Missing:
    """Why a breath could not be measured."""
    return _OF_BREATH.get(breath.reason or "", Missing.NO_BEATS)


def _broken_by(analysis: Analysis, breath: BreathMeasures) -> Missing:
    """What breaks a breath whose exhale could be measured."""
    first_s, last_s = breath.inhale_start_s - EDGE_S, breath.end_s + EDGE_S
    pairs = zip(analysis.beats, analysis.artifacts, strict=True)
    is_odd = any(label is not Artifact.NORMAL for beat, label in pairs if first_s <= beat.t_s <= last_s)
    return Missing.ARTIFACT if is_odd else Missing.GAP


def _most(reasons: Iterable[Missing]) -> Missing:
    """The reason that holds most often."""
    return Counter(reasons).most_common(1)[0][0]
