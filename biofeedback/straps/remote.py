"""A strap elsewhere: a remote collector's or a browser's. What it sends is handed in; nothing is fetched."""

import asyncio

from biofeedback.clock import Clock
from biofeedback.core.events import Step
from biofeedback.straps.strap import ClockRead, Connected, Lost, Payload, Searching, Sink

__all__ = ["BROWSER", "REMOTE", "SILENCE_S", "RemoteStrap"]

REMOTE, BROWSER = "remote", "browser"
SILENCE_S = 5.0  # of a strap that sends every second: it is lost (straps.md, collector 4)


class RemoteStrap:
    """Passes on to the session what is handed in, and marks the gap when nothing comes any more.

    Parameters
    ----------
    source : str
        ``remote`` or ``browser``.
    device : str
        Name of the only collector whose strap this is; empty: any that has a key.
    simulated : bool
        Whether the collector's strap must be a simulated one, or must not.
    """

    def __init__(self, source: str, device: str = "", *, simulated: bool = False) -> None:
        self.source = source
        self.device = device
        self.simulated = simulated
        self._sink: Sink | None = None
        self._is_present = False  # whether the collector or browser is there
        self._is_lost = False  # it said so itself: that nothing comes then is no news
        self._arrived = asyncio.Event()
        self.listening = asyncio.Event()  # set while what is handed in reaches a session

    def watch(self, step: Step | None) -> None:
        """Do nothing: what is elsewhere has a screen of its own, or none."""

    async def run(self, sink: Sink, clock: Clock) -> None:
        """Pass on what is handed in, until cancelled."""
        del clock  # a silence is one of the wire, in real seconds
        self._sink = sink
        self.listening.set()
        if not self._is_present:
            sink(Searching(self._away))
        try:
            await self._mark_silences(sink)
        finally:
            self._sink = None
            self.listening.clear()

    def hand_in(self, event: Connected | Lost | Payload | ClockRead | Searching) -> None:
        """Pass on one event; to be called only while a session listens."""
        assert self._sink is not None, "no session listens"
        self._sink(event)
        if isinstance(event, Connected | Lost | Payload):
            self._is_lost = isinstance(event, Lost)
            self._arrived.set()

    def arrive(self) -> None:
        """The collector or browser is there."""
        self._is_present = True

    def leave(self) -> None:
        """It is gone; what it collects meanwhile comes later."""
        self._is_present = False
        if self._sink is not None:
            self._sink(Searching(self._away))

    @property
    def _away(self) -> str:
        """Key of the language files for a collector or browser that is not there."""
        return f"strap.{self.source}_away"

    async def _mark_silences(self, sink: Sink) -> None:
        """Say that the link is lost whenever nothing came for so long."""
        while True:
            await self._arrived.wait()
            while await self._more_comes():
                pass
            if not self._is_lost:
                sink(Lost("silence" if self._is_present else f"{self.source}_away"))

    async def _more_comes(self) -> bool:
        """Whether something comes before the silence is too long."""
        self._arrived.clear()
        try:
            async with asyncio.timeout(SILENCE_S):
                await self._arrived.wait()
        except TimeoutError:
            return False
        return True
