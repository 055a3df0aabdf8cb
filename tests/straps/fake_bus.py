"""A private system bus, and the fake daemon on it."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Iterator
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


@contextlib.contextmanager
def listening_bus(folder: Path) -> Iterator[str]:
    """Address of a dbus-daemon of our own, while the block runs."""
    file = folder / "bus.conf"
    file.write_text(BUS_CONFIGURATION.format(socket=folder / "bus"), encoding="utf-8")
    command = ["dbus-daemon", f"--config-file={file}", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
        daemon.terminate()
