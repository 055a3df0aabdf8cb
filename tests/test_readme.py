"""The README says nothing that is not so: its commands exist, and those that need no strap are run in its own order."""

import re
import shlex
from pathlib import Path

import pytest

from biofeedback.cli import _parser, main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
LINES = [shlex.split(line, comments=True) for block in BLOCKS for line in block.splitlines() if "\\" not in line]
SPANS = [shlex.split(span) for span in re.findall(r"`((?:make|biofeedback) [^`]+)`", README)]
COMMANDS = [line for line in LINES + SPANS if line[:1] == ["biofeedback"]]
TARGETS = [line[1] for line in LINES + SPANS if line[:1] == ["make"]]
AT_ONCE = ("simulate", "analyze", "report", "export", "import")  # neither a strap, nor a server, nor somebody's machine


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_command_of_the_readme_is_one_that_the_command_line_takes(command: list[str]) -> None:
    _parser().parse_args(command[1:])


@pytest.mark.parametrize("target", sorted(set(TARGETS)))
def test_target_of_the_readme_is_in_the_makefile(target: str) -> None:
    assert re.search(rf"^{target}:.* ## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_commands_of_the_readme_work_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = [command for command in COMMANDS if command[1] in AT_ONCE]
    assert {command[1] for command in run} == set(AT_ONCE)
    for command in run:
        assert main(command[1:]) == 0, f"{' '.join(command)}: {capsys.readouterr().err}"


def test_every_command_is_in_the_readme() -> None:
    commands = set(re.findall(r"^    (\w+)(?: +\w|$)", _parser().format_help(), flags=re.MULTILINE))
    assert len(commands) == 17
    assert commands - {command[1] for command in COMMANDS} == set()


def test_everything_the_readme_points_at_is_there() -> None:
    named = re.findall(r"`((?:\.\w+|\w+)(?:/[\w.]*)+|[A-Z]+)`", README) + re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(named) > 10
    assert [
        name for name in named if not any((folder / name).exists() for folder in (ROOT, ROOT / "biofeedback"))
    ] == []


def test_readme_says_what_it_is_not_for() -> None:
    assert "Not for diagnosis, treatment" in README
