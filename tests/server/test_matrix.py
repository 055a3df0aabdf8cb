"""Every route and message, for every role, with what is one's own and what is another's: refused unless it is listed.

What is expected is written out here once more, by hand: the table in the code has to agree with it.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from entered import ELSEWHERE, PASSWORD, Entered, entered

from biofeedback.header import Header, encode_header
from biofeedback.ids import new_ulid
from biofeedback.server.access import Role
from biofeedback.server.access.table import MESSAGES, ROUTES, Reach, may_say
from biofeedback.store import sessions, users
from biofeedback.store.sessions import StoredSession

NOBODY, LOCAL, PHYSIO, ADMIN, PATIENT, GUEST = "nobody", "local", "physiotherapist", "admin", "patient", "guest"
EVERYBODY = {NOBODY, LOCAL, PHYSIO, ADMIN, PATIENT, GUEST}
CARE, CARERS_AND_SELF = {LOCAL, PHYSIO}, {LOCAL, PHYSIO, PATIENT}

# Who may ask for what; where the path names something, of it being their own.
EXPECTED = {
    "GET /": EVERYBODY,
    "GET /patient": EVERYBODY,
    "GET /physio": EVERYBODY,
    "GET /staff": EVERYBODY,
    "GET /join": EVERYBODY,
    "GET /certificate": EVERYBODY,
    "GET /review/{session}": EVERYBODY,
    "GET /biofeedback.crt": EVERYBODY,
    "GET /static/{path:path}": EVERYBODY,
    "GET /lang/{file}": EVERYBODY,
    "GET /livez": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /metrics": {LOCAL, ADMIN},
    "GET /api/openapi.json": {LOCAL, ADMIN},
    "GET /api/status": {LOCAL},
    "GET /api/exercises": EVERYBODY,
    "GET /api/me": EVERYBODY,
    "POST /api/sign-in": EVERYBODY,
    "POST /api/sign-out": EVERYBODY,
    "POST /api/first": EVERYBODY,
    "POST /api/reset": EVERYBODY,
    "POST /api/link": EVERYBODY,
    "POST /api/join": EVERYBODY,
    "POST /api/password": {PHYSIO, ADMIN},
    "POST /api/totp": {PHYSIO, ADMIN},
    "DELETE /api/totp": {PHYSIO, ADMIN},
    "GET /api/users": {ADMIN},
    "POST /api/users": {ADMIN},
    "PATCH /api/users/{user}": {ADMIN},
    "POST /api/users/{user}/patients": {ADMIN},
    "DELETE /api/users/{user}": {ADMIN},
    "POST /api/users/{user}/reset": {ADMIN},
    "GET /api/sessions": CARE,
    "GET /api/people": CARE,
    "POST /api/people": CARE,
    "GET /api/people/{person}": CARE,
    "DELETE /api/people/{person}": CARE,
    "GET /api/people/{person}/export": CARE,
    "GET /api/people/{person}/history": CARE,
    "PUT /api/people/{person}/strap": CARE,
    "GET /api/people/{person}/consents": CARERS_AND_SELF,
    "POST /api/people/{person}/consents": CARERS_AND_SELF,
    "GET /api/rooms": CARE,
    "POST /api/rooms": CARE,
    "DELETE /api/rooms/{room}": CARE,
    "POST /api/straps": CARE,
    "POST /api/rooms/{room}/invitation": CARE,
    "POST /api/rooms/{room}/share": CARE,
    "GET /api/rooms/{room}/shares": CARE,
    "DELETE /api/shares/{share}": CARE,
    "GET /api/sessions/{session}/review": CARE,
    "POST /api/sessions/{session}/edits": CARE,
    "GET /api/sessions/{session}/segment": CARE,
    "GET /api/sessions/{session}/export": CARE,
    "GET /api/sessions/{session}/report": CARE,
    "GET /api/sessions/{session}/note": CARE,
    "PUT /api/sessions/{session}/note": CARE,
    "POST /api/ticket": {LOCAL, PHYSIO, PATIENT, GUEST},
    "WEBSOCKET /ws": EVERYBODY,
    "WEBSOCKET /collect": EVERYBODY,
}
SAID = {
    "hello": {LOCAL, PHYSIO, PATIENT, GUEST},
    "ack": {LOCAL, PHYSIO, PATIENT, GUEST},
    "pong": {LOCAL, PHYSIO, PATIENT, GUEST},
    "command": {LOCAL, PHYSIO, PATIENT},
    "mark": {LOCAL, PHYSIO, PATIENT},
    "rating": {LOCAL, PHYSIO, PATIENT},
    "frames": {LOCAL, PHYSIO, PATIENT},
    "strap": {LOCAL, PHYSIO, PATIENT},
    "clock": {LOCAL, PHYSIO, PATIENT},
}
OWNED = ("{person}", "{room}", "{session}", "{share}")


def test_the_table_is_what_is_written_here() -> None:
    assert set(ROUTES) == set(EXPECTED)
    for key, row in ROUTES.items():
        everywhere = {role for role, reach in row.items() if reach is not Reach.HERE}
        assert {NOBODY if role is None else str(role) for role in everywhere} == EXPECTED[key], key


@pytest.mark.parametrize("type_", SAID)
@pytest.mark.parametrize("role", list(Role))
def test_each_message_is_said_by_whom_it_is_for(type_: str, role: Role) -> None:
    assert may_say(role, type_) is (role in SAID[type_])
    assert set(MESSAGES) == set(SAID)


class Cast:
    """Somebody of each role, and what is theirs and another's."""

    def __init__(self, clinic: Entered) -> None:
        self.clinic = clinic
        self.browsers: dict[str, httpx.AsyncClient] = {NOBODY: clinic.browser()}
        self.own: dict[str, str] = {}
        self.others: dict[str, str] = {}

    async def assemble(self) -> "Cast":
        self.browsers[ADMIN] = await self.clinic.staff("beheer", Role.ADMIN)
        self.browsers[PHYSIO] = await self.clinic.staff("merel")
        self.browsers["other"] = await self.clinic.staff("sam")
        ids = {user.name: user.id for user in await self.clinic.store.read(users.everybody)}
        for name, things in (("merel", self.own), ("sam", self.others)):
            things["{room}"] = room = await self.clinic.room(ids[name])
            things["{person}"] = str(self.clinic.rooms[room].person)
            browser = self.browsers[PHYSIO if name == "merel" else "other"]
            things["{share}"] = (await browser.post(f"/api/rooms/{room}/share")).json()["id"]
            things["{user}"] = ids[name]
            things["{session}"] = await self.session(things["{person}"])
        self.browsers[PATIENT] = await self.clinic.patient(self.own["{room}"])
        self.browsers[GUEST] = await self.clinic.guest(self.own["{room}"])
        return self

    async def session(self, person: str) -> str:
        """Id of a session of a person."""
        line = encode_header(Header(new_ulid(), "2026-11-22T09:00:00Z"))
        stored = StoredSession(new_ulid(), person, line)
        await self.clinic.store.write(lambda connection: sessions.add(connection, stored))
        return stored.id


@pytest.fixture
async def cast(tmp_path: Path) -> AsyncIterator[Cast]:
    async with entered(tmp_path / "data") as clinic:
        yield await Cast(clinic).assemble()


def path_of(template: str, things: dict[str, str]) -> str:
    for name, id_ in things.items():
        template = template.replace(name, id_)
    return template.replace("{path:path}", "style.css").replace("{file}", "nl.json")


async def asked(cast: Cast, who: str, key: str, things: dict[str, str]) -> int:
    """Status that the gate gives: 599 stands for being let through."""
    method, template = key.split(" ")
    passed = httpx.ASGITransport(_gate_alone(cast.clinic), client=(ELSEWHERE, 1))
    browser = httpx.AsyncClient(transport=passed, base_url="https://localhost", cookies=cast.browsers[who].cookies)
    return (await browser.request(method, path_of(template, things))).status_code


def _gate_alone(clinic: Entered):
    """The gate before something that is never there."""
    from starlette.responses import PlainTextResponse

    from biofeedback.server.access.gate import Gate

    return Gate(PlainTextResponse("let through", 599), clinic.access)


REQUESTS = [key for key in EXPECTED if not key.startswith("WEBSOCKET")]


async def test_everybody_is_let_through_where_it_is_listed_and_nowhere_else(cast: Cast) -> None:
    wrong = []
    for key in REQUESTS:
        for who in (NOBODY, PHYSIO, ADMIN, PATIENT, GUEST):
            expected = 599 if who in EXPECTED[key] else 401 if who == NOBODY else 403
            if (status := await asked(cast, who, key, cast.own)) != expected:
                wrong.append((key, who, status, expected))
    assert wrong == []


async def test_nobody_is_let_through_to_what_is_anothers(cast: Cast) -> None:
    wrong = []
    for key in REQUESTS:
        if not any(name in key for name in OWNED) or NOBODY in EXPECTED[key]:
            continue  # an empty page holds nothing of anybody
        for who in (PHYSIO, PATIENT):
            expected = 404 if who in EXPECTED[key] else 403
            for things in (cast.others, dict.fromkeys(cast.own, "01K00000000000000000000000")):
                if (status := await asked(cast, who, key, things)) != expected:
                    wrong.append((key, who, status, expected))
    assert wrong == []


async def test_a_private_try_out_may_everything_that_needs_no_account(tmp_path: Path) -> None:
    async with entered(tmp_path / "data", host="127.0.0.1") as clinic:
        transport = httpx.ASGITransport(_gate_alone(clinic), client=("127.0.0.1", 1))
        browser = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        for key in REQUESTS:
            method, template = key.split(" ")
            status = (await browser.request(method, path_of(template, {}))).status_code
            assert status == (599 if LOCAL in EXPECTED[key] else 403), key


async def test_programs_on_this_machine_read_the_metrics_and_nothing_else(cast: Cast) -> None:
    for address, forwarded, expected in (("127.0.0.1", {}, 599), ("127.0.0.1", {"X-Real-IP": "10.0.0.1"}, 401)):
        transport = httpx.ASGITransport(_gate_alone(cast.clinic), client=(address, 1))
        program = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=forwarded)
        assert (await program.get("/metrics")).status_code == expected
        assert (await program.get("/api/users")).status_code == 401


async def test_a_route_that_is_not_listed_is_refused_to_all(cast: Cast) -> None:
    for browser in cast.browsers.values():
        answer = await browser.get("/unlisted")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_route_hears_who_asks(cast: Cast) -> None:
    answer = await cast.browsers[PHYSIO].get(f"/api/people/{cast.own['{person}']}")
    assert answer.json() == {"person": cast.own["{person}"], "role": "physiotherapist"}
    assert await cast.clinic.access.own_people(_principal(Role.LOCAL)) is None
    assert await cast.clinic.access.own_people(_principal(Role.PHYSIOTHERAPIST, user=cast.own["{user}"])) == {
        cast.own["{person}"]
    }
    assert await cast.clinic.access.own_people(_principal(Role.PATIENT, person="P")) == {"P"}
    assert await cast.clinic.access.own_people(_principal(Role.ADMIN)) == set()


def _principal(role: Role, **fields: str):
    from biofeedback.server.access import Principal

    return Principal(role, **fields)


async def test_a_store_out_of_reach_refuses_and_lets_nobody_in(cast: Cast) -> None:
    await cast.clinic.store.close()
    for who in (PHYSIO, PATIENT):
        answer = await cast.browsers[who].get("/api/me")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    body = {"user": "merel", "password": PASSWORD}
    assert (await cast.browsers[NOBODY].post("/api/sign-in", json=body)).status_code == 503
    await cast.clinic.access.look_round()


async def test_what_somebody_sent_is_not_in_the_answer(cast: Cast) -> None:
    answer = await cast.browsers[NOBODY].post("/api/sign-in", json={"user": "merel", "password": ["my secret"]})
    assert (answer.status_code, answer.json()) == (422, {"code": "not_valid", "detail": "password"})
    answer = await cast.browsers[NOBODY].post("/api/sign-in", content=b"{my secret")
    assert "secret" not in answer.text


async def test_what_is_nobodys_is_no_physiotherapists(cast: Cast) -> None:
    from biofeedback.server.access import Inside, Refused

    access, physio = cast.clinic.access, _principal(Role.PHYSIOTHERAPIST, user=cast.own["{user}"])
    cast.clinic.rooms["01K00000000000000000000001"] = Inside("01K00000000000000000000001", None, "S")
    for kind, id_ in (("room", "01K00000000000000000000001"), ("user", cast.own["{user}"]), ("share", "S")):
        with pytest.raises(Refused, match="no such thing"):
            await access.require(physio, kind, id_)
    for role in (Role.ADMIN, Role.GUEST):
        with pytest.raises(Refused, match="no such thing"):
            await access.require(_principal(role), "person", cast.own["{person}"])
