"""Who asks: a role, and what is that one's own."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Principal", "Role"]


class Role(StrEnum):
    """What somebody is here."""

    LOCAL = "local"  # private try-out: at the machine itself, while no staff is registered
    PHYSIOTHERAPIST = "physiotherapist"
    ADMIN = "admin"
    PATIENT = "patient"
    GUEST = "guest"  # came by a share link: looks on at one session


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who is let in. Ids; None where there is nothing of the kind.

    ``login`` is the sign-in by which this one is here: what is open by it closes when it ends. ``room`` and ``person``
    are a patient's own (a guest's: the room looked into), ``session`` the only one that a guest sees.
    """

    role: Role
    login: str | None = None
    user: str | None = None
    room: str | None = None
    person: str | None = None
    session: str | None = None
