"""The entrance: routes by which somebody comes in, goes out, and hears who they are taken for."""

from typing import Any

from fastapi import FastAPI, Request, Response

from biofeedback.server.access import accounts, joining
from biofeedback.server.access.access import Access
from biofeedback.server.access.bodies import FirstAdmin, Joining, LinkShown, Reset, SigningIn, TicketFor
from biofeedback.server.access.gate import principal_of
from biofeedback.server.access.limits import place_of
from biofeedback.server.access.principal import Principal, Role
from biofeedback.server.access.refusal import Refused
from biofeedback.server.access.sign_in import Claim, sign_in
from biofeedback.server.access.way import address_of, forget_token, keep_token, way_of
from biofeedback.store import users

__all__ = ["add_entrance"]


def add_entrance(app: FastAPI, access: Access) -> None:
    """Add the routes for everybody."""
    _add_links(app, access)

    @app.get("/api/me")
    async def me(request: Request) -> dict[str, Any]:
        return await _me(access, request.state.principal)

    @app.post("/api/sign-in", status_code=204)
    async def come_in(request: Request, response: Response, body: SigningIn) -> None:
        _admit_staff(access, request)
        token = await sign_in(access, Claim(body.user, body.password, body.code), _place(request))
        await _leave(access, request)
        keep_token(request, response, token, None)

    @app.post("/api/sign-out", status_code=204)
    async def go_out(request: Request, response: Response) -> None:
        await _leave(access, request)
        forget_token(request, response)

    @app.post("/api/join", status_code=204)
    async def join(request: Request, response: Response, body: Joining) -> None:
        if (body.token is None) == (body.code is None):
            raise Refused(422, "not_valid", "token or code")
        shown, is_typed = (body.token, False) if body.code is None else (body.code, True)
        way = way_of(request)
        joined = await joining.join(access, shown or "", is_typed=is_typed, way=way, address=_place(request))
        await _leave(access, request)
        keep_token(request, response, joined.token, joined.lasts_s)

    @app.post("/api/ticket")
    async def ticket(request: Request, body: TicketFor) -> dict[str, Any]:
        principal = principal_of(request)
        room = body.room or principal.room
        if room is None and principal.role is not Role.LOCAL:
            raise Refused(422, "not_valid", "room")
        if room is not None:
            await access.require(principal, "room", room)
        return {"ticket": access.tickets.give(principal, room), "room": room}


def _add_links(app: FastAPI, access: Access) -> None:
    """Add the routes for who has a one-time link."""

    @app.post("/api/first", status_code=204)
    async def first(request: Request, response: Response, body: FirstAdmin) -> None:
        _admit_staff(access, request)
        token = await accounts.found_clinic(access, body.token, body.user, body.password, _place(request))
        keep_token(request, response, token, None)

    @app.post("/api/reset", status_code=204)
    async def reset(request: Request, body: Reset) -> None:
        _admit_staff(access, request)
        await accounts.choose_password(access, body.token, body.password, _place(request))

    @app.post("/api/link")
    async def link(request: Request, body: LinkShown) -> dict[str, Any]:
        _admit_staff(access, request)
        user = await accounts.check_link(access, body.token, _place(request))
        return {"user": user and user.name, "has_second_factor": user is not None and user.has_second_factor}


async def _me(access: Access, principal: Principal | None) -> dict[str, Any]:
    """Who somebody is taken for."""
    if principal is None:
        nobody = dict.fromkeys(("role", "user", "room", "person"))
        return {**nobody, "totp": False, "private": access.is_private}
    id_ = principal.user
    user = None if id_ is None else await access.store.read(lambda connection: users.get(connection, id_))
    return {
        "role": principal.role,
        "user": None if user is None else user.name,
        "room": principal.room,
        "person": principal.person,
        "totp": user is not None and user.has_second_factor,
        "private": access.is_private,
    }


def _admit_staff(access: Access, request: Request) -> None:
    """Refuse passwords that everybody between can read."""
    if not access.admits(way_of(request), Role.ADMIN):
        raise Refused(403, "not_sealed", "staff signs in at the server itself, or over TLS")


async def _leave(access: Access, request: Request) -> None:
    """End the sign-in by which a request came, if there is one; what it has open is closed."""
    principal = request.state.principal
    if principal is not None and principal.login is not None:
        await access.end([principal.login])


def _place(request: Request) -> str:
    """What a request's tries are counted by."""
    return place_of(address_of(request))
