"""The live channel of a clinic: a ticket is shown, each role says what is for it, and what ends closes."""

from collections.abc import AsyncIterator

import httpx
import pytest
from served import Serve, Served
from staffed import PASSWORD, Staffed, staff


@pytest.fixture
async def staffed(serve: Serve) -> AsyncIterator[Staffed]:
    found = await staff(await serve(), agrees=True)
    yield found
    await found.opened.aclose()


async def refused(served: Served, role: str = "patient", **hello: str) -> str:
    """Code with which a hello is refused."""
    async with served.page(None) as page:
        await page.say("hello", protocol=1, role=role, **hello)
        code = (await page.hear("error"))["code"]
        assert await page.closed() == 1008
        return str(code)


async def test_nobody_watches_without_a_ticket_and_none_is_good_twice(staffed: Staffed) -> None:
    assert await refused(staffed.served) == "ticket"
    assert await refused(staffed.served, ticket="guessed") == "ticket"
    patient = await staffed.patient()
    ticket = (await patient.post("/api/ticket", json={})).json()["ticket"]
    async with staffed.served.page("patient", ticket=ticket) as page:
        await page.hear("snapshot")
    assert await refused(staffed.served, ticket=ticket) == "ticket"


async def test_a_patient_sees_the_patients_page_alone(staffed: Staffed) -> None:
    patient = await staffed.patient()
    ticket = (await patient.post("/api/ticket", json={})).json()["ticket"]
    assert await refused(staffed.served, "physio", ticket=ticket) == "not_allowed"


async def test_patient_and_physiotherapist_steer_and_a_guest_looks_on(staffed: Staffed) -> None:
    physio, patient, guest = await staffed.physio(), await staffed.patient(), await staffed.guest()
    async with (
        staffed.watching(physio, "physio") as theirs,
        staffed.watching(patient, "patient") as own,
        staffed.watching(guest, "physio") as looking_on,
    ):
        for said in (
            {"type_": "command", "command": "start"},
            {"type_": "mark", "kind": "note", "text": "not theirs to write"},
            {"type_": "rating", "scale": "tension", "moment": "before", "value": 4},
        ):
            await looking_on.say(**said)
            assert (await looking_on.hear("error"))["code"] == "not_allowed"
        await looking_on.say("ack", message_seq=1)
        await own.say("command", command="start")
        for page in (theirs, own, looking_on):
            assert (await page.hear("mark", kind="command"))["author"] == "patient"
        await theirs.say("mark", kind="note", text="shoulders dropped")
        assert (await own.hear("mark", text="shoulders dropped"))["author"] == "physio"  # the patient reads no names
        assert not [message for message in looking_on.heard if message.get("text") == "not theirs to write"]
        session = staffed.clinic.room(staffed.room).session
        assert await session.commit()
    marks = (await physio.get(f"/api/sessions/{session.channel.facts.epoch}/review")).json()["marks"]
    assert [(mark["kind"], mark["author"]) for mark in marks] == [("command", "patient"), ("note", "merel")]


async def test_signing_out_closes_what_that_one_has_open_and_nothing_else(staffed: Staffed) -> None:
    physio, patient = await staffed.physio(), await staffed.patient()
    async with staffed.watching(physio, "physio") as theirs, staffed.watching(patient, "patient") as own:
        await physio.post("/api/sign-out")
        assert (await theirs.hear("bye"))["reason"] == "signed_out"
        assert await theirs.closed() == 1008
        await own.hear("beat")
        await own.hear("quality", viewers=1)


async def test_a_share_link_that_is_taken_back_closes_what_was_opened_with_it(staffed: Staffed) -> None:
    physio, guest = await staffed.physio(), await staffed.guest()
    (listed,) = (await physio.get(f"/api/rooms/{staffed.room}/shares")).json()
    async with staffed.watching(guest, "physio") as looking_on:
        assert (await physio.delete(f"/api/shares/{listed['id']}")).status_code == 204
        assert (await looking_on.hear("bye"))["reason"] == "signed_out"


async def test_a_guest_does_not_see_the_session_after_the_one_that_was_shared(staffed: Staffed) -> None:
    patient, guest = await staffed.patient(), await staffed.guest()
    async with staffed.watching(patient, "patient") as own, staffed.watching(guest, "physio") as looking_on:
        await own.say("command", command="new")
        assert (await looking_on.hear("bye"))["reason"] == "new_session"
    ticket = (await guest.post("/api/ticket", json={"room": staffed.room})).json()["ticket"]
    assert await refused(staffed.served, "physio", ticket=ticket) == "no_room"


async def test_what_is_left_open_is_looked_at_again(staffed: Staffed) -> None:
    patient = await staffed.patient()
    async with staffed.watching(patient, "patient") as own:
        await staffed.access.look_round()
        await own.hear("beat")
        await staffed.access.store.write(
            lambda connection: connection.exec_driver_sql("UPDATE logins SET expires_s = 0")
        )
        await staffed.access.look_round()
        assert (await own.hear("bye"))["reason"] == "signed_out"


async def test_a_private_try_out_ends_with_the_first_account(serve: Serve) -> None:
    served = await serve()
    access = served.server.access
    async with served.page() as page:
        token = access.links.make(None, access.times.utc)
        async with httpx.AsyncClient(
            base_url=served.url, timeout=60, headers={"Origin": served.url}, trust_env=False
        ) as browser:
            body = {"token": token, "user": "beheer", "password": PASSWORD}
            assert (await browser.post("/api/first", json=body)).status_code == 204
        assert (await page.hear("bye"))["reason"] in ("signed_out", "room_closed")
    assert await refused(served) == "ticket"
    assert served.server.clinic.rooms == {}
