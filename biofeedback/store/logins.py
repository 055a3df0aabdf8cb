"""Logins: who is signed in, by the hash of the token in a cookie. Times are seconds since 1970."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    ForeignKey,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from biofeedback.ids import new_ulid
from biofeedback.store.schema import ID, metadata

__all__ = ["Login", "add", "alive", "end", "find", "logins", "of_room", "of_share", "of_user", "seen", "sweep"]

logins = Table(
    "logins",
    metadata,
    Column("id", ID, primary_key=True),
    Column("token", String(64), nullable=False, unique=True),  # its hash
    Column("role", String, nullable=False),
    Column("user", ID, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("person", ID, ForeignKey("people.id", ondelete="CASCADE"), index=True),
    Column("room", ID, index=True),
    Column("session", ID),
    Column("share", ID, ForeignKey("shares.id", ondelete="CASCADE"), index=True),
    Column("seen_s", Float, nullable=False),
    Column("idle_s", Float, nullable=False),
    Column("expires_s", Float, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Somebody who is signed in: a user, a patient in a room, or a guest of a share.

    It ends at ``expires_s``, and when ``idle_s`` have passed since it was last seen.
    """

    id: str = field(default_factory=new_ulid)
    token: str
    role: str
    user: str | None = None
    person: str | None = None
    room: str | None = None
    session: str | None = None
    share: str | None = None
    seen_s: float
    idle_s: float
    expires_s: float


def add(connection: Connection, login: Login) -> None:
    """Sign somebody in."""
    connection.execute(insert(logins).values(**asdict(login)))


def find(connection: Connection, token: str, now_s: float) -> Login | None:
    """Who has this token; None: nobody, or nobody any more."""
    query = select(logins).where(logins.c.token == token, *_is_alive(now_s))
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Login(**row)


def alive(connection: Connection, ids: Collection[str], now_s: float) -> set[str]:
    """Those of these logins that have not ended."""
    query = select(logins.c.id).where(logins.c.id.in_(ids), *_is_alive(now_s))
    return set(connection.execute(query).scalars())


def seen(connection: Connection, ids: Collection[str], now_s: float) -> None:
    """These are still there."""
    connection.execute(update(logins).where(logins.c.id.in_(ids)).values(seen_s=now_s))


def of_user(connection: Connection, user: str) -> list[str]:
    """Logins of a user."""
    return _ids(connection, logins.c.user == user)


def of_room(connection: Connection, room: str) -> list[str]:
    """Logins of patients of a room and of guests who look into it."""
    return _ids(connection, logins.c.room == room)


def of_share(connection: Connection, share: str) -> list[str]:
    """Logins of guests who came by a share link."""
    return _ids(connection, logins.c.share == share)


def end(connection: Connection, ids: Collection[str]) -> None:
    """End logins: their tokens are good for nothing any more."""
    connection.execute(delete(logins).where(logins.c.id.in_(ids)))


def sweep(connection: Connection, now_s: float) -> None:
    """Forget those that have ended by themselves."""
    connection.execute(
        delete(logins).where((logins.c.expires_s <= now_s) | (logins.c.seen_s + logins.c.idle_s <= now_s))
    )


def _is_alive(now_s: float) -> tuple[ColumnElement[bool], ...]:
    """What holds of a login that has not ended."""
    return logins.c.expires_s > now_s, logins.c.seen_s + logins.c.idle_s > now_s


def _ids(connection: Connection, condition: ColumnElement[bool]) -> list[str]:
    """Logins of which something holds."""
    return list(connection.execute(select(logins.c.id).where(condition)).scalars())
