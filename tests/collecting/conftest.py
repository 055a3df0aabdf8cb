"""A server, a key for it and a collector, all in one loop."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from served import Serve, Served

from biofeedback.clock import clock_of
from biofeedback.collecting import Collector, Place, Timings
from biofeedback.keys import DeviceKey, DeviceKeys
from tests.server.conftest import serve

__all__ = ["serve"]

FAST = Timings(back_off_s=(0.02, 0.05), open_s=5.0, ping_s=1.0)
Collect = Callable[..., Collector]


@pytest.fixture
def key(tmp_path: Path) -> DeviceKey:
    return DeviceKeys(tmp_path / "data").make("room-2", tmp_path / "room-2.key")


@pytest.fixture
def said() -> list[tuple[str, dict[str, Any]]]:
    return []


@pytest.fixture
def collect(tmp_path: Path, key: DeviceKey, said: list[Any]) -> Collect:
    """Makes collectors that send to a server, or to a port."""

    def make(to: Served | int, strap: Any, *, shown: DeviceKey = key, timings: Timings = FAST) -> Collector:
        port = to if isinstance(to, int) else to.server.port
        place = Place.parse(f"http://127.0.0.1:{port}")

        def say(words: str, **values: Any) -> None:
            said.append((words, values))

        return Collector(strap, clock_of(50.0), tmp_path / "logs", place, shown, say, 30, timings)

    return make


__all__ += ["Serve"]
