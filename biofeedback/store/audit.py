"""The audit: who saw or changed what of whom, and when. Rows are only ever added, each with a hash over the one before.

The vault, another file, remembers the newest hash. So this is found: a row that was altered, taken out or moved, a
chain that was made anew, and rows that were cut off at the end. One cut cannot be told from a power cut: that of the
last group of rows, which were committed together, because the vault is committed just before the data. Whoever can
write both files can forge both; a copy of the vault elsewhere shows that too.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Column, Connection, Integer, RowMapping, String, Table, insert, select

from biofeedback.store.schema import ID, metadata
from biofeedback.store.vault import Newest, vault_of

__all__ = ["MACHINE", "SYSTEM", "Act", "Break", "Broken", "Entry", "append", "audit", "broken", "newest", "of_person"]

MACHINE = "machine"  # whoever may run commands on the computer itself
SYSTEM = "system"  # the server by itself

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at_utc", String, nullable=False),
    Column("role", String, nullable=False),
    Column("user", ID),
    Column("act", String, nullable=False),
    Column("person", ID, index=True),  # no foreign key: an erasure is remembered longer than the person
    Column("about", String),
    Column("hash", String(64), nullable=False),
)


class Act(StrEnum):
    """What somebody did."""

    PERSON_ADDED = "person_added"
    PERSON_SEEN = "person_seen"
    HISTORY_SEEN = "history_seen"
    STRAP_ASSIGNED = "strap_assigned"
    PERSON_HANDED_OVER = "person_handed_over"
    PERSON_EXPORTED = "person_exported"
    PERSON_ERASED = "person_erased"
    SESSION_SEEN = "session_seen"
    REPORT_MADE = "report_made"
    NOTE_SEEN = "note_seen"
    NOTE_WRITTEN = "note_written"
    SESSION_EXPORTED = "session_exported"
    SESSION_EDITED = "session_edited"
    SESSION_BROUGHT_IN = "session_brought_in"
    SESSION_ERASED = "session_erased"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ROOM_OPENED = "room_opened"
    ROOM_CLOSED = "room_closed"
    PATIENT_INVITED = "patient_invited"
    SESSION_SHARED = "session_shared"
    SHARE_ENDED = "share_ended"
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    USER_DISABLED = "user_disabled"
    LINK_MADE = "link_made"  # with which a user, or the first admin, chooses a password
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    PATIENT_JOINED = "patient_joined"
    GUEST_JOINED = "guest_joined"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"
    CLOCK_KNOWN = "clock_known"  # what is too old was looked for, by a clock that can be right
    CLOCK_DOUBTED = "clock_doubted"  # it leapt: nothing is erased by it
    CLOCK_CONFIRMED = "clock_confirmed"


class Break(StrEnum):
    """What is wrong with a chain."""

    ALTERED = "altered"  # what stands in the row is not what its hash was made of, or not what stood before it
    MISSING = "missing"  # the row is not there, and later ones are
    CUT_OFF = "cut_off"  # the row and all after it are not there, and the vault remembers one of them
    REPLACED = "replaced"  # the row fits those before it, and the vault remembers another


def _utc_now() -> str:
    """The time of day."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did: ``user`` of which ``role``, to whom, and about which session, room or user.

    Ids, never names or pseudonyms: an entry outlives the person.
    """

    act: Act
    role: str
    user: str | None = None
    person: str | None = None
    about: str | None = None
    at_utc: str = field(default_factory=_utc_now)


@dataclass(frozen=True, slots=True)
class Broken:
    """First row of a chain that is not as it was written."""

    number: int
    what: Break


def append(connection: Connection, entry: Entry) -> int:
    """Add an entry, in the transaction of the change that it is about; its number."""
    last = _last(connection)
    number, digest = last.number + 1, _hash(last.hash, last.number + 1, entry)
    connection.execute(
        insert(audit).values(
            number=number,
            at_utc=entry.at_utc,
            role=entry.role,
            user=entry.user,
            act=entry.act,
            person=entry.person,
            about=entry.about,
            hash=digest,
        )
    )
    vault_of(connection).remember(Newest(number, digest, _base(connection, last.hash)), last.hash)
    return number


def newest(connection: Connection, most: int) -> list[tuple[int, Entry]]:
    """The newest entries, each with its number, the newest first."""
    rows = connection.execute(select(audit).order_by(audit.c.number.desc()).limit(most)).mappings()
    return [(row["number"], _entry(row)) for row in rows]


def of_person(connection: Connection, person: str) -> list[Entry]:
    """Entries about a person, the oldest first."""
    query = select(audit).where(audit.c.person == person).order_by(audit.c.number)
    return [_entry(row) for row in connection.execute(query).mappings()]


def broken(connection: Connection) -> Broken | None:
    """First row that is not as it was written; None: all are."""
    heads = vault_of(connection).remembered()
    wanted = {head.number for head in heads}
    before, last, there = "", 0, dict[int, str]()
    for row, entry in _rows(connection):
        last += 1
        if row["number"] != last:
            return Broken(last, Break.MISSING)
        if row["hash"] != _hash(before, last, entry):
            return Broken(last, Break.ALTERED)
        before = row["hash"]
        if last in wanted:
            there[last] = before
    for head in heads:
        if head.number in there and there[head.number] != head.hash:
            return Broken(head.number, Break.REPLACED)
        if head.number not in there and head.base != before:  # else its group was never committed
            return Broken(last + 1, Break.CUT_OFF)
    return None


def _rows(connection: Connection) -> Iterator[tuple[RowMapping, Entry]]:
    """All rows, in their order."""
    for row in connection.execute(select(audit).order_by(audit.c.number)).mappings():
        yield row, _entry(row)


def _last(connection: Connection) -> Newest:
    """Newest row; number 0 before the first."""
    query = select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return Newest(0, "", "") if row is None else Newest(row.number, row.hash, "")


def _base(connection: Connection, last: str) -> str:
    """Newest hash when the group began that is being committed."""
    group, known = connection.get_transaction(), connection.info.get("audit_base")
    if known is None or known[0] is not group:
        connection.info["audit_base"] = known = (group, last)
    base: str = known[1]
    return base


def _hash(before: str, number: int, entry: Entry) -> str:
    """Hash of a row and, by that of the one before, of all before it."""
    fields = [before, number, entry.at_utc, entry.role, entry.user, str(entry.act), entry.person, entry.about]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def _entry(row: RowMapping) -> Entry:
    """Entry of a row; one of a later program keeps its word."""
    act = Act(row["act"]) if row["act"] in set(Act) else row["act"]
    return Entry(act, row["role"], row["user"], row["person"], row["about"], row["at_utc"])
