"""A private system bus, and the fake daemon on it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fake_bluez import FakeBluez

BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
</policy></busconfig>
"""


@contextlib.asynccontextmanager
async def fake_bluez(address: str) -> AsyncIterator[FakeBluez]:
    """A fake org.bluez while the block runs; bleak's own connection to the bus is closed after it."""
    from bleak.backends.bluezdbus.manager import _global_instances

    bluez = FakeBluez(address)
    await bluez.start()
    try:
        yield bluez
    finally:
        manager = _global_instances.pop(asyncio.get_running_loop(), None)
        if manager is not None and manager._bus is not None:
            manager._bus.disconnect()
            with contextlib.suppress(Exception):
                await manager._bus.wait_for_disconnect()
        await bluez.stop()


def configuration(folder: Path) -> Path:
    """A file that makes dbus-daemon a private system bus in a folder."""
    file = folder / "bus.conf"
    file.write_text(BUS_CONFIGURATION.format(socket=folder / "bus"), encoding="utf-8")
    return file
