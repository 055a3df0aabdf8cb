"""Keys and names of people, in a file of their own that no backup of the data holds: without it nothing can be read.

It also remembers who was erased, and the end of the audit's chain.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, String, Table, delete, insert, select

from biofeedback.errors import KeyGone, StoreTooNew
from biofeedback.store.schema import ID
from biofeedback.store.sealing import Seal, new_key

__all__ = ["Newest", "Vault", "open_vault", "vault_of"]

VERSION = 2  # in the file's user_version
CACHED = 10_000  # seals at most; a clinic has fewer people at once

_metadata = MetaData()
_people = Table(
    "people",
    _metadata,
    Column("id", ID, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("name", String),
)
_erased = Table("erased", _metadata, Column("id", ID, primary_key=True))
_newest = Table(
    "newest",
    _metadata,
    Column("number", Integer, nullable=False),
    Column("hash", String(64), primary_key=True),
    Column("base", String(64), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Newest:
    """A newest row of the audit; ``base``: the hash that was the newest before the group of which it is one."""

    number: int
    hash: str
    base: str


class Vault:
    """Keys and names, by person. Changes are committed just before those of the data that were made with them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seals: dict[str, Seal] = {}

    def add(self, person: str, name: str | None) -> Seal:
        """New key of a person, and the name where one is known."""
        key = new_key()
        self._connection.execute(insert(_people).values(id=person, key=key, name=name))
        return Seal(key)

    def seal_of(self, person: str) -> Seal:
        """Seal of a person.

        Raises
        ------
        KeyGone
            If the person has no key: erased, or the vault is not the one of these data.
        """
        if (seal := self._seals.get(person)) is not None:
            return seal
        key = self._connection.execute(select(_people.c.key).where(_people.c.id == person)).scalar()
        if key is None:
            raise KeyGone(person)
        if len(self._seals) >= CACHED:
            self._seals.clear()
        self._seals[person] = seal = Seal(key)
        return seal

    def name_of(self, person: str) -> str | None:
        """Name of a person; None where none was given."""
        name: str | None = self._connection.execute(select(_people.c.name).where(_people.c.id == person)).scalar()
        return name

    def forget(self, person: str) -> None:
        """Destroy a person's key and name: all that was sealed with it is noise from now on. Their id is remembered."""
        self._connection.execute(delete(_people).where(_people.c.id == person))
        self._connection.execute(delete(_erased).where(_erased.c.id == person))
        self._connection.execute(insert(_erased).values(id=person))
        self._seals.pop(person, None)

    def erased(self) -> set[str]:
        """Ids of those who were erased."""
        return set(self._connection.execute(select(_erased.c.id)).scalars())

    def remember(self, newest: Newest, before: str) -> None:
        """Remember the newest row of the audit, which stands after that of the hash ``before``.

        What was remembered is let go of where the new row follows it, or where its group was never committed. Else it
        stays, as a witness of rows that are not there any more.
        """
        followed = (_newest.c.hash == before) | (_newest.c.base == newest.base)
        self._connection.execute(delete(_newest).where(followed))
        self._connection.execute(insert(_newest).values(**asdict(newest)))

    def remembered(self) -> list[Newest]:
        """Rows of the audit that have to be there, by number."""
        rows = self._connection.execute(select(_newest).order_by(_newest.c.number)).mappings()
        return [Newest(**row) for row in rows]

    def forget_newest(self) -> None:
        """Remember no row of the audit: it goes on from where a restored copy ends."""
        self._connection.execute(delete(_newest))

    def undo(self) -> None:
        """Forget the seals of keys whose change did not last."""
        self._seals.clear()


def open_vault(connection: Connection, place: str) -> Vault:
    """Vault of a connection; its table is made where there is none.

    Raises
    ------
    StoreTooNew
        If a later program made it.
    """
    with connection.begin():
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version > VERSION:
            raise StoreTooNew(place, str(version), str(VERSION))
        if version < VERSION:
            _metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    return Vault(connection)


def vault_of(connection: Connection) -> Vault:
    """Vault beside a connection of the store."""
    vault: Vault = connection.info["vault"]
    return vault
