"""What the bodies of requests hold; nothing else may be in them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Factor",
    "FactorEnd",
    "FirstAdmin",
    "Joining",
    "NewPassword",
    "NewUser",
    "Reset",
    "RoleChange",
    "SigningIn",
    "TicketFor",
]

Name = Annotated[str, Field(min_length=1, max_length=100)]
Password = Annotated[str, Field(min_length=1, max_length=1000)]
Token = Annotated[str, Field(min_length=1, max_length=100)]
Code = Annotated[str, Field(min_length=1, max_length=20)]
Id = Annotated[str, Field(min_length=1, max_length=26)]
StaffRole = Literal["physiotherapist", "admin"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SigningIn(_Body):
    """Who wants in; ``code`` is that of the second factor."""

    user: Name
    password: Password
    code: Code | None = None


class FirstAdmin(_Body):
    """The first admin, by a one-time link."""

    token: Token
    user: Name
    password: Password


class LinkShown(_Body):
    """A one-time link, before it is used."""

    token: Token


class Reset(_Body):
    """A password, by a one-time link."""

    token: Token
    password: Password


class NewPassword(_Body):
    """Another password."""

    old: Password
    new: Password


class Factor(_Body):
    """A second factor: without ``code`` a secret is asked for, with it that one is confirmed."""

    code: Code | None = None


class FactorEnd(_Body):
    """No second factor any more."""

    password: Password


class NewUser(_Body):
    """A colleague."""

    user: Name
    role: StaffRole


class RoleChange(_Body):
    """Another role."""

    role: StaffRole


class Patients(_Body):
    """Whose patients; None: of the time before there were accounts."""

    of: Id | None


class Joining(_Body):
    """A patient or guest: a scanned ``token``, or a ``code`` that was typed."""

    token: Token | None = None
    code: Code | None = None


class TicketFor(_Body):
    """Which room; left out: one's own, or the only one."""

    room: Id | None = None
