"""Notices a restart of bluetoothd, which bleak 3.1 does not: it would go on using objects that are no longer there."""

import sys
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from biofeedback.straps.trouble import attempt

__all__ = ["watch_bluetoothd"]

if TYPE_CHECKING:
    from dbus_fast import Message

BUS_S = 5.0  # reading every object of BlueZ takes some milliseconds

_watched: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()  # bleak's manager -> its connection to the bus


async def watch_bluetoothd() -> None:
    """From now on, let bleak start anew when bluetoothd goes: its links are lost at once, not after a silence.

    Raises
    ------
    Trouble
        No D-Bus, or no bluetoothd on it.
    """
    if sys.platform == "linux":
        await attempt(_watch(), BUS_S)


async def _watch() -> None:
    """Ask D-Bus to tell when the owner of org.bluez changes, on bleak's own connection."""
    from bleak.backends.bluezdbus.manager import get_global_bluez_manager  # noqa: PLC0415  Linux only
    from bleak.backends.bluezdbus.signals import MatchRules, add_match  # noqa: PLC0415  Linux only

    manager = await get_global_bluez_manager()
    bus = manager._bus
    if bus is None or _watched.get(manager) is bus:
        return

    def on_message(message: "Message") -> None:
        if message.member == "NameOwnerChanged" and message.body[0] == "org.bluez" and message.body[1]:
            bus.disconnect()  # bleak takes this as the end of every link and reads all objects again

    _watched[manager] = bus
    bus.add_message_handler(on_message)
    rules = MatchRules(interface="org.freedesktop.DBus", member="NameOwnerChanged", arg0="org.bluez")
    await add_match(bus, rules)
