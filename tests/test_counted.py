"""What is counted of programs that were killed."""

from pathlib import Path

from coverage import Coverage, CoverageData

from tests.counted import leave_out_torn

PAGE = 4096


def counted(path: Path, files: int) -> bytes:
    """A program's file, and what is in it."""
    data = CoverageData(basename=str(path))
    data.add_arcs({f"/program/{number}.py": [(line, line + 1) for line in range(100)] for number in range(files)})
    data.close()
    return path.read_bytes()


def test_what_is_torn_is_left_out_and_the_rest_is_added_up(tmp_path: Path) -> None:
    content = counted(tmp_path / ".coverage.clinic.pid2.Xwholex", files=30)
    hole = bytearray(content)
    hole[PAGE : 3 * PAGE] = bytes(2 * PAGE)
    torn = {"empty": b"", "cut": content[: PAGE + 100], "hole": bytes(hole), "other": b"no database" * 100}
    for name, left in torn.items():
        (tmp_path / f".coverage.clinic.pid3.X{name}x").write_bytes(left)
    leave_out_torn(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".coverage.clinic.pid2.Xwholex"]
    total = Coverage(data_file=str(tmp_path / ".coverage"), config_file=False)
    total.combine([str(tmp_path)], strict=True)
    assert len(total.get_data().measured_files()) == 30
