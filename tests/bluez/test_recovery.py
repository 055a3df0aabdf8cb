"""What goes wrong around a strap, and that the collector comes back from it by itself."""

import asyncio
import random

import pytest
from air import Air
from collecting import collecting, flowing, frames_of_links

from biofeedback.straps.strap import Connected, Lost

pytestmark = pytest.mark.bus


async def test_model_firmware_battery_and_place_are_read(air: Air) -> None:
    strap = await air.strap()
    async with collecting(air, strap) as heard:
        await strap.speak(air.timings.silence_s / 10)
        await flowing(heard)
    assert heard.of(Connected) == [Connected("ble", "Polar H10", "5.0.0")]
    assert heard.values_of("2a38") == [b"\x01"]
    assert set(heard.values_of("2a19")) == {b"\x57"}
    await strap.alone()


async def test_silence_ends_a_link_that_says_it_is_connected(air: Air) -> None:
    strap = await air.strap()
    async with collecting(air, strap) as heard:
        await strap.speak(air.timings.silence_s / 10)
        await flowing(heard)
        await strap.silence()
        await heard.until(lambda: heard.of(Lost) == [Lost("silence")])
        await strap.speak(air.timings.silence_s / 10)
        await flowing(heard)
    assert await strap.links() == 2


async def test_changed_services_end_in_a_new_link(air: Air) -> None:
    strap = await air.strap()
    async with collecting(air, strap) as heard:
        await strap.speak(air.timings.silence_s / 10)
        await flowing(heard)
        await strap.change_services()
        await heard.until(lambda: bool(heard.of(Lost)))
        await flowing(heard)
        await strap.silence()
        links = await frames_of_links(strap)
    assert heard.of(Lost) == [Lost("silence")]
    assert heard.frames == [value for link in links for value in link]


async def test_adapter_off_is_told_and_on_again_recovers(air: Air) -> None:
    strap = await air.strap()
    async with collecting(air, strap) as heard:
        await strap.speak(air.timings.silence_s / 10)
        await flowing(heard)
        await air.power(False)
        await heard.detail("strap.bluetooth_off")
        # Real BlueZ tells first that the link is gone, and a fifth of a second later why.
        assert heard.of(Lost) in ([Lost("bluetooth_off")], [Lost("out_of_range")])
        await air.power(True)
        await flowing(heard)
    assert heard.details[-4:] == ["strap.searching", "strap.connecting", "strap.reading", "strap.waiting_for_beats"]


async def test_a_restart_of_bluetoothd_is_survived(air: Air) -> None:
    strap = await air.strap()
    async with collecting(air, strap) as heard:
        await strap.speak(air.timings.silence_s / 10)
        await flowing(heard)
        await air.restart()
        await heard.until(lambda: bool(heard.of(Lost)))
        await flowing(heard)
    await strap.alone()


async def test_a_strap_out_of_reach_is_searched_until_it_is_back(air: Air) -> None:
    strap = await air.strap()
    async with collecting(air, strap) as heard:
        await strap.speak(air.timings.silence_s / 10)
        await flowing(heard)
        await strap.off()
        await strap.drop()
        await heard.detail("strap.not_found")
        await strap.on()
        await flowing(heard)
    assert len(heard.of(Connected)) == 2


async def test_a_search_that_is_cut_off_does_not_stand_in_the_way_of_the_next(air: Air) -> None:
    strap = await air.strap()
    await strap.off()
    chance = random.Random(1)
    for _ in range(12):
        async with collecting(air, strap):
            await asyncio.sleep(chance.uniform(0.0, air.timings.scan_s / 5))
    await strap.on()
    async with collecting(air, strap) as heard:
        await strap.speak(air.timings.silence_s / 10)
        await flowing(heard)
    assert {"strap.busy", "strap.stuck"}.isdisjoint(heard.details)


async def test_three_straps_at_once_keep_to_their_own(air: Air) -> None:
    straps = [await air.strap(number) for number in range(3)]
    async with (
        collecting(air, straps[0]) as one,
        collecting(air, straps[1]) as two,
        collecting(air, straps[2]) as three,
    ):
        for strap, heard in zip(straps, (one, two, three), strict=True):
            await strap.heard()
            for number in range(3):
                await strap.send(bytes((0, 60 + 10 * straps.index(strap) + number)))
            await heard.until(lambda heard=heard: len(heard.frames) == 3)
    assert [heard.frames for heard in (one, two, three)] == [
        [bytes((0, 60 + 10 * strap + number)) for number in range(3)] for strap in range(3)
    ]
    for strap in straps:
        await strap.alone()
