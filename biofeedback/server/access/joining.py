"""Joining: a patient enters a room by a scanned token or a typed code, a guest looks on by a share link."""

from dataclasses import dataclass

from sqlalchemy import Connection

from biofeedback.server.access.access import CODE_TRIES, CODE_WINDOW_S, Access, Inside
from biofeedback.server.access.principal import Role
from biofeedback.server.access.refusal import Refused, not_found
from biofeedback.server.access.tokens import fingerprint, new_code, new_invitation, new_token, typed
from biofeedback.server.access.way import Way
from biofeedback.store import audit, invitations, logins, shares
from biofeedback.store.audit import Act, Entry
from biofeedback.store.invitations import Invitation
from biofeedback.store.logins import Login
from biofeedback.store.shares import Share

__all__ = ["Invited", "Joined", "Shared", "invite", "join", "leave_room", "share"]

PATIENT_LASTS_S = 4 * 3600.0  # a visit
SHARE_LASTS_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Invited:
    """What is shown to a patient, once. ``expires_s``: seconds since 1970."""

    token: str
    code: str
    expires_s: float


@dataclass(frozen=True, slots=True)
class Shared:
    """What is given to a guest, once."""

    id: str
    token: str
    expires_s: float


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody who is let in, and for how long."""

    token: str
    lasts_s: float


async def invite(access: Access, room: str) -> Invited:
    """Invite a patient into a room; an earlier invitation is good no more."""
    inside = _inside(access, room)
    invited = Invited(new_invitation(), new_code(), access.times.wall_s() + CODE_WINDOW_S)
    kept = Invitation(room, inside.person, fingerprint(invited.token), fingerprint(invited.code), invited.expires_s)
    await access.store.write(lambda connection: invitations.add(connection, kept))
    return invited


async def share(access: Access, room: str) -> Shared:
    """Let whoever has a link look on at the session that a room has now."""
    inside = _inside(access, room)
    token, expires_s = new_token(), access.times.wall_s() + SHARE_LASTS_S
    kept = Share(person=inside.person, room=room, session=inside.session, token=fingerprint(token), expires_s=expires_s)
    await access.store.write(lambda connection: shares.add(connection, kept))
    return Shared(kept.id, token, expires_s)


async def join(access: Access, shown: str, *, is_typed: bool, way: Way, address: str) -> Joined:
    """Let in whoever shows a token, or types a code.

    Raises
    ------
    Refused
        If it is none of ours, was used, is too old, or it was tried too often from there.
    """
    limit = access.codes if is_typed else access.scanned  # who mistyped may still scan: nobody guesses what is in a QR
    if limit.is_spent(address):
        raise Refused(429, "too_many_tries", "tried too often; wait ten minutes")
    limit.spend(address)
    hashed = fingerprint(typed(shown) if is_typed else shown)

    def let_in(connection: Connection) -> Joined | None:
        joined = _let_in(access, connection, hashed, way)
        if joined is None and is_typed:
            invitations.miss(connection)
        return joined

    joined = await access.store.write(let_in)
    if joined is None:
        raise Refused(401, "wrong_code", "this was used, is too old, or never was one")
    limit.forgive(address)
    return joined


async def leave_room(access: Access, room: str) -> None:
    """Nobody is in a room any more, or invited into it: it was closed."""

    def leave(connection: Connection) -> list[str]:
        invitations.withdraw(connection, room)
        return logins.of_room(connection, room)

    await access.end(await access.store.write(leave))


def _inside(access: Access, room: str) -> Inside:
    """Who is in a room."""
    inside = access.inside(room)
    if inside is None:
        raise not_found()
    return inside


def _let_in(access: Access, connection: Connection, hashed: str, way: Way) -> Joined | None:
    """Sign in whoever has this; None: nobody, or nobody who may come this way."""
    token, now_s = new_token(), access.times.wall_s()
    if access.admits(way, Role.GUEST) and (shared := shares.find(connection, hashed, now_s)) is not None:
        login = _guest(shared, fingerprint(token), now_s)
    elif access.admits(way, Role.PATIENT):
        invited = invitations.take(connection, hashed, now_s, CODE_TRIES)
        if invited is None or access.inside(invited.room) is None:
            return None
        login = _patient(invited, fingerprint(token), now_s)
    else:
        return None
    logins.add(connection, login)
    act = Act.PATIENT_JOINED if login.role == Role.PATIENT else Act.GUEST_JOINED
    audit.append(connection, Entry(act, login.role, None, login.person, login.room))
    return Joined(token, login.expires_s - now_s)


def _patient(invited: Invitation, token: str, now_s: float) -> Login:
    """A patient, in the room of an invitation."""
    expires_s = now_s + PATIENT_LASTS_S
    return Login(
        token=token,
        role=Role.PATIENT,
        person=invited.person,
        room=invited.room,
        seen_s=now_s,
        idle_s=PATIENT_LASTS_S,
        expires_s=expires_s,
    )


def _guest(shared: Share, token: str, now_s: float) -> Login:
    """A guest, who looks on for as long as the link is good."""
    return Login(
        token=token,
        role=Role.GUEST,
        room=shared.room,
        session=shared.session,
        share=shared.id,
        seen_s=now_s,
        idle_s=SHARE_LASTS_S,
        expires_s=shared.expires_s,
    )
