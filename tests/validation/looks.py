"""What the pipeline had before it at each planned look of a simulated session: the same beats for every estimator."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.answers import LOOKS
from biofeedback.core.events import StepKind
from biofeedback.core.noise import NoiseSpectrum
from biofeedback.core.pacing import Pacer
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Answer, ExhaleResponse, Grade, Result
from biofeedback.core.step_run import LATE_S, StepRun
from tests.validation.classes import SessionClass
from tests.validation.sessions import Session, simulate

__all__ = ["Array", "Part", "Seen", "SeenBeats", "overhear", "see"]

Array = NDArray[np.float64]
Part = tuple[Array, Array]  # midpoints in s and NN intervals in ms of an unbroken run


@dataclass(frozen=True, slots=True)
class Seen:
    """One planned look; what was measured is None where the signal bore no fit."""

    breaths: int
    truth_ms: float | None
    answer: Answer  # the pipeline's own, with the two limits that it gave
    low_ms: float | None
    high_ms: float | None
    beats: "SeenBeats | None"


@dataclass(frozen=True, slots=True)
class SeenBeats:
    """Clean beats of the exercise and of the baseline, as the pipeline used them."""

    pacer: Pacer
    mid_s: Array
    nn_ms: Array
    breaths: int  # so many have passed
    used: int  # so many of them lie whole within the run
    baseline: tuple[Part, ...]
    noise: NoiseSpectrum
    grade: Grade
    latency_s: float | None

    @property
    def end_s(self) -> float:
        """End of the last breath."""
        return self.pacer.breath(self.breaths - 1).end_s

    @property
    def longest_baseline(self) -> Part:
        """The baseline's longest run."""
        return max(self.baseline, key=lambda part: float(part[0][-1] - part[0][0]) if len(part[0]) else 0.0)


@dataclass
class _Notes:
    """What was overheard."""

    baseline: tuple[Part, ...] = ()
    looks: dict[int, tuple[ExhaleResponse, SeenBeats | None]] = field(default_factory=dict)


class _Overheard(Pipeline):
    """A pipeline that notes what each of its looks rests on; it changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.notes = _Notes()

    def _settle(self, run: StepRun) -> list[Result]:
        results = super()._settle(run)
        if run.step.step is StepKind.BASELINE:
            parts = self.beats.runs(run.step.t_s, run.end_s)
            self.notes.baseline = tuple((part.clean_mid_s, part.nn_ms) for part in parts)
        return results

    def _take_breath(self, run: StepRun) -> list[Result]:
        results = super()._take_breath(run)
        self._note(run)
        return results

    def _settle_breaths(self, run: StepRun) -> list[Result]:
        results = super()._settle_breaths(run)
        self._note(run)
        return results

    def _note(self, run: StepRun) -> None:
        """Keep a look that is new."""
        response, pacer = run.response, run.pacer
        if response is None or pacer is None or not run.looks or run.looks[-1].breaths in self.notes.looks:
            return
        look, around, beats = run.looks[-1], self._surroundings(), None
        end_s = pacer.breath(look.breaths - 1).end_s
        if look.effect_ms is not None and around.noise is not None:
            part = max(around.beats.runs(run.step.t_s, end_s + LATE_S), key=lambda one: (one.span_s, one.segment))
            beats = SeenBeats(
                pacer, part.clean_mid_s, part.nn_ms, look.breaths, response.breaths_used, self.notes.baseline,
                around.noise, around.grade(around.measured_from_s, end_s).grade, around.contact.latency_s,
            )  # fmt: skip
        self.notes.looks[look.breaths] = response, beats


def see(one: SessionClass, seed: int) -> tuple[Seen, ...]:
    """The looks of one session of a class."""
    return overhear(simulate(one, seed))


def overhear(session: Session) -> tuple[Seen, ...]:
    """The looks of a session, through the strap's bytes and the pipeline; it stops after the last of them."""
    pipeline = _Overheard()
    for event in session.events:
        pipeline.feed(event)
        if LOOKS[-1] in pipeline.notes.looks:
            break
    found = []
    for breaths, (response, beats) in sorted(pipeline.notes.looks.items()):
        look = next(look for look in response.looks if look.breaths == breaths)
        truth = None if session.effect_ms is None else session.effect_ms[breaths]
        found.append(Seen(breaths, truth, look.answer, look.low_ms, look.high_ms, beats))
    return tuple(found)
