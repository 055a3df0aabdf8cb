"""bluetoothd that does not answer a call at all: a person is told within half a minute, and it goes on by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from collected import Heard, running
from fake_bluez import FakeBluez
from fake_heart import FakeHeart
from fake_pmd import CONTROL, DATA
from fake_strap import FakeStrap

from biofeedback.straps.ble import BleStrap
from biofeedback.straps.strap import Lost
from biofeedback.straps.trouble import Detail

pytestmark = [pytest.mark.bus, pytest.mark.resting]

LONGEST_S = 30.0
PROGRESS = {Detail.SEARCHING, Detail.CONNECTING, Detail.READING, Detail.WAITING_FOR_BEATS}
CALLS = [
    ("GetManagedObjects", ""),
    ("SetDiscoveryFilter", ""),
    ("StartDiscovery", ""),
    ("StopDiscovery", ""),
    ("Connect", ""),
    ("ReadValue", ""),
    ("AcquireNotify", "2a37"),
    ("StartNotify", "2a37"),
    ("StartNotify", "2a19"),
    ("StartNotify", CONTROL),
    ("AcquireNotify", DATA),
    ("WriteValue", CONTROL),
]


@asynccontextmanager
async def beating(strap: FakeStrap) -> AsyncIterator[FakeHeart]:
    """A heart that beats while the block runs."""
    heart = FakeHeart(strap)
    task = asyncio.create_task(heart.beat())
    yield heart
    task.cancel()


def is_told_or_beats(heard: Heard) -> bool:
    """Whether a person sees what is wrong, or nothing is."""
    return bool(heard.frames) or not set(heard.details) <= PROGRESS


@pytest.mark.parametrize(("member", "uuid"), CALLS)
async def test_a_call_that_is_not_answered_is_told_or_does_not_matter(bluez: FakeBluez, member: str, uuid: str) -> None:
    strap, _ = bluez.add_h10(speed=1.0)
    if member == "AcquireNotify":
        bluez.fail("StartNotify", "org.bluez.Error.NotSupported", times=99, uuid="2a37")
    hold = bluez.hold(member, uuid)
    async with beating(strap), running(BleStrap()) as heard:
        async with asyncio.timeout(LONGEST_S):
            await heard.until(lambda: is_told_or_beats(heard))
        hold.set()
        async with asyncio.timeout(LONGEST_S):
            count = len(heard.frames)
            await heard.until(lambda: len(heard.frames) > count)
    assert not strap.connected


@pytest.mark.parametrize("member", ["Disconnect", "StopNotify", "WriteValue"])
async def test_a_link_that_cannot_be_ended_is_taken_up_again(bluez: FakeBluez, member: str) -> None:
    strap, _ = bluez.add_h10(speed=1.0)
    async with beating(strap) as heart, running(BleStrap()) as heard:
        await heard.until(lambda: len(heard.frames) == 10)
        hold = bluez.hold(member)
        heart.is_silent = True
        async with asyncio.timeout(LONGEST_S):
            await heard.until(lambda: heard.of(Lost) == [Lost("silence")])
        heart.is_silent = False
        async with asyncio.timeout(LONGEST_S):
            await heard.until(lambda: len(heard.frames) > 10)
        hold.set()
    assert not strap.connected


async def test_letting_go_of_a_strap_takes_no_half_minute(bluez: FakeBluez) -> None:
    strap, _ = bluez.add_h10(speed=1.0)
    async with beating(strap):
        async with running(BleStrap()) as heard:
            await heard.until(lambda: len(heard.frames) == 10)
            holds = [bluez.hold(member) for member in ("Disconnect", "WriteValue")]
            began_s = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began_s < LONGEST_S
    for hold in holds:
        hold.set()
