"""Does the heart answer the exhale? What one planned look says."""

import math
from dataclasses import dataclass

from biofeedback.core.chest_following import MeasuredFollowing, Otherwise
from biofeedback.core.locked import LIKELIHOOD_DROP, LockedFit
from biofeedback.core.results import Answer, Following, FollowingSource, Grade, Reason

__all__ = [
    "LOOKS",
    "SIGNAL_REASONS",
    "LookVerdict",
    "at_look",
    "decide_look",
    "null_p_value",
]

LOOKS = (3, 6, 12)  # breaths; planned, so that the error rate is known
# Log evidence for a wave locked to the pacer, against noise alone, that a yes needs at each look: false answers stay at
# .05 over all three looks for every kind of null but a slow rhythm of one's own (docs/validation.md).
EVIDENCE_MIN = (1.3, 2.0, 2.6)
NULL_SHARE, NULL_SLOPES = 0.21, (1.9, 1.4, 0.9)  # of simulated nulls above 0, and how fast their tails fall by look
# The same against a slow rhythm of one's own. Three breaths cannot tell 5.5 from 6 a minute: to ask them for more loses
# more hearts that answer than it keeps out rhythms of one's own. Twelve can.
TOGETHER_MIN = (0.2, 0.2, 0.45)
# A varied pacer is there to tell the two apart: then it must.
VARIED_TOGETHER_MIN = (2.0, 2.0, 2.0)
# One that is steady at first and varied later does both: what its steady breaths let pass, the varied ones take back.
LATER_TOGETHER_MIN = (0.0, 0.6, 1.0)
APART_MIN = (3.0, 2.0, 0.0)  # evidence the other way round that says a person breathes at another pace
OTHER_MIN = 2.0  # and for a rhythm far from the pacer's
RHYTHM_MIN = 1.0  # either must explain more than noise does
HARMONIC_MAX = 0.8  # a second harmonic as large as the first is a breath at twice the pace
NO_EFFECT_BPM = 2.0  # `no` means: smaller than this at every phase of the arc; science.md 5
# It is said once, at the last look: half of the .95 quantile of chi-square (Wilks 1938, doi 10.1214/aoms/1177732360).
NO_DROP = 1.92
CONTRAST_MAX = 1.654  # of a wave without lag: the largest effect an amplitude can have
SIGNAL_REASONS = (Reason.NO_BEAT_INTERVALS, Reason.NO_CONTACT, Reason.IRREGULAR_BEATS, Reason.POOR_SIGNAL)


def at_look(limits: tuple[float, ...], breaths: int) -> float:
    """The limit that holds after so many breaths."""
    return limits[sum(breaths > look for look in LOOKS[:-1])]


def null_p_value(evidence: float, breaths: int) -> float:
    """Chance of as much evidence at this look when the heart does not answer (one-sided).

    Notes
    -----
    Exponential tails that lie on or above those of simulated people with a Mayer wave of 1.5-3 bpm right at the pacer,
    the worst of all classes that follow nothing. Were the noise known and not learned, exp(-evidence) would bound it at
    all looks together (Robbins 1970, doi 10.1214/aoms/1177696786).
    """
    return min(1.0, NULL_SHARE * math.exp(-at_look(NULL_SLOPES, breaths) * evidence))


@dataclass(frozen=True, slots=True)
class LookVerdict:
    """What one look says."""

    answer: Answer
    reasons: tuple[Reason, ...]
    following: Following = Following.UNKNOWN
    source: FollowingSource | None = None
    low_ms: float | None = None
    high_ms: float | None = None
    p_value: float | None = None

    @property
    def reason(self) -> Reason | None:
        """The first reason that applies."""
        return self.reasons[0] if self.reasons else None


def _together_min(steady_breaths: int | None, breaths: int) -> float:
    """Evidence against a rhythm of one's own that a yes needs, by what the pacer asks for."""
    if steady_breaths is None:
        return at_look(TOGETHER_MIN, breaths)
    return at_look(VARIED_TOGETHER_MIN if steady_breaths < LOOKS[0] else LATER_TOGETHER_MIN, breaths)


def _inferred(fit: LockedFit, *, goes_on: bool, steady_breaths: int | None, breaths: int) -> Following:
    """Whether the person breathes along, from RR alone."""
    is_locked = fit.evidence > at_look(EVIDENCE_MIN, breaths)
    apart = fit.own - fit.evidence
    is_own = fit.own > RHYTHM_MIN and apart > at_look(APART_MIN, breaths)
    if is_own or (fit.other > RHYTHM_MIN and fit.other - fit.evidence > OTHER_MIN):
        return Following.NO
    if is_locked and fit.harmonic_ratio < HARMONIC_MAX:
        return Following.YES if -apart > _together_min(steady_breaths, breaths) else Following.UNKNOWN
    return Following.NO if goes_on or is_locked else Following.UNKNOWN


def _following(
    fit: LockedFit,
    *,
    goes_on: bool,
    was_seen: bool,
    measured: MeasuredFollowing | None,
    steady_breaths: int | None,
    breaths: int,
) -> tuple[Following, FollowingSource]:
    """Whether the person breathes along: a person's eyes know better than a chest strap, and that better than RR."""
    if was_seen:
        return Following.YES, FollowingSource.SEEN
    if measured is not None:
        return measured.following, FollowingSource.MEASURED
    return _inferred(fit, goes_on=goes_on, steady_breaths=steady_breaths, breaths=breaths), FollowingSource.RR


def _interval_ms(fit: LockedFit, limit: float, drop: float, *, is_pacers: bool) -> tuple[float, float]:
    """Effects that are not ruled out; none at all is not, as long as something else than the pacer explains a wave."""
    low_ms, high_ms = fit.effect_interval_ms(limit, drop)
    return (low_ms, high_ms) if is_pacers else (min(low_ms, 0.0), max(high_ms, 0.0))


def decide_look(
    fit: LockedFit,
    *,
    goes_on: bool,
    was_seen: bool,
    measured: MeasuredFollowing | None,
    steady_breaths: int | None,
    grade: Grade,
    breaths: int,
) -> LookVerdict:
    """Answer at a planned look.

    ``yes``: the lower limit of the interval is above 0 and the signal is not bad. The limit is above 0 only where the
    person breathes along and not at a pace of his own, as a person saw, as measured breathing shows or else as the
    beats bear out: as long as something else explains the wave, an effect of 0 is not ruled out. ``no``: at the last
    look the upper limit is below 2 bpm at every phase of the arc, the grade is good and a person or measured breathing
    showed the following. Everything else is ``unknown``.
    """
    following, source = _following(
        fit, goes_on=goes_on, was_seen=was_seen, measured=measured, steady_breaths=steady_breaths, breaths=breaths
    )
    limit = at_look(EVIDENCE_MIN, breaths)
    is_pacers = following is Following.YES and fit.harmonic_ratio < HARMONIC_MAX
    low_ms, high_ms = _interval_ms(fit, limit, LIKELIHOOD_DROP, is_pacers=is_pacers)
    largest_ms = fit.amplitude_interval_ms(limit, NO_DROP)[1] * CONTRAST_MAX
    is_flat = 60000.0 * largest_ms / fit.mean_rr_ms**2 < NO_EFFECT_BPM
    was_shown = following is Following.YES and source is not FollowingSource.RR
    answer = Answer.UNKNOWN
    reasons: tuple[Reason, ...] = (Reason.INCONCLUSIVE,)
    if grade is Grade.BAD:
        reasons = (Reason.POOR_SIGNAL,)
    elif following is Following.NO:
        is_held = measured is not None and measured.otherwise is Otherwise.HELD
        reasons = (Reason.NOT_FOLLOWING, *((Reason.BREATH_HELD,) if is_held else ()))
    elif low_ms > 0:
        answer, reasons = Answer.YES, ()
    elif breaths >= LOOKS[-1] and is_flat and was_shown and grade is Grade.GOOD:
        answer, reasons = Answer.NO, ()
        low_ms, high_ms = _interval_ms(fit, limit, NO_DROP, is_pacers=is_pacers)
    elif following is Following.UNKNOWN:
        is_clear = fit.effect_interval_ms(limit)[0] > 0 and fit.harmonic_ratio < HARMONIC_MAX
        reasons = (Reason.CANNOT_SEE_FOLLOWING, *(() if is_clear else reasons))
    return LookVerdict(answer, reasons, following, source, low_ms, high_ms, null_p_value(fit.evidence, breaths))
