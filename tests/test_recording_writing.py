import stat
from pathlib import Path

import pytest
from example_recording import DESIGN

from biofeedback.core.events import End
from biofeedback.errors import InputError
from biofeedback.recording import Header, RecordingWriter, read_recording, repair_recording


def test_files_and_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "recordings" / "a.jsonl"
    RecordingWriter(path, Header("01K", "2026-11-22T09:00:00Z")).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(repair_recording(path).stat().st_mode) == 0o600


def test_a_file_that_exists_is_not_overwritten(design: Path) -> None:
    with pytest.raises(InputError, match="exists already"):
        RecordingWriter(design, Header("01K", "2026-11-22T09:00:00Z"))
    assert design.read_text() == DESIGN


def test_a_folder_that_cannot_be_made_is_refused(design: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        RecordingWriter(design / "below" / "a.jsonl", Header("01K", "2026-11-22T09:00:00Z"))


def test_a_failed_write_leaves_no_half_line(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    path = tmp_path / "a.jsonl"
    writer = RecordingWriter(path, Header("01K", "2026-11-22T09:00:00Z"))
    size = path.stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal = pytest.importorskip("signal")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            writer.write(End(1, 1.0, "stopped"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert path.stat().st_size == size
    writer.write(End(1, 1.0, "stopped"))
    writer.close()
    assert read_recording(path).ended
