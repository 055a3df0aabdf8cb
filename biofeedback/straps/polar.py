"""Polar's measurement data (PMD) over Bluetooth: ECG and acceleration beside the heart rate of an H10.

Whatever goes wrong here is said in the log and costs no heart rate: nothing of this module raises to its caller.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from biofeedback.core.events import Characteristic
from biofeedback.core.pmd import (
    WANTED,
    PmdKind,
    PmdReply,
    Settings,
    decode_reply,
    decode_settings,
    nearest_settings,
    settings_command,
    start_command,
    stop_command,
)
from biofeedback.errors import MalformedPayload
from biofeedback.straps.strap import Payload
from biofeedback.straps.timings import Timings
from biofeedback.straps.trouble import Detail, Trouble, attempt

__all__ = ["Polar"]

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
DONE, RUNS_ALREADY = 0, 6  # statuses of a reply

logger = logging.getLogger(__name__)


class Polar:
    """The streams of one link; ``hear`` is called with each command, reply and frame the moment it passes."""

    def __init__(self, client: BleakClient, hear: Callable[[Payload], None], timings: Timings) -> None:
        self.copies = 0
        self.frames = 0
        self._client = client
        self._hear = hear
        self._timings = timings
        self._turn = asyncio.Lock()  # the control point answers one command at a time
        self._asked = b""
        self._reply: asyncio.Future[PmdReply] | None = None
        self._running: set[PmdKind] = set()
        self._counts: Counter[bytes] = Counter()  # frames of each kind
        self._last_reply = b""
        self._last: dict[bytes, bytes] = {}  # the newest frame of each kind

    async def run(self, *, acquire: bool) -> None:
        """Start the streams of a strap that has them, and keep them running until cancelled."""
        try:
            if self._client.services.get_service(SERVICE) is None:
                return
            await attempt(self._subscribe(acquire), self._timings.reply_s)
            async with asyncio.TaskGroup() as streams:
                for kind in WANTED:
                    streams.create_task(self._keep(kind))
        except Exception as error:  # noqa: BLE001  whatever bleak raises, it is not worth a heart beat
            if self._client.is_connected:
                logger.warning("no ECG and acceleration; heart rate goes on without them: %r", error)

    async def stop(self) -> None:
        """Ask the strap to stop what it was asked to start; its replies are not waited for."""
        for kind in sorted(self._running):
            await self._client.write_gatt_char(CONTROL, stop_command(kind), response=True)

    async def _subscribe(self, acquire: bool) -> None:
        """Ask for replies and frames, before anything is started."""
        await self._client.start_notify(CONTROL, self._on_control)
        await self._client.start_notify(DATA, self._on_data, bluez={"use_start_notify": not acquire})

    async def _keep(self, kind: PmdKind) -> None:
        """Keep one stream running. When it stalls it is started anew; if nothing comes then, it is left alone."""
        name = kind.name.lower()
        try:
            settings = await self._settings(kind)
            for restarts in count(1):
                before = self._counts[bytes((kind,))]
                await self._start(kind, settings)
                await self._until_stalled(kind)
                if self._counts[bytes((kind,))] == before and restarts > 1:
                    break
                logger.info("%s has stopped coming; it is started anew", name)
                await self._ask(stop_command(kind))
                await asyncio.sleep(self._timings.wait_s(restarts))
            logger.warning("%s does not come back; heart rate goes on without it", name)
        except Trouble as trouble:
            if self._client.is_connected:
                logger.warning("no %s; heart rate goes on without it: %s", name, trouble)

    async def _settings(self, kind: PmdKind) -> Settings:
        """What is wanted, or the nearest to it that the strap offers."""
        reply = await self._ask(settings_command(kind))
        if reply.status != DONE:
            raise Trouble(Detail.REFUSED, f"status {reply.status}")
        with suppress(MalformedPayload):
            return nearest_settings(WANTED[kind], decode_settings(reply.parameters))
        return WANTED[kind]

    async def _start(self, kind: PmdKind, settings: Settings) -> None:
        """Start a stream; one that a killed program left running is stopped first: its settings are not known."""
        command = start_command(kind, settings)
        self._running.add(kind)
        reply = await self._ask(command)
        if reply.status == RUNS_ALREADY:
            await self._ask(stop_command(kind))
            reply = await self._ask(command)
        if reply.status not in (DONE, RUNS_ALREADY):
            self._running.discard(kind)
            raise Trouble(Detail.REFUSED, f"status {reply.status}")

    async def _until_stalled(self, kind: PmdKind) -> None:
        """Return when no frame has come for so long."""
        seen = -1
        while seen < self._counts[bytes((kind,))]:
            seen = self._counts[bytes((kind,))]
            await asyncio.sleep(self._timings.stall_s)

    async def _ask(self, command: bytes) -> PmdReply:
        """The strap's reply to a command.

        Raises
        ------
        Trouble
            Not written, or no reply in time.
        """

        async def exchange() -> PmdReply:
            await self._client.write_gatt_char(CONTROL, command, response=True)
            return await reply

        async with self._turn:
            reply: asyncio.Future[PmdReply] = asyncio.get_running_loop().create_future()
            self._reply = reply
            self._asked = command[:2]
            self._hear(Payload(Characteristic.PMD_CONTROL, command))
            return await attempt(exchange(), self._timings.reply_s)

    def _on_control(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        """Hand a reply on, and to whoever asked; no command is given twice in a row, so the same again is a copy."""
        payload = bytes(value)
        if payload == self._last_reply:
            self.copies += 1
            return
        self._last_reply = payload
        self._hear(Payload(Characteristic.PMD_CONTROL, payload))
        with suppress(MalformedPayload):
            reply = decode_reply(payload)
            if self._reply and not self._reply.done() and self._asked == bytes((reply.op_code, reply.kind)):
                self._reply.set_result(reply)

    def _on_data(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        """Hand a frame on at once; each carries its time, so the same bytes again are a copy."""
        payload = bytes(value)
        if payload == self._last.get(payload[:1]):
            self.copies += 1
            return
        self._last[payload[:1]] = payload
        self._hear(Payload(Characteristic.PMD_DATA, payload))
        self.frames += 1
        self._counts[payload[:1]] += 1
