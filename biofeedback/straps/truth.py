"""What is true about a simulated session, to stand beside its recording: no strap knows this about a real person."""

import json
import math
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from biofeedback.core.events import Step
from biofeedback.core.pmd import PmdKind
from biofeedback.straps.physiology import Person
from biofeedback.straps.pmd_stream import LostFrame, PmdStreams
from biofeedback.straps.respiration import TakenBreath

__all__ = ["Fault", "StreamsTruth", "TrueBreath", "TruePacedBreath", "Truth", "paced_breaths", "streams_truth"]

DIGITS = 6  # microseconds, as in recordings


@dataclass(frozen=True, slots=True)
class Fault:
    """A beat that is not what it seems: ``kind`` is ectopic, missed or extra."""

    t_s: float
    kind: str


@dataclass(frozen=True, slots=True)
class TruePacedBreath:
    """One breath of the pacer, numbered from 0 in its step, and the noise-free rise of RR over its exhale.

    ``exhale_contrast_ms`` is the last third minus the first third of the exhale, as ``effect_ms`` of the answer.
    """

    step_seq: int
    index: int
    exhale_contrast_ms: float


@dataclass(frozen=True, slots=True)
class TrueBreath:
    """One breath as the person took it, broken off where the next begins; ``depth`` is 1 for a usual one at 6/min."""

    inhale_start_s: float
    inhale_end_s: float
    exhale_start_s: float
    exhale_end_s: float
    depth: float


@dataclass(frozen=True, slots=True)
class StreamsTruth:
    """What is true about ECG and chest motion; times in ns are on the strap's clock, as in its frames.

    The strap's clock said ``clock_start_ns`` at time 0 of the session and runs fast by ``clock_error_fraction``; rates
    are per second of that clock. ``r_peaks_ns`` are those of ``beats_s``, one by one, whether in a frame or not.
    ``streamed_s`` runs from the last reply of the strap to the end of the link, a stall or the session.
    """

    clock_start_ns: int
    clock_error_fraction: float
    ecg_hz: float
    acceleration_hz: float
    r_peaks_ns: tuple[int, ...]
    breaths: tuple[TrueBreath, ...]
    streamed_s: tuple[tuple[float, float], ...]
    lost_frames: tuple[LostFrame, ...]
    movements_s: tuple[tuple[float, float], ...]
    posture_changes_s: tuple[tuple[float, float], ...]

    def breathing_per_min(self, start_s: float, end_s: float) -> float:
        """Mean rate of the breaths that lie wholly in a window; nan where there are none."""
        inside = [breath for breath in self.breaths if start_s <= breath.inhale_start_s <= end_s]
        if len(inside) < 2:
            return math.nan
        return 60 * (len(inside) - 1) / (inside[-1].inhale_start_s - inside[0].inhale_start_s)


@dataclass(frozen=True, slots=True)
class Truth:
    """The person and strap that the seed made, every true beat, and what went wrong on the way.

    ``rsa_bpm`` is peak to trough at 6 breaths/min, ``lag_s`` how far heart rate follows lung volume there.
    ``follows`` is pacer, nothing or own_slow_rhythm.
    """

    simulated: bool
    preset: str
    seed: int
    heart_rate_bpm: float
    rsa_bpm: float
    lag_s: float
    breathing_per_min: float
    follows: str
    strap_latency_s: float
    beats_s: tuple[float, ...]
    faults: tuple[Fault, ...]
    no_contact_s: tuple[tuple[float, float], ...]
    outages_s: tuple[tuple[float, float], ...]
    paced_breaths: tuple[TruePacedBreath, ...]
    streams: StreamsTruth | None = None

    def to_json(self) -> str:
        """One JSON object, for FILE.truth.json; ``streams`` only where the strap streams."""
        found = asdict(replace(self, beats_s=tuple(round(beat_s, DIGITS) for beat_s in self.beats_s)))
        if self.streams is None:
            del found["streams"]
        return json.dumps(found, indent=1) + "\n"


def paced_breaths(person: Person, until_s: float) -> tuple[TruePacedBreath, ...]:
    """Every whole paced breath that was on the screen up to ``until_s``."""
    shown = [*person.watched, (None, until_s)]
    return tuple(
        found for (step, _), (_, end_s) in pairwise(shown) for found in _of_step(person, step, min(end_s, until_s))
    )


def streams_truth(person: Person, pmd: PmdStreams, until_s: float) -> StreamsTruth:
    """What is true about the streams of a session that ended at ``until_s``."""
    return StreamsTruth(
        clock_start_ns=pmd.clock.start_ns,
        clock_error_fraction=pmd.clock.error_fraction,
        ecg_hz=pmd.rate_hz(PmdKind.ECG),
        acceleration_hz=pmd.rate_hz(PmdKind.ACCELERATION),
        r_peaks_ns=tuple(pmd.clock.ns(beat_s) for beat_s in person.beats_s if beat_s <= until_s),
        breaths=tuple(_true_breath(taken) for taken in person.respiration.taken if taken.inhale_start_s <= until_s),
        streamed_s=tuple((start_s, min(end_s, until_s)) for start_s, end_s in pmd.streamed_s if start_s < until_s),
        lost_frames=pmd.lost,
        movements_s=tuple(stretch for _, stretch in pmd.bursts.until(until_s)),
        posture_changes_s=tuple(stretch for _, stretch in pmd.postures.until(until_s)),
    )


def _true_breath(taken: TakenBreath) -> TrueBreath:
    """What of a breath can be seen from outside."""
    turns_s = taken.inhale_start_s, taken.inhale_end_s, taken.exhale_start_s, taken.exhale_end_s
    start_s, inhaled_s, exhale_s, end_s = (round(t_s, DIGITS) for t_s in turns_s)
    return TrueBreath(start_s, inhaled_s, exhale_s, end_s, round(taken.depth, DIGITS))


def _of_step(person: Person, step: Step | None, end_s: float) -> list[TruePacedBreath]:
    """Whole paced breaths of one step that ends at ``end_s`` at the latest."""
    if step is None or step.pacer is None:
        return []
    planned_s = end_s if step.duration_s is None else step.t_s + step.duration_s
    return [
        TruePacedBreath(step.seq, breath.index, person.exhale_contrast_ms(breath))
        for breath in step.pacer.breaths_before(min(end_s, planned_s))
    ]
