"""Is the heart calmer than before? Apart from the answer to the exhale, and never merged with it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from biofeedback.core.events import StepKind
from biofeedback.core.prior import DAY_DF, DAY_SD_BPM, Change, Prior, Sitting
from biofeedback.core.results import Answer, CalmerThanBefore, Reason, RespirationSource
from biofeedback.core.student import pooled_df, quantile, tail
from biofeedback.core.wander import HEART_RATE, LN_RMSSD, Level, Spread, spread_of_difference

__all__ = ["StepTonus", "calmer_answer", "change_of", "is_quiet_session"]

ONE_SIDE = 0.025  # of a 95 % interval
LN_RMSSD_DAY_SD = 0.12  # of recovery minus baseline from day to day; assumed
LN_RMSSD_MIN_BINS = 8  # of a step, as for heart rate
ORDER = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class StepTonus:
    """What a step of quiet breathing says of the level of the heart."""

    heart_rate_bpm: float
    level: Level
    ln_rmssd: float | None
    ln_rmssd_level: Level
    respiration_hz: float | None
    respiration_source: RespirationSource


def calmer_answer(
    baseline: StepTonus | None, recovery: StepTonus | None, signal: tuple[Reason, ...], prior: Prior
) -> CalmerThanBefore:
    """Is the heart slower after than before, by more than sitting still does?

    Parameters
    ----------
    baseline, recovery : StepTonus or None
        Free quiet breathing before and after.
    signal : tuple of Reason
        Signal reasons that forbid an answer.
    prior : Prior
        The person's own spread from day to day and fall while sitting, as far as they are known.

    Notes
    -----
    The interval is that of this session's change: wandering alone makes it. The expected range is where 95 % of the
    changes lie that are found after sitting alone: it holds the fall of anyone who sits still, how far it differs from
    person to person and from day to day, and the wandering. ``yes`` is a change below that range; ``no`` is one that is
    above 0 by more than the days and the wandering make. p values are one-sided and Holm's over heart rate and ln RMSSD
    (Holm 1979, jstor.org/stable/4615733); only heart rate decides.
    """
    reasons = list(signal)
    if baseline is None:
        reasons.append(Reason.NO_BASELINE)
    if recovery is None:
        reasons.append(Reason.NO_RECOVERY)
    if baseline is None or recovery is None or reasons:
        return _unknown(tuple(sorted(reasons, key=ORDER.__getitem__)))
    delta_bpm = recovery.heart_rate_bpm - baseline.heart_rate_bpm
    error = spread_of_difference(baseline.level, recovery.level, HEART_RATE)
    half_bpm = quantile(ONE_SIDE, error.df) * error.sd
    sitting, by_day = prior.sitting or Sitting(), _by_day(prior)
    expected = _sum(error, by_day, Spread(sitting.sd_bpm, math.inf))
    reach_bpm = quantile(ONE_SIDE, expected.df) * expected.sd
    answer = _decide(delta_bpm, -sitting.fall_bpm - reach_bpm, _sum(error, by_day))
    why = () if answer is not Answer.UNKNOWN else (Reason.INCONCLUSIVE,)
    rmssd, rmssd_p = _ln_rmssd_change(baseline, recovery)
    p_value, rmssd_p_value = _holm(tail(-(delta_bpm + sitting.fall_bpm) / expected.sd, expected.df), rmssd_p)
    return CalmerThanBefore(
        answer, why[0] if why else None, why, delta_bpm, delta_bpm - half_bpm, delta_bpm + half_bpm, *rmssd,
        baseline.respiration_hz, recovery.respiration_hz, baseline.respiration_source, recovery.respiration_source,
        p_value, rmssd_p_value, error.sd, error.df,
        -sitting.fall_bpm, -sitting.fall_bpm - reach_bpm, -sitting.fall_bpm + reach_bpm,
    )  # fmt: skip


def is_quiet_session(steps: Iterable[StepKind]) -> bool:
    """Whether nothing was done between baseline and recovery but sitting."""
    return set(steps) <= {StepKind.BASELINE, StepKind.REST, StepKind.RECOVERY}


def change_of(session: str, calmer: CalmerThanBefore, *, is_quiet: bool) -> Change | None:
    """What a session adds to what is known of its person; None where it has no change to tell of."""
    if calmer.delta_heart_rate_bpm is None or calmer.standard_error_bpm is None:
        return None
    return Change(session, calmer.delta_heart_rate_bpm, calmer.standard_error_bpm, is_quiet)


def _unknown(reasons: tuple[Reason, ...]) -> CalmerThanBefore:
    """The calmer answer where nothing can be said."""
    sources = (RespirationSource.NONE,) * 2
    return CalmerThanBefore(Answer.UNKNOWN, reasons[0], reasons, *(None,) * 8, *sources, *(None,) * 7)


def _by_day(prior: Prior) -> Spread:
    """How far a person's changes differ from day to day."""
    learned = max(0, len(prior.heart_rate_sd_sessions) - 1)
    return Spread(prior.heart_rate_sd_bpm or DAY_SD_BPM, DAY_DF + learned)


def _sum(*parts: Spread) -> Spread:
    """Spread of a sum of independent parts."""
    return Spread(math.hypot(*(part.sd for part in parts)), pooled_df(*((p.sd**2, p.df) for p in parts)))


def _decide(delta_bpm: float, lowest_bpm: float, spread: Spread) -> Answer:
    """Answer from the change, the lower end of what sitting does, and the change's spread from day to day."""
    if delta_bpm < lowest_bpm:
        return Answer.YES
    return Answer.NO if delta_bpm > quantile(ONE_SIDE, spread.df) * spread.sd else Answer.UNKNOWN


def _ln_rmssd_change(
    baseline: StepTonus, recovery: StepTonus
) -> tuple[tuple[float | None, float | None, float | None], float | None]:
    """Change of ln RMSSD with its 95 % interval, and the chance of so large a rise by days and error alone."""
    before, after, levels = baseline.ln_rmssd, recovery.ln_rmssd, (baseline.ln_rmssd_level, recovery.ln_rmssd_level)
    if before is None or after is None or min(len(level.bins) for level in levels) < LN_RMSSD_MIN_BINS:
        return (None, None, None), None
    delta, error = after - before, spread_of_difference(*levels, LN_RMSSD)
    half = quantile(ONE_SIDE, error.df) * error.sd
    all_in_all = _sum(error, Spread(LN_RMSSD_DAY_SD, DAY_DF))
    return (delta, delta - half, delta + half), tail(delta / all_in_all.sd, all_in_all.df)


def _holm(first: float, second: float | None) -> tuple[float, float | None]:
    """Both p values as Holm's procedure holds them against .05; a second one that is missing counts as 1."""
    other = 1.0 if second is None else second
    smaller = min(1.0, 2 * min(first, other))
    larger = max(smaller, first, other)
    if second is None:
        return smaller, None
    return (smaller, larger) if first <= other else (larger, smaller)
