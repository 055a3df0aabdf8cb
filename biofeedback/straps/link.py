"""One Bluetooth connection to one strap, from connecting to letting go."""

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice

from biofeedback.core.events import Characteristic
from biofeedback.straps.polar import Polar
from biofeedback.straps.strap import Payload
from biofeedback.straps.timings import Timings
from biofeedback.straps.trouble import Detail, Trouble, attempt

__all__ = ["About", "Link", "LossReason", "Notify"]

MODEL, FIRMWARE, MANUFACTURER = "2a24", "2a26", "2a29"

logger = logging.getLogger(__name__)


class Notify(StrEnum):
    """The two ways of BlueZ to hand over notifications; other systems know one."""

    ACQUIRE = "AcquireNotify"
    START = "StartNotify"


class LossReason(StrEnum):
    """Why a link ended; ``strap.REASON`` in the language files."""

    OUT_OF_RANGE = "out_of_range"
    SILENCE = "silence"
    BLUETOOTH_OFF = "bluetooth_off"


@dataclass(frozen=True, slots=True)
class About:
    """What a strap says of itself; ``payloads`` are its place on the body and its battery, as read."""

    model: str | None = None
    firmware: str | None = None
    payloads: tuple[Payload, ...] = ()


class Link:
    """A connection; ``hear`` is called with each new frame the moment it arrives."""

    def __init__(self, device: BLEDevice, hear: Callable[[Payload], None], timings: Timings) -> None:
        self.address = device.address
        self.frames = 0
        self._copies = 0
        self._hear = hear
        self._timings = timings
        self._loop = asyncio.get_running_loop()
        self._client = BleakClient(device, self._on_disconnected, timeout=timings.connect_s)
        self._news = asyncio.Event()  # a frame came, or the link was lost
        self._is_lost = False
        self._is_over = False
        self._notify: Notify | None = None
        self._polar = Polar(self._client, self._pass_on, timings)
        self._streams: asyncio.Task[None] | None = None
        self._last = b""
        self._last_s = 0.0

    @property
    def copies(self) -> int:
        """Doubled frames that were dropped."""
        return self._copies + self._polar.copies

    async def open(self, wanted: asyncio.Event) -> None:
        """Connect; where somebody else wants the radio, now or later, in ``turn_s`` or not at all."""
        await attempt(self._connect(wanted), self._timings.connect_s + 1.0)

    async def _connect(self, wanted: asyncio.Event) -> None:
        """Connect, or be cut off: what bluetoothd still does then ends when the link is closed."""
        connecting = asyncio.ensure_future(self._client.connect())
        connecting.add_done_callback(lambda done: done.cancelled() or done.exception())
        cut = asyncio.ensure_future(wanted.wait())
        try:
            await asyncio.wait({connecting}, timeout=self._timings.turn_s)
            await asyncio.wait({connecting, cut}, return_when=asyncio.FIRST_COMPLETED)
            if not connecting.done():
                raise Trouble(Detail.BUSY, "another strap waits")
            await connecting
        finally:
            connecting.cancel()
            cut.cancel()

    async def close(self) -> None:
        """Let the strap go, whatever state the link is in, also when cancelled meanwhile: 12 s at most.

        Without this every later frame comes twice (StartNotify).
        """
        self._is_over = True
        closing = asyncio.ensure_future(self._close())
        try:
            await asyncio.shield(closing)
        finally:
            await asyncio.wait({closing})

    async def _close(self) -> None:
        """Stop, then disconnect; what fails or hangs is left."""
        with suppress(Trouble):
            await attempt(self._say_goodbye(), self._timings.goodbye_s)
        with suppress(Trouble):
            await attempt(self._client.disconnect(), self._timings.disconnect_s)

    async def _say_goodbye(self) -> None:
        """Stop what was asked for, as far as the link is still up."""
        if self._streams is not None:
            self._streams.cancel()
            await asyncio.wait({self._streams})
        if not self._client.is_connected:
            return
        if self._notify is Notify.ACQUIRE:
            await self._client.stop_notify(Characteristic.HEART_RATE)
        await self._polar.stop()

    async def read_about(self) -> About:
        """Model, firmware, place on the body and battery: as much of it as the strap tells."""
        values: dict[str, bytes] = {}

        async def read_all() -> None:
            for uuid in (MODEL, FIRMWARE, MANUFACTURER, Characteristic.BODY_LOCATION, Characteristic.BATTERY):
                with suppress(Trouble):
                    values[uuid] = bytes(await attempt(self._client.read_gatt_char(uuid), self._timings.read_s))

        with suppress(Trouble):
            await attempt(read_all(), self._timings.read_s)
        read = (Characteristic.BODY_LOCATION, Characteristic.BATTERY)
        payloads = tuple(Payload(kind, values[kind]) for kind in read if values.get(kind))
        model = _model(_text(values.get(MANUFACTURER)), _text(values.get(MODEL)))
        return About(model, _text(values.get(FIRMWARE)), payloads)

    async def subscribe(self, known: Notify | None) -> Notify:
        """Ask for frames and return, once one came, the way that worked. ``known`` worked before.

        Raises
        ------
        Trouble
            Refused, lost, or the strap sends nothing.
        """
        way = await self._ask(known)
        if not await self._frame_within(self._timings.silence_s, after=0):
            raise Trouble(Detail.RETRYING if self._is_lost else Detail.SILENT)
        await self._watch_battery()
        self._streams = asyncio.ensure_future(self._polar.run(acquire=way is Notify.ACQUIRE))
        return way

    async def until_lost(self) -> LossReason:
        """Return why the link ended, when it has. A link on which nothing comes for 5 s has ended, whatever it says."""
        while await self._frame_within(self._timings.silence_s, after=self.frames):
            pass
        if not self._is_lost:
            return LossReason.SILENCE
        await self._drain()
        return LossReason.OUT_OF_RANGE

    async def _drain(self) -> None:
        """Wait for frames that were sent before the end and lie in the sockets still."""
        seen = -1
        while seen < (heard := self.frames + self._polar.frames):
            seen = heard
            await asyncio.sleep(self._timings.drain_s)

    async def _ask(self, known: Notify | None) -> Notify:
        """Ask for frames in one way, or where that is refused and the link still up, in the other."""
        for way in _ways(known):
            try:
                await attempt(self._start(way), self._timings.ask_s)
            except Trouble as refused:
                trouble = refused
                if self._is_lost:
                    break
            else:
                return way
        raise trouble

    async def _start(self, way: Notify) -> None:
        """Ask for frames in one way."""
        await self._client.start_notify(
            Characteristic.HEART_RATE, self._on_frame, bluez={"use_start_notify": way is Notify.START}
        )
        self._notify = way

    async def _watch_battery(self) -> None:
        """Ask for the battery's level whenever it changes; many straps and some systems refuse."""
        with suppress(Trouble):
            await attempt(self._client.start_notify(Characteristic.BATTERY, self._on_battery), self._timings.read_s)

    async def _frame_within(self, limit_s: float, after: int) -> bool:
        """Whether more frames than ``after`` come within a time, before the link is lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self.frames <= after and not self._is_lost:
                    self._news.clear()
                    await self._news.wait()
        return self.frames > after

    def _on_frame(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        """Hand the bytes on at once; a doubled notification is counted and dropped."""
        now_s = self._loop.time()
        if value == self._last and now_s - self._last_s < self._timings.copy_s:
            self._copies += 1
            return
        self._pass_on(Payload(Characteristic.HEART_RATE, bytes(value)))
        self._last, self._last_s = bytes(value), now_s
        self.frames += 1
        self._news.set()

    def _on_battery(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        """Hand a battery level on."""
        self._pass_on(Payload(Characteristic.BATTERY, bytes(value)))

    def _pass_on(self, payload: Payload) -> None:
        """Hand a payload on, until the link is let go."""
        if not self._is_over:
            self._hear(payload)

    def _on_disconnected(self, _: BleakClient) -> None:
        """Only say so: the collector does the rest."""
        self._is_lost = True
        self._news.set()


def _ways(known: Notify | None) -> tuple[Notify, ...]:
    """Ways to ask for frames, best first.

    AcquireNotify comes second: where a link is lost while it is on its way, BlueZ before 5.84 never answers, refuses
    that characteristic from then on, and crashes at the next StopNotify (bluez/bluez #1383; seen here on 5.66).
    """
    if sys.platform != "linux":
        return (Notify.START,)
    return (Notify.ACQUIRE, Notify.START) if known is Notify.ACQUIRE else (Notify.START, Notify.ACQUIRE)


def _text(value: bytes | None) -> str | None:
    """What a strap wrote, without the padding and control characters that some add."""
    if value is None:
        return None
    return "".join(c for c in value.decode("utf-8", "replace") if c.isprintable()).strip() or None


def _model(manufacturer: str | None, model: str | None) -> str | None:
    """Brand and model: "Polar Electro Oy" and "H10" make "Polar H10"."""
    if manufacturer is None or model is None:
        return model or manufacturer
    brand = manufacturer.split()[0]
    return model if brand.lower() in model.lower() else f"{brand} {model}"
