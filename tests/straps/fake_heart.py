"""A heart in an emulated strap: what it sends once a second, what of that was heard, and when each beat was."""

import asyncio
import struct
from dataclasses import dataclass, field

from fake_strap import FakeStrap

CONTACT_ENERGY_RR = 0x1E  # flags: contact, energy and intervals; energy counts the frames, so that no two are alike


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame as it was sent. ``beats_s``: when the beats in it were, each ``rr_s`` after the one before."""

    t_s: float
    value: bytes
    is_heard: bool
    beats_s: tuple[float, ...]
    rr_s: float


@dataclass
class FakeHeart:
    """Beats by the loop's clock. ``rr_1024ths`` may be changed at any time."""

    strap: FakeStrap
    rr_1024ths: int = 900
    wait_s: float = 0.0  # before it begins, so that several do not speak at once
    is_silent: bool = False
    log: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._beats_s = [0.0]
        if self.strap.pmd is not None:
            self.strap.pmd.beats_between = self.beats_between

    @property
    def heard(self) -> list[Sent]:
        """Frames that reached somebody."""
        return [sent for sent in self.log if sent.is_heard]

    def beats_between(self, start_s: float, end_s: float) -> list[float]:
        """Beats of a stretch of time, those to come as well."""
        beats_s = [beat_s for beat_s in self._beats_s[-99:] if start_s <= beat_s <= end_s]
        beat_s = self._beats_s[-1]
        while (beat_s := beat_s + self.rr_1024ths / 1024) <= end_s:
            beats_s.append(beat_s)
        return beats_s

    async def beat(self) -> None:
        """Send the beats of each second, until cancelled."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self.wait_s)
        start_s, count = loop.time(), 0
        self._beats_s = [start_s]
        while True:
            count += 1
            await asyncio.sleep(start_s + count - loop.time())
            beats_s = []
            while self._beats_s[-1] + self.rr_1024ths / 1024 <= start_s + count:
                beats_s.append(self._beats_s[-1] + self.rr_1024ths / 1024)
                self._beats_s.append(beats_s[-1])
            if not self.is_silent:
                value = self._frame([self.rr_1024ths] * len(beats_s))
                at_s = loop.time()
                is_heard = await self.strap.send(value)
                self.log.append(Sent(at_s, value, is_heard, tuple(beats_s), self.rr_1024ths / 1024))

    def _frame(self, intervals: list[int]) -> bytes:
        """A 0x2A37 payload."""
        head = struct.pack("<BBH", CONTACT_ENERGY_RR, round(61440 / self.rr_1024ths), len(self.log) % 0x10000)
        return head + struct.pack(f"<{len(intervals)}H", *intervals)
