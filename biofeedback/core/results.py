"""What flows out of the pipeline: measures, grades and answers, never stored, always rebuilt from a recording."""

from dataclasses import dataclass

from biofeedback.core.choices import (
    Answer,
    Artifact,
    BeatSource,
    CardState,
    Change,
    Following,
    FollowingSource,
    Grade,
    LatencySource,
    NoiseSource,
    Reason,
    RespirationSource,
)
from biofeedback.core.events import StepKind
from biofeedback.core.findings import ResonanceResult, TrialResult

__all__ = [
    "Answer",
    "Artifact",
    "Beat",
    "BeatLabel",
    "BeatSource",
    "BeatSources",
    "BreathMeasures",
    "Breathing",
    "CalmerThanBefore",
    "Card",
    "CardState",
    "Change",
    "ExhaleResponse",
    "Following",
    "FollowingSource",
    "Gap",
    "Grade",
    "LatencySource",
    "Look",
    "NoiseSource",
    "Quality",
    "Reason",
    "RespirationSource",
    "Result",
    "RsaTrend",
    "StepEnded",
    "StepMeasures",
    "StepStarted",
]


@dataclass(frozen=True, slots=True)
class Beat:
    """One RR interval placed in time: ``t_s`` is the R peak that ends it. ``id`` is (input seq, index)."""

    seq: int
    index: int
    t_s: float
    rr_ms: float
    heart_rate_bpm: float
    segment: int
    beat_source: BeatSource = BeatSource.STRAP_RR


@dataclass(frozen=True, slots=True)
class BeatLabel:
    """The class of an earlier beat: provisional two beats later, ``final`` when its step has ended."""

    seq: int
    index: int
    artifact: Artifact
    final: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Beats are missing here; nothing bridges it. ``end_s`` is None while it lasts."""

    start_s: float
    end_s: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step began."""

    step_seq: int
    step: StepKind
    t_s: float
    duration_s: float | None
    pattern: str | None
    inhale_s: float | None
    hold_in_s: float | None
    exhale_s: float | None
    hold_out_s: float | None
    breaths: tuple[tuple[float, float], ...]
    block: int | None
    continues: int | None


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step ended, ``reason`` says by what: planned, next, pause, skip, stop, end."""

    step_seq: int
    t_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class BreathMeasures:
    """One paced breath. ``exhale_rise_ms`` is None when it cannot be measured, ``reason`` says why.

    ``following`` says whether the chest moved in its time; without a strap that measures it, it is unknown.
    """

    step_seq: int
    index: int
    inhale_start_s: float
    exhale_start_s: float
    end_s: float
    exhale_rise_ms: float | None
    exhale_fall_bpm: float | None
    beats: int
    usable: bool
    reason: str | None
    final: bool
    following: Following = Following.UNKNOWN


@dataclass(frozen=True, slots=True)
class Breathing:
    """The chest's movement as far as it is known at ``t_s``: what is new of its wave, and the rate of the last minute.

    ``at_s`` and ``wave_mg`` are points of the wave, the inhale upward once a pacer ran; there are none where it cannot
    be read.
    """

    t_s: float
    at_s: tuple[float, ...]
    wave_mg: tuple[float, ...]
    rate_hz: float | None


@dataclass(frozen=True, slots=True)
class RsaTrend:
    """Breath-locked RSA amplitude (peak to trough of the locked fit) over the last breaths, 95 % interval.

    ``change`` is against the first of the step.
    """

    step_seq: int
    t_s: float
    breath: int
    rsa_ms: float
    low_ms: float
    high_ms: float
    change: Change = Change.UNCLEAR


@dataclass(frozen=True, slots=True)
class Look:
    """The exhale answer as decided at one planned look."""

    breaths: int
    answer: Answer
    reason: Reason | None
    effect_ms: float | None
    low_ms: float | None
    high_ms: float | None
    shown_at_s: float


@dataclass(frozen=True, slots=True)
class ExhaleResponse:
    """Does the heart answer the exhale? Decided at planned looks; ``final`` when the step has ended.

    ``effect_ms`` is the rise of RR from the first to the last third of the exhale of the fitted waveform, with its
    95 % interval; ``effect_bpm`` is the fall of heart rate that goes with it at the mean RR.
    """

    step_seq: int | None  # None: the session had no breathing step
    pattern: str | None
    answer: Answer
    reason: Reason | None
    reasons: tuple[Reason, ...]
    effect_ms: float | None
    low_ms: float | None
    high_ms: float | None
    effect_bpm: float | None
    low_bpm: float | None
    high_bpm: float | None
    phase_deg: float | None
    following: Following
    following_source: FollowingSource | None  # None: nothing was looked at
    noise_source: NoiseSource | None
    latency_source: LatencySource
    latency_s: float | None
    looks: tuple[Look, ...]
    p_value: float | None
    breaths_used: int
    time_to_answer_s: float | None
    shown_at_s: float | None
    revoked: bool
    final: bool


@dataclass(frozen=True, slots=True)
class CalmerThanBefore:
    """Is the heart calmer than before? Recovery minus baseline, 95 % intervals; never merged with the exhale answer.

    ``low_bpm`` to ``high_bpm`` is the interval of this session's change; between ``expected_low_bpm`` and
    ``expected_high_bpm`` lie 95 % of the changes that are found after sitting alone. p values are Holm's over heart
    rate and ln RMSSD.
    """

    answer: Answer
    reason: Reason | None
    reasons: tuple[Reason, ...]
    delta_heart_rate_bpm: float | None
    low_bpm: float | None
    high_bpm: float | None
    delta_ln_rmssd: float | None
    low_ln_rmssd: float | None
    high_ln_rmssd: float | None
    respiration_before_hz: float | None
    respiration_after_hz: float | None
    respiration_before_source: RespirationSource
    respiration_after_source: RespirationSource
    p_value: float | None
    ln_rmssd_p_value: float | None
    standard_error_bpm: float | None
    standard_error_df: float | None
    expected_bpm: float | None
    expected_low_bpm: float | None
    expected_high_bpm: float | None


@dataclass(frozen=True, slots=True)
class StepMeasures:
    """Measures over a whole step, from final labels. SDNN has ddof 1; band powers are in ms2."""

    step_seq: int
    step: StepKind
    start_s: float
    end_s: float
    beats: int
    heart_rate_bpm: float | None
    rmssd_ms: float | None
    sdnn_ms: float | None
    pnn50_percent: float | None
    sd1_ms: float | None
    sd2_ms: float | None
    vlf_power_ms2: float | None
    lf_power_ms2: float | None
    hf_power_ms2: float | None
    respiration_hz: float | None
    respiration_source: RespirationSource
    rsa_ms: float | None


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the signal is: once a second of the last 60 s, and at the end of the session of all its steps."""

    t_s: float
    grade: Grade
    reasons: tuple[Reason, ...]
    beats: int
    corrected_fraction: float | None
    coverage_fraction: float | None
    contact: bool | None
    battery_percent: int | None
    connected: bool
    beat_age_s: float | None
    heart_rate_bpm: float | None
    beat_source: BeatSource | None = None  # of the newest beat


@dataclass(frozen=True, slots=True)
class BeatSources:
    """What the strap's own RR intervals and its ECG saw of the same heart, in a session with both.

    ``missing_s`` are R peaks that the strap did not send, ``made_up_s`` beats that it sent and its ECG does not show.
    ``latency_s`` is how long after its R peak a beat of the strap is placed, with its SD from beat to beat.
    """

    strap_beats: int
    ecg_beats: int
    missing_s: tuple[float, ...]
    made_up_s: tuple[float, ...]
    latency_s: float | None
    latency_sd_s: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """What the patient's card says from now on: made whenever it changes, and at each breath."""

    t_s: float
    state: CardState
    shown: bool
    breaths_until_look: int | None
    effect_bpm: float | None
    low_bpm: float | None
    high_bpm: float | None
    reason: Reason | None


Result = (
    Beat
    | BeatLabel
    | Gap
    | StepStarted
    | StepEnded
    | BreathMeasures
    | Breathing
    | RsaTrend
    | ExhaleResponse
    | CalmerThanBefore
    | StepMeasures
    | Quality
    | BeatSources
    | Card
    | TrialResult
    | ResonanceResult
)
