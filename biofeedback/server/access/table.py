"""What each role may ask and say. What stands in no row is refused, to everyone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from starlette.routing import compile_path

from biofeedback.server.access.principal import Role

__all__ = ["MESSAGES", "ROUTES", "Asked", "Reach", "Row", "asked", "may_say"]


class Reach(StrEnum):
    """How far a role's permission goes."""

    ALL = "all"
    HERE = "here"  # for programs on this very machine
    OWN = "own"  # what the path names has to be one's own; where it names nothing, the route answers with one's own


Row = Mapping[Role | None, Reach]  # None: somebody who is not signed in

_ROLES: tuple[Role | None, ...] = (None, *Role)
_PUBLIC: Row = dict.fromkeys(_ROLES, Reach.ALL)  # who asks is not even looked at
_ANYONE: Row = dict.fromkeys(_ROLES, Reach.ALL)
_VIEWER: Row = {role: Reach.ALL for role in Role if role is not Role.ADMIN}
_STAFF: Row = {Role.PHYSIOTHERAPIST: Reach.OWN, Role.ADMIN: Reach.OWN}
_MACHINE: Row = {Role.LOCAL: Reach.ALL, Role.ADMIN: Reach.ALL}
_PROGRAMS: Row = {**dict.fromkeys(_ROLES, Reach.HERE), **_MACHINE}
_ADMIN: Row = {Role.ADMIN: Reach.ALL}
_CARE: Row = {Role.LOCAL: Reach.ALL, Role.PHYSIOTHERAPIST: Reach.OWN}
_CARE_AND_SELF: Row = {**_CARE, Role.PATIENT: Reach.OWN}

# A path's parameter says what is owned: {person}, {room}, {session}, {share}; other names are nobody's.
ROUTES: dict[str, Row] = {
    "GET /": _PUBLIC,
    "GET /patient": _PUBLIC,
    "GET /physio": _PUBLIC,
    "GET /staff": _PUBLIC,
    "GET /join": _PUBLIC,
    "GET /certificate": _PUBLIC,
    "GET /review/{session}": _PUBLIC,  # the page alone: what it shows has rows of its own
    "GET /biofeedback.crt": _PUBLIC,
    "GET /static/{path:path}": _PUBLIC,
    "GET /lang/{file}": _PUBLIC,
    "GET /livez": _PUBLIC,
    "GET /readyz": _PUBLIC,
    "GET /metrics": _PROGRAMS,
    "GET /api/openapi.json": _MACHINE,
    "GET /api/status": {Role.LOCAL: Reach.ALL},
    "GET /api/exercises": _PUBLIC,
    "GET /api/me": _ANYONE,
    "POST /api/sign-in": _ANYONE,
    "POST /api/sign-out": _ANYONE,
    "POST /api/first": _ANYONE,
    "POST /api/reset": _ANYONE,
    "POST /api/link": _ANYONE,
    "POST /api/join": _ANYONE,
    "POST /api/password": _STAFF,
    "POST /api/totp": _STAFF,
    "DELETE /api/totp": _STAFF,
    "GET /api/users": _ADMIN,
    "POST /api/users": _ADMIN,
    "PATCH /api/users/{user}": _ADMIN,
    "DELETE /api/users/{user}": _ADMIN,
    "POST /api/users/{user}/reset": _ADMIN,
    "POST /api/users/{user}/patients": _ADMIN,
    "GET /api/sessions": _CARE,
    "GET /api/people": _CARE,
    "POST /api/people": _CARE,
    "GET /api/people/{person}": _CARE,
    "DELETE /api/people/{person}": _CARE,
    "GET /api/people/{person}/export": _CARE,
    "GET /api/people/{person}/history": _CARE,
    "PUT /api/people/{person}/strap": _CARE,
    "GET /api/people/{person}/consents": _CARE_AND_SELF,
    "POST /api/people/{person}/consents": _CARE_AND_SELF,
    "GET /api/rooms": _CARE,
    "POST /api/rooms": _CARE,
    "DELETE /api/rooms/{room}": _CARE,
    "POST /api/straps": _CARE,
    "POST /api/rooms/{room}/invitation": _CARE,
    "POST /api/rooms/{room}/share": _CARE,
    "GET /api/rooms/{room}/shares": _CARE,
    "DELETE /api/shares/{share}": _CARE,
    "GET /api/sessions/{session}/review": _CARE,
    "POST /api/sessions/{session}/edits": _CARE,
    "GET /api/sessions/{session}/segment": _CARE,
    "GET /api/sessions/{session}/export": _CARE,
    "GET /api/sessions/{session}/report": _CARE,
    "GET /api/sessions/{session}/note": _CARE,
    "PUT /api/sessions/{session}/note": _CARE,
    "POST /api/ticket": _VIEWER,
    "WEBSOCKET /ws": _PUBLIC,  # its first message shows who it is
    "WEBSOCKET /collect": _PUBLIC,  # shows the key of a device
}

_VIEWERS = frozenset(Role) - {Role.ADMIN}
_ACTING = _VIEWERS - {Role.GUEST}

# Messages of the live channel, by their ``type``.
MESSAGES: dict[str, frozenset[Role]] = {
    "hello": _VIEWERS,
    "ack": _VIEWERS,
    "pong": _VIEWERS,
    "command": _ACTING,
    "mark": _ACTING,
    "rating": _ACTING,
    "frames": _ACTING,
    "strap": _ACTING,
    "clock": _ACTING,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of the table and what the path named: ``{"person": "01K..."}``."""

    row: Row
    named: Mapping[str, str]

    @property
    def is_public(self) -> bool:
        """Whether it does not matter who asks."""
        return self.row is _PUBLIC


_PLAIN = {key: row for key, row in ROUTES.items() if "{" not in key}
_PATTERNS = [
    (key.partition(" ")[0], compile_path(key.partition(" ")[2])[0], row)
    for key, row in ROUTES.items()
    if key not in _PLAIN
]


def asked(method: str, path: str) -> Asked | None:
    """Row for a request; None: there is none. A path without parameters comes before one that has them.

    Parameters
    ----------
    method : str
        HTTP's, or ``WEBSOCKET``.
    path : str
        Decoded, as the application's router sees it.
    """
    method = "GET" if method == "HEAD" else method
    if (plain := _PLAIN.get(f"{method} {path}")) is not None:
        return Asked(plain, {})
    for of, pattern, row in _PATTERNS:
        if of == method and (found := pattern.match(path)):
            return Asked(row, found.groupdict())
    return None


def may_say(role: Role, type_: str) -> bool:
    """Whether a role may send a message of this type."""
    return role in MESSAGES.get(type_, frozenset())
