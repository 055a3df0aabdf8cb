"""The command line, from words to exit status."""

import json
import os
import subprocess
import sys

import pytest

from biofeedback.cli import main
from biofeedback.recording import read_recording
from biofeedback.report.analysis import analyze
from biofeedback.report.source import read_source

COMMANDS = ("serve", "straps", "record", "analyze", "simulate", "import", "export", "report", "doctor")


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("simulated") / "session.jsonl"
    assert main(["simulate", "--seed", "2", "--out", str(path)]) == 0
    return path


@pytest.fixture
def rr_file(tmp_path):
    path = tmp_path / "rr.txt"
    path.write_text("".join(f"{940 + k % 7 * 8}\n" for k in range(400)))
    return path


def run(*arguments, **options):
    """A real process."""
    return subprocess.run(
        [sys.executable, "-m", "biofeedback", *arguments], capture_output=True, text=True, check=False, **options
    )


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])

    out = capsys.readouterr().out
    assert stopped.value.code == 0
    assert all(f"\n    {command}" in out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_shows_an_example(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])

    assert f"example:\n  biofeedback {command}" in capsys.readouterr().out


def test_no_command_is_a_mistake(capsys):
    with pytest.raises(SystemExit) as stopped:
        main([])

    assert stopped.value.code == 2


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom biofeedback.cli import main\ntry:\n main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'asyncio', 'msgspec', 'rich', 'bleak', 'fastapi', 'uvicorn', 'matplotlib', "
        "'typst'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("options", [["--json"], []])
def test_analyze_imports_nothing_that_it_does_not_need(options, rr_file):
    code = (
        f"import sys\nfrom biofeedback.cli import main\nassert main(['analyze', {str(rr_file)!r}, *{options}]) == 0\n"
        "heavy = {'scipy.signal', 'scipy.stats', 'neurokit2', 'matplotlib', 'fastapi', 'bleak', 'uvicorn', 'pandas', "
        "'typst'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_analyze_prints_one_json_object_a_line(recording, rr_file, capsys, tmp_path):
    missing = str(tmp_path / "none.csv")

    status = main(["analyze", "--json", str(recording), missing, str(rr_file)])

    out, err = capsys.readouterr()
    first, failed, last = (json.loads(line) for line in out.splitlines())
    assert status == 2
    assert first["recording"]["format"] == "biofeedback-recording"
    assert set(failed) == {"schema", "recording", "error"}
    assert failed["recording"] == {"file": missing}
    assert last["recording"]["format"] == "rr"
    assert err == f"biofeedback: {failed['error']}\n"


def test_analyze_shows_a_table_in_the_language_asked_for(recording, capsys):
    assert main(["analyze", str(recording), "--lang", "nl"]) == 0

    assert "Kalmeert je uitademing je hartslag?" in capsys.readouterr().out


@pytest.mark.parametrize(("variable", "question"), [("nl_NL.UTF-8", "Kalmeert"), ("C.UTF-8", "Does your exhale")])
def test_the_language_is_that_of_the_terminal(variable, question, recording, monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", variable)

    main(["analyze", str(recording)])

    assert question in capsys.readouterr().out


def test_analyze_writes_a_report_beside_the_json(recording, tmp_path, capsys):
    out = tmp_path / "report.html"

    assert main(["analyze", str(recording), "--json", "--html", str(out), "--lang", "en"]) == 0

    assert json.loads(capsys.readouterr().out)["schema"] == 1
    assert "Session report" in out.read_text(encoding="utf-8")


def test_a_report_alone_prints_nothing(recording, tmp_path, capsys):
    assert main(["analyze", str(recording), "--html", str(tmp_path / "report.html")]) == 0

    assert capsys.readouterr().out == ""


@pytest.fixture
def series(recording, tmp_path):
    """Two sessions of one person: the second is the first under another name."""
    lines = recording.read_bytes().split(b"\n")
    header = json.loads(lines[0]) | {"session": "01SECOND"}
    second = tmp_path / "second.jsonl"
    second.write_bytes(b"\n".join([json.dumps(header).encode(), *lines[1:]]))
    return [str(recording), str(second)]


def test_the_last_line_says_what_the_sessions_of_a_person_say_together(series, rr_file, capsys):
    assert main(["analyze", "--json", *series, str(rr_file)]) == 0

    *files, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [set(value) == {"schema", "pooled"} for value in files] == [False, False, False]
    assert last["pooled"]["files"] == series
    assert last["pooled"]["calmer_than_before"]["answer"] == "unknown"


def test_the_terminal_shows_the_sessions_together_after_each_of_them(series, capsys):
    assert main(["analyze", *series, "--lang", "en"]) == 0

    text = capsys.readouterr().out
    assert text.index("Sessions together") > text.rindex("Does your exhale")
    assert "Over 2 sessions" in text


def test_the_report_of_several_files_is_about_them_together(series, tmp_path, capsys):
    out = tmp_path / "together.html"

    assert main(["analyze", *series, "--html", str(out), "--lang", "nl"]) == 0

    assert "Sessies samen" in out.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""


def test_an_imported_file_gives_the_results_of_the_file_itself(rr_file, tmp_path):
    out = tmp_path / "imported.jsonl"
    spans = ["--baseline", "0-120", "--breathe", "120-240:4-6", "--recovery", "240-360"]

    assert main(["import", str(rr_file), "--out", str(out), "--subject", "A-17", *spans]) == 0

    header = read_recording(out).header
    imported = analyze(read_source(str(out)))
    assert (header.subject, header.simulated, header.extra["imported"]["file"]) == ("A-17", False, "rr.txt")
    assert [step.started.step for step in imported.steps] == ["baseline", "breathe", "recovery"]
    assert len(imported.beats) == 400


def test_import_then_analyze_equals_analyze(rr_file, tmp_path, capsys):
    out = tmp_path / "imported.jsonl"
    main(["import", str(rr_file), "--out", str(out)])

    main(["analyze", "--json", str(rr_file), str(out)])

    direct, imported = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    del direct["recording"], imported["recording"]
    assert direct == imported


def test_plain_rr_goes_out_as_it_came_in(rr_file, tmp_path, capsys):
    imported, out = tmp_path / "imported.jsonl", tmp_path / "out.txt"
    main(["import", str(rr_file), "--out", str(imported)])

    assert main(["export", str(imported), "--out", str(out)]) == 0

    before, after = (analyze(read_source(str(path))).beats for path in (rr_file, out))
    assert [beat.rr_ms for beat in before] == [beat.rr_ms for beat in after]


def test_hrv_logger_csv_is_read_again(recording, tmp_path):
    out = tmp_path / "out.csv"

    assert main(["export", str(recording), "--format", "hrv-logger", "--out", str(out)]) == 0

    before, after = (analyze(read_source(str(path))).beats for path in (recording, out))
    assert [beat.rr_ms for beat in before] == [beat.rr_ms for beat in after]


def test_results_go_out_as_analyze_prints_them(recording, capsys):
    main(["analyze", "--json", str(recording)])
    analyzed = capsys.readouterr().out

    assert main(["export", str(recording), "--format", "json"]) == 0

    assert capsys.readouterr().out == analyzed


def test_simulate_is_the_same_for_the_same_seed(recording, tmp_path, capsys):
    again = tmp_path / "again.jsonl"

    assert main(["simulate", "--preset", "responder", "--seed", "2", "--out", str(again)]) == 0

    assert again.read_bytes() == recording.read_bytes()
    assert capsys.readouterr().err.split() == [str(again), str(tmp_path / "again.truth.json")]


def test_simulate_takes_another_pattern(tmp_path):
    out = tmp_path / "session.jsonl"

    assert main(["simulate", "--exercise", "micro_pause", "--pattern", "5-5", "--out", str(out)]) == 0

    assert [step.started.pattern for step in analyze(read_source(str(out))).steps] == ["5-5"]


def test_record_needs_no_server(tmp_path, capsys):
    out = tmp_path / "recorded.jsonl"
    words = ["--strap", "simulated:responder", "--speed", "100", "--duration", "30", "--lang", "en"]

    assert main(["record", *words, "--out", str(out), "--subject", "A-17"]) == 0

    said = capsys.readouterr().err
    recorded = read_recording(out)
    assert said.startswith("Simulated: these heartbeats come from a model")
    assert said.endswith(f"{out}\n")
    assert (recorded.header.subject, recorded.header.simulated, recorded.ended) == ("A-17", True, True)


def test_record_of_a_strap_without_intervals_says_so_and_is_no_success(tmp_path, capsys):
    silent, out = tmp_path / "silent.jsonl", tmp_path / "recorded.jsonl"
    silent.write_text(
        '{"type":"header","format":"biofeedback-recording","version":1,"session":"01KTEST","exercise":"rest",'
        '"started_utc":"2026-11-22T09:00:00Z","subject":"","simulated":true,"pipeline":1,"software":"0","prior":null}\n'
        '{"type":"strap","seq":1,"t_s":0.1,"strap":1,"source":"ble","model":null,"firmware":null,"latency_s":null}\n'
        '{"type":"link","seq":2,"t_s":0.2,"strap":1,"state":"connected"}\n'
        '{"type":"notification","seq":3,"t_s":1.0,"strap":1,"characteristic":"2a37","value":"0040"}\n'
        '{"type":"end","seq":4,"t_s":2.0,"reason":"completed"}\n',
        encoding="utf-8",
    )

    words = ["--strap", f"replay:{silent}", "--speed", "100", "--lang", "nl", "--out", str(out)]
    assert main(["record", *words]) == 2

    assert "die stuurde geen tijden tussen hartslagen" in capsys.readouterr().err
    assert read_recording(out).ended


def test_record_runs_an_exercise(tmp_path):
    out = tmp_path / "recorded.jsonl"
    exercise = ["--exercise", "micro_pause", "--pattern", "5-5"]

    assert main(["record", "--strap", "simulated", "--speed", "100", *exercise, "--out", str(out)]) == 0

    assert [step.started.pattern for step in analyze(read_source(str(out))).steps] == ["5-5"]


def test_the_module_runs_as_a_program(rr_file):
    done = run("analyze", "--json", str(rr_file))

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["quality"]["beats"] == 400


def test_a_reader_that_goes_away_is_no_error(rr_file):
    read_end, write_end = os.pipe()
    os.close(read_end)

    done = subprocess.run(
        [sys.executable, "-m", "biofeedback", "analyze", "--json", str(rr_file)],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)

    assert (done.returncode, done.stderr) == (141, "")


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])

    assert capsys.readouterr().out.startswith("biofeedback ")


def test_the_doctor_speaks_json(tmp_path, capsys):
    status = main(["doctor", "--json", "--data", str(tmp_path), "--lang", "en"])

    assert status in (0, 1)
    assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("seconds", ["0", "-3", "nan", "inf", "soon"])
def test_a_length_of_time_is_a_number_above_0(seconds, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["straps", "--seconds", seconds])

    assert stopped.value.code == 2
    assert "--seconds" in capsys.readouterr().err
