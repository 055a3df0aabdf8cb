"""Keeps a session's inputs safe: what the disk refuses now waits and is written later, in order."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from biofeedback.core.events import Input
from biofeedback.errors import InputError
from biofeedback.recording import RecordingWriter

__all__ = ["FLUSH_S", "FileRecorder"]

FLUSH_S = 1.0  # what a power cut may cost (design.md, Data)

_log = logging.getLogger(__name__)


class FileRecorder:
    """Writes each input to a file at once. ``saved``: nothing is waiting for the disk; the session goes on anyway.

    Parameters
    ----------
    open_writer : callable
        Gives the writer; called again when it failed.
    durable : bool
        Whether ``flush`` waits for the disk. A simulation that runs an hour in seconds does not need it.
    """

    def __init__(self, open_writer: Callable[[], RecordingWriter], *, durable: bool = True) -> None:
        self.saved = True
        self._open_writer = open_writer
        self._durable = durable
        self._writer: RecordingWriter | None = None
        self._waiting: deque[Input] = deque()
        self._write_waiting()

    def record(self, event: Input) -> None:
        """Write an input, after those that wait."""
        self._waiting.append(event)
        if self.saved:
            self._write_waiting()

    async def keep(self) -> None:
        """Put on the disk every second what was recorded, until cancelled."""
        try:
            while True:
                await asyncio.sleep(FLUSH_S)
                self.flush()
        finally:
            self.flush()

    async def commit(self) -> bool:
        """Whether all that was recorded is on the disk now."""
        return self.flush()

    def flush(self) -> bool:
        """Try again what waits; whether all that was recorded is on the disk now."""
        self._write_waiting()
        if self._durable:
            self.sync()
        return self.saved

    def sync(self) -> bool:
        """Whether what was written so far is on the disk now; another thread may wait for it while more is recorded."""
        try:
            if self._writer is not None:
                self._writer.flush()
        except OSError as error:
            self._failed(error)
            return False
        return self._writer is not None

    def close(self) -> None:
        """Write what can be written, and let go of the file."""
        self._write_waiting()
        if self._writer is not None:
            self._writer.close()

    def _write_waiting(self) -> None:
        """Write what waits, as far as the disk lets us."""
        try:
            if self._writer is None:
                self._writer = self._open_writer()
            while self._waiting:
                self._writer.write(self._waiting[0])
                self._waiting.popleft()
        except (OSError, InputError) as error:
            self._failed(error)
        else:
            self.saved = True

    def _failed(self, error: Exception) -> None:
        """Say once that the session is not being saved."""
        if self.saved:
            _log.error("the session is not being saved: %s", error)
        self.saved = False
