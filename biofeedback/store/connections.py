"""Connections of the store: one that writes, one that reads, and the vault's. All are used on one thread only."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from biofeedback.store import postgresql, sqlite
from biofeedback.store.vault import Vault, open_vault

__all__ = ["Connections", "connect", "connect_reading", "is_unavailable"]


@dataclass(frozen=True, slots=True)
class Connections:
    """What the store's thread works with; ``place`` names the database in messages."""

    writing: Connection
    reading: Connection
    vault_connection: Connection
    vault: Vault
    place: str

    def close(self) -> None:
        """Let go of all; the one that writes goes last, and empties the WAL."""
        with contextlib.ExitStack() as last_first:  # each, whatever another does
            for connection in (self.vault_connection, self.writing, self.reading):
                last_first.callback(connection.close)


def connect(data: Path, url: str | None) -> Connections:
    """Connections to a database, of the data folder where no other is given, and to the vault in that folder.

    Raises
    ------
    InputError
        If that is no address of a database, another server uses it, or the vault of the data is gone.
    StoreTooNew
        If a later program made the vault.
    """
    if url is None:
        sqlite.check_vault(data)
        path = data / sqlite.DATABASE
        place, writer, reader = (
            str(path),
            sqlite.engine_of(path, sqlite.WRITING),
            sqlite.engine_of(path, sqlite.READING),
        )
    else:
        writer, reader = postgresql.writing_engine(url), postgresql.reading_engine(url)
        place = postgresql.shown(url)
    with contextlib.ExitStack() as opened:
        names = opened.enter_context(sqlite.engine_of(data / sqlite.VAULT, sqlite.VAULT_RULES).connect())
        vault = open_vault(names, str(data / sqlite.VAULT))
        writing, reading = (opened.enter_context(_beside(vault, engine).connect()) for engine in (writer, reader))
        opened.pop_all()
    return Connections(writing, reading, names, vault, place)


@contextlib.contextmanager
def connect_reading(data: Path, url: str | None) -> Iterator[Connection]:
    """Connection of another program that only reads, beside the server's own."""
    reader = sqlite.engine_of(data / sqlite.DATABASE, sqlite.READING) if url is None else postgresql.reading_engine(url)
    with (
        sqlite.engine_of(data / sqlite.VAULT, sqlite.READING).connect() as names,
        _beside(Vault(names), reader).connect() as reading,
    ):
        yield reading


def is_unavailable(error: Exception) -> bool:
    """Whether an error is one of the disk or of the way to the database, not of what was asked."""
    if isinstance(error, DBAPIError):
        return sqlite.is_sqlite_unavailable(error) or postgresql.is_postgresql_unavailable(error)
    return isinstance(error, OSError)


def _beside(vault: Vault, engine: Engine) -> Engine:
    """The engine, each of whose connections knows the vault: also one that was made anew after the first was lost."""
    event.listen(engine, "connect", _knows(vault))
    return engine


def _knows(vault: Vault) -> Callable[[Any, Any], None]:
    """What a new connection is given."""

    def give(_connection: Any, record: Any) -> None:
        record.info["vault"] = vault

    return give
