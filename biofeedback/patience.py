"""A strap that is waited for as long as it can come: where this machine has no Bluetooth, not for ever."""

import asyncio
from contextlib import suppress

from biofeedback.clock import Clock
from biofeedback.core.events import Step
from biofeedback.straps import Connected, Payload, RrFrame, Searching, Sink, Strap, StrapEvent

__all__ = ["PATIENCE_S", "PatientStrap"]

PATIENCE_S = 20.0  # an adapter that is plugged in, or a service that is starting, is there within seconds
_HOPELESS = {"strap.no_adapter", "strap.no_permission", "strap.no_service"}  # of straps.trouble, which imports bleak


class PatientStrap:
    """Stands before another strap and ends it when Bluetooth has been missing since the start, for 20 s.

    What has been connected once is waited for without end, and so is Bluetooth that is only switched off.
    """

    def __init__(self, strap: Strap) -> None:
        self.source = strap.source
        self.simulated = strap.simulated
        self.was_connected = False
        self._strap = strap
        self._is_hopeless = False
        self._news = asyncio.Event()

    async def run(self, sink: Sink, clock: Clock) -> None:
        """Run the strap, until it or the patience ends."""

        def hear(event: StrapEvent) -> None:
            self._hear(event)
            sink(event)

        running = asyncio.create_task(self._strap.run(hear, clock))
        waiting = asyncio.create_task(self._lose_patience())
        try:
            await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (running, waiting):
                task.cancel()
            await asyncio.wait((running, waiting))
        with suppress(asyncio.CancelledError):
            running.result()

    def watch(self, step: Step | None) -> None:
        """Tell the strap which step is on the screen."""
        self._strap.watch(step)

    def _hear(self, event: StrapEvent) -> None:
        """Take note of whether a strap can come."""
        self.was_connected |= isinstance(event, Connected | Payload | RrFrame)
        self._is_hopeless = isinstance(event, Searching) and event.detail in _HOPELESS and not self.was_connected
        self._news.set()

    async def _lose_patience(self) -> None:
        """Return when it has been hopeless for too long."""
        with suppress(TimeoutError):
            while True:
                self._news.clear()
                async with asyncio.timeout(PATIENCE_S if self._is_hopeless else None):
                    await self._news.wait()
