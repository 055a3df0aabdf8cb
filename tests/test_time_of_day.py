"""Where the time of day is asked: in the places that docs/running.md names with a reason, and nowhere else."""

import ast
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scripted import HEADER, ScriptedStrap, virtually

from biofeedback.clock import LoopClock
from biofeedback.composition import go_on
from biofeedback.core.events import Input, Resumed, RrIntervals
from biofeedback.core.exercises import EXERCISES

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "biofeedback"
ASKED = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.ctime"}
ASKED |= {"time.localtime", "time.gmtime", "time.strftime"}  # which may be asked of now


def test_the_time_of_day_is_asked_where_the_documentation_says_why() -> None:
    asked = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ASKED
    }
    section = (ROOT / "docs" / "running.md").read_text(encoding="utf-8").partition("## The time of day")[2]
    named = set(re.findall(r"`([\w/]+\.py)`", section.partition("\n## ")[0]))
    assert asked == named


class Remembering:
    """Keeps what is recorded in memory."""

    saved = True

    def __init__(self) -> None:
        self.events: list[Input] = []

    def record(self, event: Input) -> None:
        self.events.append(event)

    async def keep(self) -> None: ...

    async def commit(self) -> bool:
        return True

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("away_s", "t_s"), [(10.0, 40.0), (10.0 - 3600.0, 30.0), (10.0 + 3600.0, 3640.0)], ids=["right", "back", "on"]
)
def test_after_a_restart_with_a_clock_that_was_set_time_goes_on_and_never_back(away_s: float, t_s: float) -> None:
    """What was measured stays as it is; the mark of the gap stands between it and what comes."""
    before = [RrIntervals(seq, float(seq), (1000.0,)) for seq in range(1, 31)]
    moment = datetime.fromisoformat(HEADER.started_utc) + timedelta(seconds=30.0 + away_s)
    starts_s: list[float] = []

    class Started(LoopClock):
        def now_s(self) -> float:
            return starts_s[0] + super().now_s()

    def clock(start_s: float) -> Started:
        starts_s.append(start_s)
        return Started()

    async def main() -> list[Input]:
        recorder = Remembering()
        session = go_on(HEADER, before, recorder, EXERCISES["plain_4_6"], ScriptedStrap([]), clock, moment)
        session.rate("tension", "before", 3)
        return recorder.events

    resumed, rating = virtually(main())
    assert isinstance(resumed, Resumed)
    assert (resumed.seq, resumed.t_s) == (31, t_s)
    assert rating.t_s == t_s
