"""One viewer: written to at once while its connection takes it, else queued within bounds."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from biofeedback.outgoing import Dropped, Outgoing

__all__ = ["CAPACITY", "CLOSE_S", "STALE_S", "Viewer", "Wire"]

CAPACITY = 32  # messages; what is over that and fresh anyway next second is dropped to the latest
STALE_S = 10.0  # without an acknowledgement (a viewer acknowledges every 5 s)
CLOSE_S = 30.0
GOODBYE_S = 2.0  # for the last messages of a viewer that must go
CHUNK_BYTES = 64 * 1024  # written in one go to one viewer before it is another's turn
_FRESH = frozenset({"beat", "breathing", "trend", "quality", "pacer"})

Item = Outgoing | Dropped


class Wire(Protocol):
    """A connection that takes whole frames. ``drained`` is called when it takes more, after it did not."""

    drained: Callable[[], None] | None

    def write(self, frames: bytes) -> bool:
        """Whether the frames were taken; False: not now."""
        ...

    def hang_up(self, code: int) -> None:
        """End what is received from it; one that takes nothing any more is cut off."""
        ...


class Viewer:
    """What one page has still to be sent, and what it has acknowledged.

    Parameters
    ----------
    role : str
        As it said hello.
    clock : callable
        Of the event loop, in s.
    """

    __slots__ = (
        "_arrived", "_clock", "_frame", "_full", "_owed", "_queue", "_unacknowledged", "_wire", "acknowledged_s",
        "closed", "dropped", "is_stale", "role",
    )  # fmt: skip

    def __init__(self, role: str, clock: Callable[[], float]) -> None:
        self.role = role
        self.is_stale = False
        self.dropped = 0  # messages, since it was counted
        self.closed: tuple[int, str] | None = None  # websocket code and reason, once it must go
        self._clock = clock
        self._wire: Wire | None = None
        self._frame: Callable[[Item], bytes]  # of its wire
        self._owed: list[Outgoing] = []  # what it missed while it was away: sent first, whatever its length
        self._queue: list[Item] = []
        self._full = CAPACITY
        self._arrived: asyncio.Event | None = None  # where it has no wire
        self.acknowledged_s = clock()
        self._unacknowledged: list[tuple[int, float]] = []

    def connect(self, wire: Wire, frame: Callable[[Item], bytes]) -> None:
        """Write to this connection from here on; ``frame`` gives an item as it is sent."""
        self._wire, self._frame = wire, frame
        wire.drained = self._flush
        self._flush()

    def disconnect(self) -> None:
        """Its connection is gone."""
        if self._wire is not None:
            self._wire.drained = None
            self._wire = None

    def welcome(self, items: Iterable[Outgoing]) -> None:
        """Queue what a viewer is owed before anything that is new; none of it is dropped."""
        self._owed.extend(items)
        self._wake()

    def put(self, message: Outgoing) -> None:
        """Write a message, or queue it; a full queue lets go of its older beats, trends and quality."""
        if not (self._queue or self._owed) and self._wire is not None and self._wire.write(message.frame):
            if message.q:
                self._unacknowledged.append((message.q, self._clock()))
            return
        if len(self._queue) >= self._full and message.kind in _FRESH:
            self._drop_older()
            # Not again for each message where what must arrive alone fills the ring.
            self._full = max(CAPACITY, 2 * len(self._queue))
        self._queue.append(message)
        if self._arrived is not None:
            self._arrived.set()

    def close(self, code: int, reason: str) -> None:
        """No more is sent after what is queued; for what a connection does not take now there are two seconds."""
        self.closed = self.closed or (code, reason)
        self._wake()
        if self._wire is not None:
            asyncio.get_running_loop().call_later(GOODBYE_S, self._hang_up)

    async def next(self) -> Item | None:
        """Next to send where there is no wire, or None when the viewer is closed and nothing is left."""
        while not (self._owed or self._queue):
            if self.closed is not None:
                return None
            self._arrived = asyncio.Event()
            await self._arrived.wait()
        return self._owed.pop(0) if self._owed else self._queue.pop(0)

    def sent(self, q: int) -> None:
        """A numbered message, and all before it, left for the viewer."""
        if q:
            self._unacknowledged.append((q, self._clock()))

    def acknowledge(self, message_seq: int) -> None:
        """The viewer has handled all messages up to this one."""
        self.acknowledged_s = self._clock()
        handled = 0
        for q, _ in self._unacknowledged:
            if q > message_seq:
                break
            handled += 1
        del self._unacknowledged[:handled]

    def behind_s(self, now_s: float) -> float:
        """Seconds since the viewer last acknowledged, or since the oldest message it has not handled was sent."""
        oldest_s = self._unacknowledged[0][1] if self._unacknowledged else now_s
        return now_s - min(self.acknowledged_s, oldest_s)

    def _wake(self) -> None:
        """Something is to be done."""
        if self._wire is not None:
            self._flush()
        elif self._arrived is not None:
            self._arrived.set()

    def _flush(self) -> None:
        """Write what waits, as far as the connection takes it, a chunk at a time: it is not the only viewer."""
        if self._wire is None:
            return
        waiting: list[Outgoing] | list[Item] = self._owed or self._queue
        if waiting:
            chunk = _chunk(waiting, self._frame)
            if not self._wire.write(b"".join(chunk)):
                return
            self.sent(max(getattr(item, "q", 0) for item in waiting[: len(chunk)]))
            del waiting[: len(chunk)]
        if self._owed or self._queue:
            asyncio.get_running_loop().call_soon(self._flush)
        elif self.closed is not None:
            self._hang_up()

    def _hang_up(self) -> None:
        """Nothing is sent any more."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.drained = None
            assert self.closed is not None
            wire.hang_up(self.closed[0])

    def _drop_older(self) -> None:
        """Keep what must arrive and the latest of each kind; a mark stands where beats were dropped."""
        latest = {item.kind: item for item in self._queue if isinstance(item, Outgoing)}
        kept: list[Item] = []
        for item in self._queue:
            if isinstance(item, Dropped) or (item.kind == "beat" and latest["beat"] is not item):
                _widen(kept, item)
            elif item.kind not in _FRESH or latest[item.kind] is item:
                kept.append(item)
        self.dropped += sum(isinstance(item, Outgoing) for item in self._queue)
        self.dropped -= sum(isinstance(item, Outgoing) for item in kept)
        self._queue = kept


def _chunk(waiting: Iterable[Item], frame: Callable[[Item], bytes]) -> list[bytes]:
    """Frames of the first that wait, as many as are written in one go."""
    chunk, size = [], 0
    for item in waiting:
        chunk.append(frame(item))
        size += len(chunk[-1])
        if size >= CHUNK_BYTES:
            break
    return chunk


def _widen(kept: list[Item], item: Item) -> None:
    """Stretch the mark of what was dropped just before this, or set one."""
    start_s, end_s = (item.start_s, item.end_s) if isinstance(item, Dropped) else (item.at_s, item.at_s)
    if kept and isinstance(before := kept[-1], Dropped):
        kept.pop()
        start_s = before.start_s
    kept.append(Dropped(start_s, end_s))
