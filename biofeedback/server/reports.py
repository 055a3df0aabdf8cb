"""Route of reports to print or hand out: made beside the server, noted in the audit, and named without a name."""

import re
import zoneinfo
from dataclasses import asdict, dataclass, replace
from datetime import tzinfo
from functools import partial
from typing import Literal

from fastapi import FastAPI, Request
from sqlalchemy import Connection
from starlette.responses import Response

from biofeedback.lang import local_moment
from biofeedback.report.printed import Form, Kind, Wanted, print_recording
from biofeedback.server.access import Access, entry_of, principal_of
from biofeedback.server.clinic import Clinic
from biofeedback.server.held import HeldSession, held_session, readable
from biofeedback.server.study import Study
from biofeedback.store import people, session_notes, sessions
from biofeedback.store.audit import Act
from biofeedback.store.beginnings import begun_by
from biofeedback.store.session_notes import SessionNote
from biofeedback.store.vault import vault_of

__all__ = ["add_reports"]

MEDIA = {Form.HTML: "text/html; charset=utf-8", Form.PDF: "application/pdf"}


@dataclass(frozen=True, slots=True)
class Reported:
    """A session that a report is asked of; ``label``: pseudonym and day, as the name of a file can hold them."""

    held: HeldSession
    label: str
    note: SessionNote | None


def add_reports(app: FastAPI, clinic: Clinic, access: Access, study: Study) -> None:
    """Add the route."""

    @app.get("/api/sessions/{session}/report")
    async def make(
        request: Request, session: str, language: Literal["nl", "en"], kind: Kind, form: Form, zone: str = ""
    ) -> Response:
        wanted = Wanted(kind, form, language, _zone_of(zone))
        asked = await clinic.store.read(partial(_reported, session=session, zone=wanted.zone))
        wanted = replace(wanted, code=asked.held.code)
        held, note = asked.held, {} if asked.note is None else asdict(asked.note)
        await access.ledger.note(entry_of(principal_of(request), Act.REPORT_MADE, person=held.person, about=held.id))
        made = await readable(study.ask(print_recording, held.content, held.name, held.log, held.names, wanted, note))
        name = f"{asked.label}-{kind}-{language}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(made, media_type=MEDIA[form], headers=headers)


def _zone_of(name: str) -> tzinfo | None:
    """Zone that a browser names; None, the zone of this machine, where it names none that is known here."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _reported(connection: Connection, session: str, zone: tzinfo | None) -> Reported:
    """Session of an id, with the note that its physiotherapist wrote."""
    held = held_session(connection, session)
    stored, person = sessions.get(connection, session), people.get(connection, held.person)
    assert stored is not None
    assert person is not None
    begun = begun_by(connection, stored)[1].at_utc
    told = f"{person.pseudonym or held.id}-{local_moment(begun, zone).date()}"
    note = session_notes.newest(connection, vault_of(connection).seal_of(held.person), held.id)
    return Reported(held, re.sub(r"[^A-Za-z0-9._-]+", "-", told).strip("-."), note)
