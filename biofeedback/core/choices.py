"""Every choice that results are made of: closed lists of words, where "cannot tell" is always one of them."""

from enum import StrEnum

__all__ = [
    "Answer",
    "Artifact",
    "BeatSource",
    "CardState",
    "Direction",
    "EditKind",
    "Following",
    "FollowingSource",
    "Grade",
    "LatencySource",
    "NoiseSource",
    "Outcome",
    "Reason",
    "RespirationSource",
    "SensorPlace",
]


class Answer(StrEnum):
    """Yes, no, or not known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Following(StrEnum):
    """Whether the person breathes along with the pacer."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Change(StrEnum):
    """Which way a measure went, as far as its errors let that be said."""

    HIGHER = "higher"
    LOWER = "lower"
    UNCLEAR = "unclear"


class FollowingSource(StrEnum):
    """What says whether the person breathes along: the first of these that there is."""

    SEEN = "seen"  # somebody saw it, and said so
    MEASURED = "measured"  # by the movement of the chest
    RR = "rr"  # inferred from the beats alone


class RespirationSource(StrEnum):
    """Where a breathing rate is from."""

    MEASURED = "measured"  # the movement of the chest
    RR = "rr"  # inferred from the beats
    NONE = "none"  # there is none


class Grade(StrEnum):
    """How far the signal may be trusted."""

    GOOD = "good"
    LIMITED = "limited"
    BAD = "bad"


class Artifact(StrEnum):
    """Class of a beat (Lipponen and Tarvainen 2019), ``range`` for the physiological gate; the last two by hand."""

    NORMAL = "normal"
    ECTOPIC = "ectopic"
    MISSED = "missed"
    EXTRA = "extra"
    LONG = "long"
    SHORT = "short"
    RANGE = "range"
    INTERPOLATED = "interpolated"
    EXCLUDED = "excluded"


class EditKind(StrEnum):
    """What somebody made of a beat in a review."""

    ACCEPT = "accept"  # it counts as normal, whatever was found
    INTERPOLATE = "interpolate"
    EXCLUDE = "exclude"


class Reason(StrEnum):
    """Why an answer is not known, in the order in which they apply."""

    NO_BEAT_INTERVALS = "no_beat_intervals"
    NO_CONTACT = "no_contact"
    IRREGULAR_BEATS = "irregular_beats"
    POOR_SIGNAL = "poor_signal"
    NO_BREATHING_STEP = "no_breathing_step"
    PART_OF_PLAN = "part_of_plan"
    NO_BASELINE = "no_baseline"
    NO_RECOVERY = "no_recovery"
    NOT_FOLLOWING = "not_following"
    BREATH_HELD = "breath_held"
    CANNOT_SEE_FOLLOWING = "cannot_see_following"
    TOO_FEW_BREATHS = "too_few_breaths"
    TOO_FEW_BLOCKS = "too_few_blocks"
    INCONCLUSIVE = "inconclusive"


class BeatSource(StrEnum):
    """Where beats come from."""

    STRAP_RR = "strap_rr"  # the intervals that the strap finds itself
    ECG = "ecg"  # R peaks in its ECG, on its own clock


class SensorPlace(StrEnum):
    """Where on the body a sensor says that it sits (Body Sensor Location 0x2A38, in the order of its numbers)."""

    OTHER = "other"  # an armband, for example
    CHEST = "chest"
    WRIST = "wrist"
    FINGER = "finger"
    HAND = "hand"
    EAR_LOBE = "ear_lobe"
    FOOT = "foot"


class NoiseSource(StrEnum):
    """Where the noise beside the pacer was learned."""

    SESSION = "session"
    EARLIER = "earlier"
    POPULATION = "population"


class LatencySource(StrEnum):
    """Whether the strap's latency is known, or profiled over its possible range."""

    CALIBRATED = "calibrated"
    PROFILED = "profiled"


class CardState(StrEnum):
    """What the patient's answer card says; the words for each are in the language files."""

    WAITING = "waiting"  # no step yet: strap is being found, or beats are there and nothing has begun
    NO_CONTACT = "no_contact"
    NO_BEAT_INTERVALS = "no_beat_intervals"
    PRACTICE = "practice"  # breathing along before anything is measured
    BASELINE = "baseline"
    MEASURING = "measuring"
    YES = "yes"
    UNKNOWN = "unknown"
    NO = "no"
    NOT_FOLLOWING = "not_following"
    POOR_SIGNAL = "poor_signal"
    IRREGULAR_BEATS = "irregular_beats"
    PAUSED = "paused"
    RECOVERY = "recovery"
    COMPARING = "comparing"  # breathing in a block of a plan: what comes of it is said at the end, of all blocks
    RESTING = "resting"
    MOVING = "moving"  # walk, movements: nothing is asked of the exhale
    FINISHED = "finished"


class Outcome(StrEnum):
    """What the blocks of a trial are compared by."""

    HEART_RATE = "heart_rate_bpm"  # mean over the block
    RSA = "rsa_ms"  # peak to trough of the wave locked to the pacer
    LN_RMSSD = "ln_rmssd"  # of free breathing after the block
    CHANGE_60 = "change_60_bpm"  # heart rate a minute after an effort minus that at its end
    CHANGE_120 = "change_120_bpm"  # the same, two minutes after


class Direction(StrEnum):
    """Where a difference lies, when its interval leaves out 0."""

    LOWER = "lower"
    HIGHER = "higher"
    UNKNOWN = "unknown"
