"""``biofeedback report``: a file to print, whose form is that of its name."""

from pathlib import Path

import pytest

from biofeedback.cli import main
from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit
from biofeedback.edit_log import encode_edits, path_beside
from biofeedback.ids import new_ulid
from biofeedback.lang import Words
from biofeedback.report.analysis import analyze
from biofeedback.report.printed import Kind
from biofeedback.report.source import read_source
from biofeedback.reporting import KINDS

RECORDING = Path(__file__).parents[1] / "recordings" / "plain.jsonl"


def test_the_command_makes_every_kind_that_there_is() -> None:
    assert set(KINDS) == set(Kind)


def test_the_name_says_the_form(tmp_path: Path) -> None:
    for name, beginning in (("r.pdf", b"%PDF-"), ("r.html", b"<!doctype html>"), ("r.PDF", b"%PDF-")):
        assert main(["report", str(RECORDING), "--lang", "nl", "--out", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_bytes().startswith(beginning)


def test_a_report_goes_to_the_terminal_as_html(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(RECORDING), "--lang", "en", "--out", "-"]) == 0
    assert '<html lang="en">' in capsys.readouterr().out


@pytest.mark.parametrize("name", ["report.docx", "report"])
def test_another_form_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(RECORDING), "--out", str(tmp_path / name)]) == 2
    assert ".pdf or an .html" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(RECORDING), "--out", str(tmp_path / "nowhere" / "r.html")]) == 2
    assert "cannot be written (no such file or directory)" in capsys.readouterr().err


def test_beats_that_were_edited_beside_the_file_are_said(tmp_path: Path) -> None:
    recording = tmp_path / "session.jsonl"
    recording.write_bytes(RECORDING.read_bytes())
    source = read_source(str(recording))
    beat = analyze(source).beats[40]
    edit = Edit(new_ulid(), "2026-11-22T10:00:00.000Z", "merel", EditKind.EXCLUDE, ((beat.seq, beat.index),))
    path_beside(recording).write_bytes(encode_edits([edit], source.facts.sha256, source.facts.session or ""))

    arguments = ["report", str(recording), "--kind", "clinician", "--lang", "en", "--out", str(tmp_path / "r.html")]
    assert main(arguments) == 0
    told = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "merel" in told
    assert Words("en")("report.clinician.no_edits") not in told
