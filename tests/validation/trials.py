"""docs/trials.md: how often personal trials and the resonance search err, on simulated people: ``python -m`` this."""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.choices import Answer, Direction
from biofeedback.core.events import End, Input, Link, LinkState, Plan, Step, StrapInfo
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import ResonanceResult, TrialResult
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.rsa import phases_rad
from biofeedback.draw import draw_blocks
from biofeedback.straps.physiology import GRID_S
from biofeedback.straps.presets import Faults, Traits
from tests.validation.classes import CLASSES
from tests.validation.sessions import Sitter, notifications
from tests.validation.store import ROOT
from tests.validation.tallies import Share
from tests.validation.wording import number, percent_with_limits

__all__ = ["PEOPLE", "People", "measure_people", "run_plan"]

FIRST_SEED = 90_000  # none of them was looked at while the constants were chosen
SESSIONS = 60
LATENCY_S, FAULTS = (0.2, 1.0), Faults(missed_fraction=0.003, extra_fraction=0.001)
EFFECT_TAU_S = 3.0  # with which a heart becomes slower or faster in a block; assumed
LAG_S = 0.5  # of the heart behind the breath; science.md 6
Array = NDArray[np.float64]
Push = Callable[[str, Step, Array, np.random.Generator], Array]  # arm, step, seconds into it: bpm
STRONG = CLASSES["responder_8_12"].traits


def _slower(by_bpm: float) -> Push:
    """Heart rate that is lower during the first arm's paced step."""
    return lambda arm, step, since_s, rng: (
        -by_bpm * (1 - np.exp(-since_s / EFFECT_TAU_S)) * (arm == "4-6" and step.pattern is not None)
    )


def _resonant(sharpness: float) -> Push:
    """Heart rate that swings widest at 5.5 breaths a minute, as a resonator does."""

    def swing(_arm: str, step: Step, since_s: Array, _rng: np.random.Generator) -> Array:
        if step.pacer is None:
            return np.zeros_like(since_s)
        size_bpm = 8.0 / (1 + sharpness * (60 / step.pacer.pattern.period_s - 5.5) ** 2)
        return np.asarray(-size_bpm / 2 * np.cos(phases_rad(step.pacer, step.t_s + since_s - LAG_S)))

    return swing


@dataclass(frozen=True, slots=True)
class People:
    """One row: who follows which plan, and what is true; a ``truth`` of None: no difference, no peak."""

    says: str
    exercise: str
    traits: Traits = STRONG
    push: Push | None = None
    truth: float | None = None  # bpm of the first outcome, or breaths a minute


PEOPLE = (
    People("long exhale against long inhale, no difference", "trial_exhale"),
    People("long exhale against long inhale, 3 bpm slower with 4-6", "trial_exhale", STRONG, _slower(3.0), -3.0),
    People("long exhale against long inhale, 6 bpm slower with 4-6", "trial_exhale", STRONG, _slower(6.0), -6.0),
    People("4-6 against sitting still, no difference", "trial_blocks"),
    People("4-6 against sitting still, 3 bpm slower with 4-6", "trial_blocks", STRONG, _slower(3.0), -3.0),
    People("4-6 against sitting still, 6 bpm slower with 4-6", "trial_blocks", STRONG, _slower(6.0), -6.0),
    People("after an effort, no difference (one session)", "trial_recovery"),
    People("resonance, RSA alike at all rates", "resonance"),
    People("resonance, RSA about 9 bpm at 5.5/min, 4 bpm at 4.5 and 6.5", "resonance",
           replace(STRONG, rsa_bpm=(1.0, 2.0)), _resonant(1.6), 5.5),
)  # fmt: skip


def run_plan(people: People, seed: int) -> TrialResult | ResonanceResult:
    """What one session says."""
    rng = np.random.default_rng([seed, 21])
    design = EXERCISES[people.exercise].design
    assert design is not None
    plan = Plan(0, 0.5, design.kind.value, seed, draw_blocks(design, seed), people.exercise)
    steps, t_s = [], 5.0
    for planned in design.steps(plan.blocks):
        steps.append(Step(0, t_s, planned.step, planned.duration_s, planned.pattern, block=planned.block))
        t_s = round(t_s + planned.duration_s, 6)
    person = Sitter(people.traits, seed, _pushed(people, plan, steps, t_s + 30.0, rng))
    for step in steps:
        person.watch(step if step.pattern is not None else None, step.t_s)
    person.advance(t_s + 8.0)
    events: list[Input] = [
        StrapInfo(0, 0.0, 1, "simulated"), Link(0, 0.0, 1, LinkState.CONNECTED), plan, *steps,
        *notifications(person.beats_s, FAULTS, rng.uniform(*LATENCY_S), t_s + 7.0, rng), End(0, t_s + 7.5, "planned"),
    ]  # fmt: skip
    events.sort(key=lambda event: event.t_s)
    pipeline = Pipeline()
    results = [r for seq, event in enumerate(events, 1) for r in pipeline.feed(replace(event, seq=seq))]
    (found,) = [result for result in results if isinstance(result, TrialResult | ResonanceResult)]
    return found


def _pushed(people: People, plan: Plan, steps: Sequence[Step], until_s: float, rng: np.random.Generator) -> Array:
    """Heart rate that the plan's blocks add, on the grid."""
    pushed_bpm = np.zeros(round(until_s / GRID_S) + 1)
    for step in steps:
        if people.push is not None and step.block is not None and step.duration_s is not None:
            first = round(step.t_s / GRID_S)
            since_s = np.arange(round(step.duration_s / GRID_S)) * GRID_S
            pushed_bpm[first : first + len(since_s)] = people.push(plan.blocks[step.block], step, since_s, rng)
    return pushed_bpm


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of one row's people."""

    right: Share
    wrong: Share
    covered: Share
    half: float  # median half width of the interval
    broken: int

    @property
    def row(self) -> list[str]:
        """The row's cells."""
        shares = [percent_with_limits(share) for share in (self.wrong, self.right, self.covered)]
        return [str(self.wrong.of), *shares, number(self.half, 2), str(self.broken)]


def measure_people(people: People, sessions: int) -> Figures:
    """Claims that are right or wrong, and how often the interval of the first outcome holds the truth."""
    said = [_said(run_plan(people, seed), people.truth) for seed in range(FIRST_SEED, FIRST_SEED + sessions)]
    whole = [one for one in said if not math.isnan(one[2])]
    right, wrong, covered = (Share(sum(one[k] for one in whole), len(whole)) for k in (0, 1, 3))
    half = float(np.median([one[2] for one in whole])) if whole else math.nan
    return Figures(right, wrong, covered, half, len(said) - len(whole))


def _said(result: TrialResult | ResonanceResult, truth: float | None) -> tuple[bool, bool, float, bool]:
    """Whether a right claim was made, whether a wrong one, half of the interval, and whether it holds the truth."""
    if isinstance(result, ResonanceResult):
        low, high, found = result.low_per_min, result.high_per_min, result.answer is Answer.YES
        if low is None or high is None:
            return False, False, math.nan, False
        holds = truth is not None and low <= truth <= high
        return found and holds, found and not holds, (high - low) / 2, holds
    first = result.outcomes[0]
    if first.low is None or first.high is None:
        return False, False, math.nan, False
    claims = {one.direction for one in result.outcomes if one.direction is not Direction.UNKNOWN}
    right = truth is not None and first.direction is Direction.LOWER
    wrong = bool(claims) if truth is None else first.direction is Direction.HIGHER
    return right, wrong, (first.high - first.low) / 2, first.low <= (truth or 0.0) <= first.high


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page."""
    parser = argparse.ArgumentParser("python -m tests.validation.trials", description=__doc__)
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"of each row ({SESSIONS})")
    sessions = parser.parse_args(arguments).sessions
    rows = []
    for people in PEOPLE:
        rows.append([people.says, *measure_people(people, sessions).row])
        print(" | ".join(rows[-1]), flush=True)
    head = [
        "people",
        "sessions",
        "wrong claim, %",
        "right claim, %",
        "interval holds the truth, %",
        "half of it",
        "broken",
    ]
    table = "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
    (ROOT / "docs" / "trials.md").write_text(PAGE.format(table=table, first=FIRST_SEED), encoding="utf-8")
    return 0


PAGE = """# What personal trials hold

Made by `python -m tests.validation.trials`, never by hand. All people here are **simulated**: RSA of 8-12 bpm, Mayer
and slower waves as in the class `responder_8_12` of `tests/validation/classes.py`, through the strap's bytes and the
same pipeline as a live session; seeds from {first} on. Brackets are Wilson's 95 % intervals. A **wrong claim** is any
sentence that says a difference or a rate where there is none, or the opposite one; it should stay within 5 %. Half of
the interval is in beats (or breaths) a minute, of the first outcome.

{table}

What this does not show: how large such differences are in real people, and whether they last. Where RSA is alike at all
rates, a search has no true peak; its interval cannot hold it.
"""


if __name__ == "__main__":
    sys.exit(main())
