"""One connection of HTTP, with bounds on how many there are and how long each may take.

uvicorn itself waits for ever for the first request of a connection, for the rest of a header, for a body that trickles
in and for a client that does not read its answer.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from biofeedback.server.bounds import time_for

__all__ = ["Connection", "Patience", "connection_with"]

BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 20\r\n\r\nServer is too busy.\n"
)
LAST_WORD_S = 1.0  # for the answer that says that a request was late, before the connection is cut


@dataclass(frozen=True, slots=True)
class Patience:
    """How many connections there may be at once; how long a header, a whole request and the time between may take."""

    most: int
    header_s: float
    request_s: float
    idle_s: float


class Connection(H11Protocol):
    """Is cut when a request is late, and refused when there are too many."""

    patience: ClassVar[Patience]

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.timeout_keep_alive = self.patience.idle_s  # type: ignore[assignment]  # it needs no whole number
        self._deadline: asyncio.TimerHandle | None = None
        self._timed: RequestResponseCycle | None = None  # the request whose deadline runs; None: a header's

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # only streams come here
        """Wait for a request, unless there are too many connections."""
        is_full = len(self.connections) >= self.patience.most
        super().connection_made(transport)
        if is_full:
            transport.write(BUSY)
            transport.close()
        else:
            self._wait(self.patience.header_s)

    def data_received(self, data: bytes) -> None:
        """Take in part of a request."""
        if not self.transport.is_closing():
            super().data_received(data)
            self._follow()

    def on_response_complete(self) -> None:
        """Wait for the next request; one that came along already begins here."""
        super().on_response_complete()
        self._follow()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave it to the websocket's protocol, which has bounds of its own."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def _follow(self) -> None:
        """Let the deadline run of what is waited for now."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._stop_waiting()
        elif self.cycle is not None and not self.cycle.response_complete:
            if self._timed is not self.cycle:
                time_s = time_for(self.scope["method"], self.scope["path"], self.patience.request_s)
                self._wait(time_s + LAST_WORD_S, self.cycle)
        elif self.timeout_keep_alive_task is not None:
            self._stop_waiting()
        elif self._deadline is None or self._timed is not None:
            self._wait(self.patience.header_s)

    def _wait(self, seconds: float, request: RequestResponseCycle | None = None) -> None:
        """Cut the connection in so many seconds."""
        self._stop_waiting()
        self._timed = request
        cut: Callable[[], None] = self.transport.abort
        self._deadline = self.loop.call_later(seconds, cut)

    def _stop_waiting(self) -> None:
        """Nothing is waited for."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._timed = None


def connection_with(patience: Patience) -> type[Connection]:
    """Kind of connection with these bounds."""
    return type("BoundConnection", (Connection,), {"patience": patience})
