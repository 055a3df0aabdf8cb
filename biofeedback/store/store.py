"""The store as all others see it: asynchronous, while one thread does the work."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from sqlalchemy import Connection

from biofeedback.errors import InputError, StoreUnavailable
from biofeedback.store.committer import Committer
from biofeedback.store.connections import Connections, connect, is_unavailable
from biofeedback.store.group import Job, unavailable
from biofeedback.store.inputs import Row
from biofeedback.store.migration import migrate
from biofeedback.store.postgresql import shown

__all__ = ["Store", "open_store", "unused"]

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows; there a second server is kept off by its port
    fcntl = None

LOCK = "store.lock"
T = TypeVar("T")


class Store:
    """People, sessions, inputs and what else lasts; made by ``open_store``, used on the loop that it was opened on."""

    def __init__(self, committer: Committer, lock: int) -> None:
        self._committer = committer
        self._lock = lock
        self._is_closed = False

    @property
    def saved(self) -> bool:
        """False from a commit that the disk refused until all that waited is in, and while the disk hangs."""
        return self._committer.saved

    @property
    def waiting(self) -> int:
        """How many inputs are not committed yet."""
        return self._committer.waiting

    @property
    def asked(self) -> int:
        """How many reads and changes wait for their turn."""
        return self._committer.asked

    @property
    def lag_s(self) -> float:
        """For how long the oldest input has waited that is not committed yet; 0: none waits."""
        return self._committer.lag_s

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What a query gives, on the store's thread and a connection that cannot write.

        Raises
        ------
        StoreUnavailable
            If the database cannot be reached or read now.
        """
        return await self._ask(query, self._committer.read)

    async def write(self, change: Callable[[Connection], T]) -> T:
        """What a change gives, when it is committed. What it raises undoes it, and it alone.

        Raises
        ------
        StoreUnavailable
            If it could not be committed; it has not happened then.
        """
        return await self._ask(change, self._committer.write)

    def record(self, row: Row) -> None:
        """Store an input of a session soon; it waits for as long as the disk refuses."""
        self._committer.record(row)

    def end(self, session: str) -> None:
        """A session has ended, by the input that was recorded last."""
        self._committer.end(session)

    async def commit(self) -> bool:
        """Whether all inputs that were recorded until now are committed: False where the disk refuses."""
        if self._is_closed:
            return False
        try:
            return await self._committer.receipt()
        except StoreUnavailable:
            return False

    async def close(self) -> None:
        """Commit what waits, as far as the disk lets us, and let go of the database; a second call does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._committer.finish()
        await self._committer.closed
        self._committer.join()
        os.close(self._lock)

    async def _ask(self, work: Callable[[Connection], T], ask: Callable[[Job], None]) -> T:
        """Have a job done, and return what comes of it."""
        if self._is_closed:
            raise StoreUnavailable("the store is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        ask(Job(work, future))
        return await future


async def open_store(data: Path, url: str | None = None) -> Store:
    """Store of a data folder (mode 0700), brought to the schema of this program.

    Parameters
    ----------
    data : Path
        The folder; the vault is always in it.
    url : str or None
        Of a PostgreSQL, ``postgresql://USER:PASSWORD@HOST/DATABASE``; None: a file in the folder.

    Raises
    ------
    InputError
        If another program uses it, or a later program has changed it.
    StoreUnavailable
        If it cannot be reached, read or written.
    """
    lock = _locked(data)
    committer = Committer(partial(_open, data, url), asyncio.get_running_loop())
    committer.start()
    try:
        await committer.opened
    except BaseException:
        committer.finish()
        os.close(lock)
        raise
    return Store(committer, lock)


@contextlib.contextmanager
def unused(data: Path) -> Iterator[None]:
    """Keep a data folder from being used by any program meanwhile.

    Raises
    ------
    InputError
        If one is using it.
    """
    lock = _locked(data)
    try:
        yield
    finally:
        os.close(lock)


def _open(data: Path, url: str | None) -> Connections:
    """Connections to a database that is as this program needs it."""
    try:
        connections = connect(data, url)
        try:
            migrate(connections.writing, connections.place)
        except BaseException:
            connections.close()
            raise
    except Exception as error:
        if is_unavailable(error):
            raise unavailable(error, str(data) if url is None else shown(url)) from error
        raise
    return connections


def _locked(data: Path) -> int:
    """Descriptor that keeps a second program away from a data folder."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"{data}: cannot be used ({(error.strerror or str(error)).lower()})") from error
    if fcntl is not None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            raise InputError(f"{data}: another program is using this data folder; stop it first") from error
    return lock
