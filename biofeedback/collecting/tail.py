"""Reads a log back while it is written, so that what waits for the server waits on the disk and not in memory."""

from pathlib import Path

from biofeedback.core.events import Link, LinkState, Notification, StrapInfo
from biofeedback.frames import FrameBytes, FrameConnected, FrameLost
from biofeedback.lines import TYPES, decode_event, parse_line

__all__ = ["Frame", "Tail"]

BATCH_FRAMES = 200
BATCH_CHARACTERS = 24_000  # of values in hex: with all around them well under the server's 64 KB a message

Frame = FrameConnected | FrameLost | FrameBytes


class Tail:
    """A place in a log; ``seq`` is the number of the last frame read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seq = 0
        self._offset = 0
        self._info: StrapInfo | None = None

    @property
    def is_at_end(self) -> bool:
        """Whether nothing comes after what was read, not even a line that makes no sense."""
        return self._offset == self.path.stat().st_size

    def seek(self, seq: int) -> None:
        """Go on after a frame."""
        if seq < self.seq:
            self.seq, self._offset, self._info = 0, 0, None
        while self.seq < seq and self._read(seq):
            pass

    def batch(self, until: int | None) -> list[Frame]:
        """Next frames, up to a number or to the end of what is whole; few enough for one message."""
        return self._read(until)

    def _read(self, until: int | None) -> list[Frame]:
        """Frames from here on; a line that is not whole is not there yet, or never will be."""
        frames: list[Frame] = []
        characters = 0
        with self.path.open("rb") as file:
            file.seek(self._offset)
            while len(frames) < BATCH_FRAMES and characters < BATCH_CHARACTERS and self.seq != until:
                line = file.readline()
                try:
                    frame = self._frame(line)
                except ValueError:
                    break  # a power cut left something else than was written; nothing after it is to be trusted
                self._offset += len(line)
                if frame is not None:
                    frames.append(frame)
                    self.seq = frame.seq
                    characters += len(frame.value) if isinstance(frame, FrameBytes) else 0
        return frames

    def _frame(self, line: bytes) -> Frame | None:
        """Frame of a line; None where it is of another kind. Raises ``ValueError`` for what is no line of a log."""
        if not line.endswith(b"\n"):
            raise ValueError("the line is not whole")
        raw = parse_line(line)
        event = decode_event(raw) if raw.get("type") in TYPES else None
        if isinstance(event, StrapInfo):
            self._info = event
        if not isinstance(event, Link | Notification) or event.origin is None:
            return None
        seq, t_s = event.origin.seq, event.origin.t_s
        if isinstance(event, Notification):
            return FrameBytes(seq=seq, t_s=t_s, characteristic=event.characteristic.value, value=event.value.hex())
        if event.state is LinkState.LOST:
            return FrameLost(seq=seq, t_s=t_s, reason=event.reason or "lost")
        model, firmware = (None, None) if self._info is None else (self._info.model, self._info.firmware)
        return FrameConnected(seq=seq, t_s=t_s, model=model, firmware=firmware)
