"""When each of many sessions has its next beat: evenly spread, each with the time that it was meant for."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable

TURN = 50  # beats at most before others have their turn


class Metronome:
    """Calls ``beat(n, k)`` for session n of ``sessions``, ``rate_hz`` times a second each; ``k`` counts all beats."""

    def __init__(self, sessions: int, rate_hz: float) -> None:
        self._sessions = sessions
        self._step_s = 1 / (sessions * rate_hz)
        self._meant_ns: int | None = None

    def send_ns(self) -> int:
        """The time that a message is stamped with: the one it was meant for, where it is a beat of ours."""
        return time.monotonic_ns() if self._meant_ns is None else self._meant_ns

    async def run(self, beat: Callable[[int, int], Awaitable[None] | None]) -> None:
        """Beat from when this process is told to (SIGUSR1: all viewers are there), until cancelled."""
        loop, count, told = asyncio.get_running_loop(), 0, asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, told.set)
        await told.wait()
        start_s = loop.time() + 0.1
        while True:
            for _ in range(TURN):
                due_s = start_s + count * self._step_s
                if due_s > loop.time():
                    break
                self._meant_ns = int(due_s * 1e9)
                waits = beat(count % self._sessions, count)
                if waits is not None:
                    await waits
                self._meant_ns = None
                count += 1
            await asyncio.sleep(max(0.0, start_s + count * self._step_s - loop.time()))
