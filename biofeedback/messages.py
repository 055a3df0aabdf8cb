"""The live channel's messages to viewers, one schema for server, pages, fixtures and documentation.

Every message begins with ``t`` (monotonic ns at sending) and ``q`` (message_seq; 0 where the message
is no result and is never resent), then ``type``. All times named ``*_s`` are on the session's clock.
"""

from typing import Literal

from msgspec import Struct

PROTOCOL = 1


class _FromServer(Struct, frozen=True, kw_only=True):
    """What every message from the server begins with."""

    t: int = 0
    q: int = 0


class StepPlan(Struct, frozen=True, kw_only=True):
    """A planned step of the exercise."""

    step: str
    duration_s: float
    pattern: str | None = None
    movement: str | None = None
    block: int | None = None  # of a plan, counted from 0


class Hello(_FromServer, frozen=True, kw_only=True):
    """First message to a viewer: who, what, and whether missed messages follow (``recovered``) or a snapshot."""

    type: Literal["hello"] = "hello"
    protocol: int
    epoch: str  # the session's id
    message_seq: int
    recovered: bool
    session_s: float
    speed: float
    state: str  # ready | running | paused | finished
    subject: str
    simulated: bool
    exercise: str
    steps: list[StepPlan]
    exercises: list[str]
    lengths_s: dict[str, float]  # of all exercises, as planned
    strap: str  # strap as asked for: auto, ble, simulated:responder, replay:FILE
    saved: bool


class Step(_FromServer, frozen=True, kw_only=True):
    """A step begins (``ended_s`` null) or ended."""

    type: Literal["step"] = "step"
    step_seq: int
    index: int  # place in the exercise, counted from 0
    step: str
    start_s: float
    duration_s: float | None
    pattern: str | None
    inhale_s: float | None
    hold_in_s: float | None
    exhale_s: float | None
    hold_out_s: float | None
    breaths: list[tuple[float, float]]
    movement: str | None
    block: int | None = None
    continues: int | None
    ended_s: float | None
    ended_by: str | None


class Pacer(_FromServer, frozen=True, kw_only=True):
    """The session's clock, every 5 s and at each step: the page runs its own pacer from it."""

    type: Literal["pacer"] = "pacer"
    session_s: float
    speed: float
    state: str  # ready | running | paused | finished
    step_seq: int | None


class Beat(_FromServer, frozen=True, kw_only=True):
    """One beat; ``labels`` are earlier beats now known to be no normal ones: (seq, index, artifact)."""

    type: Literal["beat"] = "beat"
    seq: int
    index: int
    t_s: float
    rr_ms: float
    heart_rate_bpm: float
    segment: int
    labels: list[tuple[int, int, str]]


class Breath(_FromServer, frozen=True, kw_only=True):
    """One paced breath, measured; ``following`` is unknown without a strap that measures breathing."""

    type: Literal["breath"] = "breath"
    step_seq: int
    index: int
    inhale_start_s: float
    exhale_start_s: float
    end_s: float
    exhale_rise_ms: float | None
    exhale_fall_bpm: float | None
    usable: bool
    reason: str | None
    following: str = "unknown"  # yes | no | unknown


class Answer(_FromServer, frozen=True, kw_only=True):
    """An answer: ``which`` is exhale (live) or calmer (at the end). The words are made on the page from ``state``.

    An answer without a fresh message for ``time_to_live_s`` is no longer shown.
    """

    type: Literal["answer"] = "answer"
    which: Literal["exhale", "calmer"]
    at_s: float
    state: str  # CardState for exhale; the answer itself for calmer
    shown: bool
    answer: str  # yes | no | unknown
    reason: str | None
    reasons: list[str]
    following: str  # yes | no | unknown
    following_source: str | None = None  # seen | measured | rr; null where nothing was looked at
    effect_ms: float | None
    low_ms: float | None
    high_ms: float | None
    effect_bpm: float | None  # calmer: delta_heart_rate_bpm
    low_bpm: float | None
    high_bpm: float | None
    breaths_used: int
    breaths_until_look: int | None
    noise_source: str | None
    latency_source: str | None
    time_to_answer_s: float | None
    revoked: bool
    final: bool
    time_to_live_s: float
    expected_low_bpm: float | None = None  # calmer: what sitting still alone does, in 95 % of sessions
    expected_high_bpm: float | None = None


class Quality(_FromServer, frozen=True, kw_only=True):
    """Once a second: the signal now."""

    type: Literal["quality"] = "quality"
    at_s: float
    grade: str
    reasons: list[str]
    beats: int
    usable_percent: float | None
    corrected_percent: float | None
    contact: bool | None
    battery_percent: int | None
    connected: bool
    strap_state: str  # searching | connecting | waiting_for_beats | beats | lost | ended
    strap_detail: str | None
    strap_model: str | None
    beat_age_s: float | None
    heart_rate_bpm: float | None
    saved: bool
    viewers: int
    beat_source: str | None = None  # strap_rr | ecg, of the newest beat
    strap_place: str | None = None  # as it says: chest | wrist | other ...; null: it does not say


class Trend(_FromServer, frozen=True, kw_only=True):
    """Breath-locked RSA amplitude after a breath, 95 % interval."""

    type: Literal["trend"] = "trend"
    step_seq: int
    at_s: float
    breath: int
    rsa_ms: float
    low_ms: float
    high_ms: float
    change: str = "unclear"  # higher | lower | unclear, against the first of the step


class Breathing(_FromServer, frozen=True, kw_only=True):
    """Once a second while the strap's accelerometer streams: the chest's wave, never resent.

    ``wave`` holds what is new of it, (time in s, mG) each, the inhale upward once a pacer ran; empty where it cannot be
    read. ``per_min`` is the breathing rate of the last minute.
    """

    type: Literal["breathing"] = "breathing"
    at_s: float
    wave: list[tuple[float, float]]
    per_min: float | None


class Measures(_FromServer, frozen=True, kw_only=True):
    """Measures over a step that has ended."""

    type: Literal["measures"] = "measures"
    step_seq: int
    step: str
    start_s: float
    end_s: float
    beats: int
    heart_rate_bpm: float | None
    rmssd_ms: float | None
    sdnn_ms: float | None
    respiration_hz: float | None
    respiration_source: str  # measured | rr | none
    rsa_ms: float | None


class Plan(_FromServer, frozen=True, kw_only=True):
    """The order of the blocks was drawn: from here on these are the planned steps."""

    type: Literal["plan"] = "plan"
    at_s: float
    kind: str  # trial | resonance | varied
    blocks: list[str]
    steps: list[StepPlan]


class Sentence(Struct, frozen=True, kw_only=True):
    """A key of the language files, and the numbers it is filled in with."""

    key: str
    values: dict[str, float]


class TrialNumber(Struct, frozen=True, kw_only=True):
    """One outcome of a trial: one arm minus the other with its interval; or the rate of a resonance search."""

    outcome: str
    value: float | None
    low: float | None
    high: float | None
    level: float  # of the interval: .95, or more where several must hold together


class Trial(_FromServer, frozen=True, kw_only=True):
    """What a plan's blocks say, once, at the end: the sentences that it allows, and the numbers behind them."""

    type: Literal["trial"] = "trial"
    exercise: str
    answer: str  # yes | no | unknown
    reasons: list[str]
    sentences: list[Sentence]
    numbers: list[TrialNumber]


class Mark(_FromServer, frozen=True, kw_only=True):
    """A mark, a command or a rating, as recorded."""

    type: Literal["mark"] = "mark"
    at_s: float
    kind: str  # note | pause | resume | skip | stop | command | context | rating
    text: str
    author: str | None


class Gap(_FromServer, frozen=True, kw_only=True):
    """Beats are missing from ``start_s`` (to ``end_s``, null while it lasts), or a viewer was too slow."""

    type: Literal["gap"] = "gap"
    start_s: float
    end_s: float | None
    reason: str


class Snapshot(_FromServer, frozen=True, kw_only=True):
    """The last 120 s and all that still stands, for a viewer that has nothing yet; ``q`` is the newest message_seq."""

    type: Literal["snapshot"] = "snapshot"
    session_s: float
    steps: list[Step]
    beats: list[Beat]
    breaths: list[Breath]
    trends: list[Trend]
    measures: list[Measures]
    marks: list[Mark]
    gaps: list[Gap]
    answers: list[Answer]
    trials: list[Trial] = []
    quality: Quality | None


class Error(_FromServer, frozen=True, kw_only=True):
    """Something asked for was refused; ``code`` is a key of the language files (``error.CODE``).

    ``id`` is that of the command which was not carried out.
    """

    type: Literal["error"] = "error"
    code: str
    detail: str
    id: str | None = None


class Ping(_FromServer, frozen=True, kw_only=True):
    """Are you there? Answer with ``pong``."""

    type: Literal["ping"] = "ping"


class Bye(_FromServer, frozen=True, kw_only=True):
    """The server closes this viewer.

    ``new_session`` (say hello again), ``shutdown``, ``room_closed``, ``too_slow`` or ``signed_out``.
    """

    type: Literal["bye"] = "bye"
    reason: str


class Kept(_FromServer, frozen=True, kw_only=True):
    """Frames of a strap elsewhere are on the disk up to and including ``seq`` of this origin: they may be forgotten."""

    type: Literal["kept"] = "kept"
    origin: str
    seq: int


class Noted(_FromServer, frozen=True, kw_only=True):
    """Commands, marks and ratings of this viewer, by its own ids, are on the disk: they may be forgotten."""

    type: Literal["noted"] = "noted"
    ids: list[str]


class ClockAsk(_FromServer, frozen=True, kw_only=True):
    """What is the time on your clock? Answer at once with ``clock`` and the same ``id``."""

    type: Literal["clock_ask"] = "clock_ask"
    id: int


FromServer = (
    Hello
    | Step
    | Pacer
    | Beat
    | Breath
    | Answer
    | Quality
    | Trend
    | Breathing
    | Measures
    | Plan
    | Trial
    | Mark
    | Gap
    | Snapshot
    | Error
    | Ping
    | Bye
    | Kept
    | Noted
    | ClockAsk
)
