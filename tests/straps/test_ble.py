"""The collector against a fake org.bluez, through unmodified bleak."""

import pytest
from collected import FRAME, QUICK, live, running
from fake_bluez import FakeBluez

from biofeedback.core.events import Characteristic
from biofeedback.straps.ble import BleStrap
from biofeedback.straps.link import Notify
from biofeedback.straps.strap import Connected, Lost, Payload, Searching
from biofeedback.straps.timings import Timings

pytestmark = [pytest.mark.bus, pytest.mark.resting]


async def test_frames_battery_place_model_and_firmware_arrive(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        await heard.until(lambda: len(heard.of(Payload)) == 3)
    assert heard.details == ["strap.searching", "strap.connecting", "strap.reading", "strap.waiting_for_beats"]
    assert heard.of(Connected) == [Connected("ble", "Polar H10", "5.0.0")]
    assert heard.of(Payload) == [
        Payload(Characteristic.HEART_RATE, FRAME),
        Payload(Characteristic.BODY_LOCATION, b"\x01"),
        Payload(Characteristic.BATTERY, b"\x57"),
    ]


async def test_straps_are_found_by_their_service_and_never_by_their_name(bluez: FakeBluez) -> None:
    lamp = bluez.add_strap("AA:00:00:00:00:01", name="Polar H10 in name only", service="fe0f", rssi=-20)
    strap = bluez.add_strap("AA:00:00:00:00:02", name="Kitchen", rssi=-90)
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
    assert not any(path == lamp.path for member, path in bluez.calls if member == "Connect")


@pytest.mark.parametrize("way", Notify)
async def test_frames_arrive_once_and_in_order_however_bluez_hands_them_over(bluez: FakeBluez, way: Notify) -> None:
    strap = bluez.add_strap()
    if way is Notify.ACQUIRE:
        bluez.fail("StartNotify", "org.bluez.Error.NotSupported", uuid="2a37")
    sent = [bytes([0x10, 60, n, 3]) for n in range(40)]
    async with running(BleStrap(timings=QUICK)) as heard:
        await bluez.until(lambda: strap.has_listener)
        for value in sent:
            await strap.send(value)
        await heard.until(lambda: len(heard.frames) >= len(sent))
    assert heard.frames == sent


@pytest.mark.parametrize("way", Notify)
async def test_a_lost_link_comes_back_without_doubled_frames(bluez: FakeBluez, way: Notify) -> None:
    strap = bluez.add_strap()
    if way is Notify.ACQUIRE:
        bluez.fail("StartNotify", "org.bluez.Error.NotSupported", uuid="2a37")
    sent = []
    async with running(BleStrap(timings=QUICK)) as heard:
        for n in range(4):
            await bluez.until(lambda: strap.has_listener)
            for _ in range(3):
                sent.append(bytes([0x10, 60, len(sent), 3]))
                await strap.send(sent[-1])
            await strap.drop()
            await heard.until(lambda n=n: len(heard.of(Lost)) == n + 1)
        await live(heard, strap, b"\x00\x40")
    assert heard.frames == [*sent, b"\x00\x40"]
    assert heard.of(Lost) == [Lost("out_of_range")] * 4
    asked = [member for member, path in bluez.calls if path == strap.characteristic("2a37")]
    assert asked.count(way) == 5
    assert asked.count(Notify.START) == (5 if way is Notify.START else 1), "the way that worked is remembered"
    kinds = [type(e) for e in heard.events if not isinstance(e, Searching)]
    assert kinds.index(Lost) > kinds.index(Payload), "frames sent before the drop come before Lost"


async def test_the_fake_doubles_frames_for_a_client_that_was_not_let_go(bluez: FakeBluez) -> None:
    """Without this fault in the fake, the test above would prove nothing."""
    import bleak

    strap = bluez.add_strap()
    device = await bleak.BleakScanner.find_device_by_address(strap.address)
    assert device is not None
    got: list[bytes] = []
    clients = [bleak.BleakClient(device) for _ in range(2)]
    for client in clients:
        await client.connect()
        await client.start_notify("2a37", lambda _, value: got.append(bytes(value)))
        if client is clients[0]:
            await strap.drop()
    await strap.send(FRAME)
    await bluez.until(lambda: len(got) >= 2)
    await clients[1].disconnect()
    await clients[0].disconnect()
    assert got == [FRAME, FRAME]


async def test_a_doubled_frame_is_dropped_and_counted(bluez: FakeBluez, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "biofeedback")
    strap = bluez.add_strap(copies=2)
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        await live(heard, strap, b"\x00\x41")
        await strap.drop()
        await heard.until(lambda: bool(heard.of(Lost)))
    assert heard.frames == [FRAME, b"\x00\x41"]
    assert "2 doubled frames dropped" in caplog.text


async def test_the_same_heart_rate_a_second_later_is_no_doubled_frame(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    timings = Timings(poll_s=0.02, copy_s=0.0)
    async with running(BleStrap(timings=timings)) as heard:
        await live(heard, strap, b"\x00\x40")
        await live(heard, strap, b"\x00\x40")
    assert heard.frames == [b"\x00\x40"] * 2


async def test_silence_is_lost_even_while_the_link_says_it_is_connected(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        await heard.until(lambda: heard.of(Lost) == [Lost("silence")])
        await bluez.until(lambda: not strap.connected)
        await live(heard, strap)
    assert len(heard.of(Connected)) == 2


async def test_changed_services_end_in_a_new_link(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        await strap.service_changed()
        await heard.until(lambda: heard.of(Lost) == [Lost("silence")])
        await bluez.until(lambda: not strap.connected)
        await live(heard, strap)


async def test_a_strap_that_sends_nothing_is_said_to_be_silent(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=QUICK)) as heard:
        await heard.detail("strap.silent")
        await live(heard, strap)
    assert not heard.of(Lost), "what was never connected cannot be lost"


async def test_adapter_off_is_told_and_on_again_recovers(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        await bluez.power(False)
        await heard.detail("strap.bluetooth_off")
        assert heard.of(Lost) == [Lost("bluetooth_off")]
        await bluez.power(True)
        await live(heard, strap)
    assert heard.details[-4:] == ["strap.searching", "strap.connecting", "strap.reading", "strap.waiting_for_beats"]


async def test_an_adapter_that_is_unplugged_may_come_back(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        await bluez.plug(False)
        await heard.detail("strap.no_adapter")
        await bluez.plug(True)
        await live(heard, strap)


async def test_a_restart_of_bluetoothd_is_noticed_and_survived(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=Timings(poll_s=0.02, back_off_s=(0.01,), choose_s=0.05))) as heard:
        await live(heard, strap)
        await bluez.restart()
        await heard.until(lambda: bool(heard.of(Lost)))
        await live(heard, strap)
    assert heard.of(Lost) == [Lost("out_of_range")], "not only after a silence"


async def test_a_strap_that_bluez_forgets_is_found_again(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        await strap.vanish()
        await heard.until(lambda: bool(heard.of(Lost)))
        await live(heard, strap)


async def test_a_strap_that_is_not_there_is_searched_until_it_is(bluez: FakeBluez) -> None:
    strap = bluez.add_strap(on_air=False)
    async with running(BleStrap(timings=QUICK)) as heard:
        await heard.detail("strap.not_found")
        strap.on_air = True
        await live(heard, strap)


async def test_a_strap_that_does_not_answer_is_tried_again(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    hold = bluez.hold("Connect")
    async with running(
        BleStrap(timings=Timings(connect_s=0.1, choose_s=0.05, back_off_s=(0.01,), poll_s=0.02))
    ) as heard:
        await heard.detail("strap.busy")
        hold.set()
        await live(heard, strap)


async def test_cancelling_disconnects(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        assert strap.connected
    assert not strap.connected
    assert not strap.has_listener


async def test_cancelling_while_connecting_leaves_no_link(bluez: FakeBluez) -> None:
    strap = bluez.add_strap(on_air=True)
    hold = bluez.hold("Connect")
    async with running(BleStrap(timings=QUICK)):
        await bluez.until(lambda: bluez.count("Connect") == 1)
    assert bluez.count("Disconnect") == 1
    hold.set()
    assert not strap.connected


async def test_a_strap_that_another_program_left_connected_is_taken_over(bluez: FakeBluez) -> None:
    strap = bluez.add_strap(known=True, connected=True, resolved=True)
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
    assert bluez.count("StartDiscovery") == 0
    assert bluez.count("Connect") == 0


async def test_the_nearest_strap_is_chosen_and_kept(bluez: FakeBluez) -> None:
    far = bluez.add_strap("AA:00:00:00:00:01", rssi=-80)
    near = bluez.add_strap("AA:00:00:00:00:02", rssi=-50)
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, near)
        near.rssi, far.rssi = -90, -30
        await near.drop()
        await heard.until(lambda: bool(heard.of(Lost)))
        await live(heard, near)
    assert not far.known or bluez.count("Connect") == 2


async def test_a_strap_asked_for_by_address_is_the_only_one_used(bluez: FakeBluez) -> None:
    bluez.add_strap("AA:00:00:00:00:01", rssi=-30)
    other = bluez.add_strap("AA:00:00:00:00:02", rssi=-90)
    async with running(BleStrap("aa:00:00:00:00:02", QUICK)) as heard:
        await live(heard, other)
    assert [path for member, path in bluez.calls if member == "Connect"] == [other.path]


async def test_after_a_failure_another_strap_gets_its_turn(bluez: FakeBluez) -> None:
    near = bluez.add_strap("AA:00:00:00:00:01", rssi=-30)
    far = bluez.add_strap("AA:00:00:00:00:02", rssi=-90)
    bluez.fail("Connect", "org.bluez.Error.Failed", "le-connection-refused")
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, far)
    assert [path for member, path in bluez.calls if member == "Connect"] == [near.path, far.path]


async def test_two_collectors_never_share_a_strap(bluez: FakeBluez) -> None:
    straps = [bluez.add_strap(f"AA:00:00:00:00:0{n}") for n in (1, 2)]
    async with running(BleStrap(timings=QUICK)) as one, running(BleStrap(timings=QUICK)) as two:
        await bluez.until(lambda: all(strap.has_listener for strap in straps))
        for n, strap in enumerate(straps):
            await strap.send(bytes([0, 60 + n]))
        await one.until(lambda: len(one.frames) == 1)
        await two.until(lambda: len(two.frames) == 1)
    assert sorted(one.frames + two.frames) == [b"\x00\x3c", b"\x00\x3d"]


async def test_a_strap_that_tells_nothing_of_itself_is_used_all_the_same(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    strap.table = {"180d": {"2a37": (["notify"], b"")}}
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
    assert heard.of(Connected) == [Connected("ble")]


async def test_a_strap_without_heart_rate_measurement_is_named_as_such(bluez: FakeBluez) -> None:
    bluez.add_strap().table = {"180d": {"2a38": (["read"], b"\x01")}}
    async with running(BleStrap(timings=QUICK)) as heard:
        await heard.detail("strap.no_heart_rate")


async def test_the_battery_is_told_again_when_it_changes(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    battery = strap.characteristic("2a19")
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        await bluez.until(lambda: bool(strap.notifying.get(battery)))
        await strap.send(b"\x0e", uuid="2a19")
        await heard.until(lambda: Payload(Characteristic.BATTERY, b"\x0e") in heard.events)


@pytest.mark.parametrize(
    ("manufacturer", "model", "said"),
    [
        (b"Polar Electro Oy\x00", b"H10", "Polar H10"),
        (b"Wahoo Fitness", b"TICKR", "Wahoo TICKR"),
        (b"Garmin", b"Garmin HRM-Dual\n", "Garmin HRM-Dual"),
        (b"", b"HRM\xff\x1b[31m", "HRM\N{REPLACEMENT CHARACTER}[31m"),
        (b"Suunto", b"", "Suunto"),
    ],
)
async def test_brand_and_model_are_said_in_printable_words(
    bluez: FakeBluez, manufacturer: bytes, model: bytes, said: str
) -> None:
    strap = bluez.add_strap()
    strap.table["180a"] = {"2a29": (["read"], manufacturer), "2a24": (["read"], model)}
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
    assert heard.of(Connected) == [Connected("ble", said)]


async def test_a_link_that_is_lost_before_the_first_frame_is_tried_again(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=QUICK)) as heard:
        await bluez.until(lambda: strap.has_listener)
        await strap.drop()
        await heard.detail("strap.retrying")
        await live(heard, strap)
    assert not heard.of(Lost)


async def test_a_frame_that_came_before_the_refusal_is_followed_by_lost(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    refuse = bluez.regret("StartNotify", "org.bluez.Error.Failed")
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        refuse.set()
        await heard.until(lambda: bool(heard.of(Lost)))
        await bluez.until(lambda: not strap.connected)
        await live(heard, strap)
    assert len(heard.of(Connected)) == 2
