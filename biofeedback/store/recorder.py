"""Keeps the inputs of one session of the server in the store, sealed with the key of its person."""

import asyncio
import logging

from sqlalchemy import Connection

from biofeedback.core.events import End, Input
from biofeedback.errors import InputError
from biofeedback.lines import encode_event
from biofeedback.store import sessions
from biofeedback.store.inputs import sealed_row
from biofeedback.store.sealing import Seal
from biofeedback.store.store import Store
from biofeedback.store.vault import vault_of

__all__ = ["StoreRecorder", "open_recorder"]

# Of all sessions together while the disk refuses, at most a kilobyte each: two hours of twenty straps with electrodes.
MAX_WAITING = 400_000

_log = logging.getLogger(__name__)


class StoreRecorder:
    """Hands each input to the store, which commits ten times a second.

    What the disk refuses waits in memory. Where that is full, the recording stops there: one that stops is worth more
    than one with a hole in it.

    Parameters
    ----------
    store : Store
        It holds the session already.
    session : str
        Id of the session.
    seal : Seal
        Of its person.
    """

    def __init__(self, store: Store, session: str, seal: Seal) -> None:
        self._store = store
        self._session = session
        self._seal = seal
        self._is_cut = False

    @property
    def saved(self) -> bool:
        """Whether the disk takes what is recorded, and all that had to wait is in."""
        return self._store.saved and not self._is_cut

    def record(self, event: Input) -> None:
        """Take over an input: sealed now, committed soon."""
        if self._is_cut or self._store.waiting >= MAX_WAITING:
            self._cut(event.seq)
            return
        self._store.record(sealed_row(self._seal, self._session, event.seq, encode_event(event)))
        if isinstance(event, End):
            self._store.end(self._session)

    async def keep(self) -> None:
        """Wait until cancelled: the store's thread commits by itself."""
        await asyncio.get_running_loop().create_future()

    async def commit(self) -> bool:
        """Whether all that was recorded before the call is committed."""
        return await self._store.commit() and not self._is_cut

    def close(self) -> None:
        """Nothing to do: what was handed over is the store's."""

    def _cut(self, seq: int) -> None:
        """Say once that the recording ends before this input."""
        if not self._is_cut:
            _log.error("too much waits for the disk: the recording of session %s stops before %d", self._session, seq)
        self._is_cut = True


async def open_recorder(store: Store, session: str) -> StoreRecorder:
    """Recorder of a session that the store holds.

    Raises
    ------
    InputError
        If there is no such session.
    KeyGone
        If its person was erased.
    StoreUnavailable
        If the store cannot be read now.
    """

    def find(connection: Connection) -> Seal:
        stored = sessions.get(connection, session)
        if stored is None:
            raise InputError(f"there is no session {session} in the store")
        return vault_of(connection).seal_of(stored.person)

    return StoreRecorder(store, session, await store.read(find))
