"""Which heart rate straps are near, for a person who has to choose one.

This module imports bleak (a tenth of a second): import it when a scan is asked for.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.uuids import normalize_uuid_16

from biofeedback.straps.radio import connected_straps, radio, scan_for

__all__ = ["FoundStrap", "scan"]

BATTERY_SERVICE = normalize_uuid_16(0x180F)


@dataclass(frozen=True, slots=True)
class FoundStrap:
    """A strap that was heard. ``rssi_dbm`` is None for one that is connected already: it does not advertise."""

    address: str
    name: str | None
    rssi_dbm: int | None
    battery_percent: int | None = None

    @property
    def is_connected(self) -> bool:
        """Whether this machine holds a link to it."""
        return self.rssi_dbm is None


async def scan(duration_s: float, on_found: Callable[[FoundStrap], None]) -> list[FoundStrap]:
    """Heart rate straps of any brand heard within a time, connected ones first, then the nearest.

    ``on_found`` is called with each strap when it is first heard, and again when its name or battery is known. It ends
    early when a strap is heard that a collector waits for: the radio is for that one then.

    Raises
    ------
    Trouble
        Bluetooth cannot be used; ``detail`` is a key of the language files.
    """
    found: dict[str, FoundStrap] = {}
    enough = asyncio.Event()

    def hear(strap: FoundStrap) -> None:
        before = found.get(strap.address)
        if before is not None:
            strap = replace(
                strap,
                name=strap.name or before.name,
                battery_percent=before.battery_percent if strap.battery_percent is None else strap.battery_percent,
            )
        found[strap.address] = strap
        if before is None or (before.name, before.battery_percent) != (strap.name, strap.battery_percent):
            on_found(strap)

    def on_strap(device: BLEDevice, data: AdvertisementData) -> None:
        hear(_heard(device, data))
        if radio().hear(device):
            enough.set()

    async with radio().lock:
        for device in await connected_straps():
            hear(FoundStrap(device.address, _printable(device.name), None))
        await scan_for(duration_s, on_strap, enough)
    return sorted(found.values(), key=lambda strap: (not strap.is_connected, -(strap.rssi_dbm or 0), strap.address))


def _heard(device: BLEDevice, data: AdvertisementData) -> FoundStrap:
    """What an advertisement says."""
    level = data.service_data.get(BATTERY_SERVICE)
    percent = level[0] if level and level[0] <= 100 else None
    return FoundStrap(device.address, _printable(device.name or data.local_name), data.rssi, percent)


def _printable(name: str | None) -> str | None:
    """A name without control characters: it comes from the air and goes to a terminal."""
    return "".join(c for c in name or "" if c.isprintable()).strip() or None
