"""The sheet of all pictures."""

from pathlib import Path

from gallery import hang


def test_every_picture_hangs_under_its_page(tmp_path: Path) -> None:
    for name in ("patient-yes-nl-light-phone.png", "patient-no-en-dark-phone.png", "physio-yes-nl-light.png"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no picture")
    sheet = hang(tmp_path).read_text(encoding="utf-8")
    assert sheet.count("<img") == 3
    assert (
        sheet.index("<h2>patient</h2>") < sheet.index("patient-yes-nl-light-phone.png") < sheet.index("<h2>physio</h2>")
    )
    assert "notes" not in sheet
