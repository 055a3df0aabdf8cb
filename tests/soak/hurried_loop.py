"""An event loop whose clock runs faster: everything that waits waits less, everything that works takes as long."""

import asyncio
import selectors
import time


class _Hurried(selectors.DefaultSelector):
    """Waits for a fraction of the time."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(None if timeout is None else timeout / self._speed)


class HurriedLoop(asyncio.SelectorEventLoop):
    """A loop ``speed`` times as fast."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        super().__init__(_Hurried(speed))

    def time(self) -> float:
        return time.monotonic() * self._speed
