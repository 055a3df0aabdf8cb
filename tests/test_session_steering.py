from pathlib import Path

import pytest
from kept import recorded, steps
from scripted import ScriptedStrap, Stage, beats, virtually

from biofeedback.core.events import End, Mark, Step, StepKind
from biofeedback.core.exercises import EXERCISES, Exercise, PlannedStep
from biofeedback.core.pacing import Pattern
from biofeedback.course import SETTLE_S
from biofeedback.errors import CommandLate, CommandRefused
from biofeedback.session import LATE_S
from biofeedback.straps import Searching

MEASURED = EXERCISES["measured_4_6"]
PLAIN = EXERCISES["plain_4_6"]


def test_after_a_pause_the_whole_breaths_that_are_left_begin_anew(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(beats(300)))
        (await stage.at(0.0)).command("start", "patient")
        (await stage.at(34.0)).command("pause", "patient")  # three breaths done, the fourth is lost
        assert stage.session.status().state == "paused"
        (await stage.at(50.0)).command("resume", "physio")
        (await stage.at(61.0)).command("pause", "physio")
        (await stage.at(70.0)).command("resume", "physio")
        await stage.running
        stage.session.close()
        return stage

    stage = virtually(main())
    first, second, third = steps(stage.path)
    assert (first.t_s, first.duration_s, first.continues) == (0.0, 120.0, None)
    assert (second.t_s, second.duration_s, second.continues) == (50.0, 90.0, first.seq)
    assert (third.t_s, third.duration_s, third.continues) == (70.0, 80.0, second.seq)
    assert third.pattern == Pattern(4, 6)
    assert recorded(stage.path)[-1].t_s == 150.0 + SETTLE_S
    assert stage.strap.watched == [first, None, second, None, third, None]


def test_a_pause_of_free_breathing_leaves_its_seconds(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, MEASURED, ScriptedStrap(beats(300)))
        (await stage.at(0.0)).command("start", None)
        (await stage.at(50.25)).command("pause", None)
        (await stage.at(60.0)).command("resume", None)
        (await stage.at(61.0)).command("stop", None)
        await stage.running
        stage.session.close()
        return stage

    stage = virtually(main())
    assert [(step.t_s, step.duration_s) for step in steps(stage.path)] == [(0.0, 120.0), (60.0, 69.75)]


def test_a_pause_in_what_is_left_of_a_breath_goes_on_with_the_next_step(tmp_path: Path) -> None:
    exercise = Exercise("odd", (PlannedStep(StepKind.BREATHE, 25, Pattern(4, 6)), PlannedStep(StepKind.RECOVERY, 30)))

    async def main() -> Stage:
        stage = Stage(tmp_path, exercise, ScriptedStrap(beats(300)))
        (await stage.at(0.0)).command("start", None)
        (await stage.at(22.0)).command("pause", None)
        (await stage.at(30.0)).command("resume", None)
        (await stage.at(40.0)).command("stop", None)
        await stage.running
        stage.session.close()
        return stage

    assert [step.step for step in steps(virtually(main()).path)] == [StepKind.BREATHE, StepKind.RECOVERY]


def test_a_skip_begins_the_next_step_and_after_the_last_one_the_session_settles(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, MEASURED, ScriptedStrap(beats(300)))
        (await stage.at(0.0)).command("start", None)
        (await stage.at(10.0)).command("skip", None)
        (await stage.at(20.0)).command("pause", None)
        (await stage.at(25.0)).command("skip", None)
        (await stage.at(30.0)).command("skip", None)
        await stage.running
        stage.session.close()
        return stage

    stage = virtually(main())
    assert [(step.step, step.t_s) for step in steps(stage.path)] == [
        (StepKind.BASELINE, 0.0),
        (StepKind.BREATHE, 10.0),
        (StepKind.RECOVERY, 25.0),
    ]
    assert recorded(stage.path)[-1].t_s == 30.0 + SETTLE_S
    assert stage.strap.watched[-1] is None


def test_another_exercise_may_be_started_than_was_planned(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, MEASURED, ScriptedStrap(beats(300)))
        (await stage.at(1.0)).command("start", "physio", "gentle_movements")
        await stage.at(100.0)
        stage.session.finish("stopped")
        await stage.running
        stage.session.close()
        return stage

    stage = virtually(main())
    assert [step.step for step in steps(stage.path)] == [StepKind.MOVE, StepKind.MOVE]
    assert stage.course.movement(steps(stage.path)[1].seq) == "upper_back_rotations"


def test_the_exercise_that_was_planned_may_be_named(tmp_path: Path) -> None:
    slow = Exercise("plain_4_6", (PlannedStep(StepKind.BREATHE, 60, Pattern(5, 5)),))

    async def main() -> Stage:
        stage = Stage(tmp_path, slow, ScriptedStrap(beats(300)))
        (await stage.at(1.0)).command("start", "physio", "plain_4_6")
        await stage.cut()
        return stage

    assert steps(virtually(main()).path)[0].pattern == Pattern(5, 5)


def test_commands_that_make_no_sense_are_refused_and_leave_no_trace(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap([(0.0, Searching("strap.searching"))]))
        session = await stage.at(1.0)
        for command in ("pause", "resume", "skip"):
            with pytest.raises(CommandRefused, match="ready"):
                session.command(command, None)
        with pytest.raises(CommandRefused, match="no exercise 'sprint'"):
            session.command("start", None, "sprint")
        session.command("start", None)
        for command in ("start", "resume"):
            with pytest.raises(CommandRefused, match="running"):
                session.command(command, None)
        session = await stage.at(122.0)
        for command in ("pause", "skip"):
            with pytest.raises(CommandRefused, match="finishing"):
                session.command(command, None)
        session.command("stop", None)
        with pytest.raises(CommandRefused, match="finished"):
            session.command("stop", None)
        session.command("new", None)
        await stage.running
        session.close()
        return stage

    events = recorded(virtually(main()).path)
    assert [type(event) for event in events] == [Mark, Step, Mark, End]
    assert events[-1] == End(4, 122.0, "completed")


def test_a_new_session_ends_this_one_and_says_who_asked(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(beats(300)))
        (await stage.at(0.0)).command("start", None)
        (await stage.at(20.0)).command("new", "physio", "walk")
        await stage.running
        stage.session.close()
        return stage

    *_, mark, end = recorded(virtually(main()).path)
    assert isinstance(mark, Mark)
    assert (mark.text, mark.author) == ("new walk", "physio")
    assert isinstance(end, End)
    assert end.reason == "stopped"


def test_a_command_that_comes_late_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(beats(300)))
        session = await stage.at(20.0)
        with pytest.raises(CommandLate, match="start comes 6 s after it was given"):
            session.command("start", "physio", given_s=20.0 - LATE_S - 1.0)
        session.command("start", "physio", given_s=20.0 - LATE_S)
        (await stage.at(40.0)).command("stop", "patient")  # who says no time has stopped, whenever it comes
        await stage.running
        stage.session.close()
        return stage

    marks = [event.text or event.kind.value for event in recorded(virtually(main()).path) if isinstance(event, Mark)]
    assert marks == ["start", "stop"]
