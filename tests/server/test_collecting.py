"""A collector at the server's door: its key, the session it may fill, and what enters it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets
from served import Page, Serve, Served
from stored_files import stored_files

from biofeedback.core.events import ClockReading, Link, Notification
from biofeedback.keys import DeviceKeys
from biofeedback.recording import read_recording
from biofeedback.server.clinic import PRIVATE

ORIGIN = "room-2:1"
REMOTE = "remote:room-2"


def bytes_frames(first: int, last: int) -> list[dict[str, Any]]:
    rest = {"characteristic": "2a37", "value": "10440004"}
    return [{"kind": "bytes", "seq": seq, "t_s": 50.0 + seq} | rest for seq in range(first, last + 1)]


@pytest.fixture
def token(tmp_path: Path) -> str:
    return DeviceKeys(tmp_path / "data").make("room-2", tmp_path / "room-2.key").token


@asynccontextmanager
async def calling(served: Served, token: str | None, **options: Any) -> AsyncIterator[Page]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    address = f"ws://127.0.0.1:{served.server.port}/collect"
    async with websockets.connect(address, additional_headers=headers, **options) as socket:
        yield Page(socket)


async def hello(page: Page, **fields: Any) -> dict[str, Any]:
    said = {"protocol": 1, "software": "0", "simulated": False} | fields
    await page.say("hello", **said)
    return await page.hear("admitted")


def path_of(folder: Path, session: str) -> Path:
    return stored_files(folder / "data") / f"{session}.jsonl"


def taken(path: Path) -> list[tuple[str, int]]:
    events = read_recording(path).events
    return [(e.origin.id, e.origin.seq) for e in events if isinstance(e, Link | Notification) and e.origin]


@pytest.mark.parametrize("wrong", [None, "", "room-2", "room-2." + "A" * 43, "nobody." + "A" * 43])
async def test_without_its_key_nobody_comes_in(serve: Serve, token: str, wrong: str | None) -> None:
    served = await serve(strap=REMOTE)
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with calling(served, wrong):
            pass
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("options", [{"origin": "self"}, {"origin": "http://example.org"}, {"host": "example.org"}])
async def test_no_browser_and_no_foreign_name_comes_in_even_with_the_key(
    serve: Serve, token: str, options: dict[str, str]
) -> None:
    served = await serve(strap=REMOTE)
    more: dict[str, Any] = {}
    if "origin" in options:
        more["origin"] = served.url if options["origin"] == "self" else options["origin"]
    address = f"ws://{options.get('host', '127.0.0.1')}:{served.server.port}/collect"
    more |= {"host": "127.0.0.1", "port": served.server.port}
    headers = {"Authorization": f"Bearer {token}"}
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(address, additional_headers=headers, **more):
            pass
    assert refused.value.response.status_code == 403


async def test_a_collector_fills_the_session_that_it_was_admitted_to(serve: Serve, token: str, tmp_path: Path) -> None:
    served = await serve(strap=REMOTE)
    async with calling(served, token) as page, served.page() as patient:
        await patient.hear("quality", strap_state="searching", strap_detail="strap.remote_away")
        admitted = await hello(page)
        session = admitted["session"]
        assert (admitted["is_open"], admitted["heard"], admitted["earlier"]) == (True, {}, {})
        await page.say("strap", origin=ORIGIN, detail="strap.connecting")
        await patient.hear("quality", strap_state="connecting")
        ask = await page.hear("clock_ask")
        await page.say("clock", origin=ORIGIN, id=ask["id"], t_s=49.0)
        connected = {"kind": "connected", "seq": 1, "t_s": 51.0, "model": "Polar H10", "firmware": "5.0.0"}
        await page.say("frames", origin=ORIGIN, session=session, frames=[connected, *bytes_frames(2, 4)])
        await page.hear("kept", origin=ORIGIN, seq=4)
        await patient.hear("quality", strap_state="beats", strap_model="Polar H10")
    assert taken(path_of(tmp_path, session)) == [(ORIGIN, seq) for seq in (1, 2, 3, 4)]
    readings = [e for e in read_recording(path_of(tmp_path, session)).events if isinstance(e, ClockReading)]
    assert [(reading.origin, reading.origin_t_s) for reading in readings] == [(ORIGIN, 49.0)]


async def test_a_collector_that_comes_back_hears_what_is_there(serve: Serve, token: str, tmp_path: Path) -> None:
    served = await serve(strap=REMOTE)
    async with calling(served, token) as page:
        session = (await hello(page))["session"]
        await page.say("frames", origin=ORIGIN, session=session, frames=bytes_frames(1, 4))
        await page.hear("kept", seq=4)
        async with calling(served, token) as newer:
            origins = [ORIGIN, "room-2:2", "room-3:1"]
            admitted = await hello(newer, session=session, origins=origins)
            assert admitted["heard"] == {ORIGIN: 4, "room-2:2": 0}
            assert await page.closed() == 4009
            await newer.say("frames", origin=ORIGIN, session=session, frames=bytes_frames(3, 6))
            await newer.hear("kept", seq=6)
            await newer.say("frames", origin=ORIGIN, session=session, frames=bytes_frames(8, 9))
            assert await newer.closed() == 1013
    assert taken(path_of(tmp_path, session)) == [(ORIGIN, seq) for seq in range(1, 7)]


async def test_what_belongs_to_a_session_that_was_replaced_enters_no_other(
    serve: Serve, token: str, tmp_path: Path
) -> None:
    served = await serve(strap=REMOTE)
    async with calling(served, token) as page, served.page() as patient:
        old = (await hello(page))["session"]
        await page.say("frames", origin=ORIGIN, session=old, frames=bytes_frames(1, 4))
        await page.hear("kept", seq=4)
        await patient.say("command", command="start")
        await patient.say("command", command="stop")
        assert (await page.hear("admitted", session=old))["is_open"] is False
        await page.say("frames", origin=ORIGIN, session=old, frames=bytes_frames(5, 6))
        await patient.say("command", command="new")
        new = await page.hear("admitted", is_open=True)
        assert new["session"] != old
        await page.say("frames", origin=ORIGIN, session=old, frames=bytes_frames(5, 6))
        await page.say("frames", origin="room-2:2", session=new["session"], frames=bytes_frames(1, 3))
        await page.hear("kept", origin="room-2:2", seq=3)
        async with calling(served, token) as again:
            admitted = await hello(again, session=old, origins=[ORIGIN, "room-2:0"])
            assert (admitted["session"], admitted["earlier"]) == (new["session"], {ORIGIN: 4, "room-2:0": 0})
            assert admitted["heard"] == {ORIGIN: 0, "room-2:0": 0}
        async with calling(served, token) as again:
            assert (await hello(again, session="../../etc", origins=[ORIGIN]))["earlier"] == {ORIGIN: 0}
        async with calling(served, token) as again:
            assert (await hello(again, session="01" * 13, origins=[ORIGIN]))["earlier"] == {ORIGIN: 0}
    assert taken(path_of(tmp_path, old)) == [(ORIGIN, seq) for seq in range(1, 5)]
    assert taken(path_of(tmp_path, new["session"])) == [("room-2:2", seq) for seq in range(1, 4)]


@pytest.mark.parametrize(
    ("strap", "fields", "code"),
    [
        ("simulated:responder:3", {}, "other_strap"),
        ("browser", {}, "other_strap"),
        ("remote:room-3", {}, "other_device"),
        ("remote", {"simulated": True}, "is_simulated"),
        ("remote-simulated", {}, "not_simulated"),
        ("remote", {"protocol": 2}, "protocol"),
        ("remote", {"protocol": "x"}, "protocol"),
        ("remote", {"type": "pong"}, "protocol"),
        ("remote", {"type": "clock", "origin": ORIGIN, "id": 1, "t_s": 0.0}, "protocol"),
    ],
)
async def test_who_is_not_admitted_hears_why(
    serve: Serve, token: str, strap: str, fields: dict[str, Any], code: str
) -> None:
    served = await serve(strap=strap)
    async with calling(served, token) as page:
        said = {"type": "hello", "protocol": 1, "software": "0", "simulated": False} | fields
        await page.socket.send(json.dumps(said))
        assert (await page.hear("error"))["code"] == code
        assert await page.closed() == 1008


@pytest.mark.parametrize("strap", ["simulated:responder:3", "remote:room-3"])
async def test_in_a_clinic_the_rooms_of_others_are_none_and_a_collector_waits_for_its_own(
    serve: Serve, token: str, strap: str
) -> None:
    served = await serve(strap="simulated")
    clinic = served.server.clinic
    await clinic.close_room(PRIVATE)  # as the first account does
    await clinic.open_room(None, "A-17", strap)
    async with calling(served, token) as page:
        await page.say("hello", protocol=1, software="0", simulated=False)
        assert (await page.hear("error"))["code"] == "no_room"
        assert await page.closed() == 1008
    await clinic.open_room(None, "B-02", "remote:room-2")
    async with calling(served, token) as page:
        await hello(page)


async def test_one_collector_at_a_time(serve: Serve, token: str, tmp_path: Path) -> None:
    served = await serve(strap="remote")
    other = DeviceKeys(tmp_path / "data").make("room-3", tmp_path / "room-3.key").token
    async with calling(served, token) as page:
        await hello(page)
        async with calling(served, other) as late:
            await late.say("hello", protocol=1, software="0", simulated=False)
            assert (await late.hear("error"))["code"] == "occupied"
            assert await late.closed() == 1008
    async with calling(served, other) as late:
        await hello(late)


@pytest.mark.parametrize(
    "said",
    [
        {"type": "frames", "origin": "room-3:1", "frames": []},
        {"type": "hello", "protocol": 1, "software": "0", "simulated": False},
        {"type": "nonsense"},
        {"type": "strap", "origin": ORIGIN, "detail": "<b>"},
    ],
)
async def test_a_collector_that_says_what_it_must_not_is_let_go(serve: Serve, token: str, said: dict[str, Any]) -> None:
    served = await serve(strap=REMOTE)
    async with calling(served, token) as page:
        await hello(page)
        await page.socket.send(json.dumps(said))
        assert (await page.hear("error"))["code"] == "bad_message"
        assert await page.closed() == 1008


async def test_when_the_server_goes_the_collector_is_told_and_the_next_server_goes_on(
    serve: Serve, token: str, tmp_path: Path
) -> None:
    served = await serve(strap=REMOTE)
    async with calling(served, token) as page, served.page() as patient:
        session = (await hello(page))["session"]
        await patient.say("command", command="start")
        await page.say("frames", origin=ORIGIN, session=session, frames=bytes_frames(1, 4))
        await page.hear("kept", seq=4)
        served.server.should_exit = True
        assert await page.closed() == 1012
    await served.server.stopped.wait()
    again = await serve(strap=REMOTE)
    async with calling(again, token) as page:
        admitted = await hello(page, session=session, origins=[ORIGIN])
        assert (admitted["session"], admitted["heard"]) == (session, {ORIGIN: 4})
        await page.say("frames", origin=ORIGIN, session=session, frames=bytes_frames(1, 6))
        await page.hear("kept", seq=6)
    assert taken(path_of(tmp_path, session)) == [(ORIGIN, seq) for seq in range(1, 7)]


async def test_a_server_that_closes_asks_to_come_back(serve: Serve, token: str) -> None:
    served = await serve(strap=REMOTE)
    served.server.clinic.is_open = False
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with calling(served, token):
            pass
    assert refused.value.response.status_code == 503
    served.server.clinic.is_open = True
    async with calling(served, token) as page:
        await page.socket.close()
    await asyncio.sleep(0)
