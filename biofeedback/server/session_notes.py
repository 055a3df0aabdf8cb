"""Routes about the note that a physiotherapist writes of a session: the last version holds, none is lost."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import FastAPI, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from biofeedback.server.access import Access, entry_of, not_found, principal_of
from biofeedback.server.clinic import Clinic
from biofeedback.store import audit, session_notes, sessions, users
from biofeedback.store.audit import Act
from biofeedback.store.session_notes import Posture, SessionNote
from biofeedback.store.vault import vault_of

__all__ = ["add_session_notes"]


def _readable(text: str) -> str:
    """Text as it was typed, without blanks around it, if a person can read it."""
    text = text.replace("\r\n", "\n").strip()
    if not text.replace("\n", "").replace("\t", "").isprintable():
        raise ValueError("letters are expected")
    return text


Text = Annotated[str, Field(max_length=2000), AfterValidator(_readable)]


class WrittenNote(BaseModel):
    """A note as it is to be from now on; what is left out is empty."""

    model_config = ConfigDict(extra="forbid")

    posture: Posture | None = None
    medication: Text = ""
    changed: Text = ""
    protocol: Text = ""
    quality_note: Text = ""
    adverse: Text = ""
    strap_cleaned: bool | None = None
    text: Text = ""


def add_session_notes(app: FastAPI, clinic: Clinic, access: Access) -> None:
    """Add the routes."""

    @app.get("/api/sessions/{session}/note")
    async def read(request: Request, session: str) -> dict[str, Any]:
        person, told = await clinic.store.read(lambda connection: _read(connection, session))
        await access.ledger.note(entry_of(principal_of(request), Act.NOTE_SEEN, person=person, about=session))
        return told

    @app.put("/api/sessions/{session}/note")
    async def write(request: Request, session: str, body: WrittenNote) -> dict[str, Any]:
        principal = principal_of(request)
        note = SessionNote(**body.model_dump(), author=principal.user)

        def keep(connection: Connection) -> dict[str, Any]:
            person = _person_of(connection, session)
            session_notes.add(connection, vault_of(connection).seal_of(person), session, note)
            audit.append(connection, entry_of(principal, Act.NOTE_WRITTEN, person=person, about=session))
            return _told(connection, note)

        return await clinic.store.write(keep)


def _read(connection: Connection, session: str) -> tuple[str, dict[str, Any]]:
    """Whose session it is, and what is told of its note: where nobody wrote one, an empty one without a time."""
    person = _person_of(connection, session)
    note = session_notes.newest(connection, vault_of(connection).seal_of(person), session)
    return person, _told(connection, SessionNote(at_utc="") if note is None else note)


def _person_of(connection: Connection, session: str) -> str:
    """Whose session it is."""
    person = sessions.person_of(connection, session)
    if person is None:
        raise not_found()
    return person


def _told(connection: Connection, note: SessionNote) -> dict[str, Any]:
    """A note with the name of who wrote it."""
    author = None if note.author is None else users.get(connection, note.author)
    return asdict(note) | {"author": None if author is None else author.name, "at_utc": note.at_utc or None}
