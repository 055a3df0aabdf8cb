"""Accounts: the first admin, a password chosen by a link, another password, and a second factor."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from biofeedback.errors import InputError, StoreUnavailable
from biofeedback.server.access import second_factor
from biofeedback.server.access.access import Access
from biofeedback.server.access.ledger import entry_of
from biofeedback.server.access.passwords import weakness
from biofeedback.server.access.principal import Principal, Role
from biofeedback.server.access.refusal import Refused
from biofeedback.server.access.sign_in import admit, is_their_password, too_many_tries
from biofeedback.store import audit, logins, users
from biofeedback.store.audit import Act, Entry
from biofeedback.store.users import User

__all__ = [
    "add_user",
    "begin_second_factor",
    "change_password",
    "check_link",
    "choose_password",
    "end_second_factor",
    "found_clinic",
]

T = TypeVar("T")


async def found_clinic(access: Access, token: str, name: str, password: str, address: str) -> str:
    """Make the first admin, by the link that was printed in the terminal; the token of the sign-in that goes with it.

    Raises
    ------
    Refused
        If the link is not good, there is an admin, or name or password cannot be used.
    """
    _check_password(password, name)

    def found(connection: Connection) -> str:
        if not _is_for_somebody(connection, None):
            raise Refused(409, "wrong_link", "there is an admin already")
        user = add_user(connection, name, Role.ADMIN)
        _open_link(access, token, None)
        users.set_password(connection, user.id, access.passwords.hash(password))
        audit.append(connection, Entry(Act.USER_ADDED, user.role, user.id, about=user.id))
        return admit(access, connection, user)

    made = await _using(access, token, found, address)
    access.staff_was_registered()
    return made


async def choose_password(access: Access, token: str, password: str, address: str) -> None:
    """Choose a password by a link; a second factor and all sign-ins end.

    Raises
    ------
    Refused
        If the link is not good, or the password cannot be used.
    """

    def choose(connection: Connection) -> list[str]:
        link = access.links.find(token, access.times.utc)
        user = None if link is None or link.user is None else users.find(connection, link.user)
        if user is None:
            raise _wrong_link()
        _check_password(password, user.name)
        _open_link(access, token, user.name)
        users.set_password(connection, user.id, access.passwords.hash(password))
        users.set_secret(connection, user.id, None)
        users.set_disabled(connection, user.id, disabled=False)
        audit.append(connection, Entry(Act.USER_CHANGED, user.role, user.id, about=user.id))
        return logins.of_user(connection, user.id)

    await access.end(await _using(access, token, choose, address))


async def check_link(access: Access, token: str, address: str) -> User | None:
    """See whether a link can still be used, before anybody types a password for it: whose it is, if anybody's.

    Raises
    ------
    Refused
        If it cannot.
    """

    def check(connection: Connection) -> User | None:
        link = access.links.find(token, access.times.utc)
        if link is None or not _is_for_somebody(connection, link.user):
            raise _wrong_link()
        return None if link.user is None else users.find(connection, link.user)

    return await _by_link(access, check, address)


def _is_for_somebody(connection: Connection, user: str | None) -> bool:
    """Whether a link's user is still there; one of nobody is for the first admin."""
    if user is not None:
        found = users.find(connection, user)
        return found is not None and found.name == user  # as it is written
    return all(one.role != Role.ADMIN for one in users.everybody(connection))


async def change_password(access: Access, principal: Principal, old: str, new: str) -> None:
    """Another password; other sign-ins of the user end.

    Raises
    ------
    Refused
        If the old one is not right, or the new one cannot be used.
    """
    user = principal.user or ""
    await _check_own_password(access, user, old)
    found = await access.store.read(lambda connection: users.get(connection, user))
    _check_password(new, "" if found is None else found.name)

    def change(connection: Connection) -> list[str]:
        users.set_password(connection, user, access.passwords.hash(new))
        audit.append(connection, entry_of(principal, Act.USER_CHANGED, about=user))
        return logins.of_user(connection, user)

    await access.end([login for login in await access.store.write(change) if login != principal.login])


async def begin_second_factor(access: Access, principal: Principal, secret: str | None, code: str) -> None:
    """A second factor, once somebody has shown that the app gives the right code; ``secret`` None: none was offered.

    Raises
    ------
    Refused
        If it is not right.
    """
    user = principal.user or ""
    step = None if secret is None else second_factor.step_of(secret, code, access.times.wall_s(), 0)
    if step is None:
        raise Refused(422, "wrong_code", "that is not the code of the app now")

    def begin(connection: Connection) -> None:
        users.set_secret(connection, user, secret)
        users.set_used_step(connection, user, step)
        audit.append(connection, entry_of(principal, Act.USER_CHANGED, about=user))

    await access.store.write(begin)


async def end_second_factor(access: Access, principal: Principal, password: str) -> None:
    """No second factor any more.

    Raises
    ------
    Refused
        If the password is not right.
    """
    user = principal.user or ""
    await _check_own_password(access, user, password)

    def end(connection: Connection) -> None:
        users.set_secret(connection, user, None)
        audit.append(connection, entry_of(principal, Act.USER_CHANGED, about=user))

    await access.store.write(end)


def add_user(connection: Connection, name: str, role: Role) -> User:
    """New user.

    Raises
    ------
    Refused
        If that is no name, or somebody has it.
    """
    if users.find(connection, name) is not None:
        raise Refused(409, "user_exists", "there is a user of this name")
    try:
        return users.add(connection, name=name, role=role)
    except InputError as error:
        raise Refused(422, "user_name", str(error)) from error


def _check_password(password: str, name: str) -> None:
    """Refuse a password that is too easily guessed."""
    if (reason := weakness(password, name)) is not None:
        raise Refused(422, reason, "this password is too easily guessed")


async def _check_own_password(access: Access, user: str, password: str) -> None:
    """Refuse what is not the password of somebody who is signed in."""
    if access.by_name.is_spent(user):
        raise too_many_tries()
    access.by_name.spend(user)
    if not await access.store.read(lambda connection: is_their_password(access, connection, user, password)):
        raise Refused(403, "wrong_password", "that is not your password now")
    access.by_name.forgive(user)


async def _by_link(access: Access, change: Callable[[Connection], T], address: str) -> T:
    """What a change gives that a link allows; links cannot be tried out."""
    if access.by_address.is_spent(address):
        raise too_many_tries()
    access.by_address.spend(address)
    return await access.store.write(change)


async def _using(access: Access, token: str, change: Callable[[Connection], T], address: str) -> T:
    """The same for a change that opens the link; what could not be saved does not use it up."""
    try:
        made = await _by_link(access, change, address)
    except StoreUnavailable:
        access.links.give_back(token)
        raise
    access.links.use_up(token)
    return made


def _open_link(access: Access, token: str, user: str | None) -> None:
    """Use a link of this user."""
    link = access.links.find(token, access.times.utc)
    if link is None or link.user != user or access.links.take(token, access.times.utc) is None:
        raise _wrong_link()


def _wrong_link() -> Refused:
    """A link of nobody, or no longer."""
    return Refused(401, "wrong_link", "this link was used, is too old, or never was one")
