"""Does the heart answer the exhale? What one planned look says."""

import math
from dataclasses import dataclass

from biofeedback.core.breathing import TempoFit, is_off_pace
from biofeedback.core.locked import NORMAL_975, LockedFit
from biofeedback.core.results import Answer, Following, Grade, Reason

__all__ = [
    "LOOKS",
    "NORMAL_975",
    "SIGNAL_REASONS",
    "LookVerdict",
    "decide_look",
    "null_p_value",
]

LOOKS = (3, 6, 12)  # breaths; planned, so that the error rate is known
# The largest signed ratio over the arc, without any response, spreads like 1.45 t with 5 degrees of freedom (simulated:
# free breathing and Mayer waves of up to 3 bpm at the pacer). With the test of following beside it, these limits keep
# false answers to .05 over all three looks for every kind of null but a slow rhythm of one's own: docs/validation.md
NULL_SCALE, NULL_DF = 1.45, 5
CRITICAL_RATIOS = (4.1, 4.1, 3.5)  # one a planned look
OVERWHELMING_RATIO = 9.0  # chance does not reach it: then what looks like breathing of one's own is something else
HARMONIC_MAX = 0.8  # a second harmonic as large as the first is a breath at twice the pace
NO_EFFECT_BPM = 2.0  # `no` means: smaller than this at every phase of the arc; science.md 5
CONTRAST_MAX = 1.654  # of a wave without lag: the largest effect an amplitude can have
SIGNAL_REASONS = (Reason.NO_BEAT_INTERVALS, Reason.NO_CONTACT, Reason.IRREGULAR_BEATS, Reason.POOR_SIGNAL)


def _critical_ratio(breaths: int) -> float:
    """How many standard deviations an amplitude must reach after so many breaths."""
    return CRITICAL_RATIOS[sum(breaths > look for look in LOOKS[:-1])]


def null_p_value(ratio: float) -> float:
    """Chance of a ratio as large at one look when the heart does not answer (one-sided; t with 5 df, scaled)."""
    angle = math.atan(ratio / NULL_SCALE / math.sqrt(NULL_DF))
    cosine = math.cos(angle)
    inside = 2 / math.pi * (angle + math.sin(angle) * (cosine + 2 / 3 * cosine**3))
    return (1 - inside) / 2


@dataclass(frozen=True, slots=True)
class LookVerdict:
    """What one look says."""

    answer: Answer
    reasons: tuple[Reason, ...]
    following: Following
    low_ms: float | None
    high_ms: float | None
    p_value: float | None

    @property
    def reason(self) -> Reason | None:
        """The first reason that applies."""
        return self.reasons[0] if self.reasons else None


def _following(fit: LockedFit, tempo: TempoFit, *, goes_on: bool, was_seen: bool, breaths: int) -> Following:
    """Whether the person breathes along, from RR and from what a person saw."""
    critical = _critical_ratio(breaths)
    is_locked = fit.t_ratio > critical and fit.harmonic_ratio < HARMONIC_MAX
    if was_seen:
        return Following.YES  # a person's eyes know better than RR
    is_overwhelming = is_locked and fit.t_ratio > OVERWHELMING_RATIO
    if is_off_pace(tempo) or (goes_on and not is_overwhelming):
        return Following.NO
    if is_locked:
        return Following.YES
    if goes_on or (fit.harmonic_ratio >= HARMONIC_MAX and fit.t_ratio > critical):
        return Following.NO
    return Following.UNKNOWN


def decide_look(
    fit: LockedFit, tempo: TempoFit, *, goes_on: bool, was_seen: bool, grade: Grade, breaths: int
) -> LookVerdict:
    """Answer at a planned look.

    ``yes``: the lower limit of the repeated interval is above 0, the signal is not bad, and nothing says the person
    breathes at another pace. ``no``: at the last look the upper limit is below 2 bpm at every phase of the arc, the
    grade is good and a person (or measured breathing) showed the following. Everything else is ``unknown``.
    """
    following = _following(fit, tempo, goes_on=goes_on, was_seen=was_seen, breaths=breaths)
    critical = _critical_ratio(breaths)
    half_ms = fit.effect_half_ms(critical)
    low_ms, high_ms = fit.effect_ms - half_ms, fit.effect_ms + half_ms
    shown = low_ms > 0 and fit.t_ratio > critical and fit.harmonic_ratio < HARMONIC_MAX
    largest_ms = (abs(fit.amplitude_ms) + critical * fit.sd_ms) * CONTRAST_MAX
    is_flat = 60000.0 * largest_ms / fit.mean_rr_ms**2 < NO_EFFECT_BPM
    p_value = null_p_value(fit.t_ratio)
    if grade is Grade.BAD:
        return LookVerdict(Answer.UNKNOWN, (Reason.POOR_SIGNAL,), following, low_ms, high_ms, p_value)
    if following is Following.NO:
        return LookVerdict(Answer.UNKNOWN, (Reason.NOT_FOLLOWING,), following, low_ms, high_ms, p_value)
    if shown:
        return LookVerdict(Answer.YES, (), following, low_ms, high_ms, p_value)
    if breaths >= LOOKS[-1] and is_flat and was_seen and grade is Grade.GOOD:
        return LookVerdict(Answer.NO, (), following, low_ms, high_ms, p_value)
    unseen = (Reason.CANNOT_SEE_FOLLOWING,) if following is Following.UNKNOWN else ()
    return LookVerdict(Answer.UNKNOWN, (*unseen, Reason.INCONCLUSIVE), following, low_ms, high_ms, p_value)
