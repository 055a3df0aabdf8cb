"""The list of sessions: those of one's own people in which something was done, the newest first, a page at a time."""

from pathlib import Path
from typing import Any

import httpx
from served import Serve
from sqlalchemy import Connection
from staffed import staff

from biofeedback.core.events import Mark, MarkKind, Step, StepKind
from biofeedback.header import Header, encode_header
from biofeedback.ids import new_ulid
from biofeedback.lines import encode_event
from biofeedback.server.sessions import PAGE, Shelf
from biofeedback.store import Store, inputs, open_store, people, sessions
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of

BASELINE = encode_event(Step(1, 0.0, StepKind.BASELINE, 120.0))


async def done(store: Store, person: str, count: int = 1, line: bytes = BASELINE) -> list[str]:
    """Ids of new sessions of a person, with an input each."""
    ids = [new_ulid() for _ in range(count)]

    def add(connection: Any) -> None:
        seal = vault_of(connection).seal_of(person)
        for id_ in ids:
            header = encode_header(Header(id_, "2026-11-22T09:00:00Z", "A-17", exercise="measured_4_6"))
            sessions.add(connection, StoredSession(id_, person, header, ended=True))
            inputs.append(connection, [inputs.sealed_row(seal, id_, 1, line)])

    await store.write(add)
    return sorted(ids, reverse=True)


async def test_sessions_come_a_page_at_a_time_and_those_that_were_not_begun_are_passed_over(serve: Serve) -> None:
    served = await serve()
    store = served.server.clinic.store
    person = (await store.write(lambda connection: people.add(connection, pseudonym="A-17"))).id
    ids = await done(store, person, PAGE + 2)
    await done(store, person, 3, line=b'{"type":"mark","seq":1,"t_s":0.0,"kind":"note"}\n')
    async with httpx.AsyncClient(base_url=served.url, timeout=60, headers={"Origin": served.url}) as browser:
        first = (await browser.get("/api/sessions")).json()
        assert [one["id"] for one in first["sessions"]] == ids[:PAGE]
        assert first["sessions"][0] == {
            "id": ids[0],
            "person": person,
            "pseudonym": "A-17",
            "begun_utc": "2026-11-22T09:00:00.000Z",
            "exercise": "measured_4_6",
            "simulated": False,
            "ended": True,
        }
        later = (await browser.get("/api/sessions", params={"before": first["before"]})).json()
        assert [one["id"] for one in later["sessions"]] == ids[PAGE:]
        assert (await browser.get("/api/sessions", params={"before": ids[-1]})).json() == {
            "sessions": [],
            "before": None,
        }


async def test_a_session_is_listed_from_its_first_step_on_and_what_was_looked_at_is_not_opened_again(
    tmp_path: Path,
) -> None:
    store, shelf = await open_store(tmp_path / "data"), Shelf()
    person = (await store.write(lambda connection: people.add(connection, pseudonym="A-17"))).id
    [session] = await done(store, person, line=b'{"type":"mark","seq":1,"t_s":0.0,"kind":"note"}\n')

    async def listed() -> list[str]:
        page = await store.read(lambda connection: shelf.page(connection, None, None))
        return [one["id"] for one in page["sessions"]]

    async def come(seq: int) -> None:
        """A step comes, and what came before can no longer be opened."""

        def add(connection: Connection) -> None:
            for table in ("arrivals", "inputs"):
                connection.exec_driver_sql(f"UPDATE {table} SET sealed = x'00'")
            row = inputs.sealed_row(vault_of(connection).seal_of(person), session, seq, BASELINE)
            inputs.append(connection, [row])

        await store.write(add)

    assert await listed() == []
    for seq in (2, 3):
        await come(seq)
        assert await listed() == [session]
    await store.close()


async def test_a_session_is_that_of_the_exercise_that_was_begun_and_of_when_it_was(tmp_path: Path) -> None:
    store, shelf = await open_store(tmp_path / "data"), Shelf()
    person = (await store.write(lambda connection: people.add(connection, pseudonym="A-17"))).id
    start = encode_event(Mark(1, 7200.0, MarkKind.COMMAND, "start walk"))
    [waited] = await done(store, person, line=start)
    [later] = await done(store, person, line=encode_event(Step(1, 3600.0, StepKind.BASELINE)))

    async def listed() -> list[tuple[str, str, str]]:
        page = await store.read(lambda connection: shelf.page(connection, None, None))
        return [(one["id"], one["begun_utc"], one["exercise"]) for one in page["sessions"]]

    def begin(connection: Connection) -> None:
        step = encode_event(Step(2, 7200.5, StepKind.MOVE))
        row = inputs.sealed_row(vault_of(connection).seal_of(person), waited, 2, step)
        inputs.append(connection, [row])

    assert await listed() == [(later, "2026-11-22T10:00:00.000Z", "measured_4_6")]
    await store.write(begin)  # after what was said of it was read already
    assert await listed() == [
        (waited, "2026-11-22T11:00:00.500Z", "walk"),
        (later, "2026-11-22T10:00:00.000Z", "measured_4_6"),
    ]
    await store.close()


async def test_a_physiotherapist_sees_the_sessions_of_the_own_people(serve: Serve) -> None:
    staffed = await staff(await serve(), agrees=True)
    store = staffed.clinic.store
    other = (await store.write(lambda connection: people.add(connection, pseudonym="B-2", owner=new_ulid()))).id
    await done(store, other)
    [own] = await done(store, staffed.person)
    async with staffed.opened:
        listed = (await (await staffed.physio()).get("/api/sessions")).json()
    assert [one["id"] for one in listed["sessions"]] == [own]
