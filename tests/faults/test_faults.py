"""A short form of ``make faults``."""

import sys

import pytest

from tests.faults.ordeal import run


@pytest.mark.skipif(sys.platform == "win32", reason="kills processes as POSIX does")
async def test_after_kills_and_a_bad_network_the_server_holds_what_the_collector_holds() -> None:
    outcomes = [await run(seed) for seed in (1, 2, 3)]
    assert [outcome.wrong for outcome in outcomes] == [(), (), ()]
    assert sum(outcome.frames for outcome in outcomes) > 0
