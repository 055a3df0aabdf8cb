"""What cannot be used is refused in one clear line, with exit status 2 and never a traceback."""

import json
import random
import signal
import subprocess
import sys

import pytest

from biofeedback.cli import main
from biofeedback.header import decode_header, encode_header

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
HEADER = {
    "type": "header",
    "format": "biofeedback-recording",
    "version": 1,
    "session": "01K",
    "started_utc": "2026-11-22T09:00:00Z",
}
TEXTS = {
    "empty.csv": (b"", "empty"),
    "blank.csv": (b"\n\n \n", "empty"),
    "random.csv": (random.Random(1).randbytes(5000), "no text|no number|not|line"),
    "random.jsonl": (b"{" + random.Random(2).randbytes(5000), "no biofeedback recording|line 1"),
    "picture.png": (PNG, "picture"),
    "zero.csv": (b"800\n0\n810\n" * 30, "line 2"),
    "huge.csv": (b"800\n99999\n810\n" * 30, "line 2"),
    "mixed.csv": (b"800\n0.81\n810\n" * 30, "line 2"),
    "rates.csv": (b"72\n71\n73\n" * 30, "interval"),
    "words.csv": (b"hello\nworld\n", "line|number"),
    "version2.jsonl": (json.dumps(HEADER | {"version": 2}).encode() + b"\n", "version 2"),
    "other.json": (b'{"a": 1}\n', "no biofeedback recording"),
    "damaged.jsonl": (json.dumps(HEADER).encode() + b'\n{"type":"end"\n{"type":"end","seq":1,"t_s":1.0}\n', "line 2"),
}


def refused(capsys, *arguments):
    """The one line that a refused command says."""
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert err.startswith("biofeedback: ")
    assert err.count("\n") == 1
    assert "Traceback" not in out + err
    return err


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_is_no_recording_and_no_rr_list_is_refused(name, tmp_path, capsys):
    data, said = TEXTS[name]
    path = tmp_path / name
    path.write_bytes(data)

    line = refused(capsys, "analyze", str(path))

    assert name in line
    assert any(part in line for part in said.split("|"))


@pytest.mark.parametrize("name", TEXTS)
def test_as_json_it_keeps_the_contract(name, tmp_path, capsys):
    path = tmp_path / name
    path.write_bytes(TEXTS[name][0])

    assert main(["analyze", "--json", str(path)]) == 2

    assert set(json.loads(capsys.readouterr().out)) == {"schema", "recording", "error"}


@pytest.mark.parametrize("first", [b"", b"{"])
def test_a_file_of_over_200_mb_is_refused_without_being_read(first, tmp_path, capsys):
    path = tmp_path / "large.jsonl"
    with path.open("wb") as file:
        file.write(first)
        file.truncate(200_000_001)

    assert "too large" in refused(capsys, "analyze", str(path))


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path, capsys):
    assert "no such file" in refused(capsys, "analyze", str(tmp_path / "none.csv"))
    assert "folder" in refused(capsys, "analyze", str(tmp_path))


def test_the_wrong_unit_is_refused(tmp_path, capsys):
    path = tmp_path / "rr.csv"
    path.write_text("0.812\n0.825\n" * 50)

    assert "interval" in refused(capsys, "analyze", "--unit", "ms", str(path))
    assert main(["analyze", "--json", "--unit", "s", str(path)]) == 0


def test_a_name_cannot_steer_the_terminal(tmp_path, capsys):
    assert "\x1b" not in refused(capsys, "analyze", str(tmp_path / "a\x1b[2J.csv"))


def test_a_process_says_it_in_one_line_as_well(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(PNG)

    done = subprocess.run(
        [sys.executable, "-m", "biofeedback", "analyze", str(path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["analyze", "a.csv", "--baseline", "120-0"], "not a stretch of seconds"),
        (["simulate", "--preset", "nobody", "--out", "x.jsonl"], "responder"),
        (["simulate", "--exercise", "yoga", "--out", "x.jsonl"], "measured_4_6"),
        (["simulate", "--pattern", "fast", "--out", "x.jsonl"], "4-6"),
        (["record", "--strap", "optical", "--out", "x.jsonl"], "there is no strap"),
        (["record", "--strap", "simulated", "--speed", "0", "--out", "x.jsonl"], "--speed"),
        (["record", "--strap", "ble:H10", "--out", "x.jsonl"], "no Bluetooth address"),
        (["record", "--strap", "browser", "--out", "x.jsonl"], "biofeedback serve --strap browser"),
        (["record", "--strap", "ble", "--speed", "2", "--out", "x.jsonl"], "--speed"),
        (["record", "--strap", "simulated", "--pattern", "4-6", "--out", "x.jsonl"], "--exercise"),
        (["serve", "--exercise", "yoga"], "measured_4_6"),
        (["serve", "--port", "70000"], "--port"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert said in refused(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", ["a\nb", "x" * 41])
def test_a_pseudonym_is_a_short_line(code, tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["record", "--strap", "simulated", "--subject", code, "--out", str(tmp_path / "x.jsonl")])
    assert "choose a code of at most 40" in capsys.readouterr().err


def test_nothing_is_written_over(tmp_path, capsys):
    path, rr_file = tmp_path / "session.jsonl", tmp_path / "rr.txt"
    path.write_text("mine")
    rr_file.write_text("900\n" * 50)

    assert "exists already" in refused(capsys, "simulate", "--out", str(path))
    assert "exists already" in refused(capsys, "import", str(rr_file), "--out", str(path))
    assert path.read_text() == "mine"


def test_a_result_is_not_written_over_a_recording_or_over_what_it_was_made_from(tmp_path, capsys):
    recording, other, rr_file = (tmp_path / name for name in ("session.jsonl", "other.jsonl", "rr.html"))
    recording.write_bytes(encode_header(decode_header(HEADER)))
    other.write_bytes(recording.read_bytes())
    rr_file.write_text("900\n" * 50)
    kept = other.read_bytes()

    for path in (recording, other):
        assert "not written over" in refused(capsys, "analyze", str(rr_file), "--html", str(path))
        assert "not written over" in refused(capsys, "export", str(recording), "--format", "csv", "--out", str(path))
        assert path.read_bytes() == kept
    assert "file to read" in refused(capsys, "report", str(rr_file), "--out", str(rr_file))
    assert rr_file.read_text() == "900\n" * 50


def test_a_report_that_cannot_be_written_is_said(tmp_path, capsys):
    rr_file = tmp_path / "rr.txt"
    rr_file.write_text("900\n" * 50)

    assert "cannot be written" in refused(capsys, "analyze", str(rr_file), "--html", str(tmp_path / "no" / "r.html"))


def test_a_report_of_files_that_have_nobody_in_common_is_refused(tmp_path, capsys):
    paths = [tmp_path / name for name in ("a.txt", "b.txt")]
    for path in paths:
        path.write_text("900\n" * 50)
    out = tmp_path / "r.html"

    assert "no two of these have the same person" in refused(capsys, "analyze", *map(str, paths), "--html", str(out))
    assert not out.exists()


def test_a_recording_is_not_imported_again(tmp_path, capsys):
    path = tmp_path / "session.jsonl"
    path.write_text(json.dumps(HEADER) + "\n")

    assert "recording already" in refused(capsys, "import", str(path), "--out", str(tmp_path / "out.jsonl"))


@pytest.mark.skipif(sys.platform == "win32", reason="a console event there, not a signal")
def test_ctrl_c_ends_a_recording_and_keeps_it(tmp_path):
    out = tmp_path / "recorded.jsonl"
    words = ["record", "--strap", "simulated", "--lang", "en", "--out", str(out)]
    process = subprocess.Popen([sys.executable, "-m", "biofeedback", *words], stderr=subprocess.PIPE, text=True)
    while "Connected" not in process.stderr.readline():
        assert process.poll() is None
    while out.read_text().count('"2a37"') < 3:
        assert process.poll() is None

    process.send_signal(signal.SIGINT)

    assert "Traceback" not in process.communicate(timeout=120)[1]
    assert process.returncode == 130
    assert '"type":"end"' in out.read_text().splitlines()[-1]


@pytest.mark.parametrize("is_writable", [True, False])
def test_a_damaged_recording_is_repaired_into_a_file_that_the_other_commands_take(is_writable, tmp_path, capsys):
    path, whole = tmp_path / "damaged.jsonl", tmp_path / "damaged.repaired.jsonl"
    path.write_bytes(TEXTS["damaged.jsonl"][0])
    if not is_writable:
        whole.mkdir()
    assert f"analyze --repair {path}" in refused(capsys, "export", str(path))

    assert main(["analyze", "--repair", "--json", "--lang", "en", str(path)]) == 0

    said = capsys.readouterr().err
    assert said.startswith(f"{whole}: all that is whole" if is_writable else f"biofeedback: {whole}: cannot be written")
    assert path.read_bytes() == TEXTS["damaged.jsonl"][0]
    assert main(["export", str(whole), "--format", "csv", "--out", str(tmp_path / "beats.csv")]) == (
        0 if is_writable else 2
    )


def test_a_recording_without_its_header_is_not_sent_to_be_repaired(tmp_path, capsys):
    path = tmp_path / "headless.jsonl"
    path.write_text('{"type":"end","seq":1,"t_s":1.0}\n')

    said = refused(capsys, "analyze", "--repair", str(path))

    assert "take another copy" in said
    assert "--repair" not in said
