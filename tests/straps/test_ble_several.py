"""Several straps on one adapter: each has its own collector, none waits long for another."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from collected import Heard, running
from fake_bluez import FakeBluez
from fake_heart import FakeHeart
from fake_strap import FakeStrap

from biofeedback.straps.ble import BleStrap

pytestmark = [pytest.mark.bus, pytest.mark.resting]


@dataclass(frozen=True, slots=True)
class Worn:
    """A strap, the heart in it and what its own collector heard."""

    strap: FakeStrap
    heart: FakeHeart
    heard: Heard


@asynccontextmanager
async def people(bluez: FakeBluez, number: int, *, by_address: bool = True) -> AsyncIterator[list[Worn]]:
    """So many people, each with a strap and a collector, when the beats of all have come."""
    async with AsyncExitStack() as stack:
        worn, hearts = [], []
        for n in range(number):
            strap, _ = bluez.add_h10(speed=1.0, address=f"AA:00:00:00:00:{n:02X}", rssi=-40 - n)
            heart = FakeHeart(strap, 700 + 20 * n)
            hearts.append(asyncio.create_task(heart.beat()))
            heard = await stack.enter_async_context(running(BleStrap(strap.address if by_address else None)))
            worn.append(Worn(strap, heart, heard))
        for one in worn:
            await one.heard.until(lambda one=one: bool(one.heard.frames))
        yield worn
        await asyncio.sleep(0.01)  # a frame that is being sent is counted when it has been
    for task in hearts:
        task.cancel()


async def until(worn: Worn, count: int) -> None:
    """Return when so many frames have come."""
    await worn.heard.until(lambda: len(worn.heard.frames) >= count)


async def test_each_collector_hears_its_own_strap_whatever_happens_to_the_others(bluez: FakeBluez) -> None:
    chance = random.Random(4)
    async with people(bluez, 8) as worn:
        for _ in range(30):
            await asyncio.sleep(chance.uniform(0.0, 3.0))
            await chance.choice(worn).strap.drop()
        await bluez.power(False)
        await asyncio.sleep(3.0)
        await bluez.power(True)
        for one in worn:
            await until(one, len(one.heard.frames) + 5)
    for one in worn:
        assert one.heard.frames == [sent.value for sent in one.heart.heard]


async def test_straps_without_an_address_are_shared_out(bluez: FakeBluez) -> None:
    async with people(bluez, 5, by_address=False) as worn:
        pass
    hearts = sorted(one.heart.heard[0].value for one in worn)
    assert sorted(one.heard.frames[0] for one in worn) == hearts


@pytest.mark.parametrize("away", [0, 7])
async def test_a_strap_that_is_back_does_not_wait_for_those_that_are_not(bluez: FakeBluez, away: int) -> None:
    loop = asyncio.get_running_loop()
    async with people(bluez, 8) as worn:
        mine = worn[0]
        for one in worn[1 : away + 1]:
            one.strap.on_air = False
            await one.strap.drop()
        for away_s in (1.0, 7.7, 33.3, 61.0):
            mine.strap.on_air = False
            await mine.strap.drop()
            await asyncio.sleep(away_s)
            back_s, mine.strap.on_air = loop.time(), True
            await until(mine, len(mine.heard.frames) + 1)
            assert loop.time() - back_s < 10.0
        for one in worn:
            one.strap.on_air = True
        for one in worn:
            await until(one, len(one.heard.frames) + 2)


async def test_a_collector_that_is_stopped_while_it_waits_for_its_turn_holds_up_nobody(bluez: FakeBluez) -> None:
    async with people(bluez, 3) as worn:
        for one in worn:
            one.strap.on_air = False
            await one.strap.drop()
        await asyncio.sleep(12.0)
        async with running(BleStrap("AA:00:00:00:00:77")) as waiting:
            await waiting.until(lambda: bool(waiting.details))
        for one in worn:
            one.strap.on_air = True
        for one in worn:
            await until(one, len(one.heard.frames) + 2)


async def test_a_strap_that_is_stuck_in_connecting_lets_the_others_in(bluez: FakeBluez) -> None:
    loop = asyncio.get_running_loop()
    async with people(bluez, 2) as worn:
        stuck, mine = worn
        released = bluez.hold("Connect")
        await stuck.strap.drop()
        await stuck.heard.until(lambda: stuck.heard.details[-1] == "strap.connecting")
        await mine.strap.drop()
        stuck_s = loop.time()
        await bluez.until(lambda: bluez.calls[-1] == ("Connect", mine.strap.path))
        assert loop.time() - stuck_s < 10.0
        released.set()
        del bluez.holds["Connect", ""]
        for one in worn:
            await until(one, len(one.heard.frames) + 2)
