"""A private D-Bus and a fake org.bluez on it; a loop on which nobody waits."""

import asyncio
import sys
from collections.abc import Callable, Mapping

import pytest
from private_bus import bluez, private_bus

__all__ = ["bluez", "private_bus"]


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests that are marked so run on a loop on which nobody waits."""
    if item.get_closest_marker("resting") is None or sys.platform != "linux":
        return {"real": asyncio.new_event_loop}
    from resting_loop import RestingLoop

    return {"resting": RestingLoop}
