"""The roster: routes by which an admin looks after users, and each user after the own account."""

from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import Connection

from biofeedback.links import VALID
from biofeedback.server.access import accounts, second_factor
from biofeedback.server.access.access import Access
from biofeedback.server.access.bodies import Factor, FactorEnd, NewPassword, NewUser, Patients, RoleChange
from biofeedback.server.access.gate import principal_of
from biofeedback.server.access.ledger import entry_of
from biofeedback.server.access.pages import address_of_page, qr_of, utc_text
from biofeedback.server.access.principal import Role
from biofeedback.server.access.refusal import Refused, not_found
from biofeedback.store import audit, logins, people, users
from biofeedback.store.audit import Act, Entry
from biofeedback.store.users import User

__all__ = ["add_hand_over", "add_own_account", "add_roster"]


def add_roster(app: FastAPI, access: Access) -> None:
    """Add the routes for admins."""

    @app.get("/api/users")
    async def everybody() -> list[dict[str, Any]]:
        return [_told(user) for user in await access.store.read(users.everybody)]

    @app.post("/api/users", status_code=201)
    async def add(request: Request, body: NewUser) -> dict[str, Any]:
        principal = principal_of(request)

        def add_user(connection: Connection) -> User:
            added = accounts.add_user(connection, body.user, Role(body.role))
            audit.append(connection, entry_of(principal, Act.USER_ADDED, about=added.id))
            return added

        user = await access.store.write(add_user)
        return _told(user) | await _link(access, request, user)

    @app.patch("/api/users/{user}")
    async def change(request: Request, user: str, body: RoleChange) -> dict[str, Any]:
        principal = principal_of(request)

        def change_role(connection: Connection) -> tuple[User, list[str]]:
            _keep_an_admin(connection, user, body.role)
            users.set_role(connection, user, body.role)
            audit.append(connection, entry_of(principal, Act.USER_CHANGED, about=user))
            return _get(connection, user), logins.of_user(connection, user)

        changed, ended = await access.store.write(change_role)
        await access.end(ended)
        return _told(changed)

    @app.delete("/api/users/{user}", status_code=204)
    async def disable(request: Request, user: str) -> None:
        principal = principal_of(request)

        def shut_out(connection: Connection) -> list[str]:
            _keep_an_admin(connection, user, None)
            access.links.revoke(_get(connection, user).name)
            users.set_disabled(connection, user, disabled=True)
            audit.append(connection, entry_of(principal, Act.USER_DISABLED, about=user))
            return logins.of_user(connection, user)

        await access.end(await access.store.write(shut_out))

    @app.post("/api/users/{user}/reset")
    async def reset(request: Request, user: str) -> dict[str, Any]:
        entry = entry_of(principal_of(request), Act.LINK_MADE, about=user)
        return await _link(access, request, await access.store.write(partial(_noted, user=user, entry=entry)))


def add_hand_over(app: FastAPI, access: Access) -> None:
    """Add the route by which an admin gives the patients of one user to another."""

    @app.post("/api/users/{user}/patients")
    async def take_over(request: Request, user: str, body: Patients) -> dict[str, int]:
        principal = principal_of(request)

        def move(connection: Connection) -> tuple[int, list[str]]:
            to = _get(connection, user)
            if to.role != Role.PHYSIOTHERAPIST or to.disabled or to.id == body.of:
                raise Refused(422, "not_valid", "user")
            if body.of is not None:
                _get(connection, body.of)
            moved = people.hand_over(connection, body.of, to.id)
            for person in moved:
                audit.append(connection, entry_of(principal, Act.PERSON_HANDED_OVER, person=person, about=to.id))
            return len(moved), logins.of_user(connection, body.of) if body.of is not None else []

        count, ended = await access.store.write(move)
        await access.end(ended)  # what the other has open is no longer theirs
        return {"count": count}


def add_own_account(app: FastAPI, access: Access) -> None:
    """Add the routes for one's own password and second factor."""

    @app.post("/api/password", status_code=204)
    async def password(request: Request, body: NewPassword) -> None:
        await accounts.change_password(access, principal_of(request), body.old, body.new)

    @app.post("/api/totp")
    async def begin(request: Request, body: Factor) -> dict[str, str] | None:
        principal = principal_of(request)
        if body.code is not None:
            secret = access.offered.get(principal.login)
            await accounts.begin_second_factor(access, principal, secret, body.code)
            access.offered.pop(principal.login, None)  # said twice at once, it is confirmed twice
            return None
        user = await access.store.read(lambda connection: _get(connection, principal.user or ""))
        access.offered[principal.login] = secret = second_factor.new_secret()
        address = second_factor.address_of(secret, user.name)
        return {"secret": secret, "qr": qr_of(address)}

    @app.delete("/api/totp", status_code=204)
    async def end(request: Request, body: FactorEnd) -> None:
        await accounts.end_second_factor(access, principal_of(request), body.password)


async def _link(access: Access, request: Request, user: User) -> dict[str, Any]:
    """A one-time link with which a user chooses a password."""
    made_utc = access.times.utc
    token = await access.store.read(lambda _connection: access.links.make(user.name, made_utc))
    return {"link": address_of_page(request, f"staff#reset={token}"), "expires_utc": utc_text(made_utc + VALID)}


def _told(user: User) -> dict[str, Any]:
    """What an admin hears of a user."""
    return {
        "id": user.id,
        "user": user.name,
        "role": user.role,
        "disabled": user.disabled,
        "totp": user.has_second_factor,
        "has_password": user.password is not None,
    }


def _noted(connection: Connection, user: str, entry: Entry) -> User:
    """User of an id who is there, of whom something is noted."""
    audit.append(connection, entry)
    return _get(connection, user)


def _get(connection: Connection, user: str) -> User:
    """User of an id, who is there."""
    found = users.get(connection, user)
    if found is None:
        raise not_found()
    return found


def _keep_an_admin(connection: Connection, user: str, role: str | None) -> None:
    """Refuse what would leave nobody who can look after users."""
    others = [one for one in users.everybody(connection) if one.id != user and one.role == Role.ADMIN]
    is_admin = _get(connection, user).role == Role.ADMIN and role != Role.ADMIN
    if is_admin and not [one for one in others if one.password is not None and not one.disabled]:
        raise Refused(409, "last_admin", "there has to be an admin who can sign in")
