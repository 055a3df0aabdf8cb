"""Keeps a session that began while the store was out of reach, until it is there."""

import logging
from collections.abc import Awaitable, Callable

from biofeedback.core.events import Input
from biofeedback.errors import StoreUnavailable
from biofeedback.session import Recorder

__all__ = ["Keeper"]

_log = logging.getLogger(__name__)


class Keeper:
    """Keeps inputs in memory until the session could be begun in the store, and hands all to its recorder then.

    Parameters
    ----------
    begin : callable
        Begins the session in the store and gives its recorder; called again while that is out of reach.
    """

    def __init__(self, begin: Callable[[], Awaitable[Recorder]]) -> None:
        self._begin = begin
        self._recorder: Recorder | None = None
        self._waiting: list[Input] = []
        self._is_said = False

    @property
    def saved(self) -> bool:
        """Whether the store takes what is recorded."""
        return self._recorder is not None and self._recorder.saved

    @property
    def has_begun(self) -> bool:
        """Whether the session is in the store."""
        return self._recorder is not None

    async def begin(self) -> None:
        """Begin the session in the store, if that can be now."""
        try:
            self._recorder = await self._begin()
        except StoreUnavailable as error:
            if not self._is_said:
                _log.error("a session begins that cannot be saved yet: %s", error)
            self._is_said = True
        else:
            for event in self._waiting:
                self._recorder.record(event)
            self._waiting.clear()

    def record(self, event: Input) -> None:
        """Take over an input."""
        if self._recorder is None:
            self._waiting.append(event)
        else:
            self._recorder.record(event)

    async def keep(self) -> None:
        """The store keeps what it has by itself; the archive begins what it could not."""

    async def commit(self) -> bool:
        """Whether all that was recorded before the call would survive a power cut now."""
        return self._recorder is not None and await self._recorder.commit()

    def close(self) -> None:
        """Nothing more will be recorded."""
        if self._recorder is not None:
            self._recorder.close()
