"""What a session takes from earlier ones: an input, kept in the recording's header."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from biofeedback.core.noise import NoiseSpectrum

__all__ = [
    "DAY_DF",
    "DAY_SD_BPM",
    "SITTING_FALL_BPM",
    "SITTING_FALL_SD_BPM",
    "Change",
    "Prior",
    "Sitting",
    "learn_day_sd_bpm",
    "learn_sitting",
]

# Recovery minus baseline differs from day to day within a person by 2.0 bpm, of which the two means of 120 s make 1.2
# by themselves (science.md 0): this is what is left. It weighs as much as nine sessions of the person's own; assumed.
DAY_SD_BPM, DAY_DF = 1.6, 8.0
# Heart rate falls by about 3 bpm while anyone just sits still (science.md 5), half of it between the two means. How
# far people differ in it is assumed.
SITTING_FALL_BPM, SITTING_FALL_SD_BPM = 1.5, 1.0


@dataclass(frozen=True, slots=True)
class Sitting:
    """How far a person's heart rate falls from baseline to recovery by sitting alone, and how sure that is."""

    fall_bpm: float = SITTING_FALL_BPM
    sd_bpm: float = SITTING_FALL_SD_BPM
    sessions: tuple[str, ...] = ()  # of quiet sitting that it was learned from


@dataclass(frozen=True, slots=True)
class Prior:
    """A person's own noise of free breathing, day-to-day spread and fall while sitting, with their sessions."""

    exhale_noise: NoiseSpectrum | None = None
    sessions: tuple[str, ...] = ()
    heart_rate_sd_bpm: float | None = None  # of recovery minus baseline from day to day, beyond each day's own error
    heart_rate_sd_sessions: tuple[str, ...] = ()
    sitting: Sitting | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Recovery minus baseline of one session; ``is_quiet``: nothing was done between them but sitting."""

    session: str
    delta_bpm: float
    standard_error_bpm: float
    is_quiet: bool


def learn_day_sd_bpm(changes: Sequence[Change]) -> float:
    """Day-to-day spread of a person, from the population's and that of the sessions there are.

    Notes
    -----
    Scaled inverse chi-square prior with 8 degrees of freedom (Gelman et al. 2013, Bayesian Data Analysis, 2.6). What
    the sessions differ by, within those of quiet sitting and within the others, is less their own errors.
    """
    squares, df = DAY_DF * DAY_SD_BPM**2, DAY_DF
    for is_quiet in (True, False):
        group = [change for change in changes if change.is_quiet is is_quiet]
        if len(group) > 1:
            mean_bpm = math.fsum(change.delta_bpm for change in group) / len(group)
            own = math.fsum(change.standard_error_bpm**2 for change in group) / len(group)
            scatter = math.fsum((change.delta_bpm - mean_bpm) ** 2 for change in group)
            squares += max(0.0, scatter - (len(group) - 1) * own)
            df += len(group) - 1
    return math.sqrt(squares / df)


def learn_sitting(changes: Sequence[Change], day_sd_bpm: float) -> Sitting | None:
    """Fall while sitting of a person: the population's and that of quiet sessions, weighed; None without any.

    Notes
    -----
    Normal prior and normal data (Gelman et al. 2013, 2.5): weights are one over the variances.
    """
    quiet = [change for change in changes if change.is_quiet]
    if not quiet:
        return None
    weights = [1 / (change.standard_error_bpm**2 + day_sd_bpm**2) for change in quiet]
    own = SITTING_FALL_SD_BPM**-2
    total = own + math.fsum(weights)
    fall = own * SITTING_FALL_BPM - math.fsum(w * change.delta_bpm for w, change in zip(weights, quiet, strict=True))
    return Sitting(fall / total, math.sqrt(1 / total), tuple(change.session for change in quiet))
