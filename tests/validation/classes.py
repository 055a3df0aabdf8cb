"""Every class of session as data: who sits there, what the strap does, and what the answers must hold."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from biofeedback.core.prior import Prior, Sitting
from biofeedback.straps.presets import Faults, Follows, Span, Traits

__all__ = ["CLASSES", "Kind", "Push", "SessionClass", "Target"]


class Kind(StrEnum):
    """What a class is there for; the report has a table for each."""

    NULL = "null"  # the heart does not answer the pacer: a yes is false
    OWN_SLOW = "own_slow"  # a slow rhythm of one's own: a yes that stays is false
    RESPONDER = "responder"
    REFUSED = "refused"  # outside what can be answered: unknown is right
    FLAT_SEEN = "flat_seen"  # following was seen, RSA is flat: no is right
    CALMER_NULL = "calmer_null"  # the heart is no slower for the exercise
    CALMER = "calmer"


@dataclass(frozen=True, slots=True)
class Push:
    """What moves the heart rate beside breath, Mayer wave and wandering; all assumed but for the issue's sizes."""

    mayer_factor_sd: float = 0.0  # Mayer wave in the exercise over that in the baseline is exp(N(0, this))
    drift_bpm: float = 0.0  # over the exercise, evenly; it stays afterwards
    posture_bpm: float = 0.0  # at one moment of the exercise, up or down, time constant 5 s
    sighs_per_min: float = 0.0  # up by 8-14 bpm for 4 s, then down by half of it for 8 s
    fall_bpm: float = 0.0  # evenly from 60 s into the baseline to the end of the exercise
    day_sd_bpm: float = 0.0  # the recovery's level is N(0, this) off, whatever is done: days differ


NO_PUSH, NOBODY = Push(), Prior()


@dataclass(frozen=True, slots=True)
class Target:
    """What one figure must hold, as a fraction; ``breaths`` is the look, None the answer of the session."""

    figure: str  # ever_yes, final_yes, final_no, coverage, stop_coverage, calmer_yes, calmer_coverage
    low: float = 0.0
    high: float = 1.0
    breaths: int | None = None


@dataclass(frozen=True, slots=True)
class SessionClass:
    """One row of the tables."""

    name: str
    says: str
    kind: Kind
    traits: Traits
    targets: tuple[Target, ...] = ()
    faults: Faults = field(default_factory=lambda: Faults(missed_fraction=0.003, extra_fraction=0.001))
    latency_s: Span = (0.2, 1.0)
    push: Push = NO_PUSH
    prior: Prior = NOBODY
    person_pattern: str = ""  # what the person breathes where it is not what the screen shows
    follow_late_s: Span = (0.0, 0.0)  # by which the person breathes after the pacer
    varied_breaths: int = 0  # so many of the pacer's first breaths are 10-20 % longer or shorter
    is_varied_later: bool = False  # the exercise varied_later_4_6: three steady breaths, then nine of 8 to 12 s
    is_seen: bool = False  # somebody marks that the person breathes along
    is_exercise: bool = True  # False: nothing is asked, the middle step is rest
    has_baseline: bool = True  # False: the first step is rest from which nothing is learned


EVER_YES = Target("ever_yes", high=0.05, breaths=12)
FINAL_YES = Target("final_yes", high=0.05)
COVERAGE = Target("coverage", low=0.93, high=0.99)
NEVER_NO = Target("final_no", high=0.05)

# The background fitted to people at rest, but wandering only as far as the 3 bpm; the Mayer wave of the classes
# that are not about it is assumed within science.md 6.
ORDINARY = replace(Traits(), mayer_sd_bpm=(0.0, 1.5), vlf_sd_bpm=(Traits().vlf_sd_bpm[0], 3.0))
FREE = replace(ORDINARY, follows=Follows.NOTHING, rsa_bpm=(2.0, 14.0), breathing_per_min=(10.0, 18.0))
STRONG_MAYER = replace(FREE, mayer_hz=(0.095, 0.105), mayer_sd_bpm=(1.5, 3.0))
SLOW = replace(
    FREE, follows=Follows.OWN_SLOW_RHYTHM, rsa_bpm=(8.0, 12.0), slow_breathing_per_min=(5.2, 6.8),
    breathing_per_min=(12.0, 16.0), reaction_s=(0.0, 10.0),
)  # fmt: skip
FLAT = replace(ORDINARY, rsa_bpm=(0.0, 0.5))
STRONG = replace(ORDINARY, rsa_bpm=(8.0, 12.0))
# The background as it was assumed before anything was fitted: RMSSD about 24 ms, a half to a third of real wandering.
QUIET = replace(
    STRONG, vlf_sd_bpm=(1.0, 2.0), vlf_slope=(2.0, 2.0), noise_sd_bpm=(0.8, 0.8), tidal_jitter_fraction=0.12,
    breathing_jitter_fraction=0.10, breathing_wander_fraction=0.0,
)  # fmt: skip
# The background fitted to all three recordings, the hour that need not be rest as well; RSA and Mayer wave as wide as
# theirs, by eye.
REAL_LIKE = replace(
    FREE, heart_rate_bpm=(56.0, 78.0), rsa_bpm=(10.0, 24.0), breathing_per_min=(9.0, 16.0), mayer_sd_bpm=(1.0, 4.0),
    mayer_coherence_s=(8.0, 30.0), vlf_sd_bpm=(1.8, 4.6),
    vlf_slope=(0.0, 2.0), noise_sd_bpm=(2.0, 2.5),
)  # fmt: skip
ONE_PERCENT = Faults(missed_fraction=0.005, extra_fraction=0.005)
THREE_PERCENT = Faults(missed_fraction=0.015, extra_fraction=0.015)


def _null(name: str, says: str, traits: Traits = FREE, **more: object) -> SessionClass:
    """Class in which the heart does not answer the pacer."""
    targets = more.pop("targets", (EVER_YES,))
    return SessionClass(name, says, Kind.NULL, traits, targets=targets, **more)


def _slow(name: str, says: str, ever: float, traits: Traits = SLOW, **more: object) -> SessionClass:
    """Class with a slow rhythm of one's own."""
    targets = (Target("ever_yes", high=ever, breaths=12), Target("final_yes", high=0.05))
    return SessionClass(name, says, Kind.OWN_SLOW, traits, targets=targets, **more)


def _responder(name: str, says: str, traits: Traits, at: dict[int, float], **more: object) -> SessionClass:
    """Class whose heart answers; ``at`` says the least share of yes by each look."""
    targets = (*(Target("ever_yes", low=low, breaths=breaths) for breaths, low in at.items()), COVERAGE)
    more = {"faults": ONE_PERCENT, **more}
    return SessionClass(name, says, Kind.RESPONDER, traits, targets=targets, **more)


_NULLS = (
    _null("free", "breathes freely"),
    _null("mayer_at_pacer", "breathes freely, Mayer wave within .005 Hz of the pacer, SD 1.5-3 bpm", STRONG_MAYER),
    _null(
        "mayer_changes", "breathes freely, Mayer wave of SD 1-3 bpm times exp(N(0, .3)) in the exercise",
        replace(FREE, mayer_hz=(0.085, 0.11), mayer_sd_bpm=(1.0, 3.0)), push=Push(mayer_factor_sd=0.3),
    ),
    _null("double", "breathes 12/min, locked to the pacer's double", STRONG,
          person_pattern="2-3"),
    _null("half", "breathes 3/min, locked to half the pacer's pace", STRONG, person_pattern="8-12"),
    _null("flat", "breathes along, RSA flat (0-.5 bpm)", FLAT, targets=(EVER_YES, COVERAGE)),
    _null("drift", "breathes freely, heart rate drifts by -6 bpm", push=Push(drift_bpm=-6.0)),
    _null("posture", "breathes freely, a posture step of 8 bpm up or down", push=Push(posture_bpm=8.0)),
    _null("sighs", "breathes freely, a sigh a minute", push=Push(sighs_per_min=1.0)),
    _null("artefacts", "breathes freely, 3 % artefacts", faults=THREE_PERCENT),
    _null("ectopy_light", "breathes freely, .5-2.5 % ectopic beats", replace(FREE, ectopic_fraction=(0.005, 0.025))),
    _null("free_no_baseline", "breathes freely, no baseline: noise of people at large", has_baseline=False),
    _null("mayer_no_baseline", "the same with a Mayer wave of SD 1.5-3 bpm within .005 Hz of the pacer", STRONG_MAYER,
          has_baseline=False),
    _null("free_real_like", "breathes freely, wanders as widely as the real recordings", REAL_LIKE),
    _null("ectopy_frequent", "breathes freely, 8-15 % ectopic beats", replace(FREE, ectopic_fraction=(0.08, 0.15))),
)  # fmt: skip

_SLOW = (
    _slow("own_slow", "own slow breathing, 5.2-6.8/min at any phase", 0.25),
    _slow("own_slow_together", "the same, begun with the pacer", 0.25, replace(SLOW, reaction_s=(0.4, 1.5))),
    _slow("own_slow_first_varied", "own slow breathing, first 3 breaths of the pacer varied", 0.05, varied_breaths=3),
    _slow("own_slow_varied", "own slow breathing, all breaths of the pacer varied", 0.05, varied_breaths=12),
)

_RESPONDERS = (
    _responder("responder_8_12", "8-12 bpm peak to trough", STRONG, {3: 0.75, 6: 0.97, 12: 0.99}),
    _responder("responder_2_5", "2-5 bpm", replace(ORDINARY, rsa_bpm=(2.0, 5.0)), {12: 0.85}),
    _responder("responder_12_20", "12-20 bpm", replace(ORDINARY, rsa_bpm=(12.0, 20.0)), {3: 0.90}),
    _responder("responder_mayer", "8-12 bpm, Mayer wave of SD 1.5-3 bpm", replace(STRONG, mayer_sd_bpm=(1.5, 3.0)),
               {12: 0.93}),
    _responder("responder_late", "8-12 bpm, strap latency 1-2.5 s", STRONG, {12: 0.97}, latency_s=(1.0, 2.5)),
    _responder("responder_ectopy", "8-12 bpm, 1-4 ectopic beats a minute",
               replace(STRONG, ectopic_fraction=(1 / 66, 4 / 66)), {12: 0.90}),
    _responder("responder_real_like", "8-12 bpm, wanders as widely as the real recordings",
               replace(REAL_LIKE, follows=Follows.PACER, rsa_bpm=(8.0, 12.0)), {}),
    _responder("responder_no_baseline", "8-12 bpm, no baseline: noise of people at large", STRONG, {},
               has_baseline=False),
    _responder("responder_8_12_quiet", "8-12 bpm in the noise that was assumed before the fit", QUIET, {}),
    _responder("responder_2_5_quiet", "2-5 bpm in that noise", replace(QUIET, rsa_bpm=(2.0, 5.0)), {}),
    _responder("responder_mayer_quiet", "8-12 bpm, Mayer wave of SD 1.5-3 bpm in that noise",
               replace(QUIET, mayer_sd_bpm=(1.5, 3.0)), {}),
    _responder("responder_first_varied", "8-12 bpm, first 3 breaths of the pacer varied", STRONG, {}, varied_breaths=3),
    _responder("responder_varied", "8-12 bpm, all breaths of the pacer varied", STRONG, {}, varied_breaths=12),
)  # fmt: skip

_OTHERS = (
    SessionClass(
        "responder_too_late", "8-12 bpm, strap latency 2.5-4 s: unknown is right", Kind.REFUSED, STRONG, (),
        ONE_PERCENT, (2.5, 4.0),
    ),
    SessionClass(
        "too_late_free", "breathes freely, strap latency 2.5-4 s", Kind.NULL, FREE, (EVER_YES,), latency_s=(2.5, 4.0)
    ),
    SessionClass(
        "flat_seen", "seen to breathe along, RSA flat (0-.5 bpm): no is right", Kind.FLAT_SEEN, FLAT,
        (Target("final_no", low=0.5), Target("ever_yes", high=0.05, breaths=12)), is_seen=True,
    ),
    SessionClass(
        "responder_4_8_seen", "seen to breathe along, 4-8 bpm: no is wrong", Kind.RESPONDER,
        replace(ORDINARY, rsa_bpm=(4.0, 8.0)), (NEVER_NO, COVERAGE), ONE_PERCENT, is_seen=True,
    ),
)  # fmt: skip

# The same kinds of people before a pacer that is steady for three breaths and varied from then on; nobody breathes at
# double or half the pace of such a one.
_LATER = tuple(
    replace(one, name=f"{one.name}_later", says=f"{one.says}; the pacer is varied later", is_varied_later=True)
    for one in (*_NULLS, *_SLOW, *_RESPONDERS, *_OTHERS)
    if not one.person_pattern
    and not one.varied_breaths
    and one.kind is not Kind.REFUSED
    and not one.name.endswith(("_quiet", "_frequent"))
)

CALMER_YES = Target("calmer_yes", high=0.05)
CALMER_COVERAGE = Target("calmer_coverage", low=0.93, high=0.97)
LEVEL = replace(FREE, settling_bpm=0.0, vlf_sd_bpm=(0.0, 3.0))
REAL_LEVEL = replace(REAL_LIKE, settling_bpm=0.0)
# What eight earlier sessions of quiet sitting, each with an error of 1.5 bpm, say of one who falls by 3 or by .5 bpm.
FALLS = Prior(heart_rate_sd_bpm=1.2, heart_rate_sd_sessions=tuple("ABCDEFGH"), sitting=Sitting(2.6, 0.6))
STAYS = Prior(heart_rate_sd_bpm=1.2, heart_rate_sd_sessions=tuple("ABCDEFGH"), sitting=Sitting(0.8, 0.6))


def _calmer(
    name: str, says: str, traits: Traits = LEVEL, push: Push = NO_PUSH, prior: Prior = NOBODY, *, is_null: bool = True
) -> SessionClass:
    """Class about the level of the heart."""
    kind, targets = (Kind.CALMER_NULL, (CALMER_YES, CALMER_COVERAGE)) if is_null else (Kind.CALMER, (CALMER_COVERAGE,))
    return SessionClass(name, says, kind, traits, targets, push=push, prior=prior, is_exercise=False)


_CALMER = (
    _calmer("calmer_level", "level heart rate, VLF SD up to 3 bpm"),
    _calmer("calmer_days", "the same, 1.6 bpm SD from day to day", push=Push(day_sd_bpm=1.6)),
    _calmer("calmer_sits", "just sits: settles by 3 bpm, time constant 180 s", replace(LEVEL, settling_bpm=3.0)),
    _calmer("calmer_sits_fully", "just sits: -3 bpm between baseline and recovery", push=Push(fall_bpm=-3.0)),
    _calmer("calmer_sits_known", "the same, known from earlier sessions", push=Push(fall_bpm=-3.0), prior=FALLS),
    _calmer("calmer_real_like", "level, wanders as widely as the real recordings", REAL_LEVEL),
    _calmer(
        "calmer_real_like_sits", "the same, settles by 3 bpm, and 1.6 bpm SD from day to day",
        replace(REAL_LEVEL, settling_bpm=3.0), Push(day_sd_bpm=1.6),
    ),
    _calmer("calmer_by_4", "heart rate falls by 4 bpm", push=Push(fall_bpm=-4.0), is_null=False),
    _calmer("calmer_by_8", "heart rate falls by 8 bpm", push=Push(fall_bpm=-8.0), is_null=False),
    _calmer("calmer_by_8_known", "by 8 bpm, falls by .5 bpm when just sitting: known from earlier sessions",
            push=Push(fall_bpm=-8.0), prior=STAYS, is_null=False),
    _calmer("calmer_by_8_real_like", "by 8 bpm, wanders as widely as the real recordings", REAL_LEVEL,
            Push(fall_bpm=-8.0), is_null=False),
)  # fmt: skip

CLASSES: dict[str, SessionClass] = {
    one.name: one for one in (*_NULLS, *_SLOW, *_RESPONDERS, *_OTHERS, *_LATER, *_CALMER)
}
