"""Signing in: one comparison of passwords a try, whoever it is that is asked for, and the same words for all."""

from dataclasses import dataclass

from sqlalchemy import Connection

from biofeedback.errors import KeyGone
from biofeedback.server.access import second_factor
from biofeedback.server.access.access import Access
from biofeedback.server.access.refusal import Refused
from biofeedback.server.access.tokens import fingerprint, new_token
from biofeedback.store import audit, logins, users
from biofeedback.store.audit import Act, Entry
from biofeedback.store.logins import Login
from biofeedback.store.users import User

__all__ = ["Claim", "admit", "is_their_password", "sign_in", "too_many_tries"]

STAFF_LASTS_S = 12 * 3600.0  # a working day
STAFF_IDLE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says who wants in; ``code`` is that of the second factor."""

    user: str
    password: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found of a claim. ``claimed``: whose name it is, true or not. ``step``: of time, that of the code."""

    user: User | None
    claimed: User | None = None
    needs_code: bool = False
    step: int | None = None


async def sign_in(access: Access, claim: Claim, address: str) -> str:
    """Token of somebody who is let in.

    Raises
    ------
    Refused
        If it was tried too often; if a code is wanted as well; else without a reason.
    """
    name = users.folded(claim.user)
    if access.by_name.is_spent(name) or access.by_address.is_spent(address):
        raise too_many_tries()
    access.by_name.spend(name)
    access.by_address.spend(address)
    found = await access.store.read(lambda connection: _found(access, connection, claim))
    if found.needs_code:
        raise Refused(401, "code_required", "this user has a second factor")
    if found.user is None:
        if found.claimed is not None:  # a name that nobody has is not kept: it may be a password in the wrong field
            access.ledger.note(Entry(Act.SIGN_IN_REFUSED, found.claimed.role, found.claimed.id))
        raise Refused(401, "wrong_sign_in", "there is no such user, or that is not the password or the code")
    token = await access.store.write(lambda connection: _let_in(access, connection, found, claim))
    access.by_name.forgive(name)
    return token


def too_many_tries() -> Refused:
    """It was tried too often."""
    return Refused(429, "too_many_tries", "tried too often; wait a quarter of an hour")


def admit(access: Access, connection: Connection, user: User) -> str:
    """Sign a user in, who has shown to be this one."""
    audit.append(connection, Entry(Act.SIGNED_IN, user.role, user.id))
    token, now_s = new_token(), access.times.wall_s()
    logins.add(
        connection,
        Login(
            token=fingerprint(token),
            role=user.role,
            user=user.id,
            seen_s=now_s,
            idle_s=STAFF_IDLE_S,
            expires_s=now_s + STAFF_LASTS_S,
        ),
    )
    return token


def is_their_password(access: Access, connection: Connection, user: str, password: str) -> bool:
    """Whether this is the password of a user who is signed in."""
    found = users.get(connection, user)
    return access.passwords.is_right(None if found is None else found.password, password)


def _found(access: Access, connection: Connection, claim: Claim) -> _Found:
    """Who claims this, if it is true."""
    user = users.find(connection, claim.user)
    is_right = access.passwords.is_right(None if user is None else user.password, claim.password)
    if user is None or not is_right or user.disabled:
        return _Found(None, user)
    if not user.has_second_factor:
        return _Found(user)
    if claim.code is None:
        return _Found(None, user, needs_code=True)
    try:
        secret = users.secret_of(connection, user.id) or ""
    except KeyGone:  # the vault was not restored: only a link from the machine lets them in
        return _Found(None, user)
    step = second_factor.step_of(secret, claim.code, access.times.wall_s(), user.used_step)
    return _Found(None, user) if step is None else _Found(user, step=step)


def _let_in(access: Access, connection: Connection, found: _Found, claim: Claim) -> str:
    """Sign in whoever was found, unless that changed meanwhile; a dated hash is made anew."""
    assert found.user is not None
    user = users.get(connection, found.user.id)
    if user != found.user:  # disabled meanwhile, or the same code twice at once
        raise Refused(401, "wrong_sign_in", "the user was changed meanwhile")
    if found.step is not None:
        users.set_used_step(connection, user.id, found.step)
    if user.password is not None and access.passwords.is_dated(user.password):
        users.set_password(connection, user.id, access.passwords.hash(claim.password))
    return admit(access, connection, user)
