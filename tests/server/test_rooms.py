"""Rooms and people over the API: several at once, each with its person and strap."""

import asyncio
from typing import Any

import httpx
import pytest
from served import Serve, Served
from sqlalchemy import update

from biofeedback.store import sessions


def client(served: Served) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=served.url, timeout=60, headers={"Origin": served.url})


async def opened(browser: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await browser.post("/api/rooms", json={"strap": "simulated:responder:3"} | body)
    assert answer.status_code == 201, answer.text
    room: dict[str, Any] = answer.json()
    return room


async def test_a_person_is_added_and_gets_a_room_beside_that_of_the_try_out(serve: Serve) -> None:
    served = await serve()
    async with client(served) as browser:
        added = (await browser.post("/api/people", json={"pseudonym": " A-17 ", "name": "Anna"})).json()
        assert {name: added[name] for name in ("pseudonym", "name")} == {"pseudonym": "A-17", "name": "Anna"}
        assert (await browser.get("/api/people")).json() == [added]
        assert (await browser.get(f"/api/people/{added['id']}")).json() == added
        room = await opened(browser, person=added["id"], exercise="plain_4_6")
        expected = {
            "person": added["id"],
            "pseudonym": "A-17",
            "exercise": "plain_4_6",
            "state": "ready",
            "saved": True,
        }
        assert room | expected | {"simulated": True, "step": None} == room
        rooms = {one["id"]: one for one in (await browser.get("/api/rooms")).json()}
        assert set(rooms) == {"private", room["id"]}
        async with served.page() as page:  # who names no room is in that of the try-out
            assert page.heard[0]["epoch"] == rooms["private"]["session"]
        again = await browser.post("/api/rooms", json={"strap": "browser", "person": added["id"]})
        assert (again.status_code, again.json()["code"]) == (409, "has_room")
        assert (await browser.delete(f"/api/rooms/{room['id']}")).status_code == 204
        assert (await browser.delete(f"/api/rooms/{room['id']}")).status_code == 204
        assert [one["id"] for one in (await browser.get("/api/rooms")).json()] == ["private"]


async def test_a_room_that_two_ask_for_at_once_is_opened_once(serve: Serve) -> None:
    served = await serve(max_sessions=3)
    async with client(served) as browser:
        person = (await browser.post("/api/people", json={"pseudonym": "A-17"})).json()["id"]
        body = {"strap": "simulated", "person": person}
        answers = await asyncio.gather(*(browser.post("/api/rooms", json=body) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        answers = await asyncio.gather(*(browser.post("/api/rooms", json={"strap": "simulated"}) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 503, 503, 503]
        assert len((await browser.get("/api/rooms")).json()) == 3


async def test_each_room_has_a_session_of_its_own_and_each_page_hears_its_own(serve: Serve) -> None:
    served = await serve(speed=20.0)
    async with client(served) as browser:
        names = [(await opened(browser))["id"] for _ in range(3)]
        tickets = [(await browser.post("/api/ticket", json={"room": name})).json()["ticket"] for name in names]
        epochs = []
        for name, ticket in zip(names, tickets, strict=True):
            async with served.page("physio", ticket=ticket) as page:
                epochs.append(page.heard[0]["epoch"])
                await page.say("command", command="start")
                await page.hear("step", step="baseline")
                await page.hear("beat")
            assert served.server.clinic.room(name).session.channel.facts.epoch == epochs[-1]
        assert len(set(epochs)) == 3
        assert [one["state"] for one in (await browser.get("/api/rooms")).json()] == ["ready", *["running"] * 3]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/rooms", {"strap": "replay:/etc/passwd"}),
        ("/api/rooms", {"strap": "simulated:nobody"}),
        ("/api/rooms", {"strap": "simulated", "exercise": "headstand"}),
        ("/api/rooms", {"strap": "simulated", "pattern": "6"}),
        ("/api/rooms", {"strap": "simulated", "person": "x" * 26, "more": 1}),
        ("/api/people", {"pseudonym": "  "}),
        ("/api/people", {"pseudonym": "A\n17"}),
        ("/api/people", {"pseudonym": "A-17", "name": "x" * 101}),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_code(serve: Serve, path: str, body: dict[str, Any]) -> None:
    served = await serve()
    async with client(served) as browser:
        answer = await browser.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_valid")
        assert len(served.server.clinic.rooms) == 1


async def test_nobody_is_added_twice_and_who_is_not_there_is_not_found(serve: Serve) -> None:
    served = await serve()
    async with client(served) as browser:
        assert (await browser.post("/api/people", json={"pseudonym": "A-17"})).status_code == 201
        for same in ("A-17", "a-17 "):
            answer = await browser.post("/api/people", json={"pseudonym": same})
            assert (answer.status_code, answer.json()["code"]) == (409, "pseudonym_taken")
        answer = await browser.get("/api/people/01ARZ3NDEKTSV4RRFFQ69G5FAV")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_rooms_that_were_cut_off_are_there_again_with_their_sessions(serve: Serve) -> None:
    served = await serve()
    async with client(served) as browser:
        person = (await browser.post("/api/people", json={"pseudonym": "A-17"})).json()["id"]
        names = [(await opened(browser, person=person))["id"], (await opened(browser))["id"]]
        epochs = {}
        for name in names:
            room = served.server.clinic.room(name)
            room.session.command("start", "physio")
            epochs[name] = room.session.channel.facts.epoch
    served.server.should_exit = True
    await served.server.stopped.wait()
    again = await serve()
    async with client(again) as browser:
        rooms = {one["id"]: one for one in (await browser.get("/api/rooms")).json()}
    assert {name: (rooms[name]["session"], rooms[name]["state"]) for name in names} == {
        name: (epochs[name], "running") for name in names
    }
    assert rooms[names[0]]["pseudonym"] == "A-17"


async def test_a_person_who_is_not_there_gets_no_room(serve: Serve) -> None:
    served = await serve()
    async with client(served) as browser:
        answer = await browser.post("/api/rooms", json={"strap": "simulated", "person": "0" * 26})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_status_is_that_of_the_private_room_while_there_is_one(serve: Serve) -> None:
    served = await serve()
    async with client(served) as browser:
        await opened(browser)
        assert (await browser.get("/api/status")).json()["state"] == "ready"
        assert (await browser.delete("/api/rooms/private")).status_code == 204
        assert (await browser.get("/api/status")).status_code == 404


async def test_rooms_open_again_that_nobody_closed_and_those_that_were_closed_do_not(serve: Serve) -> None:
    served = await serve()
    async with client(served) as browser:
        kept, closed = [(await opened(browser))["id"] for _ in range(2)]
        before = served.server.clinic.room(kept).session.channel.facts.epoch
        await browser.delete(f"/api/rooms/{closed}")
    served.server.should_exit = True
    await served.server.stopped.wait()
    again = await serve()
    assert closed not in again.server.clinic.rooms
    session = again.server.clinic.room(kept).session
    assert session.channel.facts.epoch != before
    assert session.status().state == "ready"


async def test_a_room_that_is_closed_while_nothing_can_be_saved_is_closed_all_the_same(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = await serve()
    async with client(served) as browser:
        name = (await opened(browser))["id"]
        await served.disk(is_writable=False)
        assert (await browser.delete(f"/api/rooms/{name}")).status_code == 503  # who was in it is still signed in
        await served.disk(is_writable=True)
        assert name not in {one["id"] for one in (await browser.get("/api/rooms")).json()}
    assert "opens again at the next start" in caplog.text


@pytest.mark.parametrize(("strap", "kind", "goes_on"), [("browser", "ble", True), ("simulated", "browser", False)])
async def test_a_strap_that_is_gone_at_the_restart_is_looked_for_and_never_taken_for_one_of_another_kind(
    strap: str, kind: str, goes_on: bool, serve: Serve
) -> None:
    """A real session that was asked for with ``auto`` waits for Bluetooth; one with another kind of strap is new."""
    served = await serve()
    async with client(served) as browser:
        name = (await opened(browser, strap=strap))["id"]
    session = served.server.clinic.room(name).session
    session.command("start", "physio")
    asked = "auto" if goes_on else kind
    await served.server.clinic.store.write(
        lambda connection: connection.execute(update(sessions.sessions).values(asked_strap=asked)).close()
    )
    served.server.should_exit = True
    await served.server.stopped.wait()
    again = await serve(strap="simulated")
    room = again.server.clinic.room(name)
    assert (room.session.channel.facts.epoch == session.channel.facts.epoch) == goes_on
    assert (room.strap, room.session.channel.facts.simulated) == (kind, False)
    status = room.session.status()
    assert (status.state, status.strap_state) == ("running" if goes_on else "ready", "searching")


async def test_a_room_that_cannot_be_opened_again_keeps_nobody_else_out(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = await serve()
    async with client(served) as browser:
        good, bad = [(await opened(browser))["id"] for _ in range(2)]
    await served.server.clinic.store.write(
        lambda connection: connection.execute(
            update(sessions.sessions).where(sessions.sessions.c.room == bad).values(asked_strap="no such strap")
        ).close()
    )
    served.server.should_exit = True
    await served.server.stopped.wait()
    again = await serve()
    assert set(again.server.clinic.rooms) == {"private", good}
    assert "a room cannot be opened again" in caplog.text
