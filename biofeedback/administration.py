"""Commands for whoever looks after the machine: certificates, and links with which a person chooses a password."""

# ruff: noqa: PLC0415  each command imports what it needs when it runs: --help stays light

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from biofeedback.errors import InputError

if TYPE_CHECKING:
    from biofeedback.lang import Words
    from biofeedback.settings import Settings

__all__ = ["admin", "certificate"]


def certificate(arguments: argparse.Namespace) -> int:
    """Certificates of the clinic, and how phones come to trust them."""
    from biofeedback.certificates import Certificates
    from biofeedback.lang import Words

    settings, words = _settings(arguments), Words(arguments.lang)
    made = Certificates(settings.data).make(arguments.names, datetime.now(UTC))
    address = f"https://{arguments.names[0]}:{settings.port}/certificate"
    said = words("certificate.made", address=address, fingerprint=made.fingerprint, file=str(made.path))
    sys.stdout.write(said + "\n")
    return 0


def admin(arguments: argparse.Namespace) -> int:
    """A one-time link for the first admin, or for a user who forgot the password; or that the clock is right.

    Raises
    ------
    InputError
        If it is not said for whom, or there is nobody of that name.
    """
    from biofeedback.lang import Words
    from biofeedback.links import OneTimeLinks
    from biofeedback.store.audit import Act
    from biofeedback.store.notes import leave

    if (arguments.what == "reset") != (arguments.name is not None):
        raise InputError("say for whom: `biofeedback admin reset NAME`; the first admin has no name yet: `admin first`")
    settings, words = _settings(arguments), Words(arguments.lang)
    if arguments.what == "clock":
        return _confirm_clock(settings, words)
    user = arguments.name if arguments.what == "reset" else None
    about = None if user is None else _id_of(settings, user)
    token = OneTimeLinks(settings.data).make(user, datetime.now(UTC))
    leave(settings.data, Act.LINK_MADE, about)
    place = f"/staff#{'first' if user is None else 'reset'}={token}"
    sys.stdout.write(words("admin.link", link=_address(settings) + place) + "\n")
    return 0


def _confirm_clock(settings: "Settings", words: "Words") -> int:
    """What is too old may be erased by the clock as it is now."""
    from biofeedback.store.audit import Act
    from biofeedback.store.notes import leave

    leave(settings.data, Act.CLOCK_CONFIRMED)
    sys.stdout.write(words("admin.clock", now=datetime.now(UTC).isoformat(timespec="minutes")) + "\n")
    return 0


def _id_of(settings: "Settings", name: str) -> str:
    """Id of a user; a name that nobody has is refused: the link would only say that it is not valid."""
    from biofeedback.store import users
    from biofeedback.store.reader import looking

    with looking(settings.data, settings.store_url) as connection:
        user = users.find(connection, name)
    if user is None:
        raise InputError(f"there is no user {name!r} in {settings.data}")
    return user.id


def _settings(arguments: argparse.Namespace) -> "Settings":
    """Settings of the server that this is for, as far as the command line does not say otherwise."""
    from biofeedback.configuration import read_settings

    return read_settings({"data": arguments.data}, arguments.settings)


def _address(settings: "Settings") -> str:
    """Where the pages are: as the server says that runs, or else as far as the settings say."""
    from biofeedback.server.front import front_of
    from biofeedback.signpost import served_at

    if running := served_at(settings.data):
        return running
    try:
        outward = front_of(settings, datetime.now(UTC)).outward(settings, settings.port)
    except InputError:
        outward = None  # the server is told on its command line what it is not told here
    return outward or f"http://localhost:{settings.port}"
