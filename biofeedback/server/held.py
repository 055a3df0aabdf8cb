"""A session of the store as it is worked out beside the server: its recording, and what was made of its beats."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from biofeedback.edit_log import Entry
from biofeedback.errors import InputError, NoSuchBeat
from biofeedback.server.access import Refused, not_found
from biofeedback.store import edits, people, recordings, sessions, users
from biofeedback.store.vault import vault_of

__all__ = ["HeldSession", "held_session", "readable"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A session; ``log`` is that of its edits, with the names of their authors, ``names`` those of all users by id.

    ``code`` is the person's pseudonym here, whatever a recording that was brought in calls them; None: there is none.
    """

    id: str
    person: str
    code: str | None
    ended: bool
    content: bytes
    log: tuple[Entry, ...]
    names: Mapping[str, str]

    @property
    def name(self) -> str:
        """What its recording is called in messages."""
        return f"{self.id}.jsonl"


def held_session(connection: Connection, session: str) -> HeldSession:
    """Session of an id.

    Raises
    ------
    Refused
        If there is none.
    """
    stored = sessions.get(connection, session)
    if stored is None:
        raise not_found()
    log = edits.log_of(connection, vault_of(connection).seal_of(stored.person), stored.id)
    content = recordings.file_of(connection, stored)
    names, person = users.names(connection), people.get(connection, stored.person)
    code = None if person is None else person.pseudonym
    return HeldSession(stored.id, stored.person, code, stored.ended, content, edits.with_names(connection, log), names)


async def readable(found: Awaitable[T]) -> T:
    """What comes of a recording.

    Raises
    ------
    Refused
        If it cannot be read, or a beat was edited that is not there; it says why.
    """
    try:
        return await found
    except NoSuchBeat as error:
        raise Refused(422, "no_such_beat", str(error)) from error
    except InputError as error:
        raise Refused(409, "session_unreadable", str(error)) from error
