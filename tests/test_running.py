"""The guide for administrators, the systemd unit and the container file say nothing that is not so."""

import asyncio
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path

import pytest

from biofeedback.cli import _parser, main
from biofeedback.configuration import read_settings
from biofeedback.settings import LogFormat, Settings
from biofeedback.store import open_store

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDE = (DOCS / "running.md").read_text(encoding="utf-8")
UNIT = (DOCS / "biofeedback.service").read_text(encoding="utf-8")
CONTAINER = (DOCS / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
MOST_EXPOSED = 2.0  # of 10, as systemd counts it
NAMES = {setting.name for setting in fields(Settings)}
VARIABLE = re.compile(r"BIOFEEDBACK_(\w+)=(\S+)")


def unit(name: str) -> list[str]:
    """Values of a setting of the unit."""
    return re.findall(rf"^{name}=(.*)$", UNIT, flags=re.MULTILINE)


def instructions(name: str) -> list[str]:
    """Instructions of the container file."""
    return re.findall(rf"^{name} (.*)$", CONTAINER, flags=re.MULTILINE)


@pytest.fixture
def analyzed(tmp_path: Path) -> Path:
    """The unit, with a program that this machine has."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    (start,) = unit("ExecStart")
    path = tmp_path / "biofeedback.service"
    path.write_text(UNIT.replace(start.split()[0], sys.executable), encoding="utf-8")
    return path


def analyze(*arguments: str | Path) -> str:
    command = ["systemd-analyze", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_understands_every_line_of_the_unit(analyzed: Path) -> None:
    assert analyze("verify", "--man=no", analyzed).strip() == ""


def test_the_unit_leaves_little_open(analyzed: Path) -> None:
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", analyze("security", "--offline=yes", analyzed))
    assert found is not None
    assert float(found[1]) <= MOST_EXPOSED


def test_the_unit_runs_a_command_there_is_with_settings_there_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (start,) = unit("ExecStart")
    (environment,) = unit("Environment")
    (credential,) = unit("LoadCredential")
    tmp_path.joinpath(credential.partition(":")[0]).write_text("port = 8443\n", encoding="utf-8")
    for name, value in VARIABLE.findall(environment):
        monkeypatch.setenv(f"BIOFEEDBACK_{name}", value.replace("%d", str(tmp_path)).replace("%S", str(tmp_path)))
    arguments = _parser().parse_args(shlex.split(start)[1:])
    settings = read_settings(vars(arguments), arguments.settings)
    assert (settings.port, settings.log_format) == (8443, LogFormat.JSON)
    assert settings.data == tmp_path / "biofeedback"
    assert unit("StateDirectory") == ["biofeedback"]


def test_stopping_has_longer_than_the_server_takes() -> None:
    from biofeedback.server.serving import EXIT_WITHIN_S

    assert float(unit("TimeoutStopSec")[0]) > EXIT_WITHIN_S


def test_as_many_files_may_be_open_as_connections_are_allowed() -> None:
    assert int(unit("LimitNOFILE")[0]) > Settings().max_connections


def test_the_container_runs_a_command_there_is_with_settings_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    (entry,), (command,), environments = instructions("ENTRYPOINT"), instructions("CMD"), instructions("ENV")
    variables = VARIABLE.findall(" ".join(environments))
    assert {name.lower() for name, _ in variables} <= NAMES
    for name, value in variables:
        monkeypatch.setenv(f"BIOFEEDBACK_{name}", value)
    words = re.findall(r'"([^"]+)"', f"{entry} {command}")
    settings = read_settings(vars(_parser().parse_args(words[1:])))
    assert words[0] == "biofeedback"
    assert str(settings.data) in instructions("VOLUME")
    assert str(settings.port) in instructions("EXPOSE")
    assert settings.host == "0.0.0.0"


def test_all_that_the_container_copies_is_there_and_makes_a_whole_wheel(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="needs hatchling: pip install -e '.[dev]'")
    sources = [part for line in instructions("COPY") if "--from" not in line for part in line.split()[:-1]]
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert any("pip install" in line and line.endswith(" .") for line in instructions("RUN"))
    for name in sources:
        source, copied = ROOT / name, tmp_path / "source" / name
        copied.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copied, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copied)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", "..", "."]
    done = subprocess.run(command, cwd=tmp_path / "source", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"biofeedback/web/index.html", "biofeedback/cli.py", "biofeedback/lang/nl.json"} <= names


def test_the_lines_that_start_the_container_name_what_the_container_has() -> None:
    """Nobody has a container here; what the lines say can be compared with what they are about."""
    section = GUIDE.partition("## Install as a container")[2].partition("\n## ")[0]
    build, certificate, run, logs = [
        shlex.split(line) for line in re.findall(r"^podman .*$", section, flags=re.MULTILINE)
    ]
    options = dict(zip(build[2:-1:2], build[3:-1:2], strict=True))
    assert (ROOT / build[-1] / options["-f"]).is_file()
    assert build[-1] == "."
    image, (folder,), (port,) = options["-t"], instructions("VOLUME"), instructions("EXPOSE")
    for line in (certificate, run):
        assert line[1] == "run"
        assert line[line.index("-v") + 1].partition(":")[2] == folder
    words = certificate[certificate.index(image) + 1 :]
    assert _parser().parse_args(words).command.__name__ == words[0] == "certificate"
    assert run[-1] == image
    assert run[run.index("-p") + 1] == f"{port}:{port}" == f"{Settings().port}:{Settings().port}"
    assert logs[-1] == run[run.index("--name") + 1]
    outside = "--read-only" in run and f"--tmpfs {run[run.index('--tmpfs') + 1]}"
    assert outside == "--tmpfs /tmp"  # what is not in the volume and must be written: fonts that are looked for
    stages = re.findall(r"^FROM python:(\d+)\.(\d+)-slim", CONTAINER, flags=re.MULTILINE)
    assert len(set(stages)) == 1
    assert tuple(map(int, stages[0])) >= (3, 11)


async def test_the_guide_names_every_metric_and_no_other(tmp_path: Path) -> None:
    from biofeedback.server.clinic import Clinic
    from biofeedback.server.metrics import Metrics

    clinic = Clinic(Settings(data=tmp_path / "data"))
    await clinic.open()
    made = {metric.name + ("_total" if metric.type == "counter" else "") for metric in Metrics(clinic).collect()}
    await clinic.close()
    assert set(re.findall(r"`(biofeedback_\w+)`", GUIDE)) == made


def test_the_guide_names_only_what_is_there() -> None:
    for block in re.findall(r"^```toml\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL):
        assert set(re.findall(r"^(\w+) =", block, flags=re.MULTILINE)) <= NAMES
    assert {name.lower() for name in re.findall(r"BIOFEEDBACK_(\w+)", GUIDE)} <= NAMES
    for name in re.findall(r"\]\(([^)#:]+)\)", GUIDE):
        assert (DOCS / name).exists(), name
    helps = _parser().format_help()
    for command in re.findall(r"`(?:/opt/biofeedback/bin/)?biofeedback (\w+)", GUIDE):
        assert f" {command} " in helps, command


def test_what_the_guide_says_to_be_in_a_backup_comes_back_on_a_new_machine(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    asyncio.run(_kept(old))
    rows = re.findall(r"^\| (`.+?) \| .* \| (.+?) \|$", GUIDE.partition("## What lies where")[2], flags=re.MULTILINE)
    told = {name: said for names, said in rows for name in re.findall(r"`([\w.]+)`", names.partition(" with ")[0])}
    for name in told.keys() - {"biofeedback.db", "vault.db", "settings.toml"}:
        (old / name).mkdir(exist_ok=True)
        (old / name / "something").touch()
    (old / "settings.toml").touch()
    copies = ["--keys", str(tmp_path / "copy.keys")]
    assert main(["backup", "--out", str(tmp_path / "copy.db"), *copies, "--data", str(old)]) == 0
    assert main(["restore", str(tmp_path / "copy.db"), *copies, "--data", str(new)]) == 0
    assert {name for name in told if (new / name).exists()} == {
        name for name, said in told.items() if not said.startswith("no")
    }


async def _kept(data: Path) -> None:
    """A store that was opened once."""
    await (await open_store(data)).close()
