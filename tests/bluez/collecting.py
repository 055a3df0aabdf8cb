"""A collector at work in a test, and what of the frames that were sent it must have handed on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from air import Air, AirStrap, Sent
from collected import Heard

from biofeedback.straps.collector import Collector
from biofeedback.straps.link import Notify
from biofeedback.straps.strap import Lost, Payload, StrapEvent


class Timed(Heard):
    """Remembers as well when a link was lost."""

    def __init__(self) -> None:
        super().__init__()
        self.lost_s: list[float] = []

    def __call__(self, event: StrapEvent) -> None:
        print(f"{time.monotonic():.3f} {event!s:.120}")  # pytest shows it when the test fails
        if isinstance(event, Lost):
            self.lost_s.append(time.monotonic())
        super().__call__(event)

    def values_of(self, characteristic: str) -> list[bytes]:
        return [e.value for e in self.events if isinstance(e, Payload) and e.characteristic == characteristic]


async def flowing(heard: Heard) -> None:
    """Return when some more frames have come."""
    count = len(heard.frames)
    await heard.until(lambda: len(heard.frames) >= count + 3)


@asynccontextmanager
async def collecting(air: Air, strap: AirStrap, way: Notify | None = None) -> AsyncIterator[Timed]:
    """Events of a collector while it runs; ``way`` of asking for frames has worked before."""
    heard = Timed()
    collector = Collector(strap.address, heard, air.timings)
    if way is not None:
        collector._ways[strap.address] = way
    task = asyncio.create_task(collector.run())
    try:
        yield heard
    finally:
        assert not task.done(), task
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()


async def frames_of_links(strap: AirStrap) -> list[list[bytes]]:
    """Frames that were sent while somebody listened, link by link."""
    links: list[list[bytes]] = []
    before: Sent | None = None
    for sent in await strap.log():
        if sent.heard:
            if before is None or not before.heard:
                links.append([])
            links[-1].append(sent.value)
        before = sent
    return links
