"""What is true about a simulated session, to stand beside its recording: no strap knows this about a real person."""

import json
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from biofeedback.core.events import Step
from biofeedback.straps.physiology import Person

__all__ = ["Fault", "TruePacedBreath", "Truth", "paced_breaths"]

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

    def to_json(self) -> str:
        """One JSON object, for FILE.truth.json."""
        rounded = replace(self, beats_s=tuple(round(beat_s, DIGITS) for beat_s in self.beats_s))
        return json.dumps(asdict(rounded), indent=1) + "\n"


def paced_breaths(person: Person, until_s: float) -> tuple[TruePacedBreath, ...]:
    """Every whole paced breath that was on the screen up to ``until_s``."""
    shown = [*person.watched, (None, until_s)]
    return tuple(
        found for (step, _), (_, end_s) in pairwise(shown) for found in _of_step(person, step, min(end_s, until_s))
    )


def _of_step(person: Person, step: Step | None, end_s: float) -> list[TruePacedBreath]:
    """Whole paced breaths of one step that ends at ``end_s`` at the latest."""
    if step is None or step.pacer is None:
        return []
    planned_s = end_s if step.duration_s is None else step.t_s + step.duration_s
    return [
        TruePacedBreath(step.seq, breath.index, person.exhale_contrast_ms(breath))
        for breath in step.pacer.breaths_before(min(end_s, planned_s))
    ]
