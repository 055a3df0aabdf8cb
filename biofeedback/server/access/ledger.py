"""The ledger: the way of the audit's entries about what was seen, which nothing else is committed with."""

import asyncio
import logging
from functools import partial

from sqlalchemy import Connection

from biofeedback.errors import StoreUnavailable
from biofeedback.server.access.principal import Principal
from biofeedback.store import Store, audit
from biofeedback.store.audit import Act, Entry

__all__ = ["Ledger", "entry_of"]

_log = logging.getLogger(__name__)


def entry_of(principal: Principal, act: Act, *, person: str | None = None, about: str | None = None) -> Entry:
    """What somebody did, for the audit."""
    return Entry(act, principal.role, principal.user, person, about)


class Ledger:
    """Writes entries soon, together. While the store refuses them they wait, and the work in a room goes on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Entry] = []
        self._writing: asyncio.Task[None] | None = None

    def note(self, entry: Entry) -> "asyncio.Task[None]":
        """Take over an entry; the task is done when it was written, or was refused and waits."""
        self._waiting.append(entry)
        return self.write()

    def write(self) -> "asyncio.Task[None]":
        """Write what waits."""
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return self._writing

    async def _write(self) -> None:
        """Write until nothing waits, or the store refuses."""
        while self._waiting:
            taken, self._waiting = self._waiting, []
            try:
                await self._store.write(partial(_append, entries=taken))
            except StoreUnavailable as error:
                self._waiting = taken + self._waiting
                _log.error("%d entries of the audit wait: %s", len(self._waiting), error)
                return


def _append(connection: Connection, entries: list[Entry]) -> None:
    """Add entries to the audit."""
    for entry in entries:
        audit.append(connection, entry)
