"""Clocks: real ones that never step, and a virtual one that never waits."""

import asyncio

import pytest

from biofeedback import clock
from biofeedback.clock import HurriedClock, LoopClock, MonotonicClock, VirtualLoop, clock_of


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
    fast = clock_of(1000.0, start_s=50.0)
    await fast.sleep_until(60.0)
    assert 60.0 <= fast.now_s() < 60.0 + 1000.0 * 5
    await fast.sleep_until(0.0)


def test_a_clock_in_a_hurry_stands_still_for_whoever_was_held_up(monkeypatch):
    machine_s = 0.0
    monkeypatch.setattr(clock, "_monotonic_s", lambda: machine_s)

    async def work():
        nonlocal machine_s
        fast, seen = HurriedClock(10.0, start_s=100.0), []

        async def turn(t_s):
            await fast.sleep_until(t_s)
            seen.append((t_s, fast.now_s()))

        turns = [asyncio.create_task(turn(t_s)) for t_s in (103.0, 101.0)]
        await asyncio.sleep(0)
        for machine_s in (60.0, 120.0):  # noqa: B007  the machine is held up for a minute, twice
            await asyncio.sleep(1)
        await asyncio.gather(*turns)
        machine_s += 60.0
        return seen, fast.now_s()

    assert virtually(work) == ([(101.0, 101.0), (103.0, 103.0)], 703.0)


def test_life_itself_waits_for_nobody():
    assert type(clock_of(1.0)) is MonotonicClock


@pytest.mark.parametrize("kind", [MonotonicClock, lambda start_s: HurriedClock(2.0, start_s)])
async def test_who_is_always_late_lets_others_have_their_turn(kind):
    slow, others = kind(start_s=100.0), asyncio.create_task(asyncio.sleep(0))
    for late_s in range(50):
        await slow.sleep_until(float(late_s))
    assert others.done()


def test_a_platform_without_clocks_by_number_takes_its_monotonic_one(monkeypatch):
    monkeypatch.setattr(clock, "_CLOCK_ID", None)
    assert MonotonicClock().now_s() >= 0.0
