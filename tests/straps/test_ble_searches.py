"""A search that was cut off runs on in bluetoothd, which then refuses every other one of the same program."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from collected import FRAME, live, running
from fake_bluez import FakeBluez
from fake_strap import FakeStrap

from biofeedback.straps.ble import BleStrap
from biofeedback.straps.bluetoothd import end_search
from biofeedback.straps.radio import adapter_trouble
from biofeedback.straps.strap import Lost
from biofeedback.straps.trouble import Detail

pytestmark = [pytest.mark.bus, pytest.mark.resting]

LONGEST_S = 30.0
REFUSED = "org.bluez.Error.InProgress"


async def comes_back(bluez: FakeBluez, strap: FakeStrap, answered: asyncio.Event) -> tuple[list[str], bool]:
    """States told by a collector whose first search is answered only when it was cut off; whether it left the bus."""
    async with running(BleStrap(strap.address)) as heard:
        await bluez.until(lambda: bool(bluez.discovering))
        (program,) = bluez.discovering
        async with asyncio.timeout(LONGEST_S):
            await heard.detail(Detail.STUCK)
        answered.set()
        async with asyncio.timeout(LONGEST_S):
            await live(heard, strap)
        has_left = program in bluez.gone
    return heard.details, has_left


async def test_a_search_that_is_answered_too_late_is_ended_and_the_next_one_finds(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    details, has_left = await comes_back(bluez, strap, bluez.put_off("StartDiscovery"))
    assert details[:3] == [Detail.SEARCHING, Detail.STUCK, Detail.CONNECTING]
    assert not has_left
    assert bluez.discovering == set()


async def test_a_collector_that_ends_as_it_begins_to_search_does_not_stand_in_the_way_of_the_next(
    bluez: FakeBluez,
) -> None:
    strap = bluez.add_strap()
    answered = bluez.put_off("StartDiscovery")
    async with running(BleStrap()):
        await bluez.until(lambda: bool(bluez.discovering))
    answered.set()
    async with running(BleStrap()) as heard:
        await live(heard, strap)
    assert heard.details == [Detail.SEARCHING, Detail.CONNECTING, Detail.READING, Detail.WAITING_FOR_BEATS]


@pytest.mark.parametrize("fault", ["refused", "hangs"])
async def test_where_bluetoothd_does_not_end_the_search_either_the_bus_is_left(bluez: FakeBluez, fault: str) -> None:
    strap = bluez.add_strap()
    answered = bluez.put_off("StartDiscovery")
    if fault == "refused":
        bluez.fail("StopDiscovery", REFUSED)
    else:
        bluez.put_off("StopDiscovery")
    _, has_left = await comes_back(bluez, strap, answered)
    assert has_left


async def test_the_bus_is_not_left_while_another_strap_is_in_use(bluez: FakeBluez) -> None:
    mine, other = bluez.add_strap(), bluez.add_strap("C0:FF:EE:00:00:02")
    async with AsyncExitStack() as stack:
        beside = await stack.enter_async_context(running(BleStrap(other.address)))
        await live(beside, other)
        bluez.fail("StopDiscovery", REFUSED)
        speaking = asyncio.create_task(_speak(other))
        _, has_left = await comes_back(bluez, mine, bluez.put_off("StartDiscovery"))
        speaking.cancel()
    assert not has_left
    assert beside.of(Lost) == []


async def _speak(strap: FakeStrap) -> None:
    """Send a frame each second."""
    while True:
        await asyncio.sleep(1.0)
        await strap.send(FRAME)


async def test_bluetooth_that_refuses_every_search_is_told(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    bluez.fail("StartDiscovery", REFUSED, times=4)
    async with running(BleStrap()) as heard:
        await live(heard, strap)
    assert heard.details[:3] == [Detail.SEARCHING, Detail.STUCK, Detail.CONNECTING]


async def test_an_adapter_that_does_not_answer_is_stuck(bluez: FakeBluez) -> None:
    hold = bluez.hold("GetManagedObjects")
    assert await adapter_trouble() is Detail.STUCK
    hold.set()


async def test_where_bleak_is_not_on_the_bus_there_is_no_search_to_end(bluez: FakeBluez) -> None:
    await end_search(may_leave=True)
    assert bluez.calls == []
