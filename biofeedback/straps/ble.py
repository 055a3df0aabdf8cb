"""A heart rate strap of any brand over Bluetooth Low Energy, found by its service (0x180D), never by its name.

bleak takes a tenth of a second to import, so it is imported when a strap is used, not with this module.
"""

from typing import Final

from biofeedback.clock import Clock
from biofeedback.core.events import Step
from biofeedback.straps.strap import Sink
from biofeedback.straps.timings import Timings

__all__ = ["BleStrap", "has_adapter"]


class BleStrap:
    """The strap with an address, or without one the nearest; from its first frame on it stays with that one."""

    source: Final = "ble"
    simulated: Final = False

    def __init__(self, address: str | None = None, timings: Timings | None = None) -> None:
        self.address = address
        self._timings = timings or Timings()

    def watch(self, step: Step | None) -> None:
        """Do nothing: a real person sees the screen."""

    async def run(self, sink: Sink, clock: Clock) -> None:
        """Search, connect, stream and begin again, until cancelled; no trouble with Bluetooth ends it."""
        from biofeedback.straps.collector import Collector  # noqa: PLC0415  imports bleak

        collector = Collector(self.address, sink, self._timings)
        try:
            await collector.run()
        finally:
            self.address = collector.address  # another's strap may be nearer by now


async def has_adapter() -> bool:
    """Whether this machine has Bluetooth (perhaps switched off); never raises, takes a few seconds at most."""
    try:
        from biofeedback.straps.radio import has_adapter as ask  # noqa: PLC0415  imports bleak
    except ImportError:  # pragma: no cover  a platform that bleak does not know
        return False
    return await ask()
