"""Routes about what a person has a say in: consent, a copy of everything, and having everything erased."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import StreamingResponse

from biofeedback.server.access import Access, entry_of, leave_room, not_found, principal_of
from biofeedback.server.clinic import Clinic
from biofeedback.server.dossier import dossier_of
from biofeedback.store import audit, consents, erasure, people
from biofeedback.store.audit import Act
from biofeedback.store.consents import Consent, Kind

__all__ = ["add_privacy"]


class Said(BaseModel):
    """What a person agreed to, or did not; ``version`` is that of the words."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    given: bool


def add_privacy(app: FastAPI, clinic: Clinic, access: Access) -> None:
    """Add the routes."""

    @app.get("/api/people/{person}/consents")
    async def said(person: str) -> list[dict[str, Any]]:
        found = await clinic.store.read(lambda connection: _there(connection, person))
        return [_told(consent) for consent in found]

    @app.post("/api/people/{person}/consents", status_code=201)
    async def say(request: Request, person: str, body: Said) -> dict[str, Any]:
        consent = Consent(person=person, kind=body.kind, version=body.version, given=body.given)
        act = Act.CONSENT_GIVEN if body.given else Act.CONSENT_WITHDRAWN
        entry = entry_of(principal_of(request), act, person=person, about=f"{body.kind} {body.version}")

        def keep(connection: Connection) -> None:
            _there(connection, person)
            consents.add(connection, consent)
            audit.append(connection, entry)

        is_measurement = body.kind is Kind.MEASUREMENT
        if is_measurement and not body.given:  # at once: a disk may take longer than whoever says it has time
            clinic.allow(person, is_allowed=False)
        await clinic.store.write(keep)
        if is_measurement:  # and last what was committed last
            clinic.allow(person, is_allowed=body.given)
        return _told(consent)

    @app.get("/api/people/{person}/export")
    async def export(request: Request, person: str) -> StreamingResponse:
        await clinic.store.read(lambda connection: _there(connection, person))
        await access.ledger.note(entry_of(principal_of(request), Act.PERSON_EXPORTED, person=person))
        name = f'attachment; filename="biofeedback-{person}.zip"'
        headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
        return StreamingResponse(dossier_of(clinic.store, person), media_type="application/zip", headers=headers)

    @app.delete("/api/people/{person}", status_code=204)
    async def erase(request: Request, person: str) -> None:
        principal = principal_of(request)
        await clinic.store.read(lambda connection: _there(connection, person))
        await _close_rooms(clinic, access, person)
        await clinic.store.write(
            lambda connection: erasure.erase_person(connection, person, principal.role, principal.user)
        )
        await _close_rooms(clinic, access, person)  # what was opened meanwhile
        clinic.history.forget(person)
        await access.look_round()


async def _close_rooms(clinic: Clinic, access: Access, person: str) -> None:
    """Close the rooms that a person is in; another request may be doing so."""
    for room in clinic.rooms_of(person):
        if room in clinic.rooms:
            await clinic.close_room(room)
        await leave_room(access, room)


def _there(connection: Connection, person: str) -> list[Consent]:
    """What a person said who is there."""
    if people.get(connection, person) is None:
        raise not_found()
    return consents.of_person(connection, person)


def _told(consent: Consent) -> dict[str, Any]:
    """What is told of a consent."""
    return {name: value for name, value in asdict(consent).items() if name not in ("id", "person")}
