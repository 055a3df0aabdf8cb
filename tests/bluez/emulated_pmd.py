"""Polar's measurement data service as an H10 offers it: a control point with its answers, and streams of frames."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np

from biofeedback.core.pmd import (
    WANTED,
    PmdFrame,
    PmdKind,
    PmdReply,
    Settings,
    encode_frame,
    encode_reply,
    encode_settings,
    started_settings,
)

PMD = "FB005C80-02E7-F387-1CAD-8ACD2D8DF0C8"
CONTROL = "FB005C81-02E7-F387-1CAD-8ACD2D8DF0C8"
DATA = "FB005C82-02E7-F387-1CAD-8ACD2D8DF0C8"
ASK_SETTINGS, START, STOP = 1, 2, 3
DONE, NOT_SUPPORTED, INVALID_STATE, ALREADY = 0, 3, 5, 6  # status bytes of an answer
SAMPLES = {PmdKind.ECG: 73, PmdKind.ACCELERATION: 36}  # in a frame; an H10's ECG frame holds 73
START_NS = 700_000_000 * 10**9  # some time after 2000-01-01


class EmulatedPmd:
    """The service of one strap; ``mode`` is ``obey``, ``refuse`` (starts) or ``stall`` (nothing comes)."""

    def __init__(self, send: Callable[[bytes, str], Awaitable[bool]]) -> None:
        self.mode = "obey"
        self.features = bytes((0x0F, 0b101)) + bytes(15)  # a read of the control point: ECG and acceleration
        self._send = send
        self._streams: dict[PmdKind, asyncio.Task[None]] = {}

    @property
    def running(self) -> list[PmdKind]:
        """Streams that were started and not stopped."""
        return sorted(self._streams)

    def answer(self, command: bytes) -> bytes:
        """Do what a command asks; the reply."""
        code, number = command[0], command[1] if len(command) > 1 else 0xFF
        if number not in list(PmdKind):
            return encode_reply(PmdReply(code, number, NOT_SUPPORTED))
        kind = PmdKind(number)
        if code == ASK_SETTINGS:
            return encode_reply(PmdReply(code, kind, DONE, encode_settings(WANTED[kind])))
        status = self._start(kind, command) if code == START else self._stop(kind)
        return encode_reply(PmdReply(code, kind, status))

    def stop_all(self) -> None:
        """End every stream: the link is gone."""
        for kind in self.running:
            self._stop(kind)

    def _start(self, kind: PmdKind, command: bytes) -> int:
        if self.mode == "refuse":
            return INVALID_STATE
        if kind in self._streams:
            return ALREADY
        started = started_settings(command)
        assert started is not None
        self._streams[kind] = asyncio.create_task(self._stream(kind, started[1]))
        return DONE

    def _stop(self, kind: PmdKind) -> int:
        stream = self._streams.pop(kind, None)
        if stream is None:
            return INVALID_STATE
        stream.cancel()
        return DONE

    async def _stream(self, kind: PmdKind, settings: Settings) -> None:
        """Frames of a ramp, so that each is another: ECG in uV, acceleration in mG."""
        count, columns = SAMPLES[kind], 1 if kind is PmdKind.ECG else 3
        number = 0
        while True:
            await asyncio.sleep(count / settings.rate_hz)
            ramp = np.arange(number, number + count, dtype=np.int32) % 1000
            number += count
            end_ns = START_NS + number * 10**9 // settings.rate_hz
            frame = PmdFrame(kind, end_ns, np.repeat(ramp[:, None], columns, axis=1))
            if self.mode != "stall":
                await self._send(encode_frame(frame), DATA)
