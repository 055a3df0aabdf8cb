import logging
from pathlib import Path

import pytest
from kept import recorded
from scripted import HEADER, CountingPipeline, ScriptedStrap, Stage, beats, virtually

from biofeedback.core.events import Input
from biofeedback.core.exercises import EXERCISES
from biofeedback.recorder import FileRecorder
from biofeedback.recording import RecordingWriter

PLAIN = EXERCISES["plain_4_6"]


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
    recorder = FileRecorder(lambda: writer)
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
        def feed(self, event: Input):
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
