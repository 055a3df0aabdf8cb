"""The blocks of a plan while a session runs: which steps belong to each, and what is measured in them at the end."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from biofeedback.core import hrv
from biofeedback.core.choices import Grade, Outcome, Reason
from biofeedback.core.design import Design, PlanKind
from biofeedback.core.events import Plan
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import BlockMeasures, ResonanceResult, TrialResult
from biofeedback.core.locked import NORMAL_975, fit_locked
from biofeedback.core.resonance import resonance_result
from biofeedback.core.step_run import StepRun
from biofeedback.core.surroundings import Surroundings
from biofeedback.core.trial import trial_result

__all__ = ["Blocks"]

LEAD_IN_S = 10.0  # a breath at six a minute: breath and heart change over
FREE_AGAIN_S = 5.0  # after the pacer, until breathing is one's own again
START_S = 10.0  # the end of an effort
AFTER_S = {Outcome.CHANGE_60: (50.0, 70.0), Outcome.CHANGE_120: (100.0, 120.0)}  # two breaths each at six a minute
LONG_S = 25.0  # from here on one odd beat in twenty is one too many; in a shorter window one in ten
Values = dict[str, float | None]


class _Missing(Exception):
    """Why a window of a block cannot be read."""


class Blocks:
    """Keeps the steps of each block; one that was paused or cut short is begun, but never whole."""

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self._design: Design | None = None
        self._steps: dict[int, list[StepRun]] = defaultdict(list)
        self._breaks_s: list[float] = []

    def draw(self, plan: Plan) -> None:
        """A plan was drawn; one that its exercise does not know is left alone."""
        exercise = EXERCISES.get(plan.exercise)
        design = None if exercise is None else exercise.design
        if design is not None and design.varied is None and design.allows(plan.blocks):
            self.plan, self._design = plan, design

    def interrupt(self, t_s: float) -> None:
        """A pause, a skipped step or a restart: what lies before is not compared with what comes after."""
        self._breaks_s.append(t_s)

    def begin(self, run: StepRun) -> None:
        """A step begins."""
        if run.step.block is not None and run.step.continues is None:
            self._steps[run.step.block].append(run)

    def results(self, around: Surroundings, signal: tuple[Reason, ...]) -> list[TrialResult | ResonanceResult]:
        """What all blocks say together; nothing where there was no plan."""
        if self.plan is None or self._design is None:
            return []
        blocks = [
            self._measure(block, steps, around) for block, steps in self._steps.items() if block < len(self.plan.blocks)
        ]
        if self._design.kind is PlanKind.RESONANCE:
            return [resonance_result(self.plan, blocks, signal)]
        return [trial_result(self.plan, self._design, blocks, self._breaks_s, signal)]

    def _measure(self, block: int, steps: Sequence[StepRun], around: Surroundings) -> BlockMeasures:
        """All that is asked of one block."""
        assert self.plan is not None
        assert self._design is not None
        values: Values = {}
        reason = None
        comparison = self._design.comparison
        asked = (Outcome.RSA,) if comparison is None else (*comparison.primary, *comparison.secondary)
        for outcome in asked:
            try:
                values |= _MEASURES[outcome](steps, around)
            except _Missing as missing:
                reason = reason or str(missing)
        pacer = steps[0].pacer
        return BlockMeasures(
            block,
            self.plan.blocks[block],
            steps[0].step.t_s,
            steps[-1].end_s,
            reason,
            None if pacer is None else 60.0 / pacer.pattern.period_s,
            **values,
        )


def _step(steps: Sequence[StepRun], place: int) -> StepRun:
    """A step of a block that was done from its beginning to its planned end."""
    if place >= len(steps) or steps[place].ended_by != "planned":
        stopped = place < len(steps) and steps[place].ended_by == "pause"
        raise _Missing("paused" if stopped else "unfinished")
    return steps[place]


def _normal_beats(
    around: Surroundings, start_s: float, end_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Midpoints, NN intervals and successive differences of a window that nothing is missing from."""
    runs = around.beats.runs(start_s, end_s)
    if around.beats.gap_s(start_s, end_s) or len(runs) != 1:
        raise _Missing("gap")
    grade, run = around.grade(start_s, end_s).grade, runs[0]
    if grade is Grade.BAD or (grade is not Grade.GOOD and end_s - start_s >= LONG_S):
        raise _Missing("poor_signal")
    return run.clean_mid_s, run.nn_ms, hrv.successive_differences_ms(run.rr_ms, run.is_normal)


def _heart_rate(steps: Sequence[StepRun], around: Surroundings) -> Values:
    """Mean heart rate over whole breaths of the block's first step."""
    run = _step(steps, 0)
    return {"heart_rate_bpm": hrv.heart_rate_bpm(_normal_beats(around, run.step.t_s + LEAD_IN_S, run.end_s)[1])}


def _rsa(steps: Sequence[StepRun], around: Surroundings) -> Values:
    """Peak to trough of the wave locked to the pacer."""
    run = _step(steps, 0)
    mid_s, nn_ms, _ = _normal_beats(around, run.step.t_s + LEAD_IN_S, run.end_s)
    if around.noise is None:
        raise _Missing("no_baseline")
    assert run.pacer is not None
    latency_s = around.left_s(around.beats.runs(run.step.t_s + LEAD_IN_S, run.end_s)[0])
    fit = fit_locked(run.pacer, around.noise, mid_s, nn_ms, latency_s)
    half_ms = NORMAL_975 * fit.sd_ms
    return {
        "rsa_ms": 2 * fit.amplitude_ms,
        "low_ms": 2 * (fit.amplitude_ms - half_ms),
        "high_ms": 2 * (fit.amplitude_ms + half_ms),
    }


def _ln_rmssd(steps: Sequence[StepRun], around: Surroundings) -> Values:
    """ln RMSSD of free breathing after the block's first step; during the pacer it would measure the pacer."""
    run = _step(steps, 1)
    return {"ln_rmssd": hrv.ln_rmssd(_normal_beats(around, run.step.t_s + FREE_AGAIN_S, run.end_s)[2])}


def _change(steps: Sequence[StepRun], around: Surroundings, outcome: Outcome) -> Values:
    """Heart rate some time after an effort minus that at its end."""
    effort, after = _step(steps, 0), _step(steps, 1)
    from_s, to_s = AFTER_S[outcome]
    start_bpm = hrv.heart_rate_bpm(_normal_beats(around, effort.end_s - START_S, effort.end_s)[1])
    later_bpm = hrv.heart_rate_bpm(_normal_beats(around, after.step.t_s + from_s, after.step.t_s + to_s)[1])
    assert start_bpm is not None  # a window that is covered holds beats
    assert later_bpm is not None
    return {outcome.value: later_bpm - start_bpm}


_MEASURES: dict[Outcome, Callable[[Sequence[StepRun], Surroundings], Values]] = {
    Outcome.HEART_RATE: _heart_rate,
    Outcome.RSA: _rsa,
    Outcome.LN_RMSSD: _ln_rmssd,
    Outcome.CHANGE_60: partial(_change, outcome=Outcome.CHANGE_60),
    Outcome.CHANGE_120: partial(_change, outcome=Outcome.CHANGE_120),
}
