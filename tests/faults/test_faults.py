"""A short form of ``make faults``."""

import sys

import pytest

from tests.faults.kills import kill_chain
from tests.faults.ordeal import run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes as POSIX does")


async def test_after_kills_and_a_bad_network_the_server_holds_what_the_collector_holds() -> None:
    outcomes = [await run(seed) for seed in (1, 2, 3)]
    assert [outcome.wrong for outcome in outcomes] == [(), (), ()]
    assert sum(outcome.frames for outcome in outcomes) > 0


async def test_what_was_acknowledged_survives_kills_exactly_once_and_sessions_go_on_by_themselves() -> None:
    outcome = await kill_chain(1, kills=4, fresh=0.0)
    assert outcome.wrong == ()
    assert outcome.acknowledged > 50
    assert outcome.notes > 0
    assert min(life.live_s for life in outcome.lives) < 5
