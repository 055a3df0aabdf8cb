"""Route of the list of sessions: all that was done with one's own people, the newest first, a page at a time."""

from collections.abc import Collection
from functools import partial
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from sqlalchemy import Connection

from biofeedback.server.access import Access, principal_of
from biofeedback.server.clinic import Clinic
from biofeedback.store import inputs, people, sessions
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of

__all__ = ["Shelf", "add_sessions"]

PAGE = 30
LOOKED_AT = 200  # at most, for a page: sessions in which nothing was begun are passed over
STEP = b'"type":"step"'


def add_sessions(app: FastAPI, clinic: Clinic, access: Access) -> None:
    """Add the route."""
    shelf = Shelf()

    @app.get("/api/sessions")
    async def listed(
        request: Request, before: Annotated[str | None, Query(min_length=26, max_length=26)] = None
    ) -> dict[str, Any]:
        own = await access.own_people(principal_of(request))
        return await clinic.store.read(partial(shelf.page, own=own, before=before))


class Shelf:
    """Lists sessions, and remembers how far it looked for a step in each: inputs are sealed one by one."""

    def __init__(self) -> None:
        self._begun: set[str] = set()
        self._unbegun: dict[str, int] = {}  # up to which seq there is no step

    def page(self, connection: Connection, own: Collection[str] | None, before: str | None) -> dict[str, Any]:
        """Sessions of a page; ``before`` is where the next begins, None where there is none."""
        found: list[dict[str, Any]] = []
        looked_at = sessions.newest(connection, LOOKED_AT + 1, people=own, before=before)
        for stored in looked_at[:LOOKED_AT]:
            if len(found) == PAGE:
                break
            before = stored.id
            if self._was_begun(connection, stored):
                found.append(_told(connection, stored))
        is_last = not looked_at or before == looked_at[-1].id
        return {"sessions": found, "before": None if is_last else before}

    def _was_begun(self, connection: Connection, stored: StoredSession) -> bool:
        """Whether anything was done in a session; only what came since the last look is looked at."""
        if stored.id in self._begun:
            return True
        seen = self._unbegun.get(stored.id, 0)
        seal = vault_of(connection).seal_of(stored.person)
        for seq, line in inputs.each_line(connection, seal, stored.id, seen):
            if STEP in line:
                self._begun.add(stored.id)
                self._unbegun.pop(stored.id, None)
                return True
            seen = max(seen, seq)
        self._unbegun[stored.id] = seen
        return False


def _told(connection: Connection, stored: StoredSession) -> dict[str, Any]:
    """What is told of a session."""
    header, person = stored.header, people.get(connection, stored.person)
    return {
        "id": stored.id,
        "person": stored.person,
        "pseudonym": None if person is None else person.pseudonym,
        "started_utc": header.started_utc,
        "exercise": header.exercise,
        "simulated": header.simulated,
        "ended": stored.ended,
    }
