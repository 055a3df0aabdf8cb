"""Users: who signs in. A password is kept as its hash, the secret of a second factor sealed with a key of the vault."""

import unicodedata
from dataclasses import dataclass

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    insert,
    select,
    update,
)

from biofeedback.errors import InputError, KeyGone
from biofeedback.ids import new_ulid
from biofeedback.store.schema import ID, metadata
from biofeedback.store.sealing import Seal
from biofeedback.store.vault import vault_of

__all__ = [
    "User",
    "add",
    "everybody",
    "find",
    "folded",
    "get",
    "names",
    "secret_of",
    "set_disabled",
    "set_password",
    "set_role",
    "set_secret",
    "set_used_step",
    "users",
]

LONGEST_NAME = 64  # characters

users = Table(
    "users",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),  # the name, however it is typed
    Column("role", String, nullable=False),
    Column("password", String),
    Column("secret", LargeBinary),
    Column("used_step", Integer, nullable=False),
    Column("disabled", Boolean, nullable=False),
)


@dataclass(frozen=True, slots=True)
class User:
    """A user as stored. ``password``: its hash; None: none was chosen yet. ``used_step``: of the second factor.

    A disabled one cannot sign in, and keeps what is theirs.
    """

    id: str
    name: str
    role: str
    password: str | None
    has_second_factor: bool
    used_step: int
    disabled: bool


def add(connection: Connection, *, name: str, role: str) -> User:
    """New user, who has still to choose a password.

    Raises
    ------
    InputError
        If that is no name, or somebody has it.
    """
    name = unicodedata.normalize("NFC", name.strip())
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        raise InputError(f"a user's name has 1 to {LONGEST_NAME} characters")
    if find(connection, name) is not None:
        raise InputError(f"there is a user called {name!r} already; choose another name")
    user = User(new_ulid(), name, role, None, False, 0, False)
    vault_of(connection).add(user.id, None)
    connection.execute(
        insert(users).values(id=user.id, name=name, folded=folded(name), role=role, used_step=0, disabled=False)
    )
    return user


def get(connection: Connection, user: str) -> User | None:
    """User of an id; None: there is none."""
    row = connection.execute(select(users).where(users.c.id == user)).mappings().one_or_none()
    return None if row is None else _user(row)


def find(connection: Connection, name: str) -> User | None:
    """User of a name; None: there is none."""
    row = connection.execute(select(users).where(users.c.folded == folded(name))).mappings().one_or_none()
    return None if row is None else _user(row)


def names(connection: Connection) -> dict[str, str]:
    """What each is called, by id; also those who are disabled."""
    return {row.id: row.name for row in connection.execute(select(users.c.id, users.c.name))}


def everybody(connection: Connection) -> list[User]:
    """All users, by name."""
    return [_user(row) for row in connection.execute(select(users).order_by(users.c.folded)).mappings()]


def set_password(connection: Connection, user: str, password: str) -> None:
    """Keep the hash of a password."""
    _set(connection, user, password=password)


def set_role(connection: Connection, user: str, role: str) -> None:
    """Give another role."""
    _set(connection, user, role=role)


def set_secret(connection: Connection, user: str, secret: str | None) -> None:
    """Keep the secret of a second factor; None: there is none any more."""
    sealed = None if secret is None else _seal_of(connection, user).close(secret.encode(), _where(user))
    _set(connection, user, secret=sealed)


def set_used_step(connection: Connection, user: str, step: int) -> None:
    """No code of the second factor is good any more up to this step of time."""
    _set(connection, user, used_step=step)


def secret_of(connection: Connection, user: str) -> str | None:
    """Secret of a user's second factor; None: there is none.

    Raises
    ------
    KeyGone
        If the vault is not the one of these data.
    """
    sealed = connection.execute(select(users.c.secret).where(users.c.id == user)).scalar()
    return None if sealed is None else vault_of(connection).seal_of(user).open(sealed, _where(user)).decode()


def set_disabled(connection: Connection, user: str, *, disabled: bool) -> None:
    """Keep a user from signing in, or let in again."""
    _set(connection, user, disabled=disabled)


def _seal_of(connection: Connection, user: str) -> Seal:
    """Seal of a user; a new one where the vault was lost, and with it what the old one sealed."""
    vault = vault_of(connection)
    try:
        return vault.seal_of(user)
    except KeyGone:
        return vault.add(user, None)


def _set(connection: Connection, user: str, **values: object) -> None:
    """Change columns of one user."""
    connection.execute(update(users).where(users.c.id == user).values(**values))


def folded(name: str) -> str:
    """A name however it is typed: what is folded alike is one user."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def _user(row: RowMapping) -> User:
    """User of a row."""
    has_second_factor = row["secret"] is not None
    return User(
        row["id"],
        row["name"],
        row["role"],
        row["password"],
        has_second_factor,
        row["used_step"],
        row["disabled"],
    )


def _where(user: str) -> str:
    """What a secret is sealed to."""
    return f"users|{user}"
