"""Routes of the analyst's page: a session, computed anew beside the server, and the edits of its beats."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal

import msgspec
from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit, Undo, undoable
from biofeedback.edit_log import Entry
from biofeedback.ids import new_ulid
from biofeedback.report.export import FORMATS, ExportFormat, exported
from biofeedback.report.review import review
from biofeedback.report.stretch import stretch
from biofeedback.server.access import Access, Principal, Refused, entry_of, principal_of
from biofeedback.server.clinic import Clinic
from biofeedback.server.held import HeldSession, held_session, readable
from biofeedback.server.study import Study
from biofeedback.store import audit, edits
from biofeedback.store.audit import Act
from biofeedback.store.vault import vault_of

__all__ = ["add_review"]

JSON = "application/json"
MOST_BEATS = 20_000  # edited at once; five hours of them

Beat = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0)]]
Seconds = Annotated[float, Query(ge=0, allow_inf_nan=False)]


class NewEdit(BaseModel):
    """What is to be made of some beats; ``expected``: how many lines the log has that this was decided on."""

    model_config = ConfigDict(extra="forbid")

    kind: EditKind | Literal["undo"]
    beats: Annotated[list[Beat], Field(max_length=MOST_BEATS)] = []
    expected: Annotated[int, Field(ge=0)] | None = None


def add_review(app: FastAPI, clinic: Clinic, access: Access, study: Study) -> None:
    """Add the routes."""

    async def seen(request: Request, session: str, act: Act = Act.SESSION_SEEN) -> HeldSession:
        """A session, which the audit knows to have been looked at."""
        held = await clinic.store.read(partial(held_session, session=session))
        await access.ledger.note(entry_of(principal_of(request), act, person=held.person, about=held.id))
        return held

    @app.get("/api/sessions/{session}/review")
    async def show(request: Request, session: str) -> Response:
        held = await seen(request, session)
        return _of_person(held, await readable(study.ask(review, held.content, held.name, held.log, held.names)))

    @app.post("/api/sessions/{session}/edits")
    async def edit(request: Request, session: str, body: NewEdit) -> Response:
        principal = principal_of(request)
        before = await clinic.store.read(partial(held_session, session=session))
        entry = _entry(before, body, principal)
        named = await clinic.store.read(lambda connection: edits.with_names(connection, [entry]))
        found = await readable(study.ask(review, before.content, before.name, (*before.log, *named), before.names))
        log = await clinic.store.write(partial(_keep, held=before, entry=entry, body=body, principal=principal))
        if len(log) != len(before.log) + 1:  # somebody else edited meanwhile: both count
            found = await readable(study.ask(review, before.content, before.name, log, before.names))
        return _of_person(before, found)

    @app.get("/api/sessions/{session}/segment")
    async def segment(request: Request, session: str, from_s: Seconds, to_s: Seconds) -> Response:
        if to_s <= from_s:
            raise Refused(422, "not_valid", "from_s, to_s")
        held = await seen(request, session)
        found = await readable(study.ask(stretch, held.content, held.name, held.log, from_s, to_s))
        return Response(found, media_type=JSON)

    @app.get("/api/sessions/{session}/export")
    async def export(request: Request, session: str, format: ExportFormat) -> Response:
        held = await seen(request, session, Act.SESSION_EXPORTED)
        found = await readable(study.ask(exported, held.content, held.name, held.log, format))
        kind = FORMATS[format]
        name = f'attachment; filename="{held.id}.{kind.suffix}"'
        return Response(found, media_type=kind.media_type, headers={"Content-Disposition": name})


def _of_person(held: HeldSession, found: bytes) -> Response:
    """A review, with the person whose session it is: the recording does not know them by their id."""
    known = msgspec.json.encode({"person": held.person, "code": held.code})
    return Response(known.removesuffix(b"}") + b"," + found.removeprefix(b"{"), media_type=JSON)


def _entry(held: HeldSession, body: NewEdit, principal: Principal) -> Entry:
    """Line of the log for what is asked."""
    if not held.ended:
        raise Refused(409, "session_running", "the session goes on; its beats can be edited when it has ended")
    if body.expected is not None and body.expected != len(held.log):
        raise _conflict()
    id_, at_utc = new_ulid(), datetime.now(UTC).isoformat(timespec="milliseconds")
    if body.kind != "undo":
        if not body.beats:
            raise Refused(422, "not_valid", "beats")
        return Edit(id_, at_utc, principal.user, body.kind, tuple(dict.fromkeys(body.beats)))
    newest = undoable(held.log)
    if newest is None or body.beats:
        raise _conflict()
    return Undo(id_, at_utc, principal.user, newest.id)


def _conflict() -> Refused:
    """Somebody else was first, or there is nothing to take back."""
    return Refused(409, "conflict", "the log is another by now, or there is nothing to take back")


def _keep(
    connection: Connection, held: HeldSession, entry: Entry, body: NewEdit, principal: Principal
) -> tuple[Entry, ...]:
    """Add a line to the log and to the audit; the whole log, with names."""
    seal = vault_of(connection).seal_of(held.person)
    log = edits.log_of(connection, seal, held.id)
    is_undone = isinstance(entry, Undo) and any(isinstance(one, Undo) and one.undoes == entry.undoes for one in log)
    if is_undone or (body.expected is not None and body.expected != len(log)):
        raise _conflict()
    edits.append(connection, seal, held.id, entry)
    audit.append(connection, entry_of(principal, Act.SESSION_EDITED, person=held.person, about=held.id))
    return edits.with_names(connection, [*log, entry])
