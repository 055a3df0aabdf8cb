"""A short form of ``make faults``."""

import resource
import sys

import pytest

from tests.faults.full_disk import fill_disk, refuse_writes, small_disk
from tests.faults.kills import kill_chain
from tests.faults.ordeal import run
from tests.faults.poison import POISONS, ROOMS, poison
from tests.faults.stopped_server import stop_and_go

pytestmark = [pytest.mark.whole, pytest.mark.skipif(sys.platform == "win32", reason="kills processes as POSIX does")]


async def test_after_kills_and_a_bad_network_the_server_holds_what_the_collector_holds() -> None:
    outcomes = [await run(seed) for seed in (1, 2, 3)]
    assert [outcome.wrong for outcome in outcomes] == [(), (), ()]
    assert sum(outcome.frames for outcome in outcomes) > 0


async def test_what_was_acknowledged_survives_kills_exactly_once_and_sessions_go_on_by_themselves() -> None:
    outcome = await kill_chain(1, kills=4, fresh=0.0)
    assert outcome.wrong == ()
    assert outcome.acknowledged > 50
    assert outcome.notes > 0
    assert all(not life.cpu_s > 5 for life in outcome.lives)  # seconds of its own: the machine may have more to do


async def test_while_a_disk_is_full_the_pages_say_so_and_the_session_goes_on_and_all_of_it_is_saved_then() -> None:
    try:
        with small_disk():
            pass
    except OSError as error:
        pytest.skip(str(error))
    outcome = await fill_disk(1, times=1)
    assert outcome.wrong == ()
    assert outcome.acknowledged > 0


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="a process is forbidden to write as on Linux")
async def test_while_a_disk_refuses_all_writes_it_is_as_with_a_full_one() -> None:
    outcome = await refuse_writes(1, times=1)
    assert outcome.wrong == ()
    assert outcome.acknowledged > 0


async def test_a_server_that_was_stopped_goes_on_with_the_gap_told_and_nothing_lost_or_doubled() -> None:
    outcome = await stop_and_go(1, times=1)
    assert outcome.wrong == ()
    assert outcome.acknowledged > 0


async def test_one_sessions_poison_changes_no_number_of_another() -> None:
    for name in POISONS:
        outcome = await poison(name, beats=8)
        assert outcome.wrong == (), name
        assert outcome.compared >= 8 * ROOMS, name
