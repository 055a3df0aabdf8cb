"""What a data folder holds after a kill, compared with what was promised of it."""

import shutil
import sqlite3
from pathlib import Path

from stored_files import stored_files

from biofeedback.core.events import Input, Link, Mark, Notification, Resumed
from biofeedback.recording import read_recording
from tests.faults.ledger import Ledger, value_of

__all__ = ["Contents", "compare", "read_back"]

FILES = ("biofeedback.db", "biofeedback.db-wal", "vault.db", "vault.db-journal")  # not the -shm: it is made anew

Contents = dict[str, tuple[Input, ...]]  # events by session


def read_back(data: Path, copy: Path) -> tuple[Contents, list[str]]:
    """Sessions of a data folder, and what is wrong with its files; a copy is read, the folder is left as it is."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in FILES:
        if (data / name).exists():
            shutil.copyfile(data / name, copy / name)
    if not (copy / "biofeedback.db").exists():
        return {}, []
    wrong = [f"{name} is not intact" for name in FILES if name.endswith(".db") and not _is_intact(copy / name)]
    if not _is_migrated(copy / "biofeedback.db"):  # killed in its very first second
        return {}, wrong
    return {path.stem: read_recording(path).events for path in stored_files(copy).glob("*.jsonl")}, wrong


def compare(contents: Contents, ledger: Ledger) -> list[str]:
    """What is wrong with what is held of one room."""
    wrong = []
    for session, kept in ledger.kept.items():
        events = contents.get(session, ())
        frames = [event for event in events if isinstance(event, Link | Notification) and event.origin is not None]
        numbers = [
            event.origin.seq for event in frames if event.origin is not None and event.origin.id == ledger.origin
        ]
        first = ledger.first.get(session, 1)
        if numbers != list(range(first, first + len(numbers))):
            wrong.append(f"{session}: frames are missing or doubled or not in order: {numbers}")
        if kept and (not numbers or numbers[-1] < kept):
            wrong.append(f"{session}: {kept} was acknowledged, {numbers[-1:]} is there")
        wrong += [
            f"{session}: {event.origin.seq} has become {event.value.hex()}"
            for event in frames
            if isinstance(event, Notification) and event.origin and event.value.hex() != value_of(event.origin.seq)
        ]
        wrong += _notes(session, events, ledger) + _gaps(session, events, ledger)
    return wrong


def _notes(session: str, events: tuple[Input, ...], ledger: Ledger) -> list[str]:
    """What is wrong with the notes of a session."""
    held = [int(event.text) for event in events if isinstance(event, Mark) and event.text.isdigit()]
    wrong = [] if held == sorted(set(held)) else [f"{session}: notes are doubled or not in order: {held}"]
    missing = sorted(ledger.notes.get(session, set()) - set(held))
    return wrong + [f"{session}: note {text} is missing" for text in missing]


def _gaps(session: str, events: tuple[Input, ...], ledger: Ledger) -> list[str]:
    """Whether each life of the server after the first in which it took in frames begins with a mark."""
    marks = sum(isinstance(event, Resumed) for event in events)
    due = len(ledger.lives.get(session, ())) - 1
    return [f"{session}: {marks} gaps are marked, at least {due} are due"] if marks < due else []


def _is_intact(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


def _is_migrated(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'inputs'").fetchall())
    finally:
        connection.close()
