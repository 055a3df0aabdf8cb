"""Analyses beside the server: calls are answered, errors arrive, and what dies or hangs is begun anew."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import errands
import pytest

from biofeedback.errand import MOST_BYTES
from biofeedback.errors import InputError, RecordingCorrupt, StudyFailed
from biofeedback.server.study import Study


@asynccontextmanager
async def study(**times: float) -> AsyncIterator[Study]:
    opened = Study(**times)
    try:
        yield opened
    finally:
        await opened.close()


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_calls_are_answered_by_one_process_that_is_not_this_one() -> None:
    async with study() as beside:
        assert beside.pid is None
        assert await beside.ask(errands.double, 21, more=1) == 43
        pid = beside.pid
        assert pid not in (None, os.getpid())
        assert set(await asyncio.gather(*(beside.ask(errands.id_of_process) for _ in range(3)))) == {pid}
        assert await beside.ask(errands.double, b"ab" * 200_000) == b"abab" * 200_000  # more than a pipe holds
        assert await beside.ask(errands.shout, "not an answer") == "not an answer"
    assert beside.pid is None
    assert not is_there(pid)


async def test_errors_arrive_with_their_words_and_the_process_goes_on() -> None:
    async with study() as beside:
        with pytest.raises(InputError, match=r"^b\.jsonl: there is nothing in it$"):
            await beside.ask(errands.refuse)
        with pytest.raises(RecordingCorrupt, match=r"^b\.jsonl, line 3: the line is no JSON") as raised:
            await beside.ask(errands.damaged)
        assert (raised.value.path, raised.value.line) == ("b.jsonl", 3)
        with pytest.raises(StudyFailed, match="ZeroDivisionError: by zero"):
            await beside.ask(errands.break_down)
        pid = beside.pid
        assert await beside.ask(errands.id_of_process) == pid


@pytest.mark.skipif(os.name == "nt", reason="Windows bounds no process from within")
async def test_what_takes_too_much_memory_is_refused_and_the_process_goes_on() -> None:
    async with study() as beside:
        with pytest.raises(StudyFailed, match="memory"):
            await beside.ask(errands.hoard, MOST_BYTES)
        assert await beside.ask(errands.double, 2) == 4


async def test_a_process_that_dies_in_a_call_fails_that_call_alone() -> None:
    async with study() as beside:
        with pytest.raises(StudyFailed, match="its process ended"):
            await beside.ask(errands.die)
        assert beside.pid is None
        assert await beside.ask(errands.double, 2) == 4


async def test_a_process_that_was_killed_between_calls_is_begun_anew(caplog: pytest.LogCaptureFixture) -> None:
    async with study() as beside:
        first = await beside.ask(errands.id_of_process)
        os.kill(first, getattr(signal, "SIGKILL", signal.SIGTERM))
        assert beside._process is not None
        await beside._process.wait()
        assert await beside.ask(errands.id_of_process) != first
    assert "another is begun" in caplog.text


async def test_a_call_that_takes_too_long_is_given_up_and_the_next_is_answered() -> None:
    async with study(time_s=0.5) as beside:
        with pytest.raises(StudyFailed, match=r"longer than 0\.5 s"):
            await beside.ask(errands.linger)
        assert beside.pid is None
    async with study() as beside:
        assert await beside.ask(errands.double, 2) == 4


async def lingering(beside: Study) -> asyncio.Task[None]:
    """A call that is being made, and goes on for a minute."""
    begun = asyncio.Event()
    door = await asyncio.start_server(lambda _reader, writer: (begun.set(), writer.close()), "127.0.0.1", 0)
    async with door, asyncio.timeout(120):
        call = asyncio.create_task(beside.ask(errands.linger, door.sockets[0].getsockname()[1]))
        await begun.wait()
    return call


async def test_nobody_waits_for_what_nobody_wants_any_more() -> None:
    async with study() as beside:
        unwanted = await lingering(beside)
        pid = beside.pid
        assert pid is not None
        unwanted.cancel()
        assert await beside.ask(errands.double, 2) == 4
        assert not is_there(pid)


async def test_who_waits_when_the_server_ends_hears_it() -> None:
    async with study() as beside:
        waiting = await lingering(beside)
        await beside.close()
        with pytest.raises(StudyFailed, match="its process ended"):
            await waiting


async def test_a_process_without_work_is_ended() -> None:
    async with study(idle_s=0.0) as beside:
        first = await beside.ask(errands.id_of_process)
        assert beside._process is not None
        await beside._process.wait()
        assert await beside.ask(errands.id_of_process) != first
