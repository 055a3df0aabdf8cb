"""Routes about people: a pseudonym each, a name that only their physiotherapist sees, a strap, and a history."""

from typing import Annotated, Any

from fastapi import FastAPI, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from biofeedback.server.access import Access, Principal, Refused, entry_of, not_found, principal_of
from biofeedback.server.clinic import Clinic
from biofeedback.server.rooms import STRAPS
from biofeedback.store import audit, people
from biofeedback.store.audit import Act

__all__ = ["add_people"]


def _printable(text: str) -> str:
    """Text as it was typed, without blanks around it, if a person can read it."""
    text = text.strip()
    if not text or not text.isprintable():
        raise ValueError("a line of letters is expected")
    return text


Line = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable)]


class NewPerson(BaseModel):
    """Somebody new; the pseudonym is never a name."""

    model_config = ConfigDict(extra="forbid")

    pseudonym: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_printable)]
    name: Line | None = None


class OwnStrap(BaseModel):
    """The strap that somebody wears, as a new room names it; None: whichever there is."""

    model_config = ConfigDict(extra="forbid")

    strap: Annotated[str, Field(pattern=f"^{STRAPS}$")] | None


def add_people(app: FastAPI, clinic: Clinic, access: Access) -> None:
    """Add the routes."""

    @app.get("/api/people")
    async def everybody(request: Request) -> list[dict[str, Any]]:
        owner = principal_of(request).user
        return await clinic.store.read(
            lambda connection: [_told(connection, one) for one in people.owned_by(connection, owner)]
        )

    @app.post("/api/people", status_code=201)
    async def add(request: Request, body: NewPerson) -> dict[str, Any]:
        principal = principal_of(request)
        return await clinic.store.write(lambda connection: _added(connection, body, principal))

    @app.get("/api/people/{person}")
    async def one(request: Request, person: str) -> dict[str, Any]:
        told = await clinic.store.read(lambda connection: _told(connection, _found(connection, person)))
        await access.ledger.note(entry_of(principal_of(request), Act.PERSON_SEEN, person=person))
        return told

    @app.get("/api/people/{person}/history")
    async def history(request: Request, person: str) -> dict[str, Any]:
        told = await clinic.history.of(person)
        await access.ledger.note(entry_of(principal_of(request), Act.HISTORY_SEEN, person=person))
        return told

    @app.put("/api/people/{person}/strap")
    async def assign(request: Request, person: str, body: OwnStrap) -> dict[str, Any]:
        entry = entry_of(principal_of(request), Act.STRAP_ASSIGNED, person=person)

        def keep(connection: Connection) -> dict[str, Any]:
            found = _found(connection, person)
            people.set_strap(connection, person, body.strap)
            audit.append(connection, entry)
            return _told(connection, found)

        return await clinic.store.write(keep)


def _added(connection: Connection, body: NewPerson, principal: Principal) -> dict[str, Any]:
    """Somebody new, of whoever adds them."""
    taken = {one.pseudonym.casefold() for one in people.owned_by(connection, principal.user) if one.pseudonym}
    if body.pseudonym.casefold() in taken:  # a-17 beside A-17 would sooner or later be taken for the other
        raise Refused(409, "pseudonym_taken", "there is somebody of this pseudonym already")
    person = people.add(connection, pseudonym=body.pseudonym, name=body.name, owner=principal.user)
    audit.append(connection, entry_of(principal, Act.PERSON_ADDED, person=person.id))
    return _told(connection, person)


def _found(connection: Connection, person: str) -> people.Person:
    """Person of an id who is there."""
    found = people.get(connection, person)
    if found is None:
        raise not_found()
    return found


def _told(connection: Connection, person: people.Person) -> dict[str, Any]:
    """What their physiotherapist hears of a person."""
    return {
        "id": person.id,
        "pseudonym": person.pseudonym,
        "name": people.name_of(connection, person.id),
        "strap": people.strap_of(connection, person.id),
    }
