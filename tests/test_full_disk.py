"""A disk that fills up costs one clear line and exit status 2; what was written before it is whole."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scripted import ScriptedStrap, beats, virtually

from biofeedback.cli import main
from biofeedback.clock import LoopClock
from biofeedback.core.exercises import EXERCISES
from biofeedback.errors import InputError
from biofeedback.keys import DeviceKeys
from biofeedback.recording import read_recording
from biofeedback.unattended import record


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file of this process grows larger, so not for long: what these tests say may go to a file as well."""
    resource, signal = pytest.importorskip("resource"), pytest.importorskip("signal")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_a_recording_that_was_not_saved_to_its_end_is_no_success(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"

    async def run() -> None:
        await record(ScriptedStrap(beats(60)), EXERCISES["plain_4_6"], None, path, LoopClock())

    with full_after(2000), pytest.raises(InputError, match=r"out\.jsonl: the disk refused the end of the session"):
        virtually(run())
    assert not read_recording(path).ended
    assert len(read_recording(path).events) > 5


def test_half_an_import_is_taken_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rr_file, out = tmp_path / "rr.txt", tmp_path / "out.jsonl"
    rr_file.write_text("900\n" * 300)
    with full_after(2000):
        status = main(["import", str(rr_file), "--out", str(out)])
    assert status == 2
    assert capsys.readouterr().err == f"biofeedback: {out}: cannot be written (file too large)\n"
    assert not out.exists()


@pytest.mark.parametrize("size", [0, 2000])
def test_nothing_is_left_of_a_simulation_that_could_not_be_written(
    size: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", "--exercise", "micro_pause", "--out", str(tmp_path / "out.jsonl")]
    with full_after(size):
        status = main(words)
    (said,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("biofeedback:")]
    assert status == 2
    assert f"{tmp_path / 'out'}." in said
    assert "cannot be written" in said
    assert list(tmp_path.iterdir()) == []
    assert main(words) == 0


def test_a_simulation_without_its_truth_is_taken_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_the_way = tmp_path / "out.truth.json"
    in_the_way.mkdir()
    assert main(["simulate", "--exercise", "micro_pause", "--out", str(tmp_path / "out.jsonl")]) == 2
    assert f"biofeedback: {in_the_way}: cannot be written (is a directory)\n" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [in_the_way]


def test_nothing_is_left_of_a_key_that_could_not_be_written(tmp_path: Path) -> None:
    with full_after(0), pytest.raises(InputError, match=r"room-2\.key: cannot be written"):
        DeviceKeys(tmp_path / "data").make("room-2", tmp_path / "room-2.key")
    DeviceKeys(tmp_path / "data").make("room-2", tmp_path / "room-2.key")


def test_a_copy_for_which_there_is_no_room_leaves_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    words = ["simulate", "--exercise", "micro_pause", "--out", str(tmp_path / "out.jsonl")]
    assert main(words) == 0
    assert main(["import", str(tmp_path / "out.jsonl"), "--into", str(data)]) == 0
    session = capsys.readouterr().out.strip()
    assert main(["backup", "--out", str(copy), "--data", str(data)]) == 0
    with full_after(20_000):
        assert main(["restore", str(copy), "--data", str(data)]) == 2
    assert "the copy could not be made" in capsys.readouterr().err
    assert {path.name for path in data.iterdir()} >= {"biofeedback.db", "vault.db"}
    assert not [path for path in data.iterdir() if path.name.startswith("before") or path.suffix == ".new"]
    assert main(["sessions", "--data", str(data)]) == 0
    assert session in capsys.readouterr().out
    assert main(["restore", str(copy), "--data", str(data)]) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_a_terminal_or_pipe_that_is_full_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rr_file = tmp_path / "rr.txt"
    rr_file.write_text("900\n" * 50)
    assert main(["export", str(rr_file), "--out", "/dev/full"]) == 2
    assert "no space" in capsys.readouterr().err
    words = [sys.executable, "-m", "biofeedback", "export", str(rr_file)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "biofeedback: the output: No space left on device\n")
