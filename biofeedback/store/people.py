"""People: a pseudonym each, or none. Their names and keys lie in the vault."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, Index, LargeBinary, RowMapping, String, Table, insert, select, update

from biofeedback.errors import InputError
from biofeedback.ids import new_ulid
from biofeedback.store.schema import ID, metadata
from biofeedback.store.vault import vault_of

__all__ = [
    "Person",
    "add",
    "find",
    "get",
    "hand_over",
    "ids_of",
    "name_of",
    "owned_by",
    "people",
    "set_strap",
    "strap_of",
]

people = Table(
    "people",
    metadata,
    Column("id", ID, primary_key=True),
    Column("pseudonym", String),
    Column("owner", ID),
    Column("strap", LargeBinary),  # sealed: an address is found again wherever its strap is worn
    Index("ix_people_pseudonym_owner", "pseudonym", "owner", unique=True),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as stored. ``pseudonym`` None: anonymous, of one session; ``owner``: the user whose patient it is."""

    id: str
    pseudonym: str | None
    owner: str | None


def add(
    connection: Connection, *, pseudonym: str | None = None, name: str | None = None, owner: str | None = None
) -> Person:
    """New person, with a key of their own.

    Raises
    ------
    InputError
        If this owner has somebody of that pseudonym.
    """
    if pseudonym is not None and find(connection, pseudonym, owner) is not None:
        raise InputError(f"there is somebody called {pseudonym!r} already; choose another pseudonym")
    person = Person(new_ulid(), pseudonym, owner)
    vault_of(connection).add(person.id, name)
    connection.execute(insert(people).values(id=person.id, pseudonym=pseudonym, owner=owner))
    return person


def get(connection: Connection, person: str) -> Person | None:
    """Person of an id; None: there is none."""
    row = connection.execute(select(people).where(people.c.id == person)).mappings().one_or_none()
    return None if row is None else _person(row)


def find(connection: Connection, pseudonym: str, owner: str | None) -> Person | None:
    """Person of an owner's pseudonym; None: there is none. ``owner`` None: of a server without users."""
    query = select(people).where(people.c.pseudonym == pseudonym, people.c.owner.is_not_distinct_from(owner))
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _person(row)


def owned_by(connection: Connection, owner: str | None) -> list[Person]:
    """People with a pseudonym of an owner, by pseudonym."""
    query = select(people).where(people.c.pseudonym.is_not(None), people.c.owner.is_not_distinct_from(owner))
    return [_person(row) for row in connection.execute(query.order_by(people.c.pseudonym)).mappings()]


def ids_of(connection: Connection, owner: str | None) -> list[str]:
    """Ids of all people of an owner, those without a pseudonym as well."""
    return list(connection.execute(select(people.c.id).where(people.c.owner.is_not_distinct_from(owner))).scalars())


def hand_over(connection: Connection, of: str | None, to: str) -> list[str]:
    """Ids of the people of one owner, with or without a pseudonym, who are now those of another.

    Where the new owner has somebody of that pseudonym already, it gets a number behind it. ``of`` None: of a server
    that had no users yet.
    """
    moved = list(connection.execute(select(people).where(people.c.owner.is_not_distinct_from(of))).mappings())
    for row in moved:
        pseudonym, number = row["pseudonym"], 1
        while pseudonym is not None and find(connection, pseudonym, to) is not None:
            number += 1
            pseudonym = f"{row['pseudonym']} ({number})"
        connection.execute(update(people).where(people.c.id == row["id"]).values(owner=to, pseudonym=pseudonym))
    return [row["id"] for row in moved]


def name_of(connection: Connection, person: str) -> str | None:
    """Name of a person, from the vault; None: none was given."""
    return vault_of(connection).name_of(person)


def set_strap(connection: Connection, person: str, strap: str | None) -> None:
    """Say which strap a person wears, as ``--strap`` names it; None: whichever there is.

    Raises
    ------
    KeyGone
        If the person has no key.
    """
    seal = vault_of(connection).seal_of(person)
    sealed = None if strap is None else seal.close(strap.encode(), _where(person))
    connection.execute(update(people).where(people.c.id == person).values(strap=sealed))


def strap_of(connection: Connection, person: str) -> str | None:
    """Strap that a person wears; None: nobody said.

    Raises
    ------
    SealBroken
        If it was altered.
    """
    sealed = connection.execute(select(people.c.strap).where(people.c.id == person)).scalar()
    return None if sealed is None else vault_of(connection).seal_of(person).open(sealed, _where(person)).decode()


def _where(person: str) -> str:
    """What a strap is sealed to."""
    return f"people|{person}|strap"


def _person(row: RowMapping) -> Person:
    """Person of a row."""
    return Person(row["id"], row["pseudonym"], row["owner"])
