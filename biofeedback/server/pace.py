"""How fast one page or collector may talk: what comes faster waits its turn, and then its own connection fills up."""

import asyncio
from collections.abc import Callable

__all__ = ["Pace"]

BURST_S = 4.0  # worth of messages that may come at once, such as what a page kept while it was out of reach


class Pace:
    """So many messages a second, for longer than a few seconds.

    Notes
    -----
    The generic cell rate algorithm (ITU-T I.371): one number says when the next message is due.
    """

    def __init__(self, per_s: float, now_s: Callable[[], float]) -> None:
        self._every_s = 1 / per_s
        self._now_s = now_s
        self._due_s = now_s()

    def wait_s(self) -> float:
        """Count one message; seconds that it has to wait."""
        now_s = self._now_s()
        self._due_s = max(self._due_s, now_s) + self._every_s
        return max(0.0, self._due_s - BURST_S - now_s)

    async def keep(self) -> None:
        """Count one message, and return when it may be taken."""
        wait_s = self.wait_s()
        if wait_s:
            await asyncio.sleep(wait_s)
