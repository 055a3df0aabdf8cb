"""Simulated people and straps, as data: each number with its unit, each kind with its source.

Where a pair stands, a person's own value is drawn evenly between the two from the seed. "Assumed" marks a number
that was chosen, not read anywhere; "fitted" one that tests/validation/fitting.py reads off real recordings.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = ["PRESETS", "Faults", "Follows", "Preset", "Span", "Streams", "Traits"]

Span = tuple[float, float]


class Follows(StrEnum):
    """What a person does while the pacer moves."""

    PACER = "pacer"
    NOTHING = "nothing"
    OWN_SLOW_RHYTHM = "own_slow_rhythm"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a person's heart and breath are like; the defaults are a healthy adult of 45-54 years, sitting."""

    heart_rate_bpm: Span = (60.0, 72.0)
    settling_bpm: float = 3.0  # by how much the heart slows while anyone just sits still (science.md 5B)
    rsa_bpm: Span = (8.0, 12.0)  # peak to trough at 6 breaths/min; deep-breathing test 11-22 by age (science.md 6)
    lag_mean_s: float = 0.5  # heart rate behind lung volume at 6/min, N(.5, .8 s) (science.md 6)
    lag_sd_s: float = 0.8
    follows: Follows = Follows.PACER
    follow_jitter_fraction: Span = (0.05, 0.10)  # SD of following, of a breath (science.md 5)
    reaction_s: Span = (0.4, 1.5)  # until a person breathes along, or on by himself; assumed
    breathing_per_min: Span = (12.0, 16.0)  # free breathing, sitting
    breathing_jitter_fraction: float = 0.19  # SD of a free breath's length; fitted to the one person with a belt
    breathing_wander_fraction: float = 0.24  # SD of the rate's slow wandering; fitted to the same
    tidal_jitter_fraction: float = 0.15  # SD of a breath's depth; fitted to the same
    slow_breathing_per_min: Span = (5.3, 5.6)  # only for OWN_SLOW_RHYTHM
    mayer_hz: Span = (0.085, 0.11)  # science.md 6, as are the next two
    mayer_sd_bpm: Span = (1.0, 2.0)
    mayer_coherence_s: Span = (20.0, 60.0)
    vlf_sd_bpm: Span = (1.8, 3.3)  # SD within .0033-.04 Hz; fitted to two people at rest, says nothing of others
    vlf_slope: Span = (1.6, 2.0)  # density falls as 1/f**slope; fitted to the same
    noise_sd_bpm: Span = (2.4, 2.5)  # white up to 2 Hz, so that a beat sees about half; fitted to the same
    irregular_fraction: Span = (0.0, 0.0)  # SD of independent RR, of the mean: an AF-like rhythm
    ectopic_fraction: Span = (0.0, 0.0)  # of beats, premature with a full compensatory pause
    premature_fraction: Span = (0.15, 0.40)  # how early, of the RR (science.md 6)
    hold_every_s: Span | None = None  # between two holds of the breath, with empty lungs; None: never
    hold_s: Span = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong between the heart and the session; the defaults are a wet strap that sits well."""

    missed_fraction: float = 0.001  # of beats; real straps .1-.5 % (science.md 6)
    extra_fraction: float = 0.0  # of beats
    contact_s: Span | None = None  # stretches with contact; None: contact never breaks
    no_contact_s: Span = (0.0, 0.0)  # stretches without
    outage_every_s: float | None = None  # the link is lost once in each such stretch; None: never
    outage_s: Span = (0.0, 0.0)
    latency_s: Span = (0.2, 1.0)  # from an R peak to the first moment it can be sent


@dataclass(frozen=True, slots=True)
class Streams:
    """ECG and chest motion of a strap that streams them, and what goes wrong on the way; all assumed but for rates.

    The defaults are a wet strap on a person who sits, and a radio that loses nothing.
    """

    rate_error_fraction: Span = (-0.02, 0.02)  # of each stream's rate, seen on the strap's clock (straps.md)
    clock_error_fraction: Span = (-1e-4, 1e-4)  # by which the strap's clock runs fast
    delay_s: Span = (0.06, 0.15)  # from a frame's last sample to its arrival at the earliest
    jitter_s: float = 0.04  # mean of what comes on top, exponentially
    lost_fraction: float = 0.0  # of frames
    refused: bool = False  # the strap declines both streams
    stall_s: Span | None = None  # so long after they began, the streams fall silent; None: never
    r_uv: Span = (700.0, 1600.0)  # height of the R peak; 1000 in the one H10 recording at hand
    noise_uv: Span = (4.0, 12.0)  # white, of electrodes and converter
    wander_uv: Span = (20.0, 80.0)  # SD of the baseline
    burst_every_s: Span | None = (60.0, 180.0)  # between movements; None: never
    burst_s: Span = (1.0, 4.0)
    muscle_uv: float = 60.0  # SD of muscle noise during a movement
    shove_uv: float = 1500.0  # by which a movement throws the baseline off
    chest_mg: Span = (10.0, 40.0)  # of gravity, tilted by a breath as deep as at 6/min
    heart_mg: Span = (3.0, 8.0)  # ballistocardiogram
    motion_noise_mg: float = 3.0  # white
    posture_every_s: Span | None = (90.0, 240.0)  # between changes of posture; None: never


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of person and strap; ``streams`` where the strap sends more than heart rate."""

    name: str
    traits: Traits = Traits()  # frozen
    faults: Faults = Faults()  # frozen
    streams: Streams | None = None


_NOT_FOLLOWING = Traits(follows=Follows.NOTHING, breathing_per_min=(13.0, 15.0))
# Trap of science.md 5: slow breathing in a rhythm of its own is not an answer to the pacer.
_OWN_SLOW = Traits(follows=Follows.OWN_SLOW_RHYTHM)
_ECTOPY = Traits(rsa_bpm=(4.0, 8.0), ectopic_fraction=(0.08, 0.15))
_H10 = Faults(latency_s=(0.2, 4.0))  # RR can be 3-4 s old (straps.md)

_ALL = (
    Preset("responder"),
    Preset("weak_responder", Traits(rsa_bpm=(2.0, 4.0))),
    Preset("not_following", _NOT_FOLLOWING),
    Preset("own_slow_rhythm", _OWN_SLOW),
    Preset(
        "stressed",
        Traits(
            heart_rate_bpm=(85.0, 95.0),
            rsa_bpm=(1.0, 2.0),
            breathing_per_min=(15.0, 18.0),
            mayer_sd_bpm=(2.0, 3.0),
        ),
    ),
    Preset("frequent_ectopy", _ECTOPY),
    Preset(
        "irregular_rhythm", Traits(heart_rate_bpm=(75.0, 90.0), rsa_bpm=(0.0, 0.5), irregular_fraction=(0.18, 0.22))
    ),
    Preset(
        "bad_contact",
        faults=Faults(missed_fraction=0.12, extra_fraction=0.08, contact_s=(15.0, 40.0), no_contact_s=(10.0, 30.0)),
    ),
    # 120 s is a step of the measured 4-6: one outage in each of its three steps.
    Preset("drop_outs", faults=Faults(outage_every_s=120.0, outage_s=(6.0, 20.0))),
    Preset("h10_responder", Traits(), _H10, Streams()),
    Preset("h10_flat", Traits(rsa_bpm=(0.0, 0.5)), _H10, Streams()),
    Preset("h10_not_following", _NOT_FOLLOWING, _H10, Streams()),
    Preset("h10_own_slow", _OWN_SLOW, _H10, Streams()),
    Preset("h10_ectopy", _ECTOPY, _H10, Streams()),
    Preset("h10_hold", Traits(hold_every_s=(30.0, 60.0), hold_s=(20.0, 30.0)), _H10, Streams()),
    Preset("h10_lossy", Traits(), _H10, Streams(jitter_s=0.25, lost_fraction=0.05)),
    Preset("h10_skewed", Traits(), _H10, Streams(clock_error_fraction=(-0.02, 0.02))),
    Preset(
        "h10_restless",
        Traits(),
        Faults(latency_s=(0.2, 4.0), contact_s=(40.0, 90.0), no_contact_s=(4.0, 12.0)),
        Streams(burst_every_s=(8.0, 25.0), muscle_uv=150.0, shove_uv=60_000.0, posture_every_s=(15.0, 45.0)),
    ),
    Preset("h10_drop_outs", Traits(), replace(_H10, outage_every_s=120.0, outage_s=(6.0, 20.0)), Streams()),
    Preset("h10_refused", Traits(), _H10, Streams(refused=True)),
    Preset("h10_stalled", Traits(), _H10, Streams(stall_s=(150.0, 210.0))),
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ALL}
