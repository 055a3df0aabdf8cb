"""Fixtures: a private D-Bus, and a fake org.bluez on it."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

__all__ = ["bluez", "private_bus"]


@pytest.fixture(scope="session")
def private_bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a dbus-daemon of our own."""
    if sys.platform != "linux" or shutil.which("dbus-daemon") is None:
        pytest.skip("needs Linux and dbus-daemon (Debian: apt install dbus)")
    from fake_bus import listening_bus

    with listening_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture
async def bluez(private_bus: str, monkeypatch: pytest.MonkeyPatch) -> "AsyncIterator[object]":
    """A fake org.bluez; bleak in this process talks to it."""
    from fake_bus import fake_bluez

    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", private_bus)
    async with fake_bluez(private_bus) as fake:
        yield fake
