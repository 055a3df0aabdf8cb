import logging
from pathlib import Path

import pytest
from scripted import HEADER, CountingPipeline, ScriptedStrap, Stage, beats, virtually

from biofeedback.core.events import (
    Characteristic,
    End,
    Input,
    Link,
    LinkState,
    Mark,
    MarkKind,
    Notification,
    Rating,
    Resumed,
    RrIntervals,
    Step,
    StepKind,
    StrapInfo,
)
from biofeedback.core.exercises import EXERCISES, Exercise, PlannedStep
from biofeedback.core.pacing import Pattern
from biofeedback.course import SETTLE_S
from biofeedback.errors import BluetoothUnavailable, CommandRefused
from biofeedback.recorder import Recorder
from biofeedback.recording import RecordingWriter, read_recording
from biofeedback.straps import Connected, Lost, Payload, RrFrame, Searching

MEASURED = EXERCISES["measured_4_6"]
PLAIN = EXERCISES["plain_4_6"]


def recorded(path: Path) -> tuple[Input, ...]:
    recording = read_recording(path)
    assert [event.seq for event in recording.events] == list(range(1, len(recording.events) + 1))
    return recording.events


def steps(path: Path) -> list[Step]:
    return [event for event in recorded(path) if isinstance(event, Step)]


def test_an_exercise_runs_its_steps_at_the_moment_and_ends_when_all_is_settled(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, MEASURED, ScriptedStrap(beats(400)))
        (await stage.at(2.5)).command("start", "physio")
        await stage.running
        stage.session.close()
        return stage

    stage = virtually(main())
    assert [(step.step, step.t_s, step.duration_s) for step in steps(stage.path)] == [
        (StepKind.BASELINE, 2.5, 120.0),
        (StepKind.BREATHE, 122.5, 120.0),
        (StepKind.RECOVERY, 242.5, 120.0),
    ]
    events = recorded(stage.path)
    assert isinstance(events[0], StrapInfo)
    assert events[-1] == End(len(events), 362.5 + SETTLE_S, "completed")
    assert Mark(5, 2.5, MarkKind.COMMAND, "start", "physio") == events[4]
    assert stage.strap.is_let_go
    assert [step.step if step else None for step in stage.strap.watched] == ["baseline", "breathe", "recovery", None]
    assert tuple(stage.pipeline.fed) == events


def test_what_is_written_is_what_was_fed(tmp_path: Path) -> None:
    async def main() -> Stage:
        frame = bytes.fromhex("104372038a03")
        script = [(0.1, Searching("strap.searching")), (1 / 3, Connected("ble", "Polar H10", "5.0.0"))]
        script += [(1.0, Payload(Characteristic.HEART_RATE, frame)), (2.0, RrFrame((1000.0 / 3,)))]
        stage = Stage(tmp_path, MEASURED, ScriptedStrap(script))
        session = await stage.at(3.0)
        session.rate("tension", "before", 6)
        session.mark(MarkKind.NOTE, "shoulders dropped", "physio")
        session.mark(MarkKind.CONTEXT, "following", "physio")
        session.command("stop", "patient")
        await stage.running
        session.rate("tension", "after", 3)
        session.close()
        return stage

    stage = virtually(main())
    assert recorded(stage.path) == tuple(stage.pipeline.fed)
    assert recorded(stage.path) == (
        StrapInfo(1, 0.333333, 1, "ble", "Polar H10", "5.0.0", None),
        Link(2, 0.333333, 1, LinkState.CONNECTED),
        Notification(3, 1.0, 1, Characteristic.HEART_RATE, bytes.fromhex("104372038a03")),
        RrIntervals(4, 2.0, (1000.0 / 3,)),
        Rating(5, 3.0, "tension", "before", 6),
        Mark(6, 3.0, MarkKind.NOTE, "shoulders dropped", "physio"),
        Mark(7, 3.0, MarkKind.CONTEXT, "following", "physio"),
        Mark(8, 3.0, MarkKind.STOP, "", "patient"),
        End(9, 3.0, "stopped"),
        Rating(10, 3.0, "tension", "after", 3),
    )


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


def test_a_strap_that_fails_is_started_again_and_the_session_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failing = [(0.0, Connected("scripted")), (1.0, RrFrame((1000.0,))), (2.0, RuntimeError("driver"))]
    refused = [(0.0, BluetoothUnavailable("Bluetooth is off"))]
    details: list[tuple[str, str | None]] = []

    async def main() -> Stage:
        strap = ScriptedStrap(failing, refused, beats(60))
        stage = Stage(tmp_path, PLAIN, strap)
        for t_s in (0.5, 1.5, 2.2, 2.8, 3.9, 6.0):
            status = (await stage.at(t_s)).status()
            details.append((status.strap_state, status.strap_detail))
        stage.session.finish("stopped")
        await stage.running
        stage.session.close()
        return stage

    with caplog.at_level(logging.ERROR):
        stage = virtually(main())
    assert details == [
        ("waiting_for_beats", None),
        ("beats", None),
        ("lost", "RuntimeError"),
        ("lost", "Bluetooth is off"),
        ("beats", None),
        ("beats", None),
    ]
    links = [(event.state, event.reason) for event in recorded(stage.path) if isinstance(event, Link)]
    assert links == [("connected", None), ("lost", "RuntimeError"), ("connected", None)]
    assert len([event for event in recorded(stage.path) if isinstance(event, StrapInfo)]) == 1
    assert "driver" in caplog.text


def test_another_strap_gets_another_number(tmp_path: Path) -> None:
    script = [
        (0.0, Searching("strap.connecting")),
        (1.0, Connected("ble", "Polar H10")),
        (2.0, Lost("out_of_range")),
        (2.5, Lost("out_of_range")),
        (3.0, Connected("ble", "Polar H9")),
        (4.0, RrFrame((1000.0,))),
    ]

    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(script))
        assert (await stage.at(0.5)).status().strap_state == "connecting"
        session = await stage.at(5.0)
        assert session.status().strap_model == "Polar H9"
        await stage.cut()
        return stage

    events = recorded(virtually(main()).path)
    assert [event.strap for event in events if isinstance(event, StrapInfo)] == [1, 2]
    assert [(event.strap, event.state) for event in events if isinstance(event, Link)] == [
        (1, "connected"),
        (1, "lost"),
        (2, "connected"),
    ]


def test_a_strap_that_has_no_more_is_said_to_have_ended(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(beats(5), ends=True))
        session = await stage.at(6.0)
        assert session.strap_ended.is_set()
        assert session.status().strap_state == "ended"
        await stage.cut()
        return stage

    link = recorded(virtually(main()).path)[-1]
    assert isinstance(link, Link)
    assert (link.state, link.reason) == (LinkState.LOST, "ended")


def test_when_the_disk_refuses_the_session_goes_on_and_nothing_is_lost_when_it_takes_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class FullDisk(RecordingWriter):
        is_full = False

        def write(self, event: Input) -> None:
            if self.is_full:
                raise OSError(28, "No space left on device")
            super().write(event)

    saved: list[bool] = []

    async def main() -> Stage:
        disk: list[FullDisk] = []

        def open_disk() -> RecordingWriter:
            disk.append(FullDisk(tmp_path / "session.jsonl", HEADER))
            return disk[0]

        stage = Stage(tmp_path, PLAIN, ScriptedStrap(beats(60)), open_writer=open_disk)
        saved.append((await stage.at(5.5)).status().saved)
        disk[0].is_full = True
        saved.append((await stage.at(10.5)).status().saved)
        disk[0].is_full = False
        saved.append((await stage.at(12.5)).status().saved)
        await stage.cut()
        return stage

    with caplog.at_level(logging.ERROR):
        stage = virtually(main())
    assert saved == [True, False, True]
    assert recorded(stage.path) == tuple(stage.pipeline.fed)
    assert caplog.text.count("not being saved") == 1


def test_a_disk_that_does_not_confirm_is_said_and_asked_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Unsure(RecordingWriter):
        is_unsure = True

        def flush(self) -> None:
            if self.is_unsure:
                raise OSError(5, "Input/output error")

    writer = Unsure(tmp_path / "session.jsonl", HEADER)
    recorder = Recorder(lambda: writer)
    with caplog.at_level(logging.ERROR):
        recorder.flush()
    assert not recorder.saved
    writer.is_unsure = False
    recorder.flush()
    assert recorder.saved
    recorder.close()


def test_a_folder_that_cannot_be_written_costs_only_the_recording(tmp_path: Path) -> None:
    (tmp_path / "session.jsonl").write_text("taken")

    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(beats(60)))
        assert not (await stage.at(5.5)).status().saved
        await stage.cut()
        return stage

    assert len(virtually(main()).pipeline.fed) == 7


def test_a_fault_in_the_pipeline_never_costs_the_recording(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(CountingPipeline):
        def feed(self, event: Input):  # type: ignore[no-untyped-def]
            assert event.t_s < 3, "broken"
            return super().feed(event)

    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(beats(60)), pipeline=Broken())
        await stage.at(10.5)
        await stage.cut()
        return stage

    with caplog.at_level(logging.ERROR):
        assert len(recorded(virtually(main()).path)) == 12
    assert "the pipeline failed" in caplog.text


def test_time_never_goes_back(tmp_path: Path) -> None:
    class Stepping:
        t_s = 0.0

        def now_s(self) -> float:
            return self.t_s

        async def sleep_until(self, t_s: float) -> None: ...

    async def main() -> Stage:
        clock = Stepping()
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(beats(0)), clock=clock)
        stage.running.cancel()
        for clock.t_s in (0.0, 5.0000004, 3.0, 4.0, 6.0):
            stage.session.mark(MarkKind.NOTE, "", None)
        stage.session.close()
        return stage

    assert [event.t_s for event in recorded(virtually(main()).path)] == [0.0, 5.0, 5.0, 5.0, 6.0]


class Later:
    """A clock that was started again at a later second of the session."""

    def __init__(self, clock, start_s: float) -> None:  # type: ignore[no-untyped-def]
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
        writer = RecordingWriter.resume(stage.path)
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
