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
from biofeedback.recording import read_recording
from biofeedback.unattended import record


@contextmanager
def full_after_2_kb() -> Iterator[None]:
    """No file of this process grows over 2 kB, so not for long: what these tests say may go to a file as well."""
    resource, signal = pytest.importorskip("resource"), pytest.importorskip("signal")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_a_recording_that_was_not_saved_to_its_end_is_no_success(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"

    async def run() -> None:
        await record(ScriptedStrap(beats(60)), EXERCISES["plain_4_6"], None, path, LoopClock())

    with full_after_2_kb(), pytest.raises(InputError, match=r"out\.jsonl: the disk refused the end of the session"):
        virtually(run())
    assert not read_recording(path).ended
    assert len(read_recording(path).events) > 5


def test_half_an_import_is_taken_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rr_file, out = tmp_path / "rr.txt", tmp_path / "out.jsonl"
    rr_file.write_text("900\n" * 300)
    with full_after_2_kb():
        status = main(["import", str(rr_file), "--out", str(out)])
    assert status == 2
    assert capsys.readouterr().err == f"biofeedback: {out}: cannot be written (file too large)\n"
    assert not out.exists()


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
