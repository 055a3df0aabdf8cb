"""An H10's ECG and acceleration over unmodified bleak: taken as they come, and never in heart rate's way."""

from dataclasses import replace

import pytest
from collected import FRAME, QUICK, Heard, live, running
from fake_bluez import FakeBluez
from fake_pmd import CONTROL, DATA
from fake_strap import FakeStrap

from biofeedback.core.events import Characteristic
from biofeedback.core.pmd import PmdKind, Settings, decode_frame, decode_reply, started_settings
from biofeedback.straps.ble import BleStrap
from biofeedback.straps.link import Notify
from biofeedback.straps.strap import Lost, Payload

pytestmark = [pytest.mark.bus, pytest.mark.resting]

ECG, ACCELERATION = PmdKind
ASKED = [bytes.fromhex("0100"), bytes.fromhex("0102")]
STARTED = [bytes.fromhex("02000001820001010e00"), bytes.fromhex("0202000132000101100002010200")]
STOPPED = [bytes.fromhex("0300"), bytes.fromhex("0302")]
PATIENT = replace(QUICK, silence_s=20.0)  # these are not about heart rate that stays away


def heard_of(heard: Heard, kind: Characteristic) -> list[bytes]:
    return [e.value for e in heard.events if isinstance(e, Payload) and e.characteristic is kind]


async def heart_rate_goes_on(heard: Heard, strap: FakeStrap) -> None:
    """A frame arrives, and no link was lost."""
    await live(heard, strap, bytes([0x10, 60, *len(heard.frames).to_bytes(2, "big")]))
    assert heard.of(Lost) == []
    assert strap.connected


@pytest.mark.parametrize("way", Notify)
async def test_both_streams_are_started_as_wanted_and_every_frame_arrives_once_and_in_order(
    bluez: FakeBluez, way: Notify
) -> None:
    strap, pmd = bluez.add_h10(speed=50.0)
    if way is Notify.ACQUIRE:
        bluez.fail("StartNotify", "org.bluez.Error.NotSupported", uuid="2a37")
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await heard.until(lambda: len(heard_of(heard, Characteristic.PMD_DATA)) >= 20)
        await heart_rate_goes_on(heard, strap)
    frames = heard_of(heard, Characteristic.PMD_DATA)
    assert frames == pmd.sent[: len(frames)]
    assert {decode_frame(frame).kind for frame in frames} == set(PmdKind)
    assert sorted(pmd.commands[:4]) == sorted(ASKED + STARTED)
    members = [member for member, path in bluez.calls if strap.uuid_at(path) in (CONTROL, DATA)]
    assert members[:3] == ["StartNotify", way, "WriteValue"], "both are listened to before anything is started"


async def test_commands_and_replies_are_told_in_their_order(bluez: FakeBluez) -> None:
    strap, pmd = bluez.add_h10()
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await heard.until(lambda: len(heard_of(heard, Characteristic.PMD_CONTROL)) == 8)
    told = heard_of(heard, Characteristic.PMD_CONTROL)
    assert [value for value in told if value[0] != 0xF0] == pmd.commands[:4]
    for place in range(0, 8, 2):
        reply = decode_reply(told[place + 1])
        assert (bytes((reply.op_code, reply.kind)), reply.status) == (told[place][:2], 0)
    started = [started_settings(value) for value in told]
    assert [one for one in started if one] == [(ECG, Settings(130, 14)), (ACCELERATION, Settings(50, 16, 2))]


async def test_letting_go_stops_what_was_started(bluez: FakeBluez) -> None:
    strap, pmd = bluez.add_h10(speed=20.0)
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await heard.until(lambda: len(heard_of(heard, Characteristic.PMD_DATA)) >= 4)
    assert pmd.commands[-2:] == STOPPED
    assert not strap.connected


async def test_a_strap_of_another_brand_sees_no_call_of_it(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await live(heard, strap, b"\x00\x40")
    assert bluez.count("WriteValue") == 0
    listened = {strap.uuid_at(path) for member, path in bluez.calls if member in ("StartNotify", "AcquireNotify")}
    assert listened <= {"2a37", "2a19"}


async def test_the_nearest_setting_is_taken_where_the_wanted_one_is_not_offered(bluez: FakeBluez) -> None:
    strap, pmd = bluez.add_h10()
    pmd.offered[ACCELERATION] = bytes.fromhex("00023400d0000101100002020400 0800040103".replace(" ", ""))
    pmd.offered[ECG] = b"\x63"  # makes no sense: what is wanted is tried
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await bluez.until(lambda: len(pmd.running) == 2)
        assert pmd.running == {ECG: Settings(130, 14), ACCELERATION: Settings(52, 16, 4, 3)}


async def test_a_doubled_frame_and_a_doubled_reply_are_dropped_and_counted(
    bluez: FakeBluez, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "biofeedback")
    strap, pmd = bluez.add_h10(copies=2)
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await heard.until(lambda: len(heard_of(heard, Characteristic.PMD_CONTROL)) == 8)
        for kind in PmdKind:
            await pmd.send_frame(kind)
        await heard.until(lambda: len(heard_of(heard, Characteristic.PMD_DATA)) == 2)
        await strap.drop()
        await heard.until(lambda: bool(heard.of(Lost)))
    assert heard_of(heard, Characteristic.PMD_DATA) == pmd.sent
    assert "7 doubled frames dropped" in caplog.text  # one of heart rate, four replies, two frames


@pytest.mark.parametrize(("command", "status"), [(b"\x01", 3), (b"\x02", 5), (b"\x02", 13), (b"\x02\x00", 2)])
async def test_a_refusal_by_the_strap_costs_no_heart_rate(
    bluez: FakeBluez, caplog: pytest.LogCaptureFixture, command: bytes, status: int
) -> None:
    strap, pmd = bluez.add_h10()
    pmd.statuses[command] = [status] * 2
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        while f"status {status}" not in caplog.text:
            await heart_rate_goes_on(heard, strap)
        await heart_rate_goes_on(heard, strap)
    assert "heart rate goes on without it" in caplog.text
    assert ECG not in pmd.running


async def test_a_stream_that_a_killed_program_left_running_is_started_with_known_settings(bluez: FakeBluez) -> None:
    strap, pmd = bluez.add_h10(known=True, connected=True, resolved=True)
    pmd.running[ACCELERATION] = Settings(200, 16, 8)
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await bluez.until(lambda: pmd.running == {ECG: Settings(130, 14), ACCELERATION: Settings(50, 16, 2)})


async def test_a_strap_that_calls_a_stopped_stream_running_is_believed(bluez: FakeBluez) -> None:
    strap, pmd = bluez.add_h10()
    pmd.statuses[STARTED[0]] = [6, 6]
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await heard.until(lambda: heard_of(heard, Characteristic.PMD_CONTROL).count(STARTED[0]) == 2)
        await pmd.send_frame(ECG)
        await heard.until(lambda: heard_of(heard, Characteristic.PMD_DATA) == pmd.sent)


async def test_a_control_point_that_never_answers_costs_no_heart_rate(
    bluez: FakeBluez, caplog: pytest.LogCaptureFixture
) -> None:
    strap, pmd = bluez.add_h10()
    pmd.is_mute = True
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        while caplog.text.count("heart rate goes on without it") < 2:
            await heart_rate_goes_on(heard, strap)
    assert sorted(pmd.commands[:2]) == ASKED


async def test_a_stream_that_stalls_is_started_once_more(bluez: FakeBluez) -> None:
    strap, pmd = bluez.add_h10(speed=50.0)
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await bluez.until(lambda: len(pmd.running) == 2)
        pmd.stalled.add(ECG)
        while pmd.commands.count(STARTED[0]) < 2:
            await heart_rate_goes_on(heard, strap)
        count = len(heard_of(heard, Characteristic.PMD_DATA))
        await heard.until(lambda: any(f[0] == ECG for f in heard_of(heard, Characteristic.PMD_DATA)[count:]))
    assert pmd.commands.index(STOPPED[0]) < len(pmd.commands) - pmd.commands[::-1].index(STARTED[0])
    assert pmd.commands.count(STARTED[1]) == 1, "the other stream is left in peace"


async def test_a_stream_that_stays_stalled_is_left_alone_and_said_so(
    bluez: FakeBluez, caplog: pytest.LogCaptureFixture
) -> None:
    strap, pmd = bluez.add_h10(speed=50.0)
    pmd.revives = False
    pmd.stalled.update(PmdKind)
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        while caplog.text.count("does not come back") < 2:
            await heart_rate_goes_on(heard, strap)
        await heart_rate_goes_on(heard, strap)
        assert [pmd.commands.count(command) for command in STARTED] == [2, 2]


async def test_frames_of_a_wrong_length_are_kept_as_they_came(bluez: FakeBluez) -> None:
    strap, pmd = bluez.add_h10()
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        await bluez.until(lambda: len(pmd.running) == 2)
        for kind in PmdKind:
            await pmd.send_frame(kind, cut_bytes=1)
        for value in (b"\x07", b"\x00\x01"):
            await strap.send(value, DATA)
            pmd.sent.append(value)
        await strap.send(b"\xf0", CONTROL)
        await heard.until(lambda: heard_of(heard, Characteristic.PMD_DATA) == pmd.sent)
        await heart_rate_goes_on(heard, strap)


async def test_a_link_that_is_lost_while_the_streams_are_started_comes_back(bluez: FakeBluez) -> None:
    strap, pmd = bluez.add_h10(speed=50.0)
    for count in (1, 6, 10):  # commands after which it is lost
        async with running(BleStrap(timings=PATIENT)) as heard:
            await live(heard, strap)
            await bluez.until(lambda count=count: len(pmd.commands) >= count)
            await strap.drop()
            await heard.until(lambda: heard.of(Lost) == [Lost("out_of_range")])
            await live(heard, strap, FRAME)
            await heard.until(lambda: bool(heard_of(heard, Characteristic.PMD_DATA)))
    assert len(pmd.sent) == len(set(pmd.sent))


@pytest.mark.parametrize("member", ["WriteValue", "StartNotify", "AcquireNotify"])
async def test_a_call_that_is_never_answered_costs_no_heart_rate(
    bluez: FakeBluez, caplog: pytest.LogCaptureFixture, member: str
) -> None:
    strap, _ = bluez.add_h10()
    if member == "AcquireNotify":
        bluez.fail("StartNotify", "org.bluez.Error.NotSupported", uuid="2a37")
    hold = bluez.hold(member, DATA if member == "AcquireNotify" else CONTROL)
    async with running(BleStrap(timings=PATIENT)) as heard:
        await live(heard, strap)
        while "heart rate goes on without" not in caplog.text:
            await heart_rate_goes_on(heard, strap)
    hold.set()
    assert not strap.connected
