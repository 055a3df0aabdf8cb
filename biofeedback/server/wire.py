"""A websocket of uvicorn that takes whole frames: one that is built once is written to every viewer as it is."""

from asyncio import BaseTransport, Transport
from collections.abc import Callable
from typing import cast

from starlette.types import Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

__all__ = ["FramesProtocol", "wire_of"]

HIGH_BYTES = 16 * 1024  # that wait to be sent; beyond it a viewer's own queue decides what is dropped
PATIENCE_S = 10.0  # for the other side to answer a close
_NAME = "biofeedback.wire"


class FramesProtocol(WebSocketsSansIOProtocol):
    """Serves routes as uvicorn does, and hands them a way past the queue.

    Frames written here never stand inside another message: uvicorn sends each message as one whole frame in one write.
    """

    drained: Callable[[], None] | None = None
    overhear: Callable[[bytes], bool] | None = None  # takes a whole text on the way in, or leaves it to the route

    def connection_made(self, transport: BaseTransport) -> None:
        """A connection is there."""
        super().connection_made(transport)
        cast(Transport, transport).set_write_buffer_limits(HIGH_BYTES)

    def handle_connect(self, event: Request) -> None:
        """A websocket is asked for: whatever serves it finds this in its scope."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            cast(Scope, self.scope)["extensions"][_NAME] = {"wire": self}

    def handle_text(self, event: Frame) -> None:
        """A text: what comes often is taken at once, without waking the route for it."""
        if not (event.fin and self.overhear is not None and self.overhear(bytes(event.data))):
            super().handle_text(event)

    def resume_writing(self) -> None:
        """What waited is nearly sent."""
        super().resume_writing()
        if self.drained is not None:
            self.drained()

    def write(self, frames: bytes) -> bool:
        """Whether the frames were taken; False: what was written before has to go first, or nothing goes any more."""
        if self.close_sent or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(frames)
        return True

    def hang_up(self, code: int) -> None:
        """End what the route receives, which closes then; one that reads nothing is cut off."""
        if self.writable.is_set():
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
            self.loop.call_later(PATIENCE_S, self.transport.abort)
        else:
            self.transport.abort()

    def stop_pings(self) -> None:
        """Nobody needs them where acknowledgements come every few seconds."""
        self.stop_keepalive()


def wire_of(scope: Scope) -> FramesProtocol | None:
    """The way past the queue of a websocket, where the server has one."""
    extension = scope.get("extensions", {}).get(_NAME)
    return None if extension is None else extension["wire"]
