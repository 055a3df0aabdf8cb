import json
from pathlib import Path

import pytest
from scripted import ScriptedStrap, beats, virtually

from biofeedback.clock import LoopClock
from biofeedback.core.events import End, Mark, Step, StepKind
from biofeedback.core.exercises import EXERCISES
from biofeedback.errors import InputError, NothingMeasured
from biofeedback.patience import PATIENCE_S
from biofeedback.recording import Recording, read_recording
from biofeedback.session import TICK_S
from biofeedback.straps import Connected, Lost, Searching
from biofeedback.unattended import record, simulate

PLAIN = EXERCISES["plain_4_6"]


def recorded(tmp_path: Path, strap: ScriptedStrap, exercise: object, duration_s: float | None) -> Recording:
    path = tmp_path / "out.jsonl"

    async def main() -> None:
        await record(strap, exercise, duration_s, path, LoopClock(), "A-17")

    virtually(main())
    return read_recording(path)


def steps(recording: Recording) -> list[tuple[StepKind, float, float | None]]:
    return [(event.step, event.t_s, event.duration_s) for event in recording.events if isinstance(event, Step)]


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    made = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        truth = simulate("responder", seed, PLAIN, tmp_path / f"{name}.jsonl")
        assert truth == tmp_path / f"{name}.truth.json"
        made.append(((tmp_path / f"{name}.jsonl").read_bytes(), truth.read_bytes()))
    assert made[0] == made[1]
    assert made[0][0] != made[2][0]
    recording = read_recording(tmp_path / "a.jsonl")
    assert recording.header.simulated
    assert recording.header.started_utc == "2026-01-01T00:00:00.000Z"
    assert recording.header.session != read_recording(tmp_path / "c.jsonl").header.session
    assert json.loads(made[0][1])["seed"] == 7
    (step,) = steps(recording)
    assert 0 < step[1] < 10
    assert isinstance(recording.events[-1], End)
    assert recording.events[-1].reason == "completed"


def test_a_simulation_is_not_written_over_a_file_or_with_an_unknown_person(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        simulate("responder", 1, PLAIN, tmp_path / "a.jsonl")
    with pytest.raises(InputError, match="no simulated person"):
        simulate("nobody", 1, PLAIN, tmp_path / "b.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_an_exercise_is_recorded_from_the_first_beat_to_its_end(tmp_path: Path) -> None:
    recording = recorded(tmp_path, ScriptedStrap(beats(300)), PLAIN, None)
    assert recording.header.subject == "A-17"
    assert recording.header.exercise == "plain_4_6"
    ((kind, start_s, duration_s),) = steps(recording)
    assert (kind, duration_s) == (StepKind.BREATHE, 120.0)
    assert 0 < start_s < 5
    assert recording.events[-1].t_s == pytest.approx(start_s + 128)


def test_without_an_exercise_rest_is_recorded_for_as_long_as_was_asked(tmp_path: Path) -> None:
    recording = recorded(tmp_path, ScriptedStrap(beats(300)), None, 60.0)
    assert steps(recording) == [(StepKind.REST, 0.0, 60.0)]
    end = recording.events[-1]
    assert isinstance(end, End)
    assert (end.t_s, end.reason) == (60.0, "completed")


def test_a_recording_ends_with_its_strap(tmp_path: Path) -> None:
    recording = recorded(tmp_path, ScriptedStrap(beats(30), ends=True), PLAIN, None)
    end = recording.events[-1]
    assert isinstance(end, End)
    assert (end.t_s, end.reason) == (30.0, "strap_ended")


SEARCHING = Searching("strap.searching")
MISSING = Searching("strap.no_adapter")


@pytest.mark.parametrize(
    ("script", "until_s"),
    [
        ([(0.0, SEARCHING), (1.0, MISSING)], 1.0 + PATIENCE_S),
        ([(0.0, MISSING), (5.0, SEARCHING), (9.0, MISSING)], 9.0 + PATIENCE_S),
        ([(0.0, MISSING), (5.0, Searching("strap.bluetooth_off"))], 100.0),
        ([(0.0, MISSING), (5.0, SEARCHING)], 100.0),
    ],
    ids=["no adapter", "it came and went", "switched off", "none found"],
)
def test_where_no_strap_was_connected_nothing_is_left_and_a_missing_adapter_is_not_waited_for(
    tmp_path: Path, script: list[tuple[float, Searching]], until_s: float
) -> None:
    path = tmp_path / "out.jsonl"

    async def main() -> float:
        clock = LoopClock()
        with pytest.raises(NothingMeasured) as caught:
            await record(ScriptedStrap(script), None, 100.0, path, clock)
        assert not caught.value.was_connected
        return clock.now_s()

    assert virtually(main()) == pytest.approx(until_s, abs=TICK_S)
    assert not path.exists()


def test_a_recording_of_a_strap_without_beats_is_kept_and_said_however_long_bluetooth_is_gone(tmp_path: Path) -> None:
    script = [(0.0, SEARCHING), (2.0, Connected("scripted")), (5.0, Lost("bluetooth_off")), (6.0, MISSING)]
    with pytest.raises(NothingMeasured, match="no times between heart beats") as caught:
        recorded(tmp_path, ScriptedStrap(script), None, 100.0)
    assert caught.value.was_connected
    end = read_recording(tmp_path / "out.jsonl").events[-1]
    assert isinstance(end, End)
    assert (end.t_s, end.reason) == (100.0, "completed")


def test_an_interrupted_recording_is_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"

    async def main() -> None:
        import asyncio

        task = asyncio.create_task(record(ScriptedStrap(beats(300)), None, None, path, LoopClock()))
        await asyncio.sleep(12)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    virtually(main())
    recording = read_recording(path)
    end = recording.events[-1]
    assert isinstance(recording.events[0], Mark)
    assert isinstance(end, End)
    assert (end.reason, end.t_s) == ("stopped", 12.0)
