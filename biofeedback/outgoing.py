"""A message on its way out: encoded once, and framed once, for all who get it."""

from dataclasses import dataclass
from typing import Self

__all__ = ["Dropped", "Outgoing"]

_TEXT = 0x81  # a whole text message in one frame; what a server sends is not masked (RFC 6455, 5.2)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A websocket frame, the kind of its message, its message_seq and the session's time it speaks of."""

    kind: str
    frame: bytes
    q: int = 0
    at_s: float = 0.0

    @classmethod
    def of(cls, kind: str, payload: bytes, q: int = 0, at_s: float = 0.0) -> Self:
        """Message of an encoded text."""
        return cls(kind, _head(len(payload)) + payload, q, at_s)

    @property
    def text(self) -> str:
        """The message without its frame, for a connection that frames by itself."""
        return self.frame[len(_head_of(self.frame)) :].decode()


@dataclass(frozen=True, slots=True)
class Dropped:
    """Beats between these times were dropped for one viewer."""

    start_s: float
    end_s: float


def _head(length: int) -> bytes:
    """What stands before a text of so many bytes."""
    if length < 126:
        return bytes((_TEXT, length))
    if length < 65536:
        return bytes((_TEXT, 126)) + length.to_bytes(2)
    return bytes((_TEXT, 127)) + length.to_bytes(8)


def _head_of(frame: bytes) -> bytes:
    """What stands before the text of a frame."""
    return frame[: {126: 4, 127: 10}.get(frame[1], 2)]
