"""A short form of ``make faults``."""

import sys

import pytest

from tests.faults.ordeal import run


@pytest.mark.skipif(sys.platform == "win32", reason="kills processes as POSIX does")
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_after_kills_and_a_bad_network_the_server_holds_what_the_collector_holds(seed: int) -> None:
    outcome = await run(seed)
    assert outcome.wrong == ()
    assert outcome.frames > 0
