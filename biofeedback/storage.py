"""Commands about what the server keeps: list and read sessions, bring recordings in, copy it, check the audit."""

# ruff: noqa: PLC0415  each command imports what it needs when it runs: --help stays light

import argparse
import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from biofeedback.errors import InputError
from biofeedback.ids import is_ulid
from biofeedback.options import add_command, add_data, add_lang, count

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biofeedback.beginning import Beginning
    from biofeedback.edit_log import EditLog, Entry
    from biofeedback.settings import Settings
    from biofeedback.store.sessions import StoredSession

__all__ = ["add_audit", "add_backup", "add_restore", "add_sessions", "bring_in", "kept_of"]

EXIT_BROKEN = 4  # the audit was tampered with, or what was restored had been


def add_sessions(to: Any) -> None:
    """``biofeedback sessions``."""
    parser = add_command(
        to, "sessions", sessions, "list the sessions that the server keeps, the newest first", "biofeedback sessions"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a session, each on its own line")
    add_data(parser)
    add_lang(parser)


def add_backup(to: Any) -> None:
    """``biofeedback backup``."""
    parser = add_command(
        to,
        "backup",
        backup,
        "copy all that the server keeps, also while it runs; names and keys go into a file of their own",
        "biofeedback backup --out monday.db --keys monday.keys",
    )
    parser.add_argument("--out", metavar="FILE", help="copy of the data; it must not exist yet")
    parser.add_argument("--keys", metavar="FILE", help="copy of names and keys; keep it apart from the data")
    add_data(parser)
    add_lang(parser)


def add_restore(to: Any) -> None:
    """``biofeedback restore``."""
    parser = add_command(
        to,
        "restore",
        restore,
        "put a copy back, while the server is stopped; who was erased stays erased",
        "biofeedback restore monday.db --keys monday.keys",
    )
    parser.add_argument("file", metavar="FILE", help="copy of the data")
    parser.add_argument("--keys", metavar="FILE", help="copy of names and keys, where those are lost")
    add_data(parser)
    add_lang(parser)


def add_audit(to: Any) -> None:
    """``biofeedback audit``."""
    parser = add_command(
        to,
        "audit",
        audit,
        "check that nobody tampered with the record of who saw or changed what, and show its newest rows",
        "biofeedback audit --newest 50",
    )
    parser.add_argument("--newest", type=count, default=20, metavar="N", help="rows to show (default: %(default)s)")
    add_data(parser)
    add_lang(parser)


def sessions(arguments: argparse.Namespace) -> int:
    """A line a session."""
    from biofeedback.lang import Words
    from biofeedback.store.reader import looking
    from biofeedback.store.sessions import everyones

    settings, words = _settings(arguments), Words(arguments.lang)
    with looking(settings.data, settings.store_url) as connection:
        found = [(session, _beginning(connection, session)) for session in everyones(connection)]
    for told in found:
        sys.stdout.write((_json_of(*told) if arguments.json else _line_of(*told, words)) + "\n")
    if not found and not arguments.json:
        sys.stdout.write(words("storage.none") + "\n")
    return 0


class Kept(NamedTuple):
    """Recording of a session that the server keeps, its edits, and its physiotherapist's note by its fields.

    Without a content there is a file instead.
    """

    content: bytes | None
    log: "tuple[Entry, ...]"
    note: dict[str, str | bool | None]


def kept_of(arguments: argparse.Namespace, name: str) -> Kept:
    """What the server keeps of a session of this id; nothing, where the name is that of a file.

    Raises
    ------
    InputError
        If there is no such session.
    """
    if not is_ulid(name) or Path(name).exists():
        return Kept(None, (), {})
    from dataclasses import asdict

    from biofeedback.store import edits, session_notes
    from biofeedback.store.audit import Act
    from biofeedback.store.notes import leave
    from biofeedback.store.reader import looking
    from biofeedback.store.recordings import file_of
    from biofeedback.store.sessions import get
    from biofeedback.store.vault import vault_of

    settings = _settings(arguments)
    with looking(settings.data, settings.store_url) as connection:
        session = get(connection, name)
        if session is None:
            raise InputError(f"{name}: there is no such file, and no such session; see: biofeedback sessions")
        seal = vault_of(connection).seal_of(session.person)
        log, note = edits.log_of(connection, seal, name), session_notes.newest(connection, seal, name)
        written = {} if note is None else asdict(note)
        kept = Kept(file_of(connection, session), edits.with_names(connection, log), written)
    leave(settings.data, Act.SESSION_SEEN, name, session.person)
    return kept


def bring_in(arguments: argparse.Namespace) -> int:
    """A recording, and the edits beside it, into the store of a server that is stopped."""
    import asyncio

    from biofeedback.edit_log import edits_beside
    from biofeedback.recording import is_recording
    from biofeedback.store import open_store
    from biofeedback.store.recordings import read_file

    if Path(arguments.file).is_file() and os.access(arguments.file, os.R_OK) and not is_recording(arguments.file):
        raise InputError(f"{arguments.file}: this is no recording; make one of it first, with --out")
    incoming, settings = read_file(Path(arguments.file)), _settings(arguments, arguments.into)
    log = edits_beside(Path(arguments.file), hashlib.sha256(Path(arguments.file).read_bytes()).hexdigest())

    async def bring() -> str:
        store = await open_store(settings.data, settings.store_url)
        try:
            return await store.write(lambda connection: _brought_in(connection, incoming, log, arguments))
        finally:
            await store.close()

    sys.stdout.write(asyncio.run(bring()) + "\n")
    return 0


def backup(arguments: argparse.Namespace) -> int:
    """Copies of data and keys; the data first, so that each has its key."""
    from biofeedback.lang import Words
    from biofeedback.store.audit import Act
    from biofeedback.store.backup import copy_file
    from biofeedback.store.notes import leave
    from biofeedback.store.sqlite import DATABASE, VAULT

    settings, words = _settings(arguments), Words(arguments.lang)
    if arguments.out is None and arguments.keys is None:
        raise InputError("say where to: --out FILE for the data, --keys FILE for names and keys")
    if arguments.out is not None and settings.store_url is not None:
        raise InputError("these data are in PostgreSQL: copy them with pg_dump; names and keys with --keys alone")
    if arguments.out is not None:
        copy_file(settings.data / DATABASE, Path(arguments.out))
        sys.stdout.write(words("storage.backup.data", file=arguments.out) + "\n")
    if arguments.keys is not None:
        copy_file(settings.data / VAULT, Path(arguments.keys))
        sys.stdout.write(words("storage.backup.keys", file=arguments.keys) + "\n")
    what = [name for name, out in (("data", arguments.out), ("keys", arguments.keys)) if out is not None]
    leave(settings.data, Act.BACKUP_MADE, " ".join(what))
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """A copy back in its place; 4 where its audit had been tampered with."""
    import asyncio

    from biofeedback.lang import Words
    from biofeedback.store import open_store
    from biofeedback.store.backup import put_back, settle_restored
    from biofeedback.store.store import unused

    settings, words = _settings(arguments), Words(arguments.lang)
    if settings.store_url is not None:
        raise InputError("these data are in PostgreSQL: put them back with pg_restore, and vault.db in the data folder")
    with unused(settings.data):
        keys = None if arguments.keys is None else Path(arguments.keys)
        before = put_back(settings.data, Path(arguments.file), keys)

    async def settle() -> Any:
        store = await open_store(settings.data)
        try:
            return await store.write(settle_restored)
        finally:
            await store.close()

    broken = asyncio.run(settle())
    sys.stdout.write(words("storage.restored", file=arguments.file) + "\n")
    if before is not None:
        sys.stdout.write(words("storage.before", folder=str(before)) + "\n")
    if broken is not None and broken.what != "cut_off":  # the vault knows rows that are newer than the copy
        sys.stdout.write(words(f"storage.audit.{broken.what}", n=broken.number) + "\n")
        return EXIT_BROKEN
    return 0


def audit(arguments: argparse.Namespace) -> int:
    """The newest rows, and whether all are as they were written; 4 where not."""
    from biofeedback.lang import Words
    from biofeedback.store.audit import broken, newest
    from biofeedback.store.reader import looking

    settings, words = _settings(arguments), Words(arguments.lang)
    with looking(settings.data, settings.store_url) as connection:
        entries, found = newest(connection, arguments.newest), broken(connection)
    for number, entry in reversed(entries):
        cells = (number, entry.at_utc, entry.role, entry.user, entry.act, entry.person, entry.about)
        sys.stdout.write("  ".join("-" if cell is None else str(cell) for cell in cells) + "\n")
    said = words("storage.audit.whole") if found is None else words(f"storage.audit.{found.what}", n=found.number)
    sys.stdout.write(said + "\n")
    return 0 if found is None else EXIT_BROKEN


def _settings(arguments: argparse.Namespace, data: str | None = None) -> "Settings":
    """Settings of the server that this is about."""
    from biofeedback.configuration import read_settings

    given = vars(arguments)
    return read_settings({"data": data or given.get("data")}, given.get("settings"))


def _beginning(connection: "Connection", session: "StoredSession") -> "Beginning":
    """How a session began; of one whose inputs cannot be read, what was planned."""
    from biofeedback.beginning import beginning_of
    from biofeedback.errors import SealBroken
    from biofeedback.store.beginnings import begun_by

    try:
        return begun_by(connection, session)[1]
    except SealBroken:
        return beginning_of(session.header)


def _line_of(session: "StoredSession", begun: "Beginning", words: Any) -> str:
    """A session as a line of the table."""
    header = session.header
    marks = [words("storage.running")] if not session.ended else []
    marks += [words("storage.simulated")] if header.simulated else []
    return "  ".join([session.id, begun.at_utc, header.subject or "-", begun.exercise or "-", *marks])


def _json_of(session: "StoredSession", begun: "Beginning") -> str:
    """A session as JSON."""
    from biofeedback.report.document import encode_document

    header = session.header
    return encode_document(
        {
            "session": session.id,
            "started_utc": header.started_utc,
            "begun_utc": begun.begun_utc,
            "subject": header.subject,
            "exercise": begun.exercise,
            "ended": session.ended,
            "simulated": header.simulated,
        }
    )


def _brought_in(connection: "Connection", incoming: Any, log: "EditLog", arguments: argparse.Namespace) -> str:
    """Id of a recording's session, now one of the person whose pseudonym was given."""
    from biofeedback.store import audit as audited
    from biofeedback.store import edits, people, recordings, users
    from biofeedback.store.vault import vault_of

    owner = None
    if arguments.owner is not None:
        user = users.find(connection, arguments.owner)
        if user is None:
            raise InputError(f"there is no user {arguments.owner!r} here")
        owner = user.id
    subject = arguments.subject or incoming.header.subject or None
    found = None if subject is None else people.find(connection, subject, owner)
    person = found or people.add(connection, pseudonym=subject, owner=owner)
    session = recordings.bring_in(connection, incoming, person.id)
    for line in log.entries:
        edits.append(connection, vault_of(connection).seal_of(person.id), session.id, line)
    entry = audited.Entry(audited.Act.SESSION_BROUGHT_IN, audited.MACHINE, None, person.id, session.id)
    audited.append(connection, entry)
    return session.id
