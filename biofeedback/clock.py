"""Clocks a session can run on. They never step, and count the time a machine was suspended."""

import asyncio
import selectors
import time
from collections.abc import Callable
from typing import Any, Protocol

__all__ = ["Clock", "HurriedClock", "LoopClock", "MonotonicClock", "VirtualLoop", "clock_of"]

# Linux counts suspend on CLOCK_BOOTTIME only; macOS and Windows count it on their monotonic clock.
_CLOCK_ID = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC if hasattr(time, "CLOCK_MONOTONIC") else None)


def _monotonic_s() -> float:
    """Seconds on the machine's clock that never steps."""
    return time.monotonic() if _CLOCK_ID is None else time.clock_gettime(_CLOCK_ID)


class Clock(Protocol):
    """Seconds since the session began, and waiting for such a time."""

    def now_s(self) -> float:
        """Seconds since the session began."""
        ...

    async def sleep_until(self, t_s: float) -> None:
        """Return when ``now_s()`` has reached ``t_s``."""
        ...


class MonotonicClock:
    """The machine's own clock, starting at ``start_s``."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._start_s = start_s
        self._origin_s = _monotonic_s()

    def now_s(self) -> float:
        """Seconds since the session began."""
        return self._start_s + _monotonic_s() - self._origin_s

    async def sleep_until(self, t_s: float) -> None:
        """Return when ``now_s()`` has reached ``t_s``; all else has its turn, also where that is past already."""
        await _pass(lambda: t_s - self.now_s())


class HurriedClock:
    """The machine's clock ``speed`` times as fast, as far as the machine can follow.

    It goes no farther than to the next time that somebody waits for, and stands there until they have had their turn:
    what holds up a busy machine for a moment would else be many seconds of a replay, and look like a lost strap.
    Only for straps whose time is not the world's.
    """

    def __init__(self, speed: float, start_s: float = 0.0) -> None:
        self.speed = speed
        self._now_s = start_s
        self._read_s = _monotonic_s()
        self._awaited_s: list[float] = []

    def now_s(self) -> float:
        """Seconds since the session began."""
        read_s = _monotonic_s()
        ahead_s = self._now_s + (read_s - self._read_s) * self.speed
        self._now_s = max(self._now_s, min([ahead_s, *self._awaited_s]))
        self._read_s = read_s
        return self._now_s

    async def sleep_until(self, t_s: float) -> None:
        """Return when ``now_s()`` has reached ``t_s``; all else has its turn, also where that is past already."""
        self._awaited_s.append(t_s)
        try:
            await _pass(lambda: (t_s - self.now_s()) / self.speed)
        finally:
            self._awaited_s.remove(t_s)


async def _pass(left_s: Callable[[], float]) -> None:
    """Return when no time is left; a loop's timer may fire a hair early, and is set again."""
    await asyncio.sleep(0)
    wait_s = left_s()
    while wait_s > 0:
        await asyncio.sleep(wait_s)
        wait_s = left_s()


def clock_of(speed: float, start_s: float = 0.0) -> Clock:
    """Clock of a session, so many times as fast as the world's; it starts at ``start_s``."""
    return MonotonicClock(start_s) if speed == 1.0 else HurriedClock(speed, start_s)


class LoopClock:
    """The running event loop's clock; on a ``VirtualLoop`` an hour passes in no time, in exact order."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._origin_s = self._loop.time()

    def now_s(self) -> float:
        """Seconds since the session began."""
        return self._loop.time() - self._origin_s

    async def sleep_until(self, t_s: float) -> None:
        """Return when ``now_s()`` has reached ``t_s``."""
        if (left_s := t_s - self.now_s()) > 0:
            await asyncio.sleep(left_s)


STUCK_S = 10.0  # a real wait, for what comes from outside the loop


class _SkippingSelector(selectors.DefaultSelector):
    """Does not wait for a time-out: it reports how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready now; count a wait instead of waiting.

        Raises
        ------
        RuntimeError
            If nothing is ready, no timer runs and nobody outside wakes the loop: it would wait for ever.
        """
        ready = super().select(0 if timeout is not None else STUCK_S)
        if not ready and timeout is None:
            raise RuntimeError("everything in the virtual loop waits for something that cannot happen")
        if not ready and timeout:
            self.skipped_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next timer as soon as nothing is ready: no waiting, exact order."""

    def __init__(self, *args: Any) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Virtual seconds."""
        return self._skipping.skipped_s
