"""One peripheral of the fake org.bluez: what it advertises, its GATT table, its link, its faults."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from dbus_fast import Variant
from fake_pmd import FakePmd

ADAPTER, DEVICE, BATTERY = "org.bluez.Adapter1", "org.bluez.Device1", "org.bluez.Battery1"
SERVICE, CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
HCI0 = "/org/bluez/hci0"
SIGNATURES = {"RSSI": "n", "UUIDs": "as", "Flags": "as", "Roles": "as", "Value": "ay", "Device": "o", "Service": "o"}
SIGNATURES |= {"Adapter": "o", "MTU": "q", "ServiceData": "a{sv}", "Class": "u"}

Interfaces = dict[str, dict[str, Any]]


def full_uuid(uuid: str) -> str:
    """The full form of a UUID of 16 bits; a full one as it is."""
    return f"0000{uuid}-0000-1000-8000-00805f9b34fb" if len(uuid) == 4 else uuid


def variants(properties: dict[str, Any]) -> dict[str, Variant]:
    """Properties as D-Bus variants."""
    kinds = {bool: "b", str: "s"}
    return {name: Variant(SIGNATURES.get(name) or kinds[type(value)], value) for name, value in properties.items()}


class Signals(Protocol):
    """What a strap needs of the daemon."""

    async def changed(self, path: str, interface: str, properties: dict[str, Any]) -> None: ...

    async def added(self, path: str, interfaces: Interfaces) -> None: ...

    async def removed(self, path: str, interfaces: list[str]) -> None: ...

    async def until(self, true: Callable[[], bool]) -> None: ...


@dataclass
class FakeStrap:
    """One peripheral: what it advertises, its GATT table, its link."""

    bluez: Signals
    address: str
    name: str
    uuids: list[str]
    table: dict[str, dict[str, tuple[list[str], bytes]]]
    rssi: int = -60
    battery_advertised: int | None = None
    on_air: bool = True
    connected: bool = False
    known: bool = False
    resolved: bool = False
    first_handle: int = 0x10
    copies: int = 1  # how often the radio side delivers a frame: 2 is a doubled one
    pace_s: float = 0.001  # after each frame: dbus-fast 5.2 does not survive a full socket
    notifying: dict[str, list[str]] = field(default_factory=dict)  # characteristic path -> D-Bus clients
    outlived: set[str] = field(default_factory=set)  # those that asked over an earlier link: they may be just leaving
    acquired: dict[str, socket.socket] = field(default_factory=dict)
    pending: list[asyncio.Event] = field(default_factory=list)
    pmd: FakePmd | None = None

    @property
    def path(self) -> str:
        return f"{HCI0}/dev_{self.address.replace(':', '_')}"

    def device(self) -> dict[str, Any]:
        """Properties of Device1."""
        properties = {
            "Address": self.address,
            "Alias": self.name,
            "Name": self.name,
            "Adapter": HCI0,
            "RSSI": self.rssi,
        }
        properties |= {
            "UUIDs": self.uuids,
            "Connected": self.connected,
            "ServicesResolved": self.resolved,
            "Paired": False,
        }
        if self.battery_advertised is not None:
            properties["ServiceData"] = {full_uuid("180f"): Variant("ay", bytes([self.battery_advertised]))}
        return properties

    def gatt(self) -> Iterator[tuple[str, Interfaces]]:
        """The objects of the GATT table, parents first."""
        handle = self.first_handle
        for service, characteristics in self.table.items():
            service_path = f"{self.path}/service{handle:04x}"
            yield service_path, {SERVICE: {"UUID": full_uuid(service), "Primary": True, "Device": self.path}}
            for uuid, (flags, _) in characteristics.items():
                handle += 3
                properties: dict[str, Any] = {
                    "UUID": full_uuid(uuid),
                    "Service": service_path,
                    "Flags": flags,
                    "MTU": 185,
                }
                if "notify" in flags or "indicate" in flags:
                    properties["Notifying"] = False
                if "notify" in flags:  # as bluetoothd has it: no AcquireNotify for what is only indicated
                    properties["NotifyAcquired"] = f"{service_path}/char{handle:04x}" in self.acquired
                yield f"{service_path}/char{handle:04x}", {CHARACTERISTIC: properties}
            handle += 3

    def characteristic(self, uuid: str) -> str:
        """Path of a characteristic."""
        return next(p for p, i in self.gatt() if i.get(CHARACTERISTIC, {}).get("UUID") == full_uuid(uuid))

    def uuid_at(self, path: str) -> str:
        """UUID of the characteristic at a path, as the table has it; empty where there is none."""
        found = next((i.get(CHARACTERISTIC, {}).get("UUID") for p, i in self.gatt() if p == path), None)
        return next((uuid for part in self.table.values() for uuid in part if full_uuid(uuid) == found), "")

    def value(self, path: str) -> bytes:
        """Value of the characteristic at a path."""
        uuid = self.uuid_at(path)
        return next(part[uuid][1] for part in self.table.values() if uuid in part)

    @property
    def has_listener(self) -> bool:
        """Whether somebody subscribed to heart rate over this link, and will hear it."""
        path = self.characteristic("2a37")
        is_heard = path in self.acquired or not self.outlived.issuperset(self.notifying.get(path, []))
        return self.connected and is_heard

    def is_heard(self, uuid: str) -> bool:
        """Whether what is sent now reaches somebody."""
        path = self.characteristic(uuid)
        return self.connected and (path in self.acquired or bool(self.notifying.get(path)))

    async def send(self, value: bytes, uuid: str = "2a37") -> bool:
        """Notify; whether anybody was there to hear it."""
        path, heard = self.characteristic(uuid), self.is_heard(uuid)
        for _ in range(self.copies if heard else 0):
            if path in self.acquired:
                with contextlib.suppress(BrokenPipeError):  # closed, and we have not been told yet
                    self.acquired[path].send(value)
            else:
                for _client in self.notifying[path]:
                    await self.bluez.changed(path, CHARACTERISTIC, {"Value": value})
        await asyncio.sleep(self.pace_s)
        return heard

    async def connect(self) -> None:
        """The link comes up, then the services are resolved."""
        self.connected = True
        await self.bluez.changed(self.path, DEVICE, {"Connected": True})

    async def resolve(self) -> None:
        """Show the GATT table."""
        for path, interfaces in self.gatt():
            await self.bluez.added(path, interfaces)
        self.resolved = True
        await self.bluez.changed(self.path, DEVICE, {"ServicesResolved": True})

    async def drop(self) -> None:
        """The link is lost; who asked for StartNotify stays registered, sockets end."""
        self.release_all()
        if self.pmd is not None:
            self.pmd.power_off()
        if self.connected:
            self.connected = self.resolved = False
            self.outlived.update(*self.notifying.values())
            await self.bluez.changed(self.path, DEVICE, {"ServicesResolved": False, "Connected": False})

    def release(self, path: str) -> None:
        """End one AcquireNotify."""
        if sock := self.acquired.pop(path, None):
            asyncio.get_running_loop().remove_reader(sock.fileno())
            sock.close()

    def release_all(self) -> None:
        """End every AcquireNotify, give up every pending Connect."""
        for path in list(self.acquired):
            self.release(path)
        for event in self.pending:
            event.set()

    async def service_changed(self) -> None:
        """The same services come back under other handles, with nobody subscribed."""
        self.release_all()
        self.notifying.clear()
        for path, interfaces in reversed(list(self.gatt())):
            await self.bluez.removed(path, list(interfaces))
        self.first_handle += 0x40
        for path, interfaces in self.gatt():
            await self.bluez.added(path, interfaces)

    async def vanish(self) -> None:
        """bluetoothd forgets the device."""
        await self.drop()
        self.known = False
        for path, interfaces in reversed(list(self.gatt())):
            await self.bluez.removed(path, list(interfaces))
        await self.bluez.removed(self.path, [DEVICE])
