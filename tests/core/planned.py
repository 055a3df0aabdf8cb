"""Sessions that follow a plan, with a heart made by hand: its rate and RSA in every block are known."""

from collections.abc import Callable

import numpy as np
from hearts import listed, numbered

from biofeedback.core.events import End, Input, Plan, Step
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.rsa import phases_rad
from biofeedback.draw import draw_blocks

Heart = Callable[[str | None, float], tuple[float, float]]  # arm and seconds into its step: bpm, RSA in ms


def steady(_arm: str | None, _since_s: float) -> tuple[float, float]:
    """A heart that does not care."""
    return 64.0, 60.0


def planned_steps(exercise: str, blocks: tuple[str, ...]) -> list[Step]:
    """Steps of a plan, one after the other from second 1 on."""
    steps, t_s = [], 1.0
    for planned in EXERCISES[exercise].design.steps(blocks):
        steps.append(Step(0, round(t_s, 6), planned.step, planned.duration_s, planned.pattern, block=planned.block))
        t_s += planned.duration_s
    return steps


def planned_session(exercise: str, heart: Heart = steady, seed: int = 3, noise_ms: float = 12.0) -> list[Input]:
    """Inputs of a whole session."""
    design = EXERCISES[exercise].design
    blocks = draw_blocks(design, seed)
    steps = planned_steps(exercise, blocks)
    end_s = steps[-1].t_s + steps[-1].duration_s
    plan = Plan(0, 0.5, design.kind.value, seed, blocks, exercise)
    beats = listed(_rr_ms(steps, blocks, heart, end_s + 4.0, np.random.default_rng(seed), noise_ms))
    return numbered([plan, *steps, *beats, End(0, end_s + 8.0, "completed")])


def _rr_ms(
    steps: list[Step], blocks: tuple[str, ...], heart: Heart, until_s: float, rng: np.random.Generator, noise_ms: float
) -> list[float]:
    """Intervals one after the other; noise that lasts a few beats."""
    found, t_s, noise, place = [], 0.0, 0.0, 0
    while t_s < until_s:
        while place + 1 < len(steps) and t_s >= steps[place + 1].t_s:
            place += 1
        step = steps[place]
        bpm, rsa_ms = heart(None if step.block is None else blocks[step.block], t_s - step.t_s)
        rr = 60000.0 / bpm
        if step.pacer is not None:
            rr += rsa_ms / 2 * float(np.cos(phases_rad(step.pacer, np.asarray([t_s + rr / 2000.0 - 0.5])))[0])
        noise = 0.6 * noise + noise_ms * float(rng.standard_normal())
        found.append(rr + noise)
        t_s += found[-1] / 1000.0
    return found
