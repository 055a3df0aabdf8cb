"""Clocks: real ones that never step, and a virtual one that never waits."""

import asyncio

import pytest

from biofeedback import clock
from biofeedback.clock import LoopClock, MonotonicClock, VirtualLoop


def virtually(work):
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work())


def test_an_hour_passes_in_exact_order_without_waiting():
    async def work():
        now, seen = LoopClock(), []

        async def every(seconds, times):
            for k in range(1, times + 1):
                await now.sleep_until(k * seconds)
                seen.append((round(now.now_s()), seconds))

        await asyncio.gather(every(1200, 3), every(1700, 2))
        await now.sleep_until(10)  # long past
        return seen

    assert virtually(work) == [(1200, 1200), (1700, 1700), (2400, 1200), (3400, 1700), (3600, 1200)]


def test_a_virtual_loop_in_which_nothing_can_happen_says_so_instead_of_hanging(monkeypatch):
    monkeypatch.setattr(clock, "STUCK_S", 0.01)

    async def work():
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="cannot happen"):
        virtually(work)


async def test_the_machines_clock_runs_as_many_times_as_fast_as_asked_from_where_it_began():
    fast = MonotonicClock(speed=1000.0, start_s=50.0)
    await fast.sleep_until(60.0)
    assert 60.0 <= fast.now_s() < 60.0 + 1000.0 * 5
    await fast.sleep_until(0.0)


async def test_who_is_always_late_lets_others_have_their_turn():
    slow, others = MonotonicClock(start_s=100.0), asyncio.create_task(asyncio.sleep(0))
    for late_s in range(50):
        await slow.sleep_until(float(late_s))
    assert others.done()


def test_a_platform_without_clocks_by_number_takes_its_monotonic_one(monkeypatch):
    monkeypatch.setattr(clock, "_CLOCK_ID", None)
    assert MonotonicClock().now_s() >= 0.0
