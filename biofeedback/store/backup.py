"""Copies of a store: its database and its vault, apart from each other, made while a server runs; and the way back."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from biofeedback.errors import InputError
from biofeedback.ownership import hand_over
from biofeedback.store import audit, erasure
from biofeedback.store.audit import MACHINE, Act, Broken, Entry
from biofeedback.store.sqlite import DATABASE, VAULT
from biofeedback.store.vault import vault_of

__all__ = ["copy_file", "put_back", "settle_restored"]

JOURNALS = ("", "-wal", "-shm", "-journal")
_LACKING = "INSERT OR IGNORE INTO {0} SELECT * FROM kept.{0}"


def copy_file(source: Path, out: Path) -> None:
    """Copy of a file of SQLite, as it was at one moment; whoever writes it meanwhile is not held up.

    The copy is read in one transaction that only reads: it makes no checkpoint. Its mode is 0600.

    Raises
    ------
    InputError
        If there is no such file, the copy exists already, or it cannot be written.
    """
    if not source.is_file():
        raise InputError(f"{source}: there is no such file, so nothing to be backed up")
    try:
        os.close(os.open(out, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise InputError(f"{out}: exists already; choose another name") from error
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({(error.strerror or str(error)).lower()})") from error
    try:
        with _opened(source) as read, _opened(out) as written:
            read.execute("PRAGMA query_only = ON")
            read.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")  # one file, that can be carried
        _sync(out)
    except (sqlite3.Error, OSError) as error:
        out.unlink(missing_ok=True)
        raise InputError(f"{out}: the copy could not be made ({error})") from error


def put_back(data: Path, backup: Path, keys: Path | None) -> Path | None:
    """Put copies into a data folder that nobody uses; the folder into which what was there before was moved.

    Of the keys, those are added that are not there; of somebody who was erased, none.

    Raises
    ------
    InputError
        If a copy is damaged or of something else, there are no keys, or no room: then what was there is there still.
    """
    check(backup)
    if "sessions" not in _tables(backup):
        raise InputError(f"{backup}: this is no copy of the data, which `biofeedback backup --out FILE` makes")
    if keys is not None:
        check(keys)
        if "erased" not in _tables(keys):
            raise InputError(f"{keys}: these are no names and keys, which `biofeedback backup --keys FILE` copies")
    elif not (data / VAULT).is_file():
        raise InputError(f"{data}: the keys are not here, and without them nothing can be read; give --keys FILE")
    new = data / f"{DATABASE}.new"
    new.unlink(missing_ok=True)  # of a try that was cut off
    copy_file(backup, new)  # before anything is moved: the disk may have no room for it
    try:
        if keys is not None:
            _add_keys(data / VAULT, keys)
        before = _set_aside(data)
        new.replace(data / DATABASE)
    except (sqlite3.Error, OSError) as error:
        raise InputError(f"{data}: the copy could not be put back ({error}); nothing is lost") from error
    finally:
        new.unlink(missing_ok=True)
    for path in filter(None, (data / DATABASE, data / VAULT, before)):
        hand_over(path)
    return before


def settle_restored(connection: Connection) -> Broken | None:
    """Erase again whoever was erased, and let the audit go on where the copy ends; what is wrong with its chain."""
    erasure.settle(connection)
    found = audit.broken(connection)
    vault_of(connection).forget_newest()
    last = audit.newest(connection, 1)
    entry = Entry(Act.BACKUP_RESTORED, MACHINE, about=f"after row {last[0][0] if last else 0}")
    audit.append(connection, entry)
    return found


def check(path: Path) -> None:
    """Refuse a file that is no whole database.

    Raises
    ------
    InputError
        If it is not there, or damaged.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    try:
        with _opened(path) as connection:
            connection.execute("PRAGMA query_only = ON")
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise InputError(f"{path}: this is no backup, or it is damaged ({error})") from error
    if found != "ok":
        raise InputError(f"{path}: this backup is damaged ({found}); take another")


def _tables(path: Path) -> set[str]:
    """Names of the tables in a file of SQLite, of which a file of nothing has none."""
    with _opened(path) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _set_aside(data: Path) -> Path | None:
    """Move away the database that is there, with its journals."""
    there = [data / f"{DATABASE}{end}" for end in JOURNALS if (data / f"{DATABASE}{end}").exists()]
    if not there:
        return None
    before = data / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    before.mkdir(mode=0o700)
    for path in there:
        shutil.move(path, before / path.name)
    return before


def _add_keys(vault: Path, keys: Path) -> None:
    """Add to a vault the keys and the signs of erasure that are in a copy."""
    if not vault.is_file():
        copy_file(keys, vault)
        return
    with _opened(vault) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("ATTACH ? AS kept", (str(keys),))
        with connection:
            for table in ("people", "erased"):
                connection.execute(_LACKING.format(table))
            connection.execute("DELETE FROM people WHERE id IN (SELECT id FROM erased)")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Connection to a file, closed afterwards."""
    connection = sqlite3.connect(path, timeout=10.0)
    try:
        yield connection
    finally:
        connection.close()


def _sync(path: Path) -> None:
    """Put a file on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
