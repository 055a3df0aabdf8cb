"""Everything that is kept of one person, as one zip that is made while it is sent."""

import asyncio
import hashlib
import zipfile
from collections.abc import AsyncIterator
from dataclasses import asdict, astuple, dataclass, fields
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection

from biofeedback.core.edits import standing
from biofeedback.core.events import Mark, Rating
from biofeedback.edit_log import Entry, encode_edits
from biofeedback.errors import BiofeedbackError
from biofeedback.formats.spreadsheet import spreadsheet
from biofeedback.lang import LANGUAGES, Words
from biofeedback.recording import Recording
from biofeedback.server.outcome import outcome_of
from biofeedback.store import Store, audit, consents, edits, people, recordings, session_notes, sessions, users
from biofeedback.store.session_notes import SessionNote
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of

__all__ = ["dossier_of"]

PART_BYTES = 65_536  # packed at once; 2 ms
RATINGS = ("session", "t_s", "scale", "moment", "value")
NOTES = ("session", "t_s", "kind", "text", "author")
SESSION_NOTES = ("session", *(field.name for field in fields(SessionNote)))

File = tuple[str, bytes]


async def dossier_of(store: Store, person: str) -> AsyncIterator[bytes]:
    """Zip of everything about a person, in parts. All else that runs gets its turn between them."""
    sent = _Outlet()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as archive:
        async for name, content in _files(store, person):
            with archive.open(name, "w") as entry:
                for start in range(0, len(content), PART_BYTES):
                    entry.write(content[start : start + PART_BYTES])
                    await asyncio.sleep(0)
            yield sent.taken()
    yield sent.taken()


@dataclass(frozen=True, slots=True)
class _Held:
    """A session's recording: its bytes, what was read from them, and the edits of its beats."""

    content: bytes
    recording: Recording
    log: tuple[Entry, ...]


class _Outlet:
    """What a zip is written to, that can only be written."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        """Take over what was written."""
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


async def _files(store: Store, person: str) -> AsyncIterator[File]:
    """Files of a dossier."""
    unreadable: list[str] = []
    ratings: list[tuple[Any, ...]] = []
    notes: list[tuple[Any, ...]] = []
    written: list[tuple[Any, ...]] = []
    names = await store.read(users.names)
    for stored in await store.read(lambda connection: sessions.of_person(connection, person)):
        try:
            written += await store.read(partial(_written, stored=stored))
            held = await store.read(partial(_held, stored=stored))
        except BiofeedbackError:
            unreadable.append(stored.id)
            continue
        yield f"sessions/{stored.id}.jsonl", held.content
        if held.log:
            sha256 = hashlib.sha256(held.content).hexdigest()
            yield f"sessions/{stored.id}.edits.jsonl", encode_edits(held.log, sha256, stored.id)
        yield f"results/{stored.id}.json", _json(await outcome_of(held.recording, standing(held.log)))
        for event in held.recording.events:
            if isinstance(event, Rating):
                ratings.append((stored.id, event.t_s, event.scale, event.moment, event.value))
            elif isinstance(event, Mark):
                notes.append(
                    (stored.id, event.t_s, event.kind, event.text, names.get(event.author or "", event.author))
                )
    yield "ratings.csv", spreadsheet(RATINGS, ratings)
    yield "notes.csv", spreadsheet(NOTES, notes)
    yield "session_notes.csv", spreadsheet(SESSION_NOTES, written)
    about = await store.read(lambda connection: _about(connection, person))
    yield "person.json", _json(about | {"unreadable_sessions": unreadable})
    yield "README.txt", "\n\n".join(Words(language)("dossier.readme") for language in LANGUAGES).encode() + b"\n"


def _held(connection: Connection, stored: StoredSession) -> _Held:
    """Recording of a session, and the edits of its beats."""
    log = edits.log_of(connection, vault_of(connection).seal_of(stored.person), stored.id)
    return _Held(recordings.file_of(connection, stored), recordings.recording_of(connection, stored), log)


def _written(connection: Connection, stored: StoredSession) -> list[tuple[Any, ...]]:
    """What was written down about a session, earlier versions as well."""
    seal = vault_of(connection).seal_of(stored.person)
    return [(stored.id, *astuple(note)) for note in session_notes.versions(connection, seal, stored.id)]


def _about(connection: Connection, person: str) -> dict[str, Any]:
    """Who a person is here, what they agreed to, and who saw or changed what of them."""
    found = people.get(connection, person)
    return {
        "id": person,
        "pseudonym": None if found is None else found.pseudonym,
        "name": people.name_of(connection, person),
        "strap": people.strap_of(connection, person),
        "consents": [asdict(consent) for consent in consents.of_person(connection, person)],
        "audit": [asdict(entry) for entry in audit.of_person(connection, person)],
    }


def _json(content: object) -> bytes:
    """JSON that a person can read as well; a number that is none becomes null."""
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
