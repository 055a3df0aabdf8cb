"""Share links: whoever has one looks on at one session, until it ends or is taken back."""

from dataclasses import asdict, dataclass, field

from sqlalchemy import Column, Connection, Float, ForeignKey, String, Table, delete, insert, select

from biofeedback.ids import new_ulid
from biofeedback.store.schema import ID, metadata

__all__ = ["Share", "add", "find", "get", "of_room", "remove", "shares", "sweep"]

shares = Table(
    "shares",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person", ID, ForeignKey("people.id", ondelete="CASCADE"), index=True),
    Column("room", ID, nullable=False),
    Column("session", ID, nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("expires_s", Float, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share link; ``token`` is its hash, ``expires_s`` is in seconds since 1970."""

    id: str = field(default_factory=new_ulid)
    person: str | None
    room: str
    session: str
    token: str
    expires_s: float


def add(connection: Connection, share: Share) -> None:
    """Share a session."""
    connection.execute(insert(shares).values(**asdict(share)))


def get(connection: Connection, share: str) -> Share | None:
    """Share of an id; None: there is none."""
    row = connection.execute(select(shares).where(shares.c.id == share)).mappings().one_or_none()
    return None if row is None else Share(**row)


def of_room(connection: Connection, room: str, now_s: float) -> list[Share]:
    """Shares of the sessions of a room that have not expired, the oldest first."""
    query = select(shares).where(shares.c.room == room, shares.c.expires_s > now_s).order_by(shares.c.expires_s)
    return [Share(**row) for row in connection.execute(query).mappings()]


def find(connection: Connection, token: str, now_s: float) -> Share | None:
    """Share of a token; None: there is none, or no longer."""
    query = select(shares).where(shares.c.token == token, shares.c.expires_s > now_s)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Share(**row)


def remove(connection: Connection, share: str) -> None:
    """Take a share back; all sign-ins by it go too."""
    connection.execute(delete(shares).where(shares.c.id == share))


def sweep(connection: Connection, now_s: float) -> None:
    """Forget those that have expired."""
    connection.execute(delete(shares).where(shares.c.expires_s <= now_s))
