"""What bleak 3.1 leaves undone on Linux: it does not notice a restart of bluetoothd, and forgets searches cut off."""

import asyncio
import sys
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from biofeedback.straps.trouble import Detail, Trouble, attempt

__all__ = ["end_search", "watch_bluetoothd"]

if TYPE_CHECKING:
    from dbus_fast import Message

BUS_S = 5.0  # reading every object of BlueZ takes some milliseconds
STOP_S = 3.0  # so does ending a search
NONE_RUNS = "org.bluez.Error.Failed"  # "No discovery started"

_watched: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()  # bleak's manager -> its connection to the bus


async def watch_bluetoothd() -> None:
    """From now on, let bleak start anew when bluetoothd goes: its links are lost at once, not after a silence.

    Raises
    ------
    Trouble
        No D-Bus, or no bluetoothd on it.
    """
    if sys.platform == "linux":
        await attempt(_watch(), BUS_S, Detail.STUCK)


async def end_search(*, may_leave: bool) -> None:
    """Let bluetoothd forget a search of ours that it still has, and for which it refuses every later one.

    That is one that was cut off while it was asked for: it begins all the same, and nobody ends it. Where bluetoothd
    does not do so when asked, and ``may_leave``, this program leaves the bus, which ends its links as well.
    """
    if sys.platform == "linux":
        from bleak.backends.bluezdbus.manager import _global_instances  # noqa: PLC0415  Linux only

        manager = _global_instances.get(asyncio.get_running_loop())
        if manager is None or manager._bus is None:
            return
        try:
            await attempt(_stop_discovery(manager), STOP_S)
        except Trouble:
            if may_leave:
                manager._bus.disconnect()  # bleak comes back with the next call


async def _stop_discovery(manager: Any) -> None:
    """End this program's search: not by bleak, which may be waiting for bluetoothd with its lock taken."""
    from dbus_fast import Message  # noqa: PLC0415  Linux only

    adapter = {"path": manager.get_default_adapter(), "interface": "org.bluez.Adapter1"}
    reply = await manager._bus.call(Message(destination="org.bluez", member="StopDiscovery", **adapter))
    if reply.error_name not in (None, NONE_RUNS):
        raise Trouble(Detail.STUCK, reply.error_name)


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
