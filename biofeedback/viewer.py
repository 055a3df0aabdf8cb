"""One viewer's queue: bounded for what is fresh each second, unbounded for what must arrive."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["CAPACITY", "CLOSE_S", "STALE_S", "Dropped", "Outgoing", "Viewer"]

CAPACITY = 32  # messages; what is over that and fresh anyway next second is dropped to the latest
STALE_S = 10.0  # without an acknowledgement (a viewer acknowledges every 5 s)
CLOSE_S = 30.0
_FRESH = frozenset({"beat", "breathing", "trend", "quality", "pacer"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An encoded message, its kind, its message_seq and the session's time it speaks of."""

    kind: str
    text: str
    q: int = 0
    at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Dropped:
    """Beats between these times were dropped for this viewer."""

    start_s: float
    end_s: float


class Viewer:
    """What one page has still to be sent, and what it has acknowledged. Times are the event loop's."""

    def __init__(self, role: str, now_s: float) -> None:
        self.role = role
        self.is_stale = False
        self.closed: tuple[int, str] | None = None  # websocket code and reason, once it must go
        self._owed: deque[Outgoing] = deque()  # what it missed while it was away: sent first, whatever its length
        self._queue: deque[Outgoing | Dropped] = deque()
        self._arrived = asyncio.Event()
        self._acknowledged_s = now_s
        self._unacknowledged: deque[tuple[int, float]] = deque()

    def welcome(self, items: Iterable[Outgoing]) -> None:
        """Queue what a viewer is owed before anything that is new; none of it is dropped."""
        self._owed.extend(items)
        self._arrived.set()

    def put(self, message: Outgoing) -> None:
        """Queue a message; a full queue lets go of its older beats, trends and quality."""
        if len(self._queue) >= CAPACITY and message.kind in _FRESH:
            self._drop_older()
        self._queue.append(message)
        self._arrived.set()

    def close(self, code: int, reason: str) -> None:
        """No more is sent after what is queued."""
        self.closed = self.closed or (code, reason)
        self._arrived.set()

    async def next(self) -> Outgoing | Dropped | None:
        """Next to send, or None when the viewer is closed and nothing is left."""
        while not (self._owed or self._queue):
            if self.closed is not None:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        return self._owed.popleft() if self._owed else self._queue.popleft()

    def sent(self, q: int, now_s: float) -> None:
        """A numbered message left for the viewer."""
        if q:
            self._unacknowledged.append((q, now_s))

    def acknowledge(self, message_seq: int, now_s: float) -> None:
        """The viewer has handled all messages up to this one."""
        self._acknowledged_s = now_s
        while self._unacknowledged and self._unacknowledged[0][0] <= message_seq:
            self._unacknowledged.popleft()

    def behind_s(self, now_s: float) -> float:
        """Seconds since the viewer last acknowledged, or since the oldest message it has not handled was sent."""
        oldest_s = self._unacknowledged[0][1] if self._unacknowledged else now_s
        return now_s - min(self._acknowledged_s, oldest_s)

    def _drop_older(self) -> None:
        """Keep what must arrive and the latest of each kind; a mark stands where beats were dropped."""
        latest = {item.kind: item for item in self._queue if isinstance(item, Outgoing)}
        kept: deque[Outgoing | Dropped] = deque()
        for item in self._queue:
            if isinstance(item, Dropped) or (item.kind == "beat" and latest["beat"] is not item):
                _widen(kept, item)
            elif item.kind not in _FRESH or latest[item.kind] is item:
                kept.append(item)
        self._queue = kept


def _widen(kept: deque[Outgoing | Dropped], item: Outgoing | Dropped) -> None:
    """Stretch the mark of what was dropped just before this, or set one."""
    start_s, end_s = (item.start_s, item.end_s) if isinstance(item, Dropped) else (item.at_s, item.at_s)
    if kept and isinstance(before := kept[-1], Dropped):
        kept.pop()
        start_s = before.start_s
    kept.append(Dropped(start_s, end_s))
