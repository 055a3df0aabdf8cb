"""The machine's Bluetooth adapter: is there one, which heart rate straps are near."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from bleak import BleakAdapter, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.uuids import normalize_uuid_16

from biofeedback.straps.bluetoothd import end_search
from biofeedback.straps.timings import Timings
from biofeedback.straps.trouble import Detail, Trouble, attempt

__all__ = [
    "GaveWay",
    "Radio",
    "adapter_trouble",
    "connected_straps",
    "find",
    "has_adapter",
    "is_strap",
    "radio",
    "scan_for",
]

HEART_RATE_SERVICE = normalize_uuid_16(0x180D)
ADAPTER_S = 3.0  # asking for the adapter takes some milliseconds, also where there is none

OnAdvertisement = Callable[[BLEDevice, AdvertisementData], None]


class GaveWay(Exception):
    """A search was broken off: the strap of another collector was heard, and it is its turn."""


@dataclass(slots=True)
class Radio:
    """What straps of one event loop share: one of them at a time searches and connects, none takes another's."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    held: set[str] = field(default_factory=set)  # addresses in use
    missed: dict[str, BLEDevice | None] = field(default_factory=dict)  # what is waited for; not None once it was heard
    waiting: int = 0  # collectors that wait for their turn
    wanted: asyncio.Event = field(default_factory=asyncio.Event)  # set while there are any

    @asynccontextmanager
    async def turn(self, address: str | None) -> AsyncIterator[BLEDevice | None]:
        """The radio to oneself; first come, first served, but who has been heard goes first. Gives what was heard.

        Without this, a strap that is back would wait for a round of searching of each that is not.
        """
        key = (address or "").lower()
        if key:
            self.missed[key] = None
        self._count(1)
        try:
            await self.lock.acquire()
            while self.missed.get(key) is None and any(self.missed.values()):
                self.lock.release()
                await self.lock.acquire()
            heard = self.missed.pop(key, None)
        except BaseException:
            self.missed.pop(key, None)
            raise
        finally:
            self._count(-1)
        try:
            yield None if heard is None or heard.address in self.held else heard
        finally:
            self.lock.release()

    def _count(self, more: int) -> None:
        """So many more wait for their turn."""
        self.waiting += more
        (self.wanted.set if self.waiting else self.wanted.clear)()

    def hear(self, device: BLEDevice) -> bool:
        """Whether another collector waits for this strap; it is kept for it."""
        key = device.address.lower()
        if key in self.missed:
            self.missed[key] = device
        return key in self.missed


_radios: WeakKeyDictionary[asyncio.AbstractEventLoop, Radio] = WeakKeyDictionary()


def radio() -> Radio:
    """The radio of the running event loop."""
    return _radios.setdefault(asyncio.get_running_loop(), Radio())


async def adapter_trouble() -> Detail | None:
    """What is wrong with the adapter; None: nothing. Takes a few seconds at most."""
    try:
        await attempt(BleakAdapter.get(), ADAPTER_S, Detail.STUCK)
        if sys.platform == "win32":  # pragma: no cover  there only a scan tells
            await scan_for(0, lambda device, data: None)
    except Trouble as trouble:
        return trouble.detail
    return None


async def has_adapter() -> bool:
    """Whether this machine has Bluetooth, perhaps switched off; never raises."""
    return await adapter_trouble() in (None, Detail.BLUETOOTH_OFF)


async def connected_straps() -> list[BLEDevice]:
    """Straps that are connected already: they do not advertise, and a killed program leaves its link up."""
    adapter = await attempt(BleakAdapter.get(), ADAPTER_S, Detail.STUCK)
    with suppress(Trouble):  # those that advertise can be found all the same
        return await attempt(adapter.get_connected_devices([HEART_RATE_SERVICE]), ADAPTER_S)
    return []


def is_strap(data: AdvertisementData) -> bool:
    """Whether it advertises heart rate; the filter of the operating system alone lets others through (bleak #1534)."""
    return HEART_RATE_SERVICE in (uuid.lower() for uuid in data.service_uuids)


async def scan_for(duration_s: float, on_strap: OnAdvertisement, enough: asyncio.Event | None = None) -> None:
    """Call ``on_strap`` with each advertisement of a heart rate strap, until the time is over or it is enough.

    Raises
    ------
    Trouble
        No Bluetooth; or it is stuck: it answers no search, or refuses one although none of this program's runs.
    """

    def on_advertisement(device: BLEDevice, data: AdvertisementData) -> None:
        if is_strap(data):
            on_strap(device, data)

    async def listen() -> None:
        async with BleakScanner(on_advertisement, service_uuids=[HEART_RATE_SERVICE]):
            with suppress(TimeoutError):
                await asyncio.wait_for((enough or asyncio.Event()).wait(), duration_s)

    refused = await _search(listen(), duration_s)
    if refused is not None and (refused := await _search(listen(), duration_s)) is not None:
        raise Trouble(Detail.STUCK, refused) from refused


async def _search(work: Coroutine[Any, Any, None], duration_s: float) -> Trouble | None:
    """Search; where that is refused, end what may be the reason and give what was said: it may be possible now."""
    try:
        await attempt(work, duration_s + ADAPTER_S, Detail.STUCK)
    except Trouble as trouble:
        if trouble.detail in (Detail.BUSY, Detail.STUCK):
            await end_search(may_leave=not radio().held)
        if trouble.detail is not Detail.BUSY:
            raise
        return trouble
    return None


async def find(connected: list[BLEDevice], address: str | None, avoid: str | None, timings: Timings) -> BLEDevice:
    """The strap with this address; without one a connected one, or the nearest not in use, ``avoid`` last.

    Raises
    ------
    Trouble
        Nothing found in one round, or no Bluetooth.
    GaveWay
        Another collector's strap was heard first.
    """
    held = radio().held

    def is_wanted(device: BLEDevice) -> bool:
        is_asked_for = device.address != avoid if address is None else device.address.lower() == address.lower()
        return is_asked_for and device.address not in held

    for device in connected:
        if is_wanted(device):
            return device
    heard: dict[str, tuple[bool, int, BLEDevice]] = {}
    enough = asyncio.Event()

    def on_strap(device: BLEDevice, data: AdvertisementData) -> None:
        if is_wanted(device) or (address is None and device.address == avoid):
            heard[device.address] = (device.address != avoid, data.rssi, device)
            wait_s = timings.choose_s if address is None else 0.0  # perhaps a nearer one is heard as well
            asyncio.get_running_loop().call_later(wait_s, enough.set)
        elif radio().hear(device):
            enough.set()

    await scan_for(timings.scan_s, on_strap, enough)
    if not heard and enough.is_set():
        raise GaveWay
    if not heard:
        raise Trouble(Detail.NOT_FOUND)
    return max(heard.values(), key=lambda strap: strap[:2])[2]
