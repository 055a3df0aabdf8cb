from pathlib import Path

from kept import recorded, steps
from scripted import ScriptedStrap, Stage, beats, virtually

from biofeedback.core.events import (
    Characteristic,
    End,
    Link,
    LinkState,
    Mark,
    MarkKind,
    Notification,
    Rating,
    RrIntervals,
    StepKind,
    StrapInfo,
)
from biofeedback.core.exercises import EXERCISES
from biofeedback.course import SETTLE_S
from biofeedback.straps import Connected, Payload, RrFrame, Searching

MEASURED = EXERCISES["measured_4_6"]
PLAIN = EXERCISES["plain_4_6"]


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
