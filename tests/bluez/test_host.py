"""When the run in the guest is skipped, and when it is red."""

import os
from pathlib import Path

import pytest
from guest import NOT_READY, READY
from host import main, reason_to_skip

WHY_NOT = "this is the guest" if "BLUEZ_GUEST" in os.environ else reason_to_skip(Path(__file__))
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=f"the guest is not run here: {WHY_NOT}")


def tool(folder: Path, *said: str, status: int) -> Path:
    """A program that says something and ends."""
    path = folder / "run.sh"
    path.write_text("\n".join([*(f"echo '{line}'" for line in said), f"exit {status}"]))
    return path


def test_no_tool_is_a_reason_to_skip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path / "run.sh") == 0
    assert capsys.readouterr().out.startswith("SKIPPED tests/bluez over real BlueZ: there is no run.sh")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("E: Unable to fetch some archives", 1),
        ("guest: strap on the air", 99),
        (f"{READY} at 9 s", NOT_READY),
        ("guest: not ready: packages were not installed", NOT_READY),
    ],
)
def test_a_guest_that_does_not_come_up_is_skipped_and_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str, status: int
) -> None:
    assert main(tool(tmp_path, said, status=status)) == 0
    out = capsys.readouterr().out
    assert said in out
    assert f"SKIPPED tests/bluez over real BlueZ: the guest did not come up (exit status {status})" in out


@pytest.mark.parametrize("status", [1, 2, 99])
def test_a_test_that_fails_in_the_guest_is_red(tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int) -> None:
    assert main(tool(tmp_path, f"{READY} at 9 s", "1 failed, 9 passed", status=status)) == status
    assert "1 failed, 9 passed" in capsys.readouterr().out


def test_a_guest_in_which_all_is_well_is_green(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tool(tmp_path, f"{READY} at 9 s", "10 passed", status=0)) == 0
    assert "SKIPPED" not in capsys.readouterr().out
