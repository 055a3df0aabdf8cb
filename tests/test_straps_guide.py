"""The guide for a real strap shows commands that there are, and words that people really see."""

import json
import re
import shlex
from pathlib import Path

import pytest

from biofeedback.cli import _parser

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "docs" / "straps.md").read_text(encoding="utf-8")
WORDS = json.loads((ROOT / "biofeedback" / "lang" / "en.json").read_text(encoding="utf-8"))
LINES = [
    line.strip() for block in re.findall(r"```sh\n(.*?)```", GUIDE, flags=re.DOTALL) for line in block.splitlines()
]
SPANS = [span for span in re.findall(r"`(biofeedback [^`]+)`", GUIDE) if span.count(" ")]
COMMANDS = [line for line in [*LINES, *SPANS] if line.startswith("biofeedback ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_the_guide_is_one_that_the_command_line_takes(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)[1:]
    if words == ["--version"]:
        with pytest.raises(SystemExit, match="0"):
            _parser().parse_args(words)
        assert capsys.readouterr().out
    else:
        _parser().parse_args(words)


def test_the_guide_takes_a_person_through_the_program() -> None:
    assert {shlex.split(command)[1] for command in COMMANDS} >= {"doctor", "straps", "record", "analyze", "serve"}


@pytest.mark.parametrize(
    "state", ["searching", "not_found", "connecting", "reading", "waiting_for_beats", "silent", "lost"]
)
def test_states_of_the_guide_are_the_words_on_the_pages(state: str) -> None:
    beginning = WORDS[f"strap.{state}"].split(".")[0].split(";")[0].removeprefix("The strap is ")
    assert beginning.split(" but ")[-1] in GUIDE


def test_targets_and_files_of_the_guide_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([a-z-]+)`", GUIDE))
    assert targets == {"test", "test-bluez", "fuzz"}
    assert all(re.search(rf"^{target}:.* ## ", makefile, flags=re.MULTILINE) for target in targets)
    assert (ROOT / "tests" / "bluez" / "air.py").exists()
