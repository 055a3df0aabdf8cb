"""Keeps one strap connected: search, connect, stream, let go, begin again."""

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import NoReturn

from bleak.backends.device import BLEDevice

from biofeedback.straps.bluetoothd import watch_bluetoothd
from biofeedback.straps.link import About, Link, LossReason, Notify
from biofeedback.straps.radio import GaveWay, adapter_trouble, connected_straps, find, radio
from biofeedback.straps.strap import Connected, Lost, Payload, Searching, Sink
from biofeedback.straps.timings import Timings
from biofeedback.straps.trouble import POLLED, Detail, Trouble

__all__ = ["Collector"]

PATIENT_EVERY = 3  # attempts: an adapter that is slow for this strap gets it connected in the end

logger = logging.getLogger(__name__)


class _Voice:
    """Passes frames on; the first one brings the news that a strap is connected and sends."""

    def __init__(self, sink: Sink) -> None:
        self.about = About()
        self.is_live = False
        self._sink = sink

    def hear(self, payload: Payload) -> None:
        """Hand a frame to the session."""
        if self.is_live:
            self._sink(payload)
            return
        self.is_live = True
        self._sink(Connected("ble", self.about.model, self.about.firmware))
        self._sink(payload)
        for read_before in self.about.payloads:
            self._sink(read_before)


class Collector:
    """The five rules for a strap that never lets go: find, connect, subscribe, stream, lost."""

    def __init__(self, address: str | None, sink: Sink, timings: Timings) -> None:
        self.address = address
        self._sink = sink
        self._timings = timings
        self._ways: dict[str, Notify] = {}  # address -> the way of subscribing that worked
        self._failures = 0
        self._avoid: str | None = None  # address of the strap that failed just now
        self._told: Detail | None = None

    async def run(self) -> NoReturn:
        """Go on until cancelled."""
        self._tell(Detail.SEARCHING)
        while True:
            try:
                await self._use_strap()
            except GaveWay:
                continue
            except Trouble as trouble:
                if trouble.detail != self._told:  # every two seconds the same would fill the log of a server
                    logger.info("%s", trouble)
                self._tell(trouble.detail)
                await asyncio.sleep(self._pause_s(trouble.detail))
            else:
                self._tell(Detail.SEARCHING)
                await asyncio.sleep(self._timings.wait_s(1))

    async def _use_strap(self) -> None:
        """Use a strap once: return when its link was lost and is let go."""
        voice = _Voice(self._sink)
        async with AsyncExitStack() as letting_go:
            # Searching disturbs another strap's connecting (bleak #1689, #2021).
            async with radio().turn(self.address) as heard:
                device = heard or await self._find()
                link = Link(device, voice.hear, self._timings)
                radio().held.add(link.address)
                letting_go.callback(radio().held.discard, link.address)
                letting_go.push_async_callback(link.close)
                self._tell(Detail.CONNECTING)
                self._avoid = link.address
                is_patient = self._failures % PATIENT_EVERY == PATIENT_EVERY - 1
                await link.open(asyncio.Event() if is_patient else radio().wanted)
            await self._stream(link, voice)

    async def _find(self) -> BLEDevice:
        """The strap to connect to."""
        await watch_bluetoothd()
        connected = await connected_straps()
        if self._told in POLLED:
            self._tell(Detail.SEARCHING)
        avoid, self._avoid = self._avoid, None
        return await find(connected, self.address, avoid, self._timings)

    async def _stream(self, link: Link, voice: _Voice) -> None:
        """From connected to lost."""
        self._tell(Detail.READING)
        voice.about = await link.read_about()
        self._tell(Detail.WAITING_FOR_BEATS)
        try:
            self._ways[link.address] = await link.subscribe(self._ways.get(link.address))
            self.address = link.address
            reason = await link.until_lost()
        except Trouble:
            if not voice.is_live:
                raise
            reason = LossReason.OUT_OF_RANGE
        self.address, self._avoid, self._failures = link.address, None, 0
        if reason is LossReason.OUT_OF_RANGE and await adapter_trouble():
            reason = LossReason.BLUETOOTH_OFF
        logger.info("strap lost: %s; %d doubled frames dropped", reason, link.copies)
        self._sink(Lost(reason))

    def _pause_s(self, detail: Detail) -> float:
        """Seconds until the next attempt."""
        if detail in POLLED:
            return self._timings.poll_s
        if detail is not Detail.NOT_FOUND:  # a round of searching was a pause already
            self._failures += 1
        return self._timings.wait_s(max(1, self._failures))

    def _tell(self, detail: Detail) -> None:
        """Tell the session what is going on, once."""
        if detail != self._told:
            self._told = detail
            self._sink(Searching(detail))
