"""What one viewer said to be noted: it is told when that is on the disk, so that it need not say it again."""

import asyncio

from biofeedback import messages
from biofeedback.session import Session
from biofeedback.viewer import Viewer

__all__ = ["Receipts"]

AGAIN_S = 1.0  # when the disk refused


class Receipts:
    """Owes a viewer word of its commands, marks and ratings, in a task of the visit's group while there are any."""

    def __init__(self, session: Session, viewer: Viewer, group: asyncio.TaskGroup) -> None:
        self._session = session
        self._viewer = viewer
        self._group = group
        self._owed: list[str] = []
        self._telling: asyncio.Task[None] | None = None

    def owe(self, id_: str | None) -> None:
        """Something was recorded; its viewer is to be told of it where it has an id."""
        if id_ is None:
            return
        self._owed.append(id_)
        if self._telling is None or self._telling.done():
            self._telling = self._group.create_task(self._tell())

    def leave(self) -> None:
        """The viewer is gone; what it was not told of, it says again when it comes back."""
        if self._telling is not None:
            self._telling.cancel()

    async def _tell(self) -> None:
        """Put on the disk what came, and only then tell so."""
        while self._owed:
            count = len(self._owed)
            if await self._session.commit():
                ids, self._owed = self._owed[:count], self._owed[count:]
                self._session.channel.tell(self._viewer, messages.Noted(ids=ids))
            else:
                await asyncio.sleep(AGAIN_S)
