"""Law 4 of the design: a live session and the replay of its recording give identical results, whatever the ticks."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted import HEADER, ScriptedStrap, Stage, continued, virtually

from biofeedback.clock import LoopClock
from biofeedback.core.events import End, Input, MarkKind, Plan, Step
from biofeedback.core.exercises import EXERCISES, Exercise, PlannedStep
from biofeedback.core.findings import ResonanceResult, TrialResult
from biofeedback.core.pacing import Pattern
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Result
from biofeedback.recording import read_recording
from biofeedback.session import Session
from biofeedback.straps import Connected, Lost, RrFrame
from biofeedback.straps.presets import PRESETS
from biofeedback.straps.simulated import SimulatedStrap

pytestmark = pytest.mark.whole

MEASURED = EXERCISES["measured_4_6"]
ALIKE = {"h10_flat", "h10_not_following", "h10_own_slow", "h10_skewed"}  # people and a clock that others stand for
SHORT = Exercise("short", tuple(PlannedStep(step.step, 40, step.pattern) for step in MEASURED.steps))


class Listening:
    """The real pipeline, and everything that it ever said."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self._pipeline = Pipeline()

    def feed(self, event: Input) -> list[Result]:
        return self._heard(self._pipeline.feed(event))

    def advance(self, now_s: float) -> list[Result]:
        return self._heard(self._pipeline.advance(now_s))

    @property
    def next_due_s(self) -> float:
        return self._pipeline.next_due_s

    def _heard(self, results: list[Result]) -> list[Result]:
        self.results += results
        return results


class Unsteady(LoopClock):
    """A clock whose sleeper wakes late, by a little or by a lot, as on a busy machine."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = random.Random(seed)

    async def sleep_until(self, t_s: float) -> None:
        late_s = self._random.choice((0.0, 0.0, 0.003, 0.07, 0.4, 1.7))
        await super().sleep_until(t_s + late_s)


def offline(events: tuple[Input, ...]) -> list[Result]:
    pipeline = Pipeline()
    return [result for event in events for result in pipeline.feed(event)]


def ticked(events: tuple[Input, ...], seed: int) -> list[Result]:
    """The same events with the time advanced at random moments between them."""
    pipeline, chance, results = Pipeline(), random.Random(seed), []
    before_s = 0.0
    for event in events:
        for t_s in sorted(chance.uniform(before_s, event.t_s) for _ in range(chance.choice((0, 0, 1, 5)))):
            results += pipeline.advance(t_s)
        results += pipeline.feed(event)
        before_s = event.t_s
    return results


def live(
    folder: Path,
    strap: object,
    exercise: Exercise,
    steer: Callable[[Stage, Session], object] | None = None,
    seed: int | None = None,
    practice: bool = False,
) -> tuple[list[Result], Path]:
    """Results of a live session, with the recording it made."""
    listening = Listening()

    async def main() -> Path:
        clock = None if seed is None else Unsteady(seed)
        stage = Stage(folder, exercise, strap, pipeline=listening, clock=clock)
        (await stage.at(1.7)).command("start", "physio", practice=practice)
        if steer is not None:
            await steer(stage, stage.session)
        await stage.running
        stage.session.close()
        return stage.path

    return listening.results, virtually(main())


def same_text(some: list[Result], others: list[Result]) -> None:
    """Equal to the last bit: 4 and 4.0 are not, nor are two floats that print differently."""
    assert len(some) == len(others)
    for one, other in zip(some, others, strict=True):
        assert repr(one) == repr(other)


@pytest.mark.parametrize("preset", [preset for preset in PRESETS if preset not in ALIKE])
def test_a_live_session_equals_the_replay_of_its_recording(tmp_path: Path, preset: str) -> None:
    results, path = live(tmp_path, SimulatedStrap(preset, 3), MEASURED, seed=5)
    recording = read_recording(path)
    assert isinstance(recording.events[-1], End)
    same_text(results, offline(recording.events))
    same_text(results, ticked(recording.events, 1))


def test_a_session_that_was_steered_and_lost_its_strap_equals_its_replay(tmp_path: Path) -> None:
    async def steer(stage: Stage, session: Session) -> None:
        await stage.at(30.0)
        session.mark(MarkKind.NOTE, "sneezed", "physio")
        await stage.at(44.4)
        session.command("skip", "physio")
        await stage.at(61.3)
        session.command("pause", "patient")
        session.receive(Lost("out_of_range"))
        await stage.at(70.9)
        session.command("resume", "patient")
        await stage.at(71.1)
        session.receive(Connected("simulated", "another"))
        session.mark(MarkKind.CONTEXT, "following", "physio")

    for seed in (None, 2):
        folder = tmp_path / str(seed)
        results, path = live(folder, SimulatedStrap("drop_outs", 4), MEASURED, steer, seed)
        events = read_recording(path).events
        same_text(results, offline(events))
        same_text(results, ticked(events, 7))


def test_a_session_with_a_practice_that_was_paused_and_skipped_equals_its_replay(tmp_path: Path) -> None:
    async def steer(stage: Stage, session: Session) -> None:
        await stage.at(2.0)
        session.command("stop", "patient")

    async def practise(stage: Stage, session: Session) -> None:
        await stage.at(21.3)
        session.command("pause", "patient")
        await stage.at(25.0)
        session.command("resume", "patient")
        await stage.at(48.0)
        session.command("skip", "patient")

    for steered, kinds in (
        (practise, ["practice", "practice", *(step.step for step in SHORT.steps)]),
        (steer, ["practice"]),
    ):
        folder = tmp_path / steered.__name__
        results, path = live(folder, SimulatedStrap("drop_outs", 4), SHORT, steered, 2, practice=True)
        events = read_recording(path).events
        assert [event.step for event in events if isinstance(event, Step)] == kinds
        same_text(results, offline(events))
        same_text(results, ticked(events, 7))


def test_a_session_that_was_cut_off_equals_its_replay(tmp_path: Path) -> None:
    listening = Listening()

    async def main() -> Path:
        stage = Stage(tmp_path, SHORT, SimulatedStrap("responder", 2))
        (await stage.at(2.0)).command("start", None)
        await stage.at(60.0)
        await stage.cut()
        writer = continued(stage.path)
        again = Stage(
            tmp_path,
            SHORT,
            SimulatedStrap("responder", 3),
            open_writer=lambda: writer,
            pipeline=listening,
            clock=stage.clock,
        )
        again.session.restore(read_recording(stage.path).events, "2026-11-22T09:01:00Z")
        await again.running
        again.session.close()
        return again.path

    path = virtually(main())
    same_text(listening.results, offline(read_recording(path).events))


@pytest.mark.parametrize("name", ["trial_exhale", "trial_recovery", "resonance"])
def test_a_plan_equals_its_replay(tmp_path: Path, name: str) -> None:
    results, path = live(tmp_path, SimulatedStrap("drop_outs", 3), EXERCISES[name], seed=5)
    events = read_recording(path).events
    same_text(results, offline(events))
    same_text(results, ticked(events, 1))
    assert sum(isinstance(result, TrialResult | ResonanceResult) for result in results) == 1


def test_a_varied_pacer_that_was_paused_equals_its_replay_and_keeps_the_breaths_that_were_drawn(tmp_path: Path) -> None:
    async def steer(stage: Stage, session: Session) -> None:
        await stage.at(160.0)
        session.command("pause", "patient")
        await stage.at(170.0)
        session.command("resume", "patient")

    results, path = live(tmp_path, SimulatedStrap("responder", 3), EXERCISES["varied_4_6"], steer, seed=5)
    events = read_recording(path).events
    same_text(results, offline(events))
    same_text(results, ticked(events, 1))
    (plan,) = [event for event in events if isinstance(event, Plan)]
    first, after = [event for event in events if isinstance(event, Step) and event.pattern is not None]
    assert [f"{inhale_s:g}-{exhale_s:g}" for inhale_s, exhale_s in first.breaths] == list(plan.blocks)
    assert len(first.breaths) == 12
    assert after.breaths == first.breaths[-len(after.breaths) :]
    assert not [result for result in results if isinstance(result, TrialResult | ResonanceResult)]


def test_a_plan_that_was_cut_off_goes_on_as_it_was_drawn(tmp_path: Path) -> None:
    """Killed in the midst of a block: the same plan, the steps that are left, and that block's set is lost."""
    listening = Listening()

    async def main() -> Path:
        stage = Stage(tmp_path, EXERCISES["trial_blocks"], SimulatedStrap("responder", 2))
        (await stage.at(2.0)).command("start", None)
        await stage.at(150.0)
        await stage.cut()
        writer = continued(stage.path)
        again = Stage(
            tmp_path,
            EXERCISES["trial_blocks"],
            SimulatedStrap("responder", 3),
            open_writer=lambda: writer,
            pipeline=listening,
            clock=stage.clock,
        )
        again.session.restore(read_recording(stage.path).events, "2026-11-22T09:01:00Z")
        await again.running
        again.session.close()
        return again.path

    events = read_recording(virtually(main())).events
    (plan,) = [event for event in events if isinstance(event, Plan)]
    design = EXERCISES["trial_blocks"].design
    assert design is not None
    steps = [event for event in events if isinstance(event, Step)]
    assert plan.seq < steps[0].seq
    planned = [(step.step, step.pattern, step.block) for step in design.steps(plan.blocks)]
    assert [(step.step, step.pattern and Pattern(4, 6), step.block) for step in steps] == planned
    same_text(listening.results, offline(events))
    (result,) = [result for result in listening.results if isinstance(result, TrialResult)]
    assert (result.outcomes[0].sets, result.reasons) == (3, ())


batches = st.lists(
    st.tuples(st.floats(0.05, 6.0), st.lists(st.floats(280.0, 2400.0), max_size=6).map(tuple)), min_size=20, max_size=60
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=batches, seed=st.integers(0, 1000))
def test_any_batching_of_intervals_equals_its_replay(
    tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[float, tuple[float, ...]]], seed: int
) -> None:
    script: list[tuple[float, object]] = [(0.0, Connected("scripted"))]
    t_s = 0.0
    for wait_s, rr_ms in batches:
        t_s += wait_s
        script.append((t_s, RrFrame(rr_ms)))
    folder = tmp_path_factory.mktemp("batches")
    results, path = live(folder, ScriptedStrap(script), SHORT, seed=seed)
    events = read_recording(path).events
    same_text(results, offline(events))
    same_text(results, ticked(events, seed))


def test_the_messages_of_a_session_are_rebuilt_number_for_number(tmp_path: Path) -> None:
    async def main() -> tuple[list[bytes], list[bytes]]:
        stage = Stage(tmp_path, SHORT, SimulatedStrap("responder", 2), pipeline=Pipeline())
        (await stage.at(2.0)).command("start", "physio")
        (await stage.at(50.0)).rate("tension", "during", 4)
        await stage.at(100.0)
        before = list(stage.channel.history)
        await stage.cut()
        again = Stage(tmp_path, SHORT, SimulatedStrap("responder", 2), pipeline=Pipeline())
        again.session.restore(read_recording(stage.path).events, HEADER.started_utc)
        await again.cut()
        return before, list(again.channel.history)

    before, rebuilt = virtually(main())
    assert len(before) > 100
    assert rebuilt[: len(before)] == before
