"""Consents: what a person agreed to or withdrew, in which version of the words, and when. Nothing is overwritten."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Column, Connection, ForeignKey, String, Table, insert, select

from biofeedback.ids import new_ulid
from biofeedback.store.schema import ID, metadata

__all__ = ["Consent", "Kind", "add", "consents", "holds", "of_person"]

consents = Table(
    "consents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person", ID, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("version", String, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("at_utc", String, nullable=False),
)


class Kind(StrEnum):
    """What is agreed to."""

    MEASUREMENT = "measurement"
    RESEARCH = "research"


def _utc_now() -> str:
    """The time of day."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A consent that was given, or was not, or no longer; ``version`` is that of the words (``consent.version``)."""

    id: str = field(default_factory=new_ulid)
    person: str
    kind: str
    version: str
    given: bool
    at_utc: str = field(default_factory=_utc_now)


def add(connection: Connection, consent: Consent) -> None:
    """Keep what a person said; the last of its kind holds."""
    connection.execute(insert(consents).values(**asdict(consent)))


def of_person(connection: Connection, person: str) -> list[Consent]:
    """All that a person said, the oldest first."""
    query = select(consents).where(consents.c.person == person).order_by(consents.c.at_utc, consents.c.id)
    return [Consent(**row) for row in connection.execute(query).mappings()]


def holds(connection: Connection, person: str, kind: Kind) -> bool:
    """Whether the last that a person said of this kind was yes; False where nothing was said."""
    said = [consent for consent in of_person(connection, person) if consent.kind == kind]
    return bool(said) and said[-1].given
