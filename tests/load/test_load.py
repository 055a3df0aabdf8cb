"""`make load` in short: servers and viewers work together; what they take is no test's business."""

import os
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.load.bout import Bout, Taken, profile_bout, run_bout
from tests.load.load_page import draw_growth, growth_table, profile_table, target_table
from tests.load.targets import TARGETS
from tests.load.viewing import client_command

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux: it reads /proc"),
]
SHORT = {"seconds": 1.0, "settle_s": 0.5}
PLAIN = [sys.executable, "-m", "tests.load.plain_viewers"]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    if shutil.which("cc") is None:
        pytest.skip("needs a C compiler")
    return client_command(tmp_path_factory.mktemp("viewers"))


@pytest.mark.parametrize("program", ["fed_server", "naive_server", "strapped_server"])
def test_every_viewer_hears_every_message_in_order(program: str, compiled: list[str]) -> None:
    taken = run_bout(Bout(program, 4, 12, 20.0, seconds=2.0, settle_s=0.5), compiled)
    heard = taken.heard
    assert (heard["opened"], heard["failed"], heard["lost"], heard["gaps"], heard["unread"]) == (12, 0, 0, 0, 0)
    assert heard["messages"] >= 12
    assert taken.us_per_message > 0


def test_viewers_that_all_come_back_at_once_hear_on(compiled: list[str]) -> None:
    heard = run_bout(Bout("fed_server", 2, 40, 5.0, seconds=2.0, settle_s=1.0, flags=("-x",)), compiled).heard
    assert (heard["opened"], heard["back"], heard["gaps"]) == (40, 40, 0)


def test_viewers_that_read_nothing_do_not_keep_the_others_from_hearing(compiled: list[str]) -> None:
    heard = run_bout(Bout("fed_server", 2, 20, 20.0, **SHORT, flags=("-S", "4")), compiled).heard
    assert (heard["opened"], heard["gaps"]) == (20, 0)
    assert heard["messages"] > 16 * 15


def test_without_a_compiler_the_viewers_are_plain_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setenv("CC", "no-such-compiler")
    command = client_command(tmp_path)
    assert command == PLAIN
    heard = run_bout(Bout("fed_server", 2, 6, 20.0, **SHORT), command).heard
    assert (heard["opened"], heard["failed"], heard["gaps"]) == (6, 0, 0)
    assert heard["messages"] > 6


def test_a_profile_says_where_the_time_goes(compiled: list[str]) -> None:
    shares = profile_bout(Bout("fed_server", 4, 12, 50.0, **SHORT), compiled)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert min(shares["session and channel"], shares["event loop"], shares["sending, in the system"]) > 0
    table = profile_table({"viewers": shares, "straps": {"pipeline": 1.0}})
    assert re.search(r"\| pipeline \| \d+% \| 100% \|", table)


def test_the_page_says_what_holds_and_what_was_missed(tmp_path: Path) -> None:
    heard = {"p50_ms": 1.0, "p99_ms": 9.0, "longest_ms": 70.0, "per_s": 41_000, "back_longest_ms": 1.0}
    taken = Taken(20.0, 0.5, 0.01, 50.0, 1.0, heard)
    busy = replace(taken, waited=0.25)
    table = target_table([(TARGETS[0], taken, taken), (TARGETS[2], taken, None), (TARGETS[2], busy, None)])
    assert "is served within 70 (<= 50 ms): *cannot tell* | 25% |" in table
    assert "CPU a message 20 (<= 25 us): holds" in table
    assert "memory a viewer 50 (<= 40 kB): **missed**" in table
    assert "the last of 1,500 is served within 70 (<= 50 ms): **missed**" in table
    assert table.count("naive FastAPI") == 1
    assert "| 500 | 0.500 | 1000 |" in growth_table([(500, taken)])
    draw_growth([(1, taken), (500, taken)], tmp_path / "load.svg")
    assert (tmp_path / "load.svg").read_text(encoding="utf-8").startswith("<?xml")
