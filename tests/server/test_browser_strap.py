"""A page's own strap over the live channel: what it sends is recorded once and acknowledged from the disk only."""

from pathlib import Path
from typing import Any

import pytest
from served import Page, Serve, Served
from stored_files import stored_files

from biofeedback.core.events import ClockReading, Link, Notification
from biofeedback.recording import read_recording
from biofeedback.straps.remote import RemoteStrap

ORIGIN = "browser-1"


def bytes_frame(seq: int, value: str = "10440004") -> dict[str, Any]:
    return {"kind": "bytes", "seq": seq, "t_s": 50.0 + seq, "characteristic": "2a37", "value": value}


def frames(first: int, last: int) -> list[dict[str, Any]]:
    connected = {"kind": "connected", "seq": 1, "t_s": 51.0, "model": "Polar H10"}
    return [connected if seq == 1 else bytes_frame(seq) for seq in range(first, last + 1)]


async def name(page: Page, kept: int, origin: str = ORIGIN) -> None:
    await page.say("strap", origin=origin, detail="strap.connecting")
    await page.hear("kept", origin=origin, seq=kept)


def taken(served: Served, folder: Path) -> list[int]:
    session = served.server.clinic.room().session
    events = read_recording(stored_files(folder / "data") / f"{session.channel.facts.epoch}.jsonl").events
    return [event.origin.seq for event in events if isinstance(event, Link | Notification) and event.origin]


async def test_the_strap_of_the_patients_page_is_one_more_strap(serve: Serve, tmp_path: Path) -> None:
    served = await serve(strap="browser")
    async with served.page() as page:
        assert page.heard[0]["strap"] == "browser"
        assert not page.heard[0]["simulated"]
        await page.say("strap", origin=ORIGIN, detail="strap.connecting")
        ask = await page.hear("clock_ask")
        await page.hear("kept", origin=ORIGIN, seq=0)
        await page.say("clock", origin=ORIGIN, id=ask["id"], t_s=51.5)
        await page.say("clock", origin=ORIGIN, id=ask["id"], t_s=52.5)  # said twice: only the first is an answer
        await page.say("frames", origin=ORIGIN, frames=frames(1, 6))
        await page.hear("kept", seq=6)
        await page.hear("quality", strap_state="beats", strap_model="Polar H10")
    assert taken(served, tmp_path) == [1, 2, 3, 4, 5, 6]
    session = served.server.clinic.room().session
    events = read_recording(stored_files(tmp_path / "data") / f"{session.channel.facts.epoch}.jsonl").events
    (reading,) = [event for event in events if isinstance(event, ClockReading)]
    assert (reading.origin, reading.origin_t_s) == (ORIGIN, 51.5)
    assert 0 <= reading.round_trip_s < 5


async def test_a_page_that_comes_back_hears_what_is_kept_and_nothing_enters_twice(serve: Serve, tmp_path: Path) -> None:
    served = await serve(strap="browser")
    async with served.page() as page:
        await name(page, 0)
        await page.say("frames", origin=ORIGIN, frames=frames(1, 6))
        await page.hear("kept", seq=6)
    async with served.page() as page:
        await name(page, 6)
        await page.say("frames", origin=ORIGIN, frames=frames(4, 9))
        await page.hear("kept", seq=9)
    assert taken(served, tmp_path) == list(range(1, 10))


async def test_a_hole_is_refused_and_the_page_comes_back_for_what_is_missing(serve: Serve, tmp_path: Path) -> None:
    served = await serve(strap="browser")
    async with served.page() as page:
        await page.say("frames", origin=ORIGIN, frames=frames(1, 3))
        await page.hear("kept", seq=3)
        await page.say("frames", origin=ORIGIN, frames=frames(5, 6))
        assert await page.closed() == 1013
    async with served.page() as page:
        await name(page, 3)
        await page.say("frames", origin=ORIGIN, frames=frames(4, 6))
        await page.hear("kept", seq=6)
    assert taken(served, tmp_path) == list(range(1, 7))


async def test_the_newest_page_has_the_strap(serve: Serve) -> None:
    served = await serve(strap="browser")
    async with served.page() as page, served.page() as other:
        await name(page, 0)
        await name(other, 0, "browser-2")
        await page.say("strap", origin=ORIGIN, detail="strap.searching")
        assert (await page.hear("error"))["code"] == "strap_elsewhere"
        await page.say("frames", origin=ORIGIN, frames=frames(1, 2))
        assert (await page.hear("error"))["code"] == "strap_elsewhere"
        await other.say("frames", origin="browser-2", frames=frames(1, 2))
        await other.hear("kept", seq=2)


@pytest.mark.parametrize(("strap", "role"), [("simulated:responder:3", "patient"), ("browser", "physio")])
async def test_others_are_refused_politely(serve: Serve, strap: str, role: str) -> None:
    served = await serve(strap=strap)
    async with served.page(role) as page:
        await page.say("strap", origin=ORIGIN, detail="strap.searching")
        assert (await page.hear("error"))["code"] == "strap_elsewhere"
        await page.say("pong")


async def test_nothing_enters_a_session_from_a_page_that_belongs_to_the_one_before(serve: Serve) -> None:
    served = await serve(strap="browser")
    async with served.page() as page:
        await name(page, 0)
        old = served.server.clinic.room().session
        await page.say("command", command="new")
        await page.say("frames", origin=ORIGIN, frames=frames(1, 3))
        await page.hear("bye", reason="new_session")
    assert old.heard(ORIGIN) == 0
    assert served.server.clinic.room().session.heard(ORIGIN) == 0


NONSENSE = [
    [bytes_frame(0)],
    [bytes_frame(1, "1g")],
    [bytes_frame(1, "00" * 513)],
    [bytes_frame(1) | {"t_s": -1.0}],
    [bytes_frame(1) | {"t_s": 1e9}],
    [bytes_frame(1), bytes_frame(2, "1g")],
]


async def test_frames_that_cannot_be_are_refused_whole(serve: Serve) -> None:
    served = await serve(strap="browser")
    async with served.page() as page:
        for one in NONSENSE:
            await page.say("frames", origin=ORIGIN, frames=one)
            assert (await page.hear("error"))["code"] == "bad_message"
        for origin, detail in ((" ", "strap.searching"), ("a" * 101, "strap.searching"), (ORIGIN, "<b>")):
            await page.say("strap", origin=origin, detail=detail)
            assert (await page.hear("error"))["code"] == "bad_message"
        assert served.server.clinic.room().session.heard(ORIGIN) == 0
        await page.say("frames", origin=ORIGIN, frames=[{"kind": "lost", "seq": 1, "t_s": 1.0, "reason": ""}])
        await page.hear("kept", seq=1)


async def test_nothing_is_said_to_be_kept_before_it_is_on_the_disk(serve: Serve, tmp_path: Path) -> None:
    served = await serve(strap="browser")
    async with served.page() as page:
        await name(page, 0)
        await served.disk(is_writable=False)
        await page.say("frames", origin=ORIGIN, frames=frames(1, 6))
        await page.hear("quality", saved=False)
        await served.disk(is_writable=True)
        await page.hear("kept", seq=6)
        kept = [message["seq"] for message in page.heard if message["type"] == "kept"]
        assert kept == [0, 6]
    assert taken(served, tmp_path) == [1, 2, 3, 4, 5, 6]


async def test_while_the_session_does_not_listen_the_page_comes_back_later(serve: Serve) -> None:
    served = await serve(strap="browser")
    strap = served.server.clinic.room().session.strap
    assert isinstance(strap, RemoteStrap)
    async with served.page() as page:
        await page.hear("quality", strap_state="searching")
        strap.listening.clear()
        await page.say("frames", origin=ORIGIN, frames=frames(1, 3))
        assert await page.closed() == 1013
