"""What a command writes: all of it, or what was there stays."""

from pathlib import Path

import pytest

from biofeedback.errors import InputError
from biofeedback.output import write_output


def test_a_file_is_written_and_written_anew_with_the_mode_it_had(tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    write_output(str(path), b"first")
    path.chmod(0o600)
    write_output(str(path), b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.html"
    path.write_bytes(b"first")

    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(InputError, match=r"r\.html: cannot be written \(no space left on device\)"):
        write_output(str(path), b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]
