"""Power cuts: a store is worked with on a watched disk, which then loses its power at any moment, again and again.

``make faults ARGS=power`` is the long form.
"""

import random
import sqlite3
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biofeedback.core.events import Mark, MarkKind
from biofeedback.errors import BiofeedbackError, KeyGone
from biofeedback.header import Header, encode_header
from biofeedback.ids import new_ulid
from biofeedback.lines import encode_event
from biofeedback.store import Store, inputs, open_store, people, sessions
from biofeedback.store.recorder import StoreRecorder, open_recorder
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of
from tests.faults.lost_power import after_cut
from tests.faults.watched_disk import watched

__all__ = ["Cut", "Ledger", "cut_power", "cut_power_often", "put_back", "watch", "wrong_after"]

CUTS_A_SEED = 250
CUTS_A_RUN = 50  # then the store is worked with again, on what one of them left
ROUNDS = 25
CHECKPOINT = "PRAGMA wal_autocheckpoint = 12"  # pages: a run of seconds sees what a day of use does


@dataclass(frozen=True, slots=True)
class Cut:
    """How the power cuts of one seed went; ``wrong`` is empty when all promises were kept."""

    seed: int
    wrong: tuple[str, ...]
    cuts: int
    wall_s: float


@dataclass(frozen=True, slots=True)
class Promise:
    """So many inputs of a session were confirmed; or a person is stored, or forgotten."""

    what: str
    of: str
    count: int = 0


@dataclass
class Ledger:
    """What was given to the store, confirmed or not, and the files that all began with."""

    start: Mapping[str, bytes] = field(default_factory=dict)
    log: list[Any] = field(default_factory=list)
    lines: dict[str, list[bytes]] = field(default_factory=dict)  # of each session
    people: dict[str, str] = field(default_factory=dict)  # of each session, whose it is
    forgotten: set[str] = field(default_factory=set)  # or about to be


async def work(store: Store, ledger: Ledger, rng: random.Random) -> None:
    """Add people and sessions, record, ask for confirmation, forget; what is confirmed goes into the log."""
    await store.write(lambda connection: connection.exec_driver_sql(CHECKPOINT).all())
    recorders: dict[str, StoreRecorder] = {}
    for number in range(ROUNDS):
        if number == 0 or rng.random() < 0.15:
            session = await _begin(store, ledger)
            recorders[session] = await open_recorder(store, session)
        for _ in range(rng.randint(1, 3)):
            _record(recorders, ledger, rng)
        if rng.random() < 0.7:
            sizes = {session: len(ledger.lines[session]) for session in recorders}
            assert await store.commit()
            ledger.log += [Promise("inputs", session, size) for session, size in sizes.items()]
        if rng.random() < 0.2:
            await store.write(inputs.put_in_place)
        if len(recorders) > 2 and rng.random() < 0.1:
            await _forget(store, ledger, recorders, rng)


async def _begin(store: Store, ledger: Ledger) -> str:
    """A session of a new person."""
    session = new_ulid()
    person = await store.write(lambda connection: people.add(connection, name="Ada"))
    ledger.log.append(Promise("person", person.id))
    stored = StoredSession(session, person.id, encode_header(Header(session, "2026-11-22T09:00:00Z")))
    ledger.lines[session], ledger.people[session] = [], person.id
    await store.write(lambda connection: sessions.add(connection, stored))
    ledger.log.append(Promise("inputs", session))
    return session


def _record(recorders: Mapping[str, StoreRecorder], ledger: Ledger, rng: random.Random) -> None:
    """A burst of inputs of one session."""
    session = rng.choice(list(recorders))
    lines = ledger.lines[session]
    for _ in range(rng.randint(1, 12)):
        event = Mark(len(lines) + 1, float(len(lines)), MarkKind.NOTE, "x" * rng.choice((3, 100, 100, 6000)))
        lines.append(encode_event(event))
        recorders[session].record(event)


async def _forget(store: Store, ledger: Ledger, recorders: dict[str, StoreRecorder], rng: random.Random) -> None:
    """A person's key is destroyed."""
    session = rng.choice(list(recorders))
    del recorders[session]
    person = ledger.people[session]
    ledger.forgotten.add(person)
    await store.write(lambda connection: vault_of(connection).forget(person))
    ledger.log.append(Promise("forgotten", person))


def put_back(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files of a disk, in a folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


async def wrong_after(folder: Path, ledger: Ledger, cut: int) -> list[str]:
    """What is not as it was promised in a folder whose disk lost its power after ``cut`` things had been done."""
    promises = [op for op in ledger.log[:cut] if isinstance(op, Promise)]
    forgotten = {promise.of for promise in promises if promise.what == "forgotten"}
    try:
        store = await open_store(folder)
    except BiofeedbackError as error:
        return [str(error)]
    wrong: list[str] = []
    try:
        for promise in promises:
            if promise.what == "person" and await store.read(lambda c, p=promise: people.get(c, p.of)) is None:
                wrong.append(f"person {promise.of} is gone")
        confirmed = {promise.of: promise.count for promise in promises if promise.what == "inputs"}
        for session in ledger.lines:
            wrong += await _wrong_session(store, ledger, session, confirmed.get(session), forgotten)
    finally:
        await store.close()
    for name in ("biofeedback.db", "vault.db"):
        with sqlite3.connect(folder / name) as connection:
            (said,) = connection.execute("PRAGMA integrity_check").fetchone()
        connection.close()
        wrong += [] if said == "ok" else [f"{name}: {said}"]
    return wrong


async def _wrong_session(
    store: Store, ledger: Ledger, session: str, confirmed: int | None, forgotten: set[str]
) -> list[str]:
    """What is wrong with one session; ``confirmed`` None: not even that it is there."""
    person = ledger.people[session]
    try:
        found = await store.read(lambda connection: sessions.get(connection, session))
        if found is None:
            return [] if confirmed is None else [f"session {session} is gone"]
        seal = await store.read(lambda connection: vault_of(connection).seal_of(person))
        stored = await store.read(lambda connection: inputs.lines(connection, seal, session))
    except KeyGone:
        return [] if person in ledger.forgotten else [f"session {session}: the key is gone"]
    if person in forgotten:
        return [f"person {person} was forgotten and is known again"]
    whole = [line for _, line in stored] == ledger.lines[session][: len(stored)]
    if not whole or [seq for seq, _ in stored] != list(range(1, len(stored) + 1)):
        return [f"session {session}: what is stored was not recorded so"]
    if len(stored) < (confirmed or 0):
        return [f"session {session}: {confirmed} inputs were confirmed, {len(stored)} are there"]
    return []


async def cut_power(cuts: int, seed: int, cuts_a_run: int = CUTS_A_RUN) -> list[str]:
    """What was wrong after that many power cuts: nothing, one hopes. Each run begins with what an earlier cut left."""
    rng, wrong, ledger = random.Random(seed), [], Ledger()
    for run in range(-(-cuts // cuts_a_run)):
        with tempfile.TemporaryDirectory(prefix="power") as name:
            await watch(Path(name), ledger, rng)
            for _ in range(min(cuts_a_run, cuts - run * cuts_a_run)):
                cut = rng.randint(0, len(ledger.log))
                with tempfile.TemporaryDirectory(prefix="power") as left:
                    files = after_cut(ledger.start, ledger.log[:cut], rng)
                    put_back(Path(left), files)
                    found = await wrong_after(Path(left), ledger, cut)
                wrong += [f"seed {seed}, run {run}, cut at {cut} of {len(ledger.log)}: {line}" for line in found]
            ledger.start, ledger.log = files, [op for op in ledger.log[:cut] if isinstance(op, Promise)]
    return wrong


async def cut_power_often(seed: int) -> Cut:
    """Outcome of one seed."""
    began_s = time.monotonic()
    wrong = await cut_power(CUTS_A_SEED, seed)
    return Cut(seed, tuple(wrong), CUTS_A_SEED, round(time.monotonic() - began_s, 2))


async def watch(folder: Path, ledger: Ledger, rng: random.Random) -> None:
    """Open a store on what the ledger begins with, and work with it; what its disk does goes into the ledger's log."""
    put_back(folder, ledger.start)
    with watched(folder) as log:
        log.extend(ledger.log)
        ledger.log = log
        store = await open_store(folder)
        await work(store, ledger, rng)
        await store.close()
