"""The Polar measurement data of an emulated H10: its control point, its two streams, its faults."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.pmd import (
    WANTED,
    PmdFrame,
    PmdKind,
    PmdReply,
    Settings,
    encode_frame,
    encode_reply,
    started_settings,
)

SERVICE, CONTROL, DATA = (f"fb005c{n}-02e7-f387-1cad-8acd2d8df0c8" for n in ("80", "81", "82"))
TABLE = {SERVICE: {CONTROL: (["write", "indicate"], b""), DATA: (["notify"], b"")}}
ASK_SETTINGS, START, STOP = 1, 2, 3
DONE, BAD_COMMAND, BAD_KIND, RUNS_ALREADY, IS_STOPPED = 0, 1, 2, 6, 12
# What an H10 offers: ECG 130 Hz, 14 bit; acceleration 25-200 Hz, 16 bit, 2-8 g.
OFFERED = {
    PmdKind.ECG: bytes.fromhex("0001820001010e00"),
    PmdKind.ACCELERATION: bytes.fromhex("0004c800640032001900010110000203080004000200"),
}
SAMPLES = {PmdKind.ECG: 73, PmdKind.ACCELERATION: 36}  # of a frame
LATE_S = 1.0  # a stream that is further behind has paused
R_PEAK_SD_S = 0.01
STARTED_NS = 800_000_000 * 10**9  # the strap's clock, since 2000-01-01


class Voice(Protocol):
    """What the streams need of their strap."""

    connected: bool

    def is_heard(self, uuid: str) -> bool: ...

    async def send(self, value: bytes, uuid: str = "2a37") -> bool: ...


def even_beats(start_s: float, end_s: float) -> list[float]:
    """Beats of a heart that nobody asked for: one every .8 s."""
    return [0.8 * n for n in range(int(start_s / 0.8) + 1, int(end_s / 0.8) + 1)]


class FakePmd:
    """Streams of a strap. ``speed``: how many times faster than a real one frames come; 0: only when they are sent."""

    def __init__(self, strap: Voice, speed: float = 0.0) -> None:
        self.speed = speed
        self.offered = dict(OFFERED)
        self.running: dict[PmdKind, Settings] = {}
        self.commands: list[bytes] = []
        self.sent: list[bytes] = []  # frames that somebody heard
        self.statuses: dict[bytes, list[int]] = {}  # command, or its start: what it is answered with instead
        self.is_mute = False  # commands are done and not answered
        self.stalled: set[PmdKind] = set()
        self.revives = True  # a new start makes a stalled stream come again
        self.beats_between: Callable[[float, float], list[float]] = even_beats  # of the heart under the strap
        self._strap = strap
        self._end_s = dict.fromkeys(PmdKind, 0.0)  # of the newest sample, on the loop's clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def write(self, command: bytes) -> None:
        """Do a command and answer it, as the control point does."""
        self.commands.append(command)
        reply = self._do(command)
        if not self.is_mute:
            self._keep(self._strap.send(reply, CONTROL))

    async def send_frame(self, kind: PmdKind, cut_bytes: int = 0) -> bytes:
        """Send the next frame of a stream, perhaps cut off."""
        rate_hz = self.running.get(kind, WANTED[kind]).rate_hz
        now_s, next_s = asyncio.get_running_loop().time(), self._end_s[kind] + SAMPLES[kind] / rate_hz
        self._end_s[kind] = next_s if next_s > now_s - LATE_S else now_s  # after a pause it goes on from now
        end_ns = STARTED_NS + round(self._end_s[kind] * 1e9)
        frame = encode_frame(PmdFrame(kind, end_ns, self._samples(kind, rate_hz)))
        frame = frame[: len(frame) - cut_bytes]
        if self._strap.is_heard(DATA):
            self.sent.append(frame)
        await self._strap.send(frame, DATA)
        return frame

    def power_off(self) -> None:
        """The link is gone, and with it what was started."""
        self.running.clear()
        for task in self._tasks:
            task.cancel()

    def _do(self, command: bytes) -> bytes:
        """Answer to a command, once it is done."""
        op_code, number = command[0], command[1] if len(command) > 1 else 0xFF
        for begin, statuses in self.statuses.items():
            if command.startswith(begin) and statuses:
                return encode_reply(PmdReply(op_code, number, statuses.pop(0)))
        if number not in list(PmdKind):
            return encode_reply(PmdReply(op_code, number, BAD_KIND))
        kind = PmdKind(number)
        if op_code == ASK_SETTINGS:
            return encode_reply(PmdReply(op_code, number, DONE, self.offered[kind]))
        return encode_reply(PmdReply(op_code, number, self._switch(op_code, kind, command)))

    def _switch(self, op_code: int, kind: PmdKind, command: bytes) -> int:
        """Status of a start or stop."""
        if op_code == STOP:
            return DONE if self.running.pop(kind, None) else IS_STOPPED
        if op_code != START:
            return BAD_COMMAND
        if kind in self.running:
            return RUNS_ALREADY
        started = started_settings(command)
        assert started is not None
        self.running[kind] = started[1]
        if self.revives:
            self.stalled.discard(kind)
        if self.speed:
            self._keep(self._stream(kind, started[1]))
        return DONE

    async def _stream(self, kind: PmdKind, settings: Settings) -> None:
        """Send frames until stopped; while the stream stalls, time passes on the strap's clock all the same."""
        while True:
            await asyncio.sleep(SAMPLES[kind] / settings.rate_hz / self.speed)
            if self.running.get(kind) is not settings:
                return
            if kind not in self.stalled:
                await self.send_frame(kind)

    def _samples(self, kind: PmdKind, rate_hz: float) -> NDArray[np.int32]:
        """An R peak of 1 mV at each beat; a chest that moves by .02 g, fifteen times a minute."""
        t_s = self._end_s[kind] + (np.arange(SAMPLES[kind]) + 1 - SAMPLES[kind]) / rate_hz
        if kind is PmdKind.ECG:
            peaks_s = np.array(self.beats_between(float(t_s[0]) - 1.0, float(t_s[-1]) + 1.0))
            waves_uv = 1000 * np.exp(-((t_s[:, None] - peaks_s) ** 2) / (2 * R_PEAK_SD_S**2))
            return np.asarray(waves_uv.sum(axis=1), np.int32).reshape(-1, 1)
        moved_mg = 20 * np.sin(2 * np.pi * 0.25 * t_s)
        return np.asarray(np.column_stack((moved_mg, moved_mg / 2, 1000 - moved_mg / 4)), np.int32)

    def _keep(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
