"""Routes about rooms: who is in which, with which strap, and how the session goes."""

from typing import Annotated, Any, Literal

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from biofeedback.core.exercises import EXERCISES
from biofeedback.errors import InputError
from biofeedback.server.access import Access, Refused, entry_of, not_found, principal_of
from biofeedback.server.access.joining import leave_room
from biofeedback.server.clinic import Clinic, ClinicFull, HasRoom
from biofeedback.server.room import Room
from biofeedback.store import people
from biofeedback.store.audit import Act
from biofeedback.straps.registry import ADDRESS

__all__ = ["STRAPS", "add_rooms"]

# Those that a page may ask for: no file of this machine is among them.
STRAPS = (
    rf"(auto|browser|ble(:{ADDRESS})?|simulated(:[a-z0-9_]{{1,40}}(:\d{{1,9}})?)?"
    r"|remote(-simulated)?(:[a-z0-9_-]{1,32})?)"
)


class NewRoom(BaseModel):
    """A room to be opened; left out: nobody known, the strap that they wear, and the rest as the server was set to."""

    model_config = ConfigDict(extra="forbid")

    person: Annotated[str, Field(min_length=26, max_length=26)] | None = None
    strap: Annotated[str, Field(pattern=f"^{STRAPS}$")] | None = None
    exercise: Literal[tuple(EXERCISES)] | None = None  # type: ignore[valid-type]  # names are data
    pattern: Annotated[str, Field(max_length=20)] | None = None


def add_rooms(app: FastAPI, clinic: Clinic, access: Access) -> None:
    """Add the routes."""

    @app.get("/api/rooms")
    async def rooms(request: Request) -> list[dict[str, Any]]:
        own = await access.own_people(principal_of(request))
        return [_told(name, room) for name, room in clinic.rooms.items() if own is None or room.place.person in own]

    @app.post("/api/rooms", status_code=201)
    async def open_room(request: Request, body: NewRoom) -> dict[str, Any]:
        principal, subject = principal_of(request), ""
        if body.person is not None:
            await access.require(principal, "person", body.person)
            subject = await _pseudonym(clinic, body.person)
        elif principal.user is not None:
            raise Refused(422, "not_valid", "person")
        strap = body.strap or await _own_strap(clinic, body.person) or clinic.settings.strap
        try:
            name = await clinic.open_room(body.person, subject, strap, body.exercise, body.pattern)
        except HasRoom as error:
            raise Refused(409, "has_room", str(error)) from error
        except ClinicFull as error:
            raise Refused(503, "clinic_full", str(error)) from error
        except InputError as error:
            raise Refused(422, "not_valid", str(error)) from error
        opened = clinic.room(name)
        access.ledger.note(entry_of(principal, Act.ROOM_OPENED, person=body.person, about=name))
        return _told(name, opened)

    @app.delete("/api/rooms/{room}", status_code=204)
    async def close_room(request: Request, room: str) -> None:
        if room in clinic.rooms:
            person = clinic.room(room).place.person
            access.ledger.note(entry_of(principal_of(request), Act.ROOM_CLOSED, person=person, about=room))
            await clinic.close_room(room)
            await leave_room(access, room)


async def _pseudonym(clinic: Clinic, person: str) -> str:
    """What a person is called here.

    Raises
    ------
    Refused
        If there is no such person, or no more.
    """
    found = await clinic.store.read(lambda connection: people.get(connection, person))
    if found is None:
        raise not_found()
    return found.pseudonym or ""


async def _own_strap(clinic: Clinic, person: str | None) -> str | None:
    """Strap that somebody wears; None: nobody said."""
    if person is None:
        return None
    return await clinic.store.read(lambda connection: people.strap_of(connection, person))


def _told(name: str, room: Room) -> dict[str, Any]:
    """How a room is now."""
    channel, status = room.session.channel, room.session.status()
    glance = channel.glance()
    return {
        "id": name,
        "person": room.place.person,
        "pseudonym": room.place.subject or None,
        "strap": room.strap,
        "simulated": channel.facts.simulated,
        "exercise": glance.exercise,
        "session": channel.facts.epoch,
        "state": status.state,
        "agreed": room.is_agreed,
        "step": glance.step,
        "strap_state": status.strap_state,
        "strap_detail": status.strap_detail,
        "contact": glance.contact,
        "answer": glance.answer,
        "saved": status.saved,
    }
