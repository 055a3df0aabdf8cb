"""Route of the list of sessions: all that was done with one's own people, the newest first, a page at a time."""

from collections.abc import Collection
from functools import partial
from operator import itemgetter
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from sqlalchemy import Connection

from biofeedback.beginning import Beginning
from biofeedback.server.access import Access, principal_of
from biofeedback.server.clinic import Clinic
from biofeedback.store import people, sessions
from biofeedback.store.beginnings import begun_by
from biofeedback.store.sessions import StoredSession

__all__ = ["Shelf", "add_sessions"]

PAGE = 30
LOOKED_AT = 200  # at most, for a page: sessions in which nothing was begun are passed over


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
    """Lists sessions, and remembers how each began, or how far it looked for that: inputs are sealed one by one."""

    def __init__(self) -> None:
        self._begun: dict[str, Beginning] = {}
        self._unbegun: dict[str, tuple[int, Beginning]] = {}  # up to which seq there is no step, and what is there

    def page(self, connection: Connection, own: Collection[str] | None, before: str | None) -> dict[str, Any]:
        """Sessions of a page; ``before`` is where the next begins, None where there is none."""
        found: list[dict[str, Any]] = []
        looked_at = sessions.newest(connection, LOOKED_AT + 1, people=own, before=before)
        for stored in looked_at[:LOOKED_AT]:
            if len(found) == PAGE:
                break
            before = stored.id
            beginning = self._beginning(connection, stored)
            if beginning is not None:
                found.append(_told(connection, stored, beginning))
        found.sort(key=itemgetter("begun_utc"), reverse=True)  # one whose room was opened first may have begun last
        is_last = not looked_at or before == looked_at[-1].id
        return {"sessions": found, "before": None if is_last else before}

    def _beginning(self, connection: Connection, stored: StoredSession) -> Beginning | None:
        """How a session began; None: nothing was done in it. Only what came since the last look is looked at."""
        if stored.id in self._begun:
            return self._begun[stored.id]
        seen, found = begun_by(connection, stored, *self._unbegun.pop(stored.id, (0, None)))
        if found.begun_utc is None:
            self._unbegun[stored.id] = seen, found
            return None
        self._begun[stored.id] = found
        return found


def _told(connection: Connection, stored: StoredSession, beginning: Beginning) -> dict[str, Any]:
    """What is told of a session."""
    person = people.get(connection, stored.person)
    return {
        "id": stored.id,
        "person": stored.person,
        "pseudonym": None if person is None else person.pseudonym,
        "begun_utc": beginning.at_utc,
        "exercise": beginning.exercise,
        "simulated": stored.header.simulated,
        "ended": stored.ended,
    }
