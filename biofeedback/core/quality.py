"""How far the signal may be trusted: contact, missing and corrected beats, and beats too irregular to be read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biofeedback.core.artifacts import IRREGULARITY_LIMIT, corrected_beats, irregularity
from biofeedback.core.beats import Run
from biofeedback.core.results import Artifact, Grade, Reason

__all__ = ["Figures", "Verdict", "grade_figures", "grade_signal", "is_irregular"]

CORRECTED_GOOD, CORRECTED_LIMITED = 0.05, 0.10  # science.md 2
COVERAGE_GOOD, COVERAGE_LIMITED = 0.95, 0.80  # science.md 2
GAP_MAX_S = 3.0  # a longer gap leaves no good grade; science.md 2
CONTACT_LOST_MAX = 0.2  # of the time: more is no contact
# Persisting ectopic-type beats. Four a minute at 66 beats a minute are 6 %, give or take 1.9 in the first minutes: at
# 6 % one such session in ten was refused, and at 9 % a heart with every twelfth beat ectopic was not.
ECTOPIC_MAX, ECTOPIC_MIN_BEATS = 0.08, 60
_DAMAGED = (Artifact.MISSED, Artifact.EXTRA, Artifact.RANGE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Grade of a window, its reasons, and the figures behind it."""

    grade: Grade
    reasons: tuple[Reason, ...]
    beats: int
    corrected_fraction: float | None
    coverage_fraction: float


def is_irregular(runs: Sequence[Run]) -> bool:
    """Whether beats are too irregular to be read: frequent ectopy or an irregular rhythm."""
    total = ectopic = 0
    fractions, weights = [], []
    for run in runs:
        # What the strap missed or made up is its fault, not the rhythm's.
        whole = run.rr_ms[[label not in _DAMAGED for label in run.labels]]
        fraction = irregularity(whole)
        if fraction is not None:
            fractions.append(fraction)
            weights.append(len(whole))
        total += len(run.labels)
        ectopic += corrected_beats([label if label is Artifact.ECTOPIC else None for label in run.labels])
    if fractions and float(np.average(fractions, weights=weights)) > IRREGULARITY_LIMIT:
        return True
    return total >= ECTOPIC_MIN_BEATS and ectopic > ECTOPIC_MAX * total


@dataclass(frozen=True, slots=True)
class Figures:
    """What a grade rests on."""

    beats: int
    corrected: int
    gaps_s: Sequence[float]
    span_s: float
    no_contact_fraction: float
    has_intervals: bool
    is_irregular: bool


def grade_signal(
    runs: Sequence[Run], gaps_s: Sequence[float], span_s: float, no_contact_fraction: float, *, has_intervals: bool
) -> Verdict:
    """Grade of a window.

    Parameters
    ----------
    runs : sequence of Run
        Its beats.
    gaps_s : sequence of float
        Lengths of what is missing in it, in seconds.
    span_s : float
        Its length in seconds.
    no_contact_fraction : float
        Share of it in which the strap said that it has no contact.
    has_intervals : bool
        False when the strap sends no RR intervals at all.
    """
    beats = sum(len(run.labels) for run in runs)
    corrected = sum(corrected_beats(run.labels) for run in runs)
    return grade_figures(
        Figures(beats, corrected, gaps_s, span_s, no_contact_fraction, has_intervals, is_irregular(runs))
    )


def grade_figures(figures: Figures) -> Verdict:
    """Grade that follows from a window's figures."""
    beats = figures.beats
    fraction = figures.corrected / beats if beats else None
    coverage = max(0.0, 1.0 - sum(figures.gaps_s) / figures.span_s) if figures.span_s > 0 else 0.0
    bad = []
    if not figures.has_intervals:
        bad.append(Reason.NO_BEAT_INTERVALS)
    if figures.no_contact_fraction > CONTACT_LOST_MAX:
        bad.append(Reason.NO_CONTACT)
    if figures.is_irregular:
        bad.append(Reason.IRREGULAR_BEATS)
    if fraction is None or fraction > CORRECTED_LIMITED or coverage < COVERAGE_LIMITED:
        bad.append(Reason.POOR_SIGNAL)
    if bad:
        return Verdict(Grade.BAD, tuple(bad), beats, fraction, coverage)
    is_whole = coverage >= COVERAGE_GOOD and max(figures.gaps_s, default=0.0) <= GAP_MAX_S
    is_good = is_whole and fraction is not None and fraction <= CORRECTED_GOOD
    return Verdict(Grade.GOOD if is_good else Grade.LIMITED, (), beats, fraction, coverage)
