"""How far the signal may be trusted: contact, missing and corrected beats, and beats too irregular to be read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from biofeedback.core.artifacts import IRREGULARITY_LIMIT, STRAP_FAULTS, corrected_beats, irregularity, strap_faults
from biofeedback.core.beats import Run
from biofeedback.core.results import Artifact, Grade, Reason

__all__ = ["Figures", "Verdict", "grade_figures", "grade_recent", "grade_signal", "is_irregular"]

CORRECTED_GOOD, CORRECTED_LIMITED = 0.05, 0.10  # science.md 2
COVERAGE_GOOD, COVERAGE_LIMITED = 0.95, 0.80  # science.md 2
GAP_MAX_S = 3.0  # a longer gap leaves no good grade; science.md 2
CONTACT_LOST_MAX = 0.2  # of the time: more is no contact
# Persisting ectopic-type beats. Four a minute at 66 beats a minute are 6 %, give or take 1.9 in the first minutes: at
# 6 % one such session in ten was refused, and at 9 % a heart with every twelfth beat ectopic was not.
ECTOPIC_MAX, ECTOPIC_MIN_BEATS = 0.08, 60
STRAP_SHARE = 0.65  # of what is corrected: of simulated bad contact 4 % lies below, of irregular rhythms nothing above
TELL_MIN_BEATS = 30  # of fewer it cannot be told whether the rhythm is odd: three that are out of place are a tenth


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
        whole = run.rr_ms[[label not in STRAP_FAULTS for label in run.labels]]
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
    strap_faults: int  # of those corrected, the ones that the strap missed or made up
    gaps_s: Sequence[float]
    span_s: float
    no_contact_fraction: float
    has_intervals: bool
    is_irregular: bool

    @property
    def corrected_fraction(self) -> float | None:
        """Share of the beats that were not normal; None without beats."""
        return self.corrected / self.beats if self.beats else None

    @property
    def is_of_strap(self) -> bool:
        """Whether most of what was corrected was missed or made up, which no heart does."""
        return self.strap_faults > STRAP_SHARE * self.corrected

    @property
    def is_spoilt(self) -> bool:
        """Whether more beats were corrected than a signal bears, or there is none."""
        fraction = self.corrected_fraction
        return fraction is None or fraction > CORRECTED_LIMITED


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
    faults = sum(strap_faults(run.labels) for run in runs)
    return grade_figures(
        Figures(beats, corrected, faults, gaps_s, span_s, no_contact_fraction, has_intervals, is_irregular(runs))
    )


def grade_recent(figures: Figures) -> Verdict:
    """Grade of the newest beats, of which less is known.

    A few are not enough to tell a rhythm that is odd, and it is not held against them. Whether beats are irregular is
    judged from all of them while they come in: where most of what was corrected is the strap's, so is what they show.
    """
    if not (figures.is_spoilt and figures.beats):
        return grade_figures(figures)
    if figures.is_of_strap:
        return grade_figures(replace(figures, is_irregular=False))
    if figures.beats >= TELL_MIN_BEATS:
        return grade_figures(figures)
    verdict = grade_figures(replace(figures, corrected=0, strap_faults=0))
    grade = Grade.LIMITED if verdict.grade is Grade.GOOD else verdict.grade
    return replace(verdict, grade=grade, corrected_fraction=figures.corrected_fraction)


def grade_figures(figures: Figures) -> Verdict:
    """Grade that follows from a window's figures.

    Where too many beats were corrected, what most of them were says why: neither is the strap to blame for a rhythm,
    nor the heart for a strap.
    """
    beats, fraction = figures.beats, figures.corrected_fraction
    coverage = max(0.0, 1.0 - sum(figures.gaps_s) / figures.span_s) if figures.span_s > 0 else 0.0
    is_of_rhythm = not figures.is_of_strap and beats >= TELL_MIN_BEATS
    bad = []
    if not figures.has_intervals:
        bad.append(Reason.NO_BEAT_INTERVALS)
    if figures.no_contact_fraction > CONTACT_LOST_MAX:
        bad.append(Reason.NO_CONTACT)
    if figures.is_irregular or (figures.is_spoilt and is_of_rhythm):
        bad.append(Reason.IRREGULAR_BEATS)
    if (figures.is_spoilt and not is_of_rhythm) or coverage < COVERAGE_LIMITED:
        bad.append(Reason.POOR_SIGNAL)
    if bad:
        return Verdict(Grade.BAD, tuple(bad), beats, fraction, coverage)
    is_whole = coverage >= COVERAGE_GOOD and max(figures.gaps_s, default=0.0) <= GAP_MAX_S
    is_good = is_whole and fraction is not None and fraction <= CORRECTED_GOOD
    return Verdict(Grade.GOOD if is_good else Grade.LIMITED, (), beats, fraction, coverage)
