"""Invitations of a patient into a room: one token to be scanned, one code to be typed, and either is good once."""

from dataclasses import asdict, dataclass

from sqlalchemy import Column, Connection, Float, ForeignKey, Integer, String, Table, delete, insert, select, update

from biofeedback.store.schema import ID, metadata

__all__ = ["Invitation", "add", "invitations", "miss", "take", "withdraw"]

invitations = Table(
    "invitations",
    metadata,
    Column("room", ID, primary_key=True),
    Column("person", ID, ForeignKey("people.id", ondelete="CASCADE"), index=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("misses", Integer, nullable=False),
    Column("expires_s", Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation; ``token`` and ``code`` are their hashes, ``expires_s`` is in seconds since 1970."""

    room: str
    person: str | None
    token: str
    code: str
    expires_s: float


def add(connection: Connection, invitation: Invitation) -> None:
    """Invite; an earlier invitation into the same room is good no more."""
    withdraw(connection, invitation.room)
    connection.execute(insert(invitations).values(misses=0, **asdict(invitation)))


def take(connection: Connection, shown: str, now_s: float, misses: int) -> Invitation | None:
    """Invitation whose token this is, or whose code, which has been missed less often than that; it is used then."""
    table = invitations.c
    is_right = (table.token == shown) | ((table.code == shown) & (table.misses < misses))
    row = connection.execute(select(invitations).where(is_right, table.expires_s > now_s)).mappings().one_or_none()
    if row is None:
        return None
    withdraw(connection, row["room"])
    return Invitation(**{name: row[name] for name in Invitation.__slots__})


def miss(connection: Connection) -> None:
    """A code was typed that is nobody's: a guess at every code that there is."""
    connection.execute(update(invitations).values(misses=invitations.c.misses + 1))


def withdraw(connection: Connection, room: str) -> None:
    """Nobody is invited into this room any more."""
    connection.execute(delete(invitations).where(invitations.c.room == room))
