"""Keys and names of people, in a file of their own that no backup of the data holds: without it nothing can be read."""

from sqlalchemy import Column, Connection, LargeBinary, MetaData, String, Table, delete, insert, select

from biofeedback.errors import KeyGone, StoreTooNew
from biofeedback.store.schema import ID
from biofeedback.store.sealing import Seal, new_key

__all__ = ["Vault", "open_vault", "vault_of"]

VERSION = 1  # in the file's user_version
CACHED = 10_000  # seals at most; a clinic has fewer people at once

_metadata = MetaData()
_people = Table(
    "people",
    _metadata,
    Column("id", ID, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("name", String),
)


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
        """Destroy a person's key and name: all that was sealed with it is noise from now on."""
        self._connection.execute(delete(_people).where(_people.c.id == person))
        self._seals.pop(person, None)

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
