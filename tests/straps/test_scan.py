"""Scanning through unmodified bleak."""

import asyncio

import pytest
from fake_bluez import FakeBluez

from biofeedback.server.nearby import StrapsNear, listen
from biofeedback.straps.radio import radio
from biofeedback.straps.scan import FoundStrap, scan
from biofeedback.straps.trouble import Detail, Trouble

pytestmark = pytest.mark.bus


async def test_straps_are_listed_nearest_first_and_nothing_else(bluez: FakeBluez) -> None:
    bluez.add_strap("AA:00:00:00:00:01", name="far", rssi=-90)
    bluez.add_strap("AA:00:00:00:00:02", name="near\x1b[2J", rssi=-40, battery_advertised=63)
    bluez.add_strap("AA:00:00:00:00:03", name="lamp", service="fe0f", rssi=-20)
    bluez.add_strap("AA:00:00:00:00:04", name="in use", known=True, connected=True, resolved=True)
    told: list[FoundStrap] = []
    found = await scan(0.1, told.append)
    assert found == [
        FoundStrap("AA:00:00:00:00:04", "in use", None),
        FoundStrap("AA:00:00:00:00:02", "near[2J", -40, 63),
        FoundStrap("AA:00:00:00:00:01", "far", -90),
    ]
    assert found[0].is_connected
    assert sorted(strap.address[-1] for strap in told) == ["1", "2", "4"], "each once, while the scan runs"


async def test_a_battery_that_is_told_later_is_told_on(bluez: FakeBluez) -> None:
    strap = bluez.add_strap(name="", battery_advertised=200)  # not a percentage
    told: list[FoundStrap] = []

    def on_found(found: FoundStrap) -> None:
        told.append(found)
        strap.battery_advertised, strap.known = 55, False

    found = await scan(0.2, on_found)
    assert [one.battery_percent for one in told] == [None, 55]
    assert [(one.name, one.battery_percent) for one in found] == [(None, 55)]


async def test_no_bluetooth_is_one_error_with_its_sentence(bluez: FakeBluez) -> None:
    bluez.powered = False
    with pytest.raises(Trouble) as caught:
        await scan(0.1, lambda strap: None)
    assert caught.value.detail == Detail.BLUETOOTH_OFF
    assert await listen(0.1) == StrapsNear((), "strap.bluetooth_off")


async def test_a_strap_that_a_session_waits_for_ends_the_look_and_what_is_in_use_is_told(bluez: FakeBluez) -> None:
    bluez.add_strap("AA:00:00:00:00:01", name="lost", rssi=-60)
    bluez.add_strap("AA:00:00:00:00:04", name="in use", known=True, connected=True, resolved=True)
    radio().missed["aa:00:00:00:00:01"] = None
    radio().held.add("AA:00:00:00:00:04")
    found = await asyncio.wait_for(listen(3600.0), 60)
    assert {one.name: one.in_use for one in found.straps} == {"lost": False, "in use": True}
    assert radio().missed.pop("aa:00:00:00:00:01") is not None
