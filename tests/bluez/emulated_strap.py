"""A chest strap on the emulated air: heart rate, battery, device information, Polar's PMD, and faults on command."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from bumble import data_types
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from emulated_air import Air
from fake_pmd import CONTROL, DATA, SERVICE, FakePmd
from numbered import numbered
from pmd_faults import Mode, set_mode

Is, May = Characteristic.Properties, Characteristic.Permissions
OUT_OF_RANGE = 0x08  # HCI: supervision timeout
HEART_RATE, BATTERY = "2a37", "2a19"
ADVERTISED_EVERY_MS = 100
UNHEARD_S = 1.0  # as a link that is lost to distance is for some seconds before


@dataclass(frozen=True)
class Sent:
    """A notification: when, of what, and whether anybody was subscribed."""

    t_s: float
    uuid: str
    value: bytes
    heard: bool


class EmulatedStrap:
    """One peripheral with a controller of its own."""

    def __init__(self, air: Air, address: str, name: str) -> None:
        self.log: list[Sent] = []
        self.links = 0
        self.pmd = FakePmd(self, speed=1.0)
        self._is_far = False
        self._changed = asyncio.Condition()
        self._speaking: asyncio.Task[None] | None = None
        self._count = 0
        controller = Controller(name, link=air)
        settings = DeviceConfiguration(
            name=name,
            address=Address(address),
            advertising_interval_min=ADVERTISED_EVERY_MS,
            advertising_interval_max=ADVERTISED_EVERY_MS,
        )
        self._device = Device.from_config_with_hci(settings, controller, controller)
        self._device.advertising_data = bytes(
            AdvertisingData(
                [
                    data_types.Flags(
                        AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
                    ),
                    data_types.CompleteListOf16BitServiceUUIDs([UUID("180D")]),
                    data_types.CompleteLocalName(name),
                ]
            )
        )
        self._characteristics: dict[str, Characteristic] = {}
        self._add_services()
        self._device.gatt_server.on("characteristic_subscription", lambda *_: self._notice())
        self._device.on("connection", self._on_connection)

    async def start(self) -> None:
        """Switch the strap's controller on; it does not advertise yet."""
        await self._device.power_on()

    # what a test asks for -----------------------------------------------------------------------------------------

    async def on(self) -> None:
        """Advertise, now and after every link."""
        await self._device.start_advertising(auto_restart=True)

    async def off(self) -> None:
        """Do not advertise any more."""
        await self._device.stop_advertising()

    async def drop(self, reason: int = OUT_OF_RANGE) -> None:
        """End the link as distance does, or for another reason: nothing is heard any more, then both sides notice.

        Frames until the very end would prove nothing: bluetoothd drops what it has not read when a link goes.
        """
        if not self.connected:
            return
        self._is_far = True
        await asyncio.sleep(UNHEARD_S)
        for connection in list(self._device.connections.values()):
            await connection.disconnect(reason)
        self._is_far = False  # only now: a frame that is sent while the link is being ended is not heard either

    async def send(self, value: bytes, uuid: str = HEART_RATE) -> bool:
        """Notify; whether anybody was subscribed."""
        heard = self.is_heard(uuid)
        self.log.append(Sent(time.monotonic(), uuid, value, heard))
        if not heard:
            return False
        tell = self._device.indicate_subscribers if uuid == CONTROL else self._device.notify_subscribers
        await tell(self._characteristics[uuid], value)
        return True

    def speak(self, every_s: float) -> None:
        """Send a numbered frame again and again, from now on."""
        self.silence()
        self._speaking = asyncio.create_task(self._speak(every_s))

    def silence(self) -> None:
        """Stay connected and send nothing."""
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None

    def forget(self) -> None:
        """What was sent and who was linked, for the next test."""
        self.log.clear()
        self.links = self._count = 0
        self.pmd.sent.clear()
        set_mode(self.pmd, Mode.OBEY)

    async def change_services(self) -> None:
        """Move every service to other handles and indicate Service Changed."""
        server = self._device.gatt_server
        last = max(attribute.handle for attribute in server.attributes)
        ours = {id(characteristic) for characteristic in self._characteristics.values()}
        gone = [s for s in server.services if any(id(c) in ours for c in s.characteristics)]
        server.services = [service for service in server.services if service not in gone]
        server.attributes = [
            a for a in server.attributes if not any(s.handle <= a.handle <= s.end_group_handle for s in gone)
        ]
        server.attributes_by_handle.clear()
        server.next_handle = lambda: max(last, *(a.handle for a in server.attributes)) + 1
        for cccds in server.subscribers.values():
            for characteristic in self._characteristics.values():
                cccds.pop(characteristic.handle, None)
        self._add_services()
        changed = self._device.gatt_service.service_changed_characteristic
        await self._device.indicate_subscribers(changed, bytes((0x01, 0x00, 0xFF, 0xFF)))

    # what a test waits for ----------------------------------------------------------------------------------------

    def is_heard(self, uuid: str = HEART_RATE) -> bool:
        """Whether a client is subscribed."""
        handle = self._characteristics[uuid].handle
        return not self._is_far and any(
            (cccds.get(handle) or b"\x00")[0] for cccds in self._device.gatt_server.subscribers.values()
        )

    @property
    def connected(self) -> bool:
        return bool(self._device.connections)

    async def until(self, true: Any) -> None:
        """Return as soon as a condition holds; looked at after every change of link or subscription."""
        async with self._changed:
            await self._changed.wait_for(true)

    # ----------------------------------------------------------------------------------------------------------------

    def _add_services(self) -> None:
        read, notify = (Is.READ, May.READABLE), (Is.NOTIFY, May(0))
        made = self._characteristics = {
            HEART_RATE: Characteristic(HEART_RATE, *notify, b""),
            BATTERY: Characteristic(BATTERY, Is.READ | Is.NOTIFY, May.READABLE, bytes([87])),
            CONTROL: Characteristic(
                CONTROL,
                Is.WRITE | Is.INDICATE,
                May.WRITEABLE,
                CharacteristicValue(write=self._on_command),
            ),
            DATA: Characteristic(DATA, *notify, b""),
        }
        self._device.add_services(
            [
                Service("180D", [made[HEART_RATE], Characteristic("2A38", *read, b"\x01")]),
                Service("180F", [made[BATTERY]]),
                Service(
                    "180A",
                    [
                        Characteristic("2A29", *read, b"Polar Electro Oy\x00"),
                        Characteristic("2A24", *read, b"H10"),
                        Characteristic("2A26", *read, b"5.0.0"),
                    ],
                ),
                Service(SERVICE, [made[CONTROL], made[DATA]]),
            ]
        )

    async def _on_command(self, _: Any, command: bytes) -> None:
        """Do a command; its answer comes after the write has been acknowledged."""
        await self.pmd.write(bytes(command))

    async def _speak(self, every_s: float) -> None:
        while True:
            await self.send(numbered(self._count))
            self._count += 1
            await asyncio.sleep(every_s)

    def _on_connection(self, connection: Any) -> None:
        self.links += 1
        self.pmd.power_off()
        connection.on("disconnection", lambda _: self._on_disconnection())
        self._notice()

    def _on_disconnection(self) -> None:
        self.pmd.power_off()
        self._notice()

    def _notice(self) -> None:
        async def notice() -> None:
            async with self._changed:
                self._changed.notify_all()

        asyncio.ensure_future(notice())  # noqa: RUF006  done at the loop's next turn
