"""Files of SQLite: the data's, which one connection writes and another reads, and the vault's."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from biofeedback.errors import InputError

__all__ = [
    "DATABASE",
    "READING",
    "VAULT",
    "VAULT_RULES",
    "WRITING",
    "check_vault",
    "engine_of",
    "is_sqlite_unavailable",
]

DATABASE = "biofeedback.db"
VAULT = "vault.db"
_MAGIC = b"SQLite format 3\0"  # with which every file begins into which something was written
CHECKPOINT_PAGES = 4000  # 16 MB of WAL: a checkpoint every ten seconds or so under full load

# The standard library's SQLite (3.40) has the WAL-reset bug: one connection writes and makes checkpoints, no other.
WRITING = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
    f"PRAGMA journal_size_limit = {4 * CHECKPOINT_PAGES * 4096}",
)
READING = ("PRAGMA query_only = ON", "PRAGMA foreign_keys = ON")
# One file, in which a destroyed key leaves no trace. EXTRA: without it a power cut may bring back the journal of a
# committed change (SQLite's documentation of synchronous), and with it take back a key that data were sealed with.
VAULT_RULES = ("PRAGMA journal_mode = DELETE", "PRAGMA synchronous = EXTRA", "PRAGMA secure_delete = ON")

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


def engine_of(path: Path, rules: tuple[str, ...]) -> Engine:
    """Engine of a file (mode 0600; its journals inherit that) whose connections begin with some rules."""
    if not path.exists():  # to open and close it would drop the locks that this program has on it
        _make(path)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    event.listen(engine, "connect", _set_up(rules))
    event.listen(engine, "begin", _begin)
    return engine


def check_vault(data: Path) -> None:
    """Refuse data whose vault is gone: a new one, made in its place, has none of their keys.

    Raises
    ------
    InputError
        If so.
    """
    database, vault = data / DATABASE, data / VAULT
    is_there = vault.is_file() and vault.stat().st_size > 0  # it is written before the first of the data
    if is_there or not database.is_file():
        return
    with database.open("rb") as file:
        has_data = file.read(len(_MAGIC)) == _MAGIC
    if has_data:
        raise InputError(
            f"{vault}: the names and keys are gone, and without them nothing in {database} can be read. "
            "Put your newest copy of them (of `biofeedback backup --keys`) in its place"
        )


def is_sqlite_unavailable(error: DBAPIError) -> bool:
    """Whether an error is one of the disk, not of what was asked."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _UNAVAILABLE


def _make(path: Path) -> None:
    """Make a file, whose name and folder are there after a power cut too."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if os.name != "posix":  # Windows has no folder that could be synced
        return
    for folder in (path.parent, path.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _set_up(rules: tuple[str, ...]) -> Callable[[Any, Any], None]:
    """What a new connection is told first."""

    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are ours, see _begin: the driver's own break savepoints
        for rule in rules:
            connection.execute(rule)

    return set_up


def _begin(connection: Connection) -> None:
    """Begin a transaction, which the driver no longer does."""
    connection.exec_driver_sql("BEGIN")
