"""What happens between two waits: a slow store, or one that is there for half of what is asked."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from served import BUSY_S, Serve, Served
from staffed import staff
from test_collecting import REMOTE, calling

from biofeedback.composition import new_header
from biofeedback.core.events import End
from biofeedback.errors import StoreUnavailable
from biofeedback.keys import DeviceKeys
from biofeedback.server import privacy
from biofeedback.server.access import Access, Principal, Role
from biofeedback.server.archive import Archive
from biofeedback.server.place import Place
from biofeedback.store import audit, erasure, open_store, sessions
from biofeedback.store.audit import Act, Entry
from biofeedback.store.committer import Committer
from biofeedback.store.connections import Connections


@asynccontextmanager
async def held_up(served: Served) -> AsyncIterator[None]:
    """The store does nothing else meanwhile."""
    store, loop = served.server.clinic.store, asyncio.get_running_loop()
    hangs, goes_on = asyncio.Event(), threading.Event()

    def hang(_connection: object) -> None:
        loop.call_soon_threadsafe(hangs.set)
        assert goes_on.wait(BUSY_S)

    hanging = asyncio.create_task(store.read(hang))
    await hangs.wait()
    try:
        yield
    finally:
        goes_on.set()
        await hanging


async def asked(served: Served, count: int = 1) -> None:
    """So many wait for the store."""
    async with asyncio.timeout(BUSY_S):
        while served.server.clinic.store.asked < count:  # noqa: ASYNC110  nothing else tells
            await asyncio.sleep(0.01)


async def waiting_for_a_collector(serve: Serve, folder: Path) -> tuple[Served, str]:
    """A server whose strap is elsewhere, and the token of the collector that has it."""
    token = DeviceKeys(folder / "data").make("room-2", folder / "room-2.key").token
    return await serve(strap=REMOTE), token


async def test_a_session_that_ends_while_a_collector_is_admitted_is_said_to_have_ended(
    serve: Serve, tmp_path: Path
) -> None:
    served, token = await waiting_for_a_collector(serve, tmp_path)
    room = served.server.clinic.room()
    earlier = "01KAAAAAAAAAAAAAAAAAAAAAAA"
    async with calling(served, token) as page:
        async with held_up(served):
            said = {"protocol": 1, "software": "0", "simulated": False, "session": earlier, "origins": ["room-2:1"]}
            await page.say("hello", **said)
            async with asyncio.timeout(BUSY_S):
                while room.post is None:  # noqa: ASYNC110  nothing else tells
                    await asyncio.sleep(0.01)
            await asked(served)
            room.session.finish("stopped")
        assert not (await page.hear("admitted"))["is_open"]


async def test_a_collector_is_admitted_to_the_next_session_where_the_one_before_never_listened(
    serve: Serve, tmp_path: Path
) -> None:
    served, token = await waiting_for_a_collector(serve, tmp_path)
    room = served.server.clinic.room()
    room.session.strap.listening.clear()  # as while a session that failed waits to be taken up again
    async with calling(served, token) as page:
        await page.say("hello", protocol=1, software="0", simulated=False)
        async with asyncio.timeout(BUSY_S):
            while room.post is None:  # noqa: ASYNC110  nothing else tells
                await asyncio.sleep(0.01)
        first = room.session.channel.facts.epoch
        async with served.page() as viewer:
            await viewer.say("command", command="new")
            await viewer.hear("bye")
        async with asyncio.timeout(BUSY_S / 10):
            while (await page.hear("admitted"))["session"] == first:
                pass


class HalfThere:
    """A store that is out of reach after so many questions, once."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.fails = True

    async def read(self, query: Callable[..., Any]) -> Any:
        if self.fails:
            self.fails = False
            raise StoreUnavailable("away")
        return await self._store.read(query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_a_session_that_was_begun_by_half_is_saved_when_the_store_is_back(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "data")
    archive = Archive(HalfThere(store))
    header = new_header(datetime.now(UTC), subject="", simulated=True, exercise="plain_4_6")
    place = Place("room", None, "", "simulated", "plain_4_6", None, 1.0)
    keeper = await archive.begin(header, place)
    keeper.record(End(1, 1.0, "stopped"))
    assert not await keeper.commit()
    await keeper.begin()
    assert await keeper.commit()
    (stored,) = await store.read(lambda connection: sessions.newest(connection, 5))
    assert stored.id == header.session
    assert len(await store.read(lambda connection: list(connection.exec_driver_sql("SELECT id FROM people")))) == 1
    await store.close()


async def test_what_was_seen_while_the_disk_refused_is_in_the_audit_when_the_server_stops(
    serve: Serve, tmp_path: Path
) -> None:
    served = await serve()
    await served.disk(is_writable=False)
    await served.server.access.ledger.note(seen("while nothing was saved"))
    await served.disk(is_writable=True)
    assert "while nothing was saved" in await in_audit(served, tmp_path / "data")


async def test_what_is_seen_while_the_audit_is_written_is_in_it_when_the_server_stops(
    serve: Serve, tmp_path: Path
) -> None:
    served = await serve()
    ledger, clinic = served.server.access.ledger, served.server.clinic
    async with held_up(served):
        await asyncio.sleep(0.5)  # a server that has just begun asks for this and that
        others = clinic.store.asked
        ledger.note(seen("first"))
        await asked(served, others + 1)
        ledger.note(seen("while the first is written"))
        served.server.should_exit = True
        async with asyncio.timeout(BUSY_S):
            await clinic.closing.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await served.server.stopped.wait()  # it comes as far as the store lets it
    assert {"first", "while the first is written"} <= set(await in_audit(served, tmp_path / "data"))


def seen(about: str) -> Entry:
    return Entry(Act.SESSION_SEEN, "admin", about=about)


async def in_audit(served: Served, data: Path) -> list[str | None]:
    """What the audit's entries are about, once the server has stopped."""
    served.server.should_exit = True
    async with asyncio.timeout(BUSY_S):
        await served.server.stopped.wait()
    store = await open_store(data)
    entries = await store.read(lambda connection: audit.newest(connection, 10))
    await store.close()
    return [entry.about for _, entry in entries]


async def test_nobody_comes_in_by_a_ticket_that_was_given_while_their_sign_in_ended(serve: Serve) -> None:
    staffed = await staff(await serve(), agrees=True)
    access = staffed.access
    async with staffed.opened:
        await staffed.physio()
        (login,) = await access.store.read(lambda found: list(found.exec_driver_sql("SELECT id FROM logins").scalars()))
        async with held_up(staffed.served):
            ending = asyncio.create_task(access.end([login]))
            await asked(staffed.served)
            ticket = access.tickets.give(Principal(Role.PHYSIOTHERAPIST, login=login), staffed.room)
        await ending
        assert access.tickets.take(ticket) is None


async def test_who_withdraws_consent_is_measured_no_more_however_slow_the_disk(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    staffed = await staff(await serve(request_s=0.5), agrees=True)
    commit, goes_on = Committer._commit, threading.Event()

    def slow(self: Committer, connections: Connections) -> bool:
        assert goes_on.wait(BUSY_S)
        return commit(self, connections)

    async with staffed.opened:
        patient, room = await staffed.patient(), staffed.clinic.room(staffed.room)
        assert room.is_agreed
        monkeypatch.setattr(Committer, "_commit", slow)
        said = {"kind": "measurement", "version": "2026-11", "given": False}
        answer = await patient.post(f"/api/people/{staffed.person}/consents", json=said)
        goes_on.set()
        assert answer.status_code == 503, "the disk was not slow: this test shows nothing"
        assert not room.is_agreed
        assert room.session.ended.is_set()


async def test_a_room_that_opens_while_its_person_is_erased_is_closed_as_well(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    staffed = await staff(await serve(), agrees=True)
    clinic, opened = staffed.clinic, asyncio.Event()
    leave_room = privacy.leave_room

    async def slow(access: Access, room: str) -> None:
        await leave_room(access, room)
        if not opened.is_set():
            opened.set()
            await clinic.open_room(staffed.person, "A-17", "simulated:responder:3")

    monkeypatch.setattr(privacy, "leave_room", slow)
    async with staffed.opened:
        physio = await staffed.physio()
        assert (await physio.delete(f"/api/people/{staffed.person}")).status_code == 204
        assert opened.is_set()
        assert clinic.rooms_of(staffed.person) == []


async def test_who_was_erased_while_their_room_opened_is_not_measured(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "data")
    archive = Archive(store)
    person = await archive.known("A-17", None)
    assert await archive.may_measure(person)
    await store.write(lambda connection: erasure.erase_person(connection, person, "admin"))
    assert not await archive.may_measure(person)
    assert await archive.may_measure(None)
    await store.close()
