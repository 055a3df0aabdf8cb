"""Everything that is kept of one person, as one zip that is made while it is sent."""

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection

from biofeedback.core.events import Mark, Rating
from biofeedback.errors import BiofeedbackError
from biofeedback.lang import LANGUAGES, Words
from biofeedback.recording import Recording
from biofeedback.server.outcome import outcome_of
from biofeedback.store import Store, audit, consents, people, recordings, sessions
from biofeedback.store.sessions import StoredSession

__all__ = ["dossier_of"]

PART_BYTES = 65_536  # packed at once; 2 ms
RATINGS = ("session", "t_s", "scale", "moment", "value")
NOTES = ("session", "t_s", "kind", "text", "author")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet begins to calculate

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
    """A session's recording: its bytes, and what was read from them."""

    content: bytes
    recording: Recording


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
    for stored in await store.read(lambda connection: sessions.of_person(connection, person)):
        try:
            held = await store.read(partial(_held, stored=stored))
        except BiofeedbackError:
            unreadable.append(stored.id)
            continue
        yield f"sessions/{stored.id}.jsonl", held.content
        yield f"results/{stored.id}.json", _json(await outcome_of(held.recording))
        for event in held.recording.events:
            if isinstance(event, Rating):
                ratings.append((stored.id, event.t_s, event.scale, event.moment, event.value))
            elif isinstance(event, Mark):
                notes.append((stored.id, event.t_s, event.kind, event.text, event.author))
    yield "ratings.csv", _csv(RATINGS, ratings)
    yield "notes.csv", _csv(NOTES, notes)
    about = await store.read(lambda connection: _about(connection, person))
    yield "person.json", _json(about | {"unreadable_sessions": unreadable})
    yield "README.txt", "\n\n".join(Words(language)("dossier.readme") for language in LANGUAGES).encode() + b"\n"


def _held(connection: Connection, stored: StoredSession) -> _Held:
    """Recording of a session."""
    return _Held(recordings.file_of(connection, stored), recordings.recording_of(connection, stored))


def _about(connection: Connection, person: str) -> dict[str, Any]:
    """Who a person is here, what they agreed to, and who saw or changed what of them."""
    found = people.get(connection, person)
    return {
        "id": person,
        "pseudonym": None if found is None else found.pseudonym,
        "name": people.name_of(connection, person),
        "consents": [asdict(consent) for consent in consents.of_person(connection, person)],
        "audit": [asdict(entry) for entry in audit.of_person(connection, person)],
    }


def _json(content: object) -> bytes:
    """JSON that a person can read as well; a number that is none becomes null."""
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _csv(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> bytes:
    """Table for a spreadsheet, in which no text is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _plain(cell: object) -> object:
    """Text that a spreadsheet shows and does not calculate."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
