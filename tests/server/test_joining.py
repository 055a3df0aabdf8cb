"""Patients and guests join: by what is scanned, typed or sent; once, for a while, and never by guessing."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from entered import SITE, Entered, entered, invited

from biofeedback.server.access.access import ADDRESS_TRIES, CODE_TRIES
from biofeedback.server.access.joining import leave_room
from biofeedback.server.access.tickets import VALID_S


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Entered]:
    async with entered(tmp_path / "data") as clinic:
        yield clinic


async def me(browser: httpx.AsyncClient) -> dict:
    return (await browser.get("/api/me")).json()


async def code_of(clinic: Entered, room: str) -> str:
    from biofeedback.server.access.joining import invite

    return (await invite(clinic.access, room)).code


async def tried(browser: httpx.AsyncClient, **body: str) -> int:
    return (await browser.post("/api/join", json=body)).status_code


async def test_a_physiotherapist_invites_and_the_patient_scans_once(clinic: Entered) -> None:
    physio = await clinic.staff("merel")
    owner = (await clinic.store.read(_the_user))[0]
    room = await clinic.room(owner)
    invitation = (await physio.post(f"/api/rooms/{room}/invitation")).json()
    address, _, token = invitation["link"].partition("#")
    assert (address, len(token)) == (f"{SITE}/join", 22)  # 128 bits, where no server and no log sees them
    assert "qrline" in invitation["qr"]
    assert invitation["expires_utc"] == "2027-01-15T08:10:00Z"
    patient = clinic.browser()
    answer = await patient.post("/api/join", json={"token": token})
    assert answer.status_code == 204
    assert "Max-Age=14400" in answer.headers["set-cookie"]
    inside = clinic.rooms[room]
    assert {key: (await me(patient))[key] for key in ("role", "room", "person", "user")} == {
        "role": "patient", "room": room, "person": inside.person, "user": None,
    }  # fmt: skip
    assert await tried(clinic.browser(), token=token) == 401
    assert await tried(clinic.browser(), code=invitation["code"]) == 401


def _the_user(connection) -> list[str]:
    from biofeedback.store import users

    return [user.id for user in users.everybody(connection)]


async def test_a_code_is_typed_as_people_type(clinic: Entered) -> None:
    code = await code_of(clinic, await clinic.room(None))
    patient = clinic.browser()
    assert await tried(patient, code=f" {code[:4].lower()}-{code[4:].replace('0', 'o')}") == 204
    assert (await me(patient))["role"] == "patient"


async def test_a_guessed_code_is_stopped_after_five_tries_of_an_address(clinic: Entered) -> None:
    code = await code_of(clinic, await clinic.room(None))
    guesser = clinic.browser()
    assert [await tried(guesser, code=f"ABCDEFG{n}") for n in range(CODE_TRIES)] == [401] * 5
    assert await tried(guesser, code=code) == 429
    assert await tried(guesser, token=await invited(clinic, await clinic.room(None))) == 204  # the same tablet scans
    assert await tried(guesser, code=code) == 429
    clinic.clock.now_s += 600
    assert await tried(guesser, code=await code_of(clinic, await clinic.room(None))) == 204


async def test_what_is_scanned_is_not_tried_for_ever(clinic: Entered) -> None:
    guesser = clinic.browser()
    assert [await tried(guesser, token=f"{n:022}") for n in range(ADDRESS_TRIES)] == [401] * ADDRESS_TRIES
    assert await tried(guesser, token=await invited(clinic, await clinic.room(None))) == 429


async def test_a_code_that_was_guessed_at_five_times_from_anywhere_is_dead(clinic: Entered) -> None:
    room = await clinic.room(None)
    code = await code_of(clinic, room)
    for n in range(CODE_TRIES):
        assert await tried(clinic.browser(address=f"10.0.{n}.1"), code="00000000") == 401
    assert await tried(clinic.browser(address="10.1.1.1"), code=code) == 401
    assert await tried(clinic.browser(address="10.1.1.2"), code=await code_of(clinic, room)) == 204


async def test_guessing_all_at_once_is_no_way_round(clinic: Entered) -> None:
    import asyncio

    await code_of(clinic, await clinic.room(None))
    guesser = clinic.browser()
    answers = await asyncio.gather(*(tried(guesser, code=f"ABCDEF{n:02}") for n in range(20)))
    assert sorted(answers) == [401] * CODE_TRIES + [429] * 15


async def test_an_invitation_lasts_ten_minutes_and_as_long_as_its_room(clinic: Entered) -> None:
    late, closed = await clinic.room(None), await clinic.room(None)
    token = await invited(clinic, late)
    clinic.clock.now_s += 600
    assert await tried(clinic.browser(), token=token) == 401
    token = await invited(clinic, closed)
    del clinic.rooms[closed]
    assert await tried(clinic.browser(), token=token) == 401


async def test_what_is_asked_is_a_token_or_a_code(clinic: Entered) -> None:
    for body in ({}, {"token": "a", "code": "b"}, {"token": ""}, {"token": "x" * 101}, {"code": "a", "more": "b"}):
        assert await tried(clinic.browser(), **body) == 422


async def test_a_patient_goes_when_the_room_is_closed(clinic: Entered) -> None:
    room, other = await clinic.room(None), await clinic.room(None)
    patient, elsewhere = await clinic.patient(room), await clinic.patient(other)
    token = await invited(clinic, room)
    await leave_room(clinic.access, room)
    assert (await me(patient))["role"] is None
    assert (await me(elsewhere))["role"] == "patient"
    assert await tried(clinic.browser(), token=token) == 401


async def test_a_guest_looks_on_by_a_link_until_it_is_taken_back(clinic: Entered) -> None:
    physio = await clinic.staff("merel")
    room = await clinic.room((await clinic.store.read(_the_user))[0])
    shared = (await physio.post(f"/api/rooms/{room}/share")).json()
    token = shared["link"].partition("#")[2]
    guests = [clinic.browser(), clinic.browser()]
    for guest in guests:
        assert await tried(guest, token=token) == 204
        assert {key: (await me(guest))[key] for key in ("role", "room", "person")} == {
            "role": "guest", "room": room, "person": None,
        }  # fmt: skip
    listed = (await physio.get(f"/api/rooms/{room}/shares")).json()
    assert listed == [{"id": shared["id"], "expires_utc": "2027-01-16T08:00:00Z"}]
    assert token not in str(listed)
    assert (await physio.delete(f"/api/shares/{shared['id']}")).status_code == 204
    for guest in guests:
        assert (await me(guest))["role"] is None
    assert await tried(clinic.browser(), token=token) == 401


async def test_a_share_link_is_over_after_a_day(clinic: Entered) -> None:
    room = await clinic.room(None)
    guest = await clinic.guest(room)
    clinic.clock.now_s += 24 * 3600
    assert (await me(guest))["role"] is None
    await clinic.access.look_round()


class TestTicket:
    async def test_a_patient_gets_one_to_the_own_room_and_no_other(self, clinic: Entered) -> None:
        room, other = await clinic.room(None), await clinic.room(None)
        patient = await clinic.patient(room)
        given = (await patient.post("/api/ticket", json={})).json()
        assert given["room"] == room
        ticket = clinic.access.tickets.take(given["ticket"])
        assert ticket is not None
        assert (ticket.principal.role, ticket.room) == ("patient", room)
        assert (await patient.post("/api/ticket", json={"room": other})).status_code == 404

    async def test_a_physiotherapist_says_which_room(self, clinic: Entered) -> None:
        physio = await clinic.staff("merel")
        room = await clinic.room((await clinic.store.read(_the_user))[0])
        assert (await physio.post("/api/ticket", json={})).status_code == 422
        assert (await physio.post("/api/ticket", json={"room": room})).status_code == 200
        assert (await physio.post("/api/ticket", json={"room": await clinic.room(None)})).status_code == 404

    async def test_a_guest_gets_one_to_what_was_shared(self, clinic: Entered) -> None:
        room = await clinic.room(None)
        guest = await clinic.guest(room)
        assert (await guest.post("/api/ticket", json={})).json()["room"] == room
        assert (await guest.post("/api/ticket", json={"room": await clinic.room(None)})).status_code == 404

    async def test_it_is_void_after_half_a_minute_and_after_signing_out(self, clinic: Entered) -> None:
        patient = await clinic.patient(await clinic.room(None))
        late, out = [(await patient.post("/api/ticket", json={})).json()["ticket"] for _ in range(2)]
        await patient.post("/api/sign-out")
        assert clinic.access.tickets.take(out) is None
        clinic.clock.now_s += VALID_S
        assert clinic.access.tickets.take(late) is None


async def test_in_a_private_try_out_nobody_signs_in_at_the_machine_until_staff_is_registered(tmp_path: Path) -> None:
    async with entered(tmp_path / "data", host="127.0.0.1") as clinic:
        here = clinic.browser("http://127.0.0.1", "127.0.0.1")
        told = await me(here)
        assert (told["role"], told["private"]) == ("local", True)
        assert (await here.post("/api/ticket", json={})).json()["room"] is None
        assert (await me(clinic.browser("http://127.0.0.1", "192.168.1.9")))["role"] is None
        forwarded = clinic.browser("http://127.0.0.1", "127.0.0.1")
        forwarded.headers["X-Forwarded-For"] = "192.168.1.9"
        assert (await me(forwarded))["role"] is None
        closed: list[str] = []
        principal = clinic.access.local(fake_local())
        assert principal is not None
        clinic.access.presence.enter(principal, lambda: closed.append("local"))
        token = clinic.access.links.make(None, clinic.access.times.utc)
        body = {"token": token, "user": "beheer", "password": "vier paarden op een dak"}
        answer = await here.post("/api/first", json=body)
        assert answer.status_code == 204
        name, _, attributes = answer.headers["set-cookie"].partition("=")
        assert name == "biofeedback"
        assert "secure" not in attributes.lower()
        assert closed == ["local"]
        assert (await me(here))["role"] == "admin"
        assert (await me(clinic.browser("http://127.0.0.1", "127.0.0.1")))["role"] is None


def fake_local():
    from starlette.requests import HTTPConnection

    return HTTPConnection({
        "type": "http", "scheme": "http", "headers": [], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    })  # fmt: skip


class TestInTheOpen:
    """A server without TLS, reached from another machine."""

    SITE = "http://192.168.1.5:8800"

    @pytest.fixture
    async def clinic(self, tmp_path: Path) -> AsyncIterator[Entered]:
        async with entered(tmp_path / "data", host="0.0.0.0", insecure_http=True) as clinic:
            yield clinic

    async def test_a_patient_comes_in_with_a_plain_cookie(self, clinic: Entered) -> None:
        room = await clinic.room(None)
        patient = clinic.browser(self.SITE)
        answer = await patient.post("/api/join", json={"token": await invited(clinic, room)})
        assert answer.status_code == 204
        name, _, attributes = answer.headers["set-cookie"].partition("=")
        assert (name, "secure" in attributes.lower()) == ("biofeedback", False)
        assert "HttpOnly" in attributes
        assert (await me(patient))["role"] == "patient"

    async def test_staff_and_guests_do_not(self, clinic: Entered) -> None:
        await clinic.user("merel")
        body = {"user": "merel", "password": "vier paarden op een dak"}
        for path in ("/api/sign-in", "/api/first", "/api/reset"):
            asked = {"/api/sign-in": body, "/api/first": {"token": "x", **body}}.get(
                path, {"token": "x", "password": "x"}
            )
            answer = await clinic.browser(self.SITE).post(path, json=asked)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_sealed")
        room = await clinic.room(None)
        from biofeedback.server.access.joining import share

        token = (await share(clinic.access, room)).token
        assert await tried(clinic.browser(self.SITE), token=token) == 401
        here = clinic.browser("http://127.0.0.1", "127.0.0.1")
        assert (await here.post("/api/sign-in", json=body)).status_code == 204
        carried = clinic.browser(self.SITE)
        carried.cookies.set("biofeedback", here.cookies["biofeedback"], domain="192.168.1.5")
        assert (await me(carried))["role"] is None

    async def test_an_invitation_made_at_the_machine_leads_a_telephone_there(self, clinic: Entered) -> None:
        clinic.access.outward = self.SITE
        here = clinic.browser("http://127.0.0.1", "127.0.0.1")
        invitation = (await here.post(f"/api/rooms/{await clinic.room(None)}/invitation")).json()
        assert invitation["link"].startswith(f"{self.SITE}/join#")

    async def test_without_that_setting_not_even_patients_do(self, tmp_path: Path) -> None:
        async with entered(tmp_path / "other") as sealed:
            token = await invited(sealed, await sealed.room(None))
            outside = sealed.browser("http://localhost")
            assert await tried(outside, token=token) == 401
            assert await tried(sealed.browser(), token=token) == 204
