from pathlib import Path

import pytest
from kept import recorded, steps
from scripted import ScriptedStrap, Stage, beats, continued, virtually

from biofeedback.core.events import End, Resumed, StepKind, StrapInfo
from biofeedback.core.exercises import EXERCISES, Exercise
from biofeedback.recording import read_recording
from biofeedback.straps import Connected, RrFrame

MEASURED = EXERCISES["measured_4_6"]
PLAIN = EXERCISES["plain_4_6"]


class Later:
    """A clock that was started again at a later second of the session."""

    def __init__(self, clock, start_s: float) -> None:
        self.clock, self.start_s = clock, start_s - clock.now_s()

    def now_s(self) -> float:
        return self.clock.now_s() + self.start_s

    async def sleep_until(self, t_s: float) -> None:
        await self.clock.sleep_until(t_s - self.start_s)


def cut_and_restored(folder: Path, cut_s: float, back_s: float, exercise: Exercise = MEASURED) -> Stage:
    """A session that was cut off at one time and went on at another, until its end."""

    async def main() -> Stage:
        stage = Stage(folder, exercise, ScriptedStrap(beats(cut_s)))
        (await stage.at(0.0)).command("start", "physio")
        await stage.at(cut_s)
        await stage.cut()
        recording = read_recording(stage.path)
        writer = continued(stage.path)
        again = Stage(
            folder,
            exercise,
            ScriptedStrap([(back_s + k, Connected("scripted") if k == 0 else RrFrame((1000.0,))) for k in range(600)]),
            open_writer=lambda: writer,
            clock=Later(stage.clock, back_s),
        )
        again.session.restore(recording.events, "2026-11-22T09:02:51.900Z")
        await again.running
        again.session.close()
        return again

    return virtually(main())


def test_a_session_that_was_cut_off_goes_on_with_its_step(tmp_path: Path) -> None:
    stage = cut_and_restored(tmp_path, 30.5, 45.0)
    assert [(step.step, step.t_s) for step in steps(stage.path)] == [
        (StepKind.BASELINE, 0.0),
        (StepKind.BREATHE, 120.0),
        (StepKind.RECOVERY, 240.0),
    ]
    resumed = [event for event in recorded(stage.path) if isinstance(event, Resumed)]
    assert [(event.t_s, event.utc, event.reason) for event in resumed] == [
        (45.0, "2026-11-22T09:02:51.900Z", "restart")
    ]
    assert recorded(stage.path) == tuple(stage.pipeline.fed)
    assert [event.strap for event in recorded(stage.path) if isinstance(event, StrapInfo)] == [1]


def test_a_step_that_was_over_before_the_restart_is_followed_by_the_next(tmp_path: Path) -> None:
    stage = cut_and_restored(tmp_path, 30.5, 200.0)
    assert [(step.step, step.t_s) for step in steps(stage.path)][1] == (StepKind.BREATHE, 200.0)


def test_a_session_whose_last_step_was_over_before_the_restart_ends(tmp_path: Path) -> None:
    stage = cut_and_restored(tmp_path, 115.0, 500.0, PLAIN)
    *_, resumed, end = recorded(stage.path)
    assert isinstance(resumed, Resumed)
    assert end == End(resumed.seq + 1, 500.0, "completed")


@pytest.mark.parametrize("commands", [["start", "pause"], ["start"], []])
def test_a_restored_session_is_in_the_state_it_was_cut_off_in(tmp_path: Path, commands: list[str]) -> None:
    async def main() -> tuple[str, str, int, int]:
        stage = Stage(tmp_path, MEASURED, ScriptedStrap(beats(20)))
        for place, command in enumerate(commands):
            (await stage.at(5.0 + place)).command(command, None)
        before = (await stage.at(10.5)).status().state
        messages = stage.channel.message_seq
        await stage.cut()
        again = Stage(tmp_path, MEASURED, ScriptedStrap([]), clock=Later(stage.clock, 10.5))
        again.session.restore(read_recording(stage.path).events, "2026-11-22T09:00:11Z")
        await again.cut()
        return before, again.session.status().state, messages, again.channel.message_seq

    before, after, messages, rebuilt = virtually(main())
    assert after == before
    assert rebuilt == messages
