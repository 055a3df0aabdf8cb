"""What the store's thread does with its connections: one read, or one group of changes and inputs in one commit."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from biofeedback.errors import StoreUnavailable
from biofeedback.store import inputs
from biofeedback.store.connections import Connections, is_unavailable
from biofeedback.store.inputs import Row
from biofeedback.store.sessions import set_ended

__all__ = ["Job", "Outcome", "put_in_place", "read", "unavailable", "write"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done with a connection, and who waits for what comes of it."""

    work: Callable[[Connection], Any]
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job."""

    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


def read(connections: Connections, job: Job) -> Outcome:
    """Do a job that only reads."""
    reading, vault = connections.reading, connections.vault_connection
    try:
        with reading.begin() as seen, vault.begin() as names:
            result = job.work(reading)
            names.rollback()
            seen.rollback()
    except Exception as error:  # noqa: BLE001 - whoever asked is told
        return Outcome(job.future, error=unavailable(error, connections.place) if is_unavailable(error) else error)
    return Outcome(job.future, result)


def write(connections: Connections, changes: Sequence[Job], rows: Sequence[Row], ended: Sequence[str]) -> list[Outcome]:
    """Do changes, store inputs and mark sessions that ended, in one commit: all of it is in when this returns.

    A change that fails is undone alone. The vault is committed first: data never refer to a key that is not there.

    Raises
    ------
    Exception
        If the group could not be committed: nothing of it is in.
    """
    writing = connections.writing
    try:
        with writing.begin(), connections.vault_connection.begin():
            outcomes = [_change(connections, job) for job in changes]
            _append(writing, rows)
            for session in ended:
                set_ended(writing, session)
    except Exception:
        connections.vault.undo()
        raise
    return outcomes


def put_in_place(connections: Connections) -> None:
    """Put inputs where they are kept. Where that cannot be done now, they are as safe where they are."""
    try:
        with connections.writing.begin():
            inputs.put_in_place(connections.writing)
    except Exception as error:  # noqa: BLE001 - the next group will say it, if it lasts
        _log.warning("inputs stay where they came in: %s", error)


def unavailable(error: Exception, place: str) -> StoreUnavailable:
    """What a caller is told where the disk or the database refuses."""
    reason = error.orig if isinstance(error, DBAPIError) else error
    refusal = StoreUnavailable(f"{place}: nothing can be saved or read now ({str(reason).strip()})")
    refusal.__cause__ = error
    return refusal


def _change(connections: Connections, job: Job) -> Outcome:
    """Do one change, or undo it alone."""
    try:
        with _alone(connections.vault_connection), _alone(connections.writing):
            return Outcome(job.future, job.work(connections.writing))
    except Exception as error:
        if is_unavailable(error):
            raise
        connections.vault.undo()
        return Outcome(job.future, error=error)


def _append(writing: Connection, rows: Sequence[Row]) -> None:
    """Store inputs; where the database does not take them as they are, each session's by themselves."""
    try:
        with _alone(writing):
            inputs.append(writing, rows)
    except DBAPIError as error:
        if is_unavailable(error):
            raise
        for session, own in itertools.groupby(sorted(rows, key=itemgetter(0, 1)), key=itemgetter(0)):
            _append_alone(writing, session, list(own))


def _append_alone(writing: Connection, session: str, rows: Sequence[Row]) -> None:
    """Store inputs of one session. That of an erased person is gone: its inputs have no place any more."""
    try:
        with _alone(writing):
            inputs.append(writing, rows)
    except DBAPIError as error:
        if is_unavailable(error):
            raise
        _log.error("%d inputs of session %s have no place in the store: %s", len(rows), session, error.orig)


@contextlib.contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """A savepoint: what fails in it is undone alone. Where the disk refused, SQLite has undone the whole group."""
    savepoint = connection.begin_nested()
    try:
        yield
    except Exception as error:
        if not is_unavailable(error):
            savepoint.rollback()
        raise
    savepoint.commit()
