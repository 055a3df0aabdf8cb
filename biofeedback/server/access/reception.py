"""The reception: routes by which staff invites a patient into a room, or lets somebody look on."""

from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import Connection

from biofeedback.server.access import joining
from biofeedback.server.access.access import Access
from biofeedback.server.access.gate import principal_of
from biofeedback.server.access.ledger import entry_of
from biofeedback.server.access.pages import address_for_others, qr_of, utc_text_of
from biofeedback.store import audit, logins, shares
from biofeedback.store.audit import Act

__all__ = ["add_reception"]


def add_reception(app: FastAPI, access: Access) -> None:
    """Add the routes for invitations and share links."""

    def note(request: Request, act: Act, room: str) -> None:
        inside = access.inside(room)
        person = None if inside is None else inside.person
        access.ledger.note(entry_of(principal_of(request), act, person=person, about=room))

    @app.post("/api/rooms/{room}/invitation")
    async def invite(request: Request, room: str) -> dict[str, Any]:
        invited = await joining.invite(access, room)
        note(request, Act.PATIENT_INVITED, room)
        link = address_for_others(request, f"join#{invited.token}", access.outward)
        return {"link": link, "code": invited.code, "qr": qr_of(link), "expires_utc": utc_text_of(invited.expires_s)}

    @app.post("/api/rooms/{room}/share")
    async def share(request: Request, room: str) -> dict[str, Any]:
        shared = await joining.share(access, room)
        note(request, Act.SESSION_SHARED, room)
        link = address_for_others(request, f"join#{shared.token}", access.outward)
        return {"id": shared.id, "link": link, "expires_utc": utc_text_of(shared.expires_s)}

    @app.get("/api/rooms/{room}/shares")
    async def shared(room: str) -> list[dict[str, Any]]:
        now_s = access.times.wall_s()
        found = await access.store.read(lambda connection: shares.of_room(connection, room, now_s))
        return [{"id": one.id, "expires_utc": utc_text_of(one.expires_s)} for one in found]

    @app.delete("/api/shares/{share_id}", status_code=204)
    async def revoke(request: Request, share_id: str) -> None:
        principal = principal_of(request)

        def take_back(connection: Connection) -> list[str]:
            ended = logins.of_share(connection, share_id)
            found = shares.get(connection, share_id)
            person = None if found is None else found.person
            shares.remove(connection, share_id)
            audit.append(connection, entry_of(principal, Act.SHARE_ENDED, person=person, about=share_id))
            return ended

        await access.end(await access.store.write(take_back))
