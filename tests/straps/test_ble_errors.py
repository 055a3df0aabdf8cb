"""Every error of BlueZ, on every call, gives a state and another attempt; none leaves the collector."""

from dataclasses import replace

import pytest
from collected import QUICK, live, running
from fake_bluez import FakeBluez
from fake_pmd import CONTROL, DATA

from biofeedback.straps.ble import BleStrap, has_adapter
from biofeedback.straps.strap import Connected, Lost

pytestmark = [pytest.mark.bus, pytest.mark.resting]

BLUEZ_ERRORS = [
    ("org.bluez.Error.Failed", "le-connection-refused", "strap.retrying"),
    ("org.bluez.Error.Failed", "br-connection-page-timeout", "strap.retrying"),
    ("org.bluez.Error.InProgress", "Operation already in progress", "strap.busy"),
    ("org.bluez.Error.AlreadyConnected", "Already Connected", "strap.busy"),
    ("org.bluez.Error.NotReady", "Resource Not Ready", "strap.bluetooth_off"),
    ("org.bluez.Error.NotAvailable", "Operation currently not available", "strap.retrying"),
    ("org.bluez.Error.NotSupported", "Operation is not supported", "strap.retrying"),
    ("org.bluez.Error.NotConnected", "Not Connected", "strap.retrying"),
    ("org.bluez.Error.NotAuthorized", "Operation Not Authorized", "strap.refused"),
    ("org.bluez.Error.NotPermitted", "", "strap.refused"),
    ("org.bluez.Error.InvalidArguments", "Invalid arguments in method call", "strap.retrying"),
    ("org.bluez.Error.AlreadyExists", "Already Exists", "strap.retrying"),
    ("org.bluez.Error.DoesNotExist", "Does Not Exist", "strap.not_found"),
    ("org.bluez.Error.AuthenticationCanceled", "Authentication Canceled", "strap.refused"),
    ("org.bluez.Error.AuthenticationFailed", "Authentication Failed", "strap.refused"),
    ("org.bluez.Error.AuthenticationRejected", "Authentication Rejected", "strap.refused"),
    ("org.bluez.Error.AuthenticationTimeout", "Authentication Timeout", "strap.refused"),
    ("org.bluez.Error.ConnectionAttemptFailed", "Page Timeout", "strap.retrying"),
    ("org.bluez.Error.ImproperlyConfigured", "", "strap.retrying"),
    ("org.bluez.Error.InvalidLength", "", "strap.retrying"),
    ("org.bluez.Error.InvalidOffset", "", "strap.retrying"),
    ("org.bluez.Error.InvalidValueLength", "", "strap.retrying"),
    ("org.bluez.Error.NotAcquired", "", "strap.retrying"),
    ("org.bluez.Error.Canceled", "", "strap.retrying"),
    ("org.bluez.Error.Rejected", "", "strap.retrying"),
    ("org.freedesktop.DBus.Error.UnknownObject", "", "strap.not_found"),
    ("org.freedesktop.DBus.Error.AccessDenied", "", "strap.no_permission"),
    ("org.freedesktop.DBus.Error.NoReply", "Did not receive a reply", "strap.retrying"),
    ("org.freedesktop.DBus.Error.ServiceUnknown", "", "strap.no_service"),
    ("org.freedesktop.DBus.Error.Spawn.ChildExited", "", "strap.no_service"),
]


@pytest.mark.parametrize(("name", "text", "detail"), BLUEZ_ERRORS)
async def test_every_error_on_connect_is_told_and_tried_again(
    bluez: FakeBluez, name: str, text: str, detail: str
) -> None:
    strap = bluez.add_strap()
    bluez.fail("Connect", name, text, times=2)
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
    assert detail in heard.details
    assert bluez.count("Connect") == 3


@pytest.mark.parametrize("name", sorted({name for name, _, _ in BLUEZ_ERRORS}))
async def test_every_error_on_any_call_is_survived(bluez: FakeBluez, name: str) -> None:
    strap = bluez.add_strap()
    members = ("GetManagedObjects", "SetDiscoveryFilter", "StartDiscovery", "StopDiscovery", "ReadValue")
    for member in (*members, "StartNotify", "AcquireNotify", "Disconnect"):
        bluez.fail(member, name)
    async with running(BleStrap(timings=QUICK)) as heard:
        await live(heard, strap)
        await strap.drop()
        await live(heard, strap)
    assert not strap.connected


@pytest.mark.parametrize("name", sorted({name for name, _, _ in BLUEZ_ERRORS}))
@pytest.mark.parametrize(
    ("member", "uuid"), [("StartNotify", CONTROL), ("AcquireNotify", DATA), ("WriteValue", CONTROL)]
)
async def test_no_error_on_a_call_for_ecg_and_acceleration_costs_a_heart_beat(
    bluez: FakeBluez, name: str, member: str, uuid: str
) -> None:
    strap, pmd = bluez.add_h10(speed=50.0)
    bluez.fail(member, name, uuid=uuid)
    if member == "AcquireNotify":
        bluez.fail("StartNotify", "org.bluez.Error.NotSupported", uuid="2a37")
    async with running(BleStrap(timings=replace(QUICK, silence_s=20.0))) as heard:
        for n in range(9):
            await live(heard, strap, bytes([0x10, 60, n, 4]))
        assert [*heard.of(Lost), len(heard.of(Connected))] == [1]
        await strap.drop()
        await live(heard, strap)
        await bluez.until(lambda: len(pmd.running) == 2)
    assert heard.of(Lost) == [Lost("out_of_range")]


async def test_a_machine_without_d_bus_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    async with running(BleStrap(timings=QUICK)) as heard:
        await heard.detail("strap.no_service")
    assert not await has_adapter()


async def test_an_adapter_counts_also_when_it_is_switched_off(bluez: FakeBluez) -> None:
    assert await has_adapter()
    await bluez.power(False)
    assert await has_adapter()
    await bluez.plug(False)
    while await has_adapter():  # until the news has reached bleak
        await bluez.settled()
