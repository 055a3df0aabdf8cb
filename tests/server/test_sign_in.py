"""Staff signs in: cookies, tries, second factors, links, and what ends a sign-in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from entered import ELSEWHERE, PASSWORD, Counting, Entered, entered, refused, role

from biofeedback.clock import VirtualLoop
from biofeedback.server.access import Access
from biofeedback.server.access.access import ADDRESS_TRIES, NAME_TRIES
from biofeedback.settings import Settings
from biofeedback.store import users

WRONG = {"user": "merel", "password": "not the right one"}
RIGHT = {"user": "merel", "password": PASSWORD}


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Entered]:
    async with entered(tmp_path / "data") as clinic:
        yield clinic


async def test_a_user_signs_in_and_is_known_by_a_cookie_that_no_script_and_no_other_site_has(clinic: Entered) -> None:
    await clinic.user("merel")
    browser = clinic.browser()
    assert (await browser.get("/api/me")).json() == {
        "role": None, "user": None, "room": None, "person": None, "totp": False, "private": False,
    }  # fmt: skip
    answer = await browser.post("/api/sign-in", json=RIGHT | {"user": "Merel "})
    cookie = answer.headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    token, *attributes = rest.split("; ")
    assert (answer.status_code, name, len(token)) == (204, "__Host-biofeedback", 43)
    assert {one.lower() for one in attributes} == {"httponly", "path=/", "samesite=strict", "secure"}
    assert (await browser.get("/api/me")).json()["user"] == "merel"
    assert await role(browser) == "physiotherapist"


async def test_the_database_holds_no_token_and_no_password(clinic: Entered, tmp_path: Path) -> None:
    browser = await clinic.staff("merel")
    (token,) = browser.cookies.values()
    for path in (tmp_path / "data").iterdir():
        if path.is_file():
            assert token.encode() not in path.read_bytes()
            assert PASSWORD.encode() not in path.read_bytes()


async def test_a_cookie_that_was_tampered_with_is_nobodys(clinic: Entered) -> None:
    browser = await clinic.staff("merel")
    (token,) = browser.cookies.values()
    for wrong in (token[:-1], token + "A", token.swapcase(), "", "x" * 5000):
        other = clinic.browser()
        other.cookies.set("__Host-biofeedback", wrong, domain="localhost")
        assert await role(other) is None
    unprefixed = clinic.browser()
    unprefixed.cookies.set("biofeedback", token, domain="localhost")
    assert await role(unprefixed) is None


async def test_nobody_hears_who_is_registered(clinic: Entered) -> None:
    await clinic.user("merel")
    disabled = await clinic.user("sam")
    await clinic.store.write(lambda connection: users.set_disabled(connection, disabled, disabled=True))
    await clinic.store.write(lambda connection: users.add(connection, name="new", role="admin"))
    answers = []
    for name in ("merel", "sam", "new", "nobody"):
        before = clinic.hasher.compared
        answer = await clinic.browser().post("/api/sign-in", json=WRONG | {"user": name})
        answers.append((answer.status_code, answer.text, clinic.hasher.compared - before))
    assert answers == [answers[0]] * 4
    assert answers[0][0] == 401
    assert answers[0][2] == 1


async def test_a_disabled_user_cannot_sign_in_with_the_right_password(clinic: Entered) -> None:
    user = await clinic.user("merel")
    await clinic.store.write(lambda connection: users.set_disabled(connection, user, disabled=True))
    assert await refused(clinic.browser(), "/api/sign-in", RIGHT) == (401, "wrong_sign_in")


async def test_tries_under_one_name_run_out_whether_it_is_there_or_not(clinic: Entered) -> None:
    await clinic.user("merel")
    for name in ("merel", "nobody"):
        for n in range(NAME_TRIES):
            browser = clinic.browser(address=f"10.0.{n}.1")
            assert await refused(browser, "/api/sign-in", WRONG | {"user": name}) == (401, "wrong_sign_in")
        before = clinic.hasher.compared
        fresh = clinic.browser(address="10.1.1.1")
        for typed in (name.upper(), f" {name}", name.replace("e", "\N{FULLWIDTH LATIN SMALL LETTER E}")):
            assert await refused(fresh, "/api/sign-in", RIGHT | {"user": typed}) == (429, "too_many_tries")
        assert clinic.hasher.compared == before
    clinic.clock.now_s += 901
    assert (await clinic.browser().post("/api/sign-in", json=RIGHT)).status_code == 204


async def test_tries_of_one_address_run_out_and_another_address_goes_on(clinic: Entered) -> None:
    await clinic.user("merel")
    for n in range(ADDRESS_TRIES):
        await clinic.browser().post("/api/sign-in", json=WRONG | {"user": f"name{n}"})
    assert await refused(clinic.browser(), "/api/sign-in", RIGHT) == (429, "too_many_tries")
    assert (await clinic.browser(address="10.9.9.9").post("/api/sign-in", json=RIGHT)).status_code == 204


async def test_who_signs_in_well_has_all_tries_again(clinic: Entered) -> None:
    await clinic.user("merel")
    for _ in range(2):
        for n in range(NAME_TRIES - 1):
            await clinic.browser(address=f"10.0.{n}.1").post("/api/sign-in", json=WRONG)
        assert (await clinic.browser().post("/api/sign-in", json=RIGHT)).status_code == 204


async def test_signing_out_ends_the_sign_in_and_closes_what_it_has_open(clinic: Entered) -> None:
    browser, other = await clinic.staff("merel"), await clinic.staff("sam")
    closed: list[str] = []
    for name, one in (("merel", browser), ("sam", other)):
        principal = await clinic.access.principal(fake(one))
        assert principal is not None
        clinic.access.presence.enter(principal, lambda name=name: closed.append(name))
    stolen = dict(browser.cookies)
    out = await browser.post("/api/sign-out")
    assert out.status_code == 204
    assert 'biofeedback=""' in out.headers["set-cookie"]
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert closed == ["merel"]
    browser.cookies.update(stolen)
    assert await role(browser) is None
    assert await role(other) == "physiotherapist"
    assert (await clinic.browser().post("/api/sign-out")).status_code == 204


def fake(browser: httpx.AsyncClient):
    """A connection with the cookie of a browser."""
    from starlette.requests import HTTPConnection

    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return HTTPConnection({
        "type": "http", "scheme": "https", "headers": [(b"cookie", cookie.encode())], "client": (ELSEWHERE, 1),
    })  # fmt: skip


async def test_a_sign_in_ends_after_an_hour_without_a_sign_of_life_and_after_a_day_in_any_case(clinic: Entered) -> None:
    browser = await clinic.staff("merel")
    for _ in range(12):
        clinic.clock.now_s += 3590
        assert await role(browser) == "physiotherapist"
    clinic.clock.now_s += 130
    assert await role(browser) is None
    idle = clinic.browser()
    await idle.post("/api/sign-in", json=RIGHT)
    clinic.clock.now_s += 3600
    assert await role(idle) is None


async def test_signing_in_again_ends_the_sign_in_before(clinic: Entered) -> None:
    browser = await clinic.staff("merel")
    before = dict(browser.cookies)
    await browser.post("/api/sign-in", json=RIGHT)
    assert await role(browser) == "physiotherapist"
    old = clinic.browser()
    old.cookies.update(before)
    assert await role(old) is None


async def test_what_is_open_is_looked_at_again_and_counts_as_seen(clinic: Entered) -> None:
    await clinic.user("merel")
    closed: list[str] = []
    for name in ("stays", "goes"):
        browser = clinic.browser()
        await browser.post("/api/sign-in", json=RIGHT)
        principal = await clinic.access.principal(fake(browser))
        assert principal is not None
        door = clinic.access.presence.enter(principal, lambda name=name: closed.append(name))
        if name == "goes":
            await clinic.store.write(
                lambda connection, login=principal.login: connection.exec_driver_sql(
                    "UPDATE logins SET expires_s = 0 WHERE id = '" + str(login) + "'"
                )
            )
        else:
            stays = browser
    for _ in range(3):
        clinic.clock.now_s += 1800
        await clinic.access.look_round()
    assert closed == ["goes"]
    assert await role(stays) == "physiotherapist"
    clinic.access.presence.leave(door)
    clinic.access.presence.leave(door)


def test_it_is_looked_round_every_few_minutes(tmp_path: Path) -> None:
    class Looking(Access):
        looks = 0

        async def look_round(self) -> None:
            self.looks += 1
            if self.looks == 2:
                raise RuntimeError("what nobody thought of")

    async def main() -> int:
        access = Looking(Settings(data=tmp_path), {}.get)
        task = asyncio.create_task(access.keep_house())
        await asyncio.sleep(1800)
        task.cancel()
        return access.looks

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(main()) in (5, 6)


async def test_who_was_disabled_while_signing_in_is_not_let_in(clinic: Entered) -> None:
    user = await clinic.user("merel")

    class Disabling(Counting):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            right = super().verify(hash, password)
            asyncio.run_coroutine_threadsafe(disable(), loop)
            return right

    async def disable() -> None:
        await clinic.store.write(lambda connection: users.set_disabled(connection, user, disabled=True))

    loop = asyncio.get_running_loop()
    clinic.access.passwords._hasher = Disabling()
    assert await refused(clinic.browser(), "/api/sign-in", RIGHT) == (401, "wrong_sign_in")


async def test_a_dated_hash_is_made_anew_at_the_next_sign_in(clinic: Entered) -> None:
    user = await clinic.user("merel")
    clinic.access.passwords._hasher = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    assert (await clinic.browser().post("/api/sign-in", json=RIGHT)).status_code == 204
    found = await clinic.store.read(lambda connection: users.get(connection, user))
    assert "t=2" in str(found)
    assert (await clinic.browser().post("/api/sign-in", json=RIGHT)).status_code == 204
