"""What tests put into a store."""

from dataclasses import dataclass
from pathlib import Path

from biofeedback.header import Header, encode_header
from biofeedback.ids import new_ulid
from biofeedback.store import Store, inputs, open_store, people, sessions
from biofeedback.store.people import Person
from biofeedback.store.sealing import Seal
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of

STARTED_UTC = "2026-11-22T09:00:00Z"


@dataclass(frozen=True)
class Place:
    """Where a store is."""

    data: Path
    url: str | None

    async def open(self) -> Store:
        return await open_store(self.data, self.url)


async def a_person(store: Store, pseudonym: str | None = "A-17") -> Person:
    return await store.write(lambda connection: people.add(connection, pseudonym=pseudonym))


async def a_session(store: Store, person: Person) -> StoredSession:
    session = new_ulid()
    line = encode_header(Header(session, STARTED_UTC, person.pseudonym or ""))
    stored = StoredSession(session, person.id, line, asked_strap="simulated", exercise="measured_4_6")
    await store.write(lambda connection: sessions.add(connection, stored))
    return stored


async def seal_of(store: Store, person: str) -> Seal:
    return await store.read(lambda connection: vault_of(connection).seal_of(person))


async def lines_of(store: Store, session: StoredSession) -> list[tuple[int, bytes]]:
    seal = await seal_of(store, session.person)
    return await store.read(lambda connection: inputs.lines(connection, seal, session.id))


def a_line(seq: int) -> bytes:
    return b'{"type":"end","seq":%d,"t_s":%d.0,"reason":"stopped"}\n' % (seq, seq)
