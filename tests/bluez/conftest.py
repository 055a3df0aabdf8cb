"""The air that the end-to-end tests are run on: the guest's where this is the guest, else that of the fake."""

import os
from collections.abc import AsyncIterator

import pytest
from air import Air
from private_bus import bluez, private_bus

__all__ = ["air", "bluez", "private_bus"]

IS_GUEST = "BLUEZ_GUEST" in os.environ  # `guest.py` sets it
collect_ignore = [] if "BLUEZ_LONG" in os.environ else ["test_long.py"]  # takes ten minutes

if IS_GUEST:

    @pytest.fixture
    async def air() -> AsyncIterator[Air]:
        """Three straps, an adapter and a bluetoothd: the real one."""
        from guest_air import GuestAir

        guest = GuestAir()
        yield guest
        await guest.end()

else:

    @pytest.fixture
    async def air(bluez: object) -> AsyncIterator[Air]:
        """Three straps, an adapter and a bluetoothd, none of them real."""
        from fake_air import FakeAir
        from fake_bluez import FakeBluez

        assert isinstance(bluez, FakeBluez)
        fake = FakeAir(bluez)
        yield fake
        await fake.end()
