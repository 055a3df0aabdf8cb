"""Connections of the store: one that writes, one that reads, and the vault's. All are used on one thread only."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from biofeedback.store.vault import Vault, open_vault

__all__ = ["DATABASE", "VAULT", "Connections", "connect", "is_unavailable"]

DATABASE = "biofeedback.db"
VAULT = "vault.db"
CHECKPOINT_PAGES = 4000  # 16 MB of WAL: a checkpoint every ten seconds or so under full load

# The standard library's SQLite (3.40) has the WAL-reset bug: one connection writes and makes checkpoints, no other.
_WRITING = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
    f"PRAGMA journal_size_limit = {4 * CHECKPOINT_PAGES * 4096}",
)
_READING = ("PRAGMA query_only = ON", "PRAGMA foreign_keys = ON")
# One file, in which a destroyed key leaves no trace. EXTRA: without it a power cut may bring back the journal of a
# committed change (SQLite's documentation of synchronous), and with it take back a key that data were sealed with.
_VAULT = ("PRAGMA journal_mode = DELETE", "PRAGMA synchronous = EXTRA", "PRAGMA secure_delete = ON")
_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
}


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
        for connection in (self.reading, self.writing, self.vault_connection):
            connection.close()


def connect(data: Path) -> Connections:
    """Connections to the database and the vault of a data folder.

    Raises
    ------
    StoreTooNew
        If a later program made the vault.
    """
    path = data / DATABASE
    with contextlib.ExitStack() as opened:
        writing, reading, names = (
            opened.enter_context(_sqlite(place, pragmas).connect())
            for place, pragmas in ((path, _WRITING), (path, _READING), (data / VAULT, _VAULT))
        )
        vault = open_vault(names, str(data / VAULT))
        opened.pop_all()
    for connection in (writing, reading):
        connection.info["vault"] = vault
    return Connections(writing, reading, names, vault, str(path))


def is_unavailable(error: Exception) -> bool:
    """Whether an error is one of the disk or of the way to the database, not of what was asked."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, OSError)
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _UNAVAILABLE


def _sqlite(path: Path, pragmas: tuple[str, ...]) -> Engine:
    """Engine of a file (mode 0600; its journals inherit that)."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    event.listen(engine, "connect", _set_up(pragmas))
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(pragmas: tuple[str, ...]) -> Callable[[Any, Any], None]:
    """What a new connection is told first."""

    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are ours, see _begin: the driver's own break savepoints
        for pragma in pragmas:
            connection.execute(pragma)

    return set_up


def _begin(connection: Connection) -> None:
    """Begin a transaction, which the driver no longer does."""
    connection.exec_driver_sql("BEGIN")
