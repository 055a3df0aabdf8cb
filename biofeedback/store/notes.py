"""Notes for the audit by commands that run beside a server, which alone writes the store; it takes them in."""

import contextlib
import logging
import os
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from biofeedback.errors import InputError
from biofeedback.ids import new_ulid
from biofeedback.ownership import hand_over
from biofeedback.store import audit
from biofeedback.store.audit import MACHINE, Act, Entry

__all__ = ["leave", "take_in", "waiting"]

FOLDER = "notes"

_log = logging.getLogger(__name__)


def leave(data: Path, act: Act, about: str | None = None, person: str | None = None) -> None:
    """Leave a note of what was done at the machine now.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    folder, name = data / FOLDER, new_ulid()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        hand_over(folder)
        (folder / f"{name}.new").write_bytes(msgspec.json.encode(Entry(act, MACHINE, None, person, about)))
        hand_over(folder / f"{name}.new")
        os.replace(folder / f"{name}.new", folder / f"{name}.json")
    except OSError as error:
        raise InputError(f"{folder}: nothing can be noted there ({(error.strerror or str(error)).lower()})") from error


def waiting(data: Path) -> list[tuple[Act, datetime]]:
    """What was noted, and when, and is not in the audit yet."""
    found = []
    for path in sorted((data / FOLDER).glob("*.json")):
        with contextlib.suppress(OSError, ValueError):
            entry = msgspec.json.decode(path.read_bytes(), type=Entry)
            found.append((entry.act, datetime.fromisoformat(entry.at_utc)))
    return found


def take_in(connection: Connection, data: Path) -> list[Path]:
    """Put all notes into the audit; these files are to be removed when that is committed."""
    found = sorted((data / FOLDER).glob("*.json"))
    for path in found:
        try:
            audit.append(connection, msgspec.json.decode(path.read_bytes(), type=Entry))
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.error("a note for the audit cannot be read, and is left out: %s", path.name)
    return found
