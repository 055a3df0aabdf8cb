"""Runs the collector in a test and remembers what it told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fake_strap import FakeStrap

from biofeedback.clock import LoopClock
from biofeedback.core.events import Characteristic
from biofeedback.straps.ble import BleStrap
from biofeedback.straps.strap import Payload, Searching, StrapEvent
from biofeedback.straps.timings import Timings

QUICK = Timings(
    scan_s=0.3,
    choose_s=0.02,
    connect_s=2.0,
    read_s=1.0,
    ask_s=2.0,
    silence_s=0.3,
    goodbye_s=0.5,
    disconnect_s=2.0,
    reply_s=0.3,
    stall_s=0.3,
    poll_s=0.02,
    back_off_s=(0.01, 0.02),
)
FRAME = bytes.fromhex("104372038a03")


class Heard:
    """A sink that remembers, and can be waited for."""

    def __init__(self) -> None:
        self.events: list[StrapEvent] = []
        self._news = asyncio.Event()

    def __call__(self, event: StrapEvent) -> None:
        self.events.append(event)
        self._news.set()

    @property
    def frames(self) -> list[bytes]:
        return [
            e.value for e in self.events if isinstance(e, Payload) and e.characteristic == Characteristic.HEART_RATE
        ]

    @property
    def details(self) -> list[str]:
        return [e.detail for e in self.events if isinstance(e, Searching)]

    def of(self, kind: type) -> list[StrapEvent]:
        return [e for e in self.events if isinstance(e, kind)]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(600):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def detail(self, detail: str) -> None:
        await self.until(lambda: detail in self.details)


@asynccontextmanager
async def running(strap: BleStrap) -> AsyncIterator[Heard]:
    """The strap's events while it runs; it is cancelled at the end and must not have raised."""
    heard = Heard()
    task = asyncio.create_task(strap.run(heard, LoopClock()))
    try:
        yield heard
    finally:
        assert not task.done(), task
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()


async def live(heard: Heard, strap: FakeStrap, value: bytes = FRAME) -> None:
    """Return when the strap's frame has arrived; it was sent once, as soon as somebody listened."""
    count = len(heard.frames)
    await strap.bluez.until(lambda: strap.has_listener)
    await strap.send(value)
    await heard.until(lambda: len(heard.frames) > count)
