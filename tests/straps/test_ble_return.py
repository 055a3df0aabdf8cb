"""A strap that was away: with a new battery, after another run, beside a nearer one of somebody else."""

import asyncio
from pathlib import Path

import pytest
from collected import live, running
from fake_bluez import FakeBluez
from fake_heart import FakeHeart

from biofeedback.clock import LoopClock
from biofeedback.core.events import Characteristic, Link, LinkState, Notification, StrapInfo
from biofeedback.recording import read_recording
from biofeedback.straps.ble import BleStrap
from biofeedback.unattended import record

pytestmark = [pytest.mark.bus, pytest.mark.resting]

AWAY_S = 75.0  # a module is unclipped, opened, closed and clipped on again


@pytest.mark.parametrize("is_forgotten", [False, True])
async def test_a_battery_can_be_changed_in_a_session(bluez: FakeBluez, tmp_path: Path, is_forgotten: bool) -> None:
    strap, _ = bluez.add_h10(speed=1.0)
    strap.table["180f"]["2a19"] = (["read", "notify"], b"\x04")
    heart = FakeHeart(strap)

    async def change_battery() -> None:
        await asyncio.sleep(60.0)
        strap.on_air = False
        await (strap.vanish() if is_forgotten else strap.drop())
        await asyncio.sleep(AWAY_S)
        strap.table["180f"]["2a19"] = (["read", "notify"], b"\x64")
        strap.on_air = True

    out = tmp_path / "session.jsonl"
    async with asyncio.TaskGroup() as group:
        wearing = [group.create_task(heart.beat()), group.create_task(change_battery())]
        await record(BleStrap(), None, 180.5, out, LoopClock())
        for task in wearing:
            task.cancel()
    events = read_recording(out).events
    notifications = [event for event in events if isinstance(event, Notification)]
    straps = [event for event in events if isinstance(event, StrapInfo)]
    links = [event for event in events if isinstance(event, Link)]
    assert [(info.model, info.firmware) for info in straps] == [("Polar H10", "5.0.0")], "the same strap is no new one"
    assert [link.state for link in links] == [LinkState.CONNECTED, LinkState.LOST, LinkState.CONNECTED]
    assert AWAY_S <= links[2].t_s - links[1].t_s < AWAY_S + 10.0
    for kind, values in ((Characteristic.BATTERY, [b"\x04", b"\x64"]), (Characteristic.BODY_LOCATION, [b"\x01"] * 2)):
        assert [event.value for event in notifications if event.characteristic is kind] == values
    frames = [event.value for event in notifications if event.characteristic is Characteristic.HEART_RATE]
    assert frames == [sent.value for sent in heart.heard]


async def test_a_strap_that_is_run_again_stays_with_the_one_that_it_had(bluez: FakeBluez) -> None:
    mine = bluez.add_strap("AA:00:00:00:00:01", rssi=-50)
    others = bluez.add_strap("AA:00:00:00:00:02", rssi=-80)
    strap = BleStrap()
    async with running(strap) as heard:
        await live(heard, mine)
    mine.rssi, others.rssi = -90, -30
    async with running(strap) as heard:
        await live(heard, mine)
    assert [path for member, path in bluez.calls if member == "Connect"] == [mine.path] * 2
