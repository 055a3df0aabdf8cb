"""Is the heart calmer than before? Apart from the answer to the exhale, and never merged with it."""

import math
from dataclasses import dataclass

from biofeedback.core.locked import NORMAL_975
from biofeedback.core.prior import HEART_RATE_SD_BPM
from biofeedback.core.results import Answer, CalmerThanBefore, Reason

__all__ = ["StepTonus", "calmer_answer"]

SITTING_FALL_BPM = 1.5  # heart rate falls about 3 bpm while anyone just sits still, half of it between the two means
ORDER = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class StepTonus:
    """What a step of quiet breathing says of the level of the heart."""

    heart_rate_bpm: float
    heart_rate_sd_bpm: float  # of the mean over the step, autocorrelation included
    ln_rmssd: float | None
    ln_rmssd_sd: float | None
    respiration_hz: float | None


def _unknown_calmer(reasons: tuple[Reason, ...]) -> CalmerThanBefore:
    """The calmer answer where nothing can be said."""
    nothing = (None,) * 9
    return CalmerThanBefore(Answer.UNKNOWN, reasons[0], reasons, *nothing)


def calmer_answer(
    baseline: StepTonus | None, recovery: StepTonus | None, signal: tuple[Reason, ...], heart_rate_sd_bpm: float | None
) -> CalmerThanBefore:
    """Is the heart slower after than before?

    Parameters
    ----------
    baseline, recovery : StepTonus or None
        Free quiet breathing before and after.
    signal : tuple of Reason
        Signal reasons that forbid an answer.
    heart_rate_sd_bpm : float or None
        The person's own spread of recovery minus baseline from day to day; None takes the population's 2.0 bpm.

    Notes
    -----
    Standard error: the larger of that of the two means (spectral density at 0 of each step) and the day-to-day spread.
    Heart rate falls while anyone sits still; ``yes`` needs the upper limit below that fall.
    """
    reasons = list(signal)
    if baseline is None:
        reasons.append(Reason.NO_BASELINE)
    if recovery is None:
        reasons.append(Reason.NO_RECOVERY)
    if baseline is None or recovery is None or reasons:
        return _unknown_calmer(tuple(sorted(reasons, key=ORDER.__getitem__)))
    delta_bpm = recovery.heart_rate_bpm - baseline.heart_rate_bpm
    own_sd_bpm = heart_rate_sd_bpm or HEART_RATE_SD_BPM
    sd_bpm = math.hypot(own_sd_bpm, baseline.heart_rate_sd_bpm, recovery.heart_rate_sd_bpm)
    low_bpm, high_bpm = delta_bpm - NORMAL_975 * sd_bpm, delta_bpm + NORMAL_975 * sd_bpm
    answer = _calmer(low_bpm, high_bpm)
    reasons = [Reason.INCONCLUSIVE] if answer is Answer.UNKNOWN else []
    rmssd = _ln_rmssd_change(baseline, recovery)
    p_value = 0.5 * math.erfc(-(delta_bpm + SITTING_FALL_BPM) / sd_bpm / math.sqrt(2))
    return CalmerThanBefore(
        answer, reasons[0] if reasons else None, tuple(reasons), delta_bpm, low_bpm, high_bpm, *rmssd,
        baseline.respiration_hz, recovery.respiration_hz, p_value,
    )  # fmt: skip


def _calmer(low_bpm: float, high_bpm: float) -> Answer:
    """Answer from the interval of the change of heart rate."""
    if high_bpm < -SITTING_FALL_BPM:
        return Answer.YES
    return Answer.NO if low_bpm > 0 else Answer.UNKNOWN


def _ln_rmssd_change(baseline: StepTonus, recovery: StepTonus) -> tuple[float | None, float | None, float | None]:
    """Change of ln RMSSD with its 95 % interval."""
    before, after = baseline.ln_rmssd, recovery.ln_rmssd
    before_sd, after_sd = baseline.ln_rmssd_sd, recovery.ln_rmssd_sd
    if before is None or after is None or before_sd is None or after_sd is None:
        return None, None, None
    delta, half = after - before, NORMAL_975 * math.hypot(before_sd, after_sd)
    return delta, delta - half, delta + half
