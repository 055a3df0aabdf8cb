"""What the archive finds again of sessions that did not come to their end."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from served import Serve
from sqlalchemy import Connection, update

from biofeedback.composition import new_header
from biofeedback.core.events import Characteristic, End, Input, Link, LinkState, Notification, Origin, StrapInfo
from biofeedback.errors import StoreUnavailable
from biofeedback.server.archive import Archive
from biofeedback.server.keeper import Keeper
from biofeedback.server.place import Place
from biofeedback.store import Store, erasure, open_store, people, sessions
from biofeedback.store.inputs import inputs, put_in_place

ROOM = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
ORIGIN = Origin("room-2:1", 7, 12.0)
STRAP = StrapInfo(1, 0.5, 1, "remote")
LINK = Link(2, 1.0, 1, LinkState.CONNECTED, None, ORIGIN)
BYTES = Notification(3, 2.0, 1, Characteristic.HEART_RATE, b"\x10\x40", Origin("room-2:1", 8, 13.0))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path / "data")
    yield opened
    await opened.close()


async def kept(
    store: Store, *events: Input, age_s: float = 0.0, person: str | None = None, room: str | None = ROOM
) -> str:
    """Id of a session that began some time ago, and of which these inputs are kept."""
    moment = datetime.now(UTC) - timedelta(seconds=age_s)
    header = new_header(moment, subject="" if person is None else "A-17", simulated=False, exercise="plain_4_6")
    place = Place(room, person, header.subject, "remote:room-2", "plain_4_6", "5-5", 1.0)
    keeper = await Archive(store).begin(header, place)
    for event in events:
        keeper.record(event)
    assert await keeper.commit()
    return header.session


async def test_a_session_that_was_cut_off_is_found_with_its_room_and_all_that_was_kept(store: Store) -> None:
    person = (await store.write(lambda connection: people.add(connection, pseudonym="A-17"))).id
    session = await kept(store, STRAP, LINK, BYTES, person=person)
    (cut_off,) = await Archive(store).cut_off()
    assert (cut_off.header.session, cut_off.events) == (session, (STRAP, LINK, BYTES))
    assert cut_off.place == Place(ROOM, person, "A-17", "remote:room-2", "plain_4_6", "5-5", 1.0)
    assert cut_off.sources == {"remote"}


async def test_what_has_ended_or_is_of_earlier_is_over(store: Store) -> None:
    ended = await kept(store, STRAP, End(2, 3.0, "completed"))
    await kept(store, STRAP, age_s=902)
    here = await kept(store, STRAP, LINK, age_s=880)
    await store.write(lambda connection: connection.execute(update(sessions.sessions).values(ended=False)))
    assert [one.header.session for one in await Archive(store).cut_off()] == [here]
    assert [one.id for one in await store.read(sessions.unended)] == [here]
    assert ended != here


async def test_one_that_cannot_be_read_keeps_no_other_from_going_on(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    here = await kept(store, STRAP)
    altered = await kept(store, STRAP, LINK)
    at_fault = inputs.c.session == altered
    await store.write(put_in_place)
    await store.write(lambda connection: connection.execute(update(inputs).where(at_fault).values(sealed=b"altered")))
    with caplog.at_level(logging.WARNING):
        assert [one.header.session for one in await Archive(store).cut_off()] == [here]
    assert "cannot go on" in caplog.text


async def test_a_session_that_can_never_be_saved_keeps_no_other_from_it(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    person = (await store.write(lambda connection: people.add(connection, pseudonym="A-17"))).id
    archive = Archive(store)

    async def begun(of: str | None) -> Keeper:
        header = new_header(datetime.now(UTC), subject="", simulated=False, exercise="plain_4_6")
        return await archive.begin(header, Place(ROOM, of, "", "remote", "plain_4_6"))

    def refuse(connection: Connection, word: str) -> None:
        connection.exec_driver_sql(f"PRAGMA query_only = {word}").close()

    with contextlib.suppress(StoreUnavailable):
        await store.write(partial(refuse, word="ON"))
    gone, other = await begun(person), await begun(None)
    with contextlib.suppress(StoreUnavailable):
        await store.write(partial(refuse, word="OFF"))
    assert await store.write(lambda connection: erasure.erase_person(connection, person, "local"))
    keeping = asyncio.create_task(archive.keep_house())
    async with asyncio.timeout(60):
        while not other.has_begun:  # noqa: ASYNC110  nothing else tells
            await asyncio.sleep(0.05)
    keeping.cancel()
    assert not gone.has_begun
    assert "cannot be begun in the store" in caplog.text


async def test_what_was_heard_of_an_origin_is_found_in_the_session_that_heard_it(store: Store) -> None:
    session = await kept(store, STRAP, LINK, BYTES)
    archive = Archive(store)
    assert await archive.heard_in(session, ["room-2:1", "room-3:1"]) == {"room-2:1": 8, "room-3:1": 0}
    assert await archive.heard_in(ROOM, ["room-2:1"]) == {"room-2:1": 0}
    assert await archive.heard_in("../../etc", ["room-2:1"]) == {"room-2:1": 0}


@pytest.mark.parametrize(
    ("settings", "goes_on"),
    [
        ({}, True),
        ({"subject": "B-4"}, False),
        ({"strap": "remote"}, False),
        ({"strap": "simulated:weak_responder:1"}, True),
    ],
)
async def test_the_private_room_goes_on_with_the_same_person_and_kind_of_strap(
    serve: Serve, settings: dict[str, str], goes_on: bool
) -> None:
    served = await serve()
    room = served.server.clinic.room()
    room.session.command("start", None)
    epoch = room.session.channel.facts.epoch
    served.server.should_exit = True
    await served.server.stopped.wait()
    again = await serve(**settings)
    assert (again.server.clinic.room().session.channel.facts.epoch == epoch) == goes_on
