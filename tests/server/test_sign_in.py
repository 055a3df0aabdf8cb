"""Staff signs in: cookies, tries, second factors, links, and what ends a sign-in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher
from entered import ELSEWHERE, OTHER_PASSWORD, PASSWORD, SITE, Counting, Entered, entered

from biofeedback.clock import VirtualLoop
from biofeedback.server.access import Access, Role
from biofeedback.server.access.access import ADDRESS_TRIES, NAME_TRIES
from biofeedback.settings import Settings
from biofeedback.store import users
from biofeedback.store.vault import vault_of

WRONG = {"user": "merel", "password": "not the right one"}
RIGHT = {"user": "merel", "password": PASSWORD}


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Entered]:
    async with entered(tmp_path / "data") as clinic:
        yield clinic


async def role(browser: httpx.AsyncClient) -> str | None:
    return (await browser.get("/api/me")).json()["role"]


async def refused(browser: httpx.AsyncClient, path: str, body: dict) -> tuple[int, str]:
    answer = await browser.post(path, json=body)
    return answer.status_code, answer.json()["code"]


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


class TestSecondFactor:
    async def test_it_is_asked_for_once_it_was_confirmed_and_each_code_is_good_once(self, clinic: Entered) -> None:
        browser = await clinic.staff("merel")
        offer = (await browser.post("/api/totp", json={})).json()
        totp = pyotp.TOTP(offer["secret"])
        assert "qrline" in offer["qr"]
        wrong = f"{(int(totp.at(int(clinic.clock.now_s))) + 1) % 1_000_000:06}"
        assert await refused(browser, "/api/totp", {"code": wrong}) == (422, "wrong_code")
        assert not (await browser.get("/api/me")).json()["totp"]
        code = totp.at(int(clinic.clock.now_s))
        assert (await browser.post("/api/totp", json={"code": code})).status_code == 200
        assert (await browser.get("/api/me")).json()["totp"]
        clinic.clock.now_s += 60
        code = totp.at(int(clinic.clock.now_s))
        assert await refused(clinic.browser(), "/api/sign-in", RIGHT) == (401, "code_required")
        assert await refused(clinic.browser(), "/api/sign-in", WRONG) == (401, "wrong_sign_in")
        assert await refused(clinic.browser(), "/api/sign-in", RIGHT | {"code": "000000"}) == (401, "wrong_sign_in")
        assert (await clinic.browser().post("/api/sign-in", json=RIGHT | {"code": code})).status_code == 204
        assert await refused(clinic.browser(), "/api/sign-in", RIGHT | {"code": code}) == (401, "wrong_sign_in")

    async def test_a_code_without_an_offer_confirms_nothing(self, clinic: Entered) -> None:
        browser = await clinic.staff("merel")
        assert await refused(browser, "/api/totp", {"code": "000000"}) == (422, "wrong_code")

    async def test_it_is_switched_off_with_the_password(self, clinic: Entered) -> None:
        browser = await clinic.staff("merel")
        secret = (await browser.post("/api/totp", json={})).json()["secret"]
        await browser.post("/api/totp", json={"code": pyotp.TOTP(secret).at(int(clinic.clock.now_s))})
        wrong = await browser.request("DELETE", "/api/totp", json={"password": "wrong"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
        right = await browser.request("DELETE", "/api/totp", json={"password": PASSWORD})
        assert right.status_code == 204
        assert (await clinic.browser().post("/api/sign-in", json=RIGHT)).status_code == 204

    async def test_without_its_key_nobody_gets_in(self, clinic: Entered) -> None:
        user = await clinic.user("merel")
        await clinic.store.write(lambda connection: users.set_secret(connection, user, "JBSWY3DP"))
        await clinic.store.write(lambda connection: vault_of(connection).forget(user))
        assert await refused(clinic.browser(), "/api/sign-in", RIGHT | {"code": "000000"}) == (401, "wrong_sign_in")


class TestPassword:
    async def test_another_password_ends_all_other_sign_ins(self, clinic: Entered) -> None:
        browser, elsewhere = await clinic.staff("merel"), clinic.browser()
        await elsewhere.post("/api/sign-in", json=RIGHT)
        body = {"old": PASSWORD, "new": OTHER_PASSWORD}
        assert await refused(browser, "/api/password", body | {"old": "wrong"}) == (403, "wrong_password")
        assert await refused(browser, "/api/password", body | {"new": "short"}) == (422, "password_length")
        assert (await browser.post("/api/password", json=body)).status_code == 204
        assert await role(browser) == "physiotherapist"
        assert await role(elsewhere) is None
        assert await refused(clinic.browser(), "/api/sign-in", RIGHT) == (401, "wrong_sign_in")

    async def test_ones_own_password_cannot_be_tried_out(self, clinic: Entered) -> None:
        browser = await clinic.staff("merel")
        for _ in range(NAME_TRIES):
            await browser.post("/api/password", json={"old": "wrong", "new": OTHER_PASSWORD})
        body = {"old": PASSWORD, "new": OTHER_PASSWORD}
        assert await refused(browser, "/api/password", body) == (429, "too_many_tries")


class TestLinks:
    async def test_the_first_admin_is_made_by_a_link_once(self, clinic: Entered) -> None:
        browser = clinic.browser()
        token = clinic.access.links.make(None, clinic.access.times.utc)
        body = {"token": token, "user": "beheer", "password": PASSWORD}
        assert await refused(browser, "/api/first", body | {"token": "x"}) == (401, "wrong_link")
        assert await refused(browser, "/api/first", body | {"password": "short"}) == (422, "password_length")
        assert await refused(browser, "/api/first", body | {"user": "a\nb"}) == (422, "user_name")
        assert (await browser.post("/api/first", json=body)).status_code == 204
        assert await role(browser) == "admin"
        again = clinic.access.links.make(None, clinic.access.times.utc)
        body = {"token": again, "user": "other", "password": PASSWORD}
        assert await refused(clinic.browser(), "/api/first", body) == (409, "wrong_link")

    async def test_a_link_of_somebody_makes_no_first_admin(self, clinic: Entered) -> None:
        token = clinic.access.links.make("merel", clinic.access.times.utc)
        body = {"token": token, "user": "beheer", "password": PASSWORD}
        assert await refused(clinic.browser(), "/api/first", body) == (401, "wrong_link")
        assert await clinic.store.read(users.everybody) == []

    async def test_a_forgotten_password_is_chosen_anew_by_a_link_and_all_else_ends(self, clinic: Entered) -> None:
        signed_in = await clinic.staff("merel")
        secret = (await signed_in.post("/api/totp", json={})).json()["secret"]
        await signed_in.post("/api/totp", json={"code": pyotp.TOTP(secret).at(int(clinic.clock.now_s))})
        token = clinic.access.links.make("Merel", clinic.access.times.utc)
        wrong = {"token": token, "password": OTHER_PASSWORD}
        assert await refused(clinic.browser(), "/api/reset", wrong) == (401, "wrong_link")  # the name as it is written
        token = clinic.access.links.make("merel", clinic.access.times.utc)
        body = {"token": token, "password": OTHER_PASSWORD}
        assert await refused(clinic.browser(), "/api/reset", body | {"token": "x"}) == (401, "wrong_link")
        assert await refused(clinic.browser(), "/api/reset", body | {"password": "merel" * 3}) == (
            422, "password_guessable",
        )  # fmt: skip
        assert (await clinic.browser().post("/api/reset", json=body)).status_code == 204
        assert await refused(clinic.browser(), "/api/reset", body) == (401, "wrong_link")
        assert await role(signed_in) is None
        right = {"user": "merel", "password": OTHER_PASSWORD}
        assert (await clinic.browser().post("/api/sign-in", json=right)).status_code == 204

    async def test_links_cannot_be_tried_out(self, clinic: Entered) -> None:
        for n in range(ADDRESS_TRIES):
            await clinic.browser().post("/api/reset", json={"token": f"guess{n}", "password": PASSWORD})
        body = {"token": "guess", "password": PASSWORD}
        assert await refused(clinic.browser(), "/api/reset", body) == (429, "too_many_tries")


class TestRoster:
    async def test_an_admin_adds_a_colleague_who_chooses_a_password_by_a_link(self, clinic: Entered) -> None:
        admin = await clinic.staff("beheer", Role.ADMIN)
        made = await admin.post("/api/users", json={"user": "merel", "role": "physiotherapist"})
        assert made.status_code == 201
        assert made.json()["link"].startswith(f"{SITE}/staff#reset=")
        assert made.json()["expires_utc"].endswith("Z")
        assert await refused(admin, "/api/users", {"user": "MEREL", "role": "admin"}) == (409, "user_exists")
        assert await refused(admin, "/api/users", {"user": "x", "role": "local"}) == (422, "not_valid")
        token = made.json()["link"].partition("=")[2]
        body = {"token": token, "password": PASSWORD}
        assert (await clinic.browser().post("/api/reset", json=body)).status_code == 204
        assert (await clinic.browser().post("/api/sign-in", json=RIGHT)).status_code == 204
        listed = {one["user"]: one for one in (await admin.get("/api/users")).json()}
        assert (listed["merel"]["role"], listed["merel"]["disabled"], listed["merel"]["has_password"]) == (
            "physiotherapist", False, True,
        )  # fmt: skip

    async def test_another_role_holds_from_the_next_sign_in_and_ends_the_ones_there_are(self, clinic: Entered) -> None:
        admin, merel = await clinic.staff("beheer", Role.ADMIN), await clinic.staff("merel")
        ids = {one["user"]: one["id"] for one in (await admin.get("/api/users")).json()}
        changed = await admin.patch(f"/api/users/{ids['merel']}", json={"role": "admin"})
        assert changed.json()["role"] == "admin"
        assert await role(merel) is None

    async def test_a_disabled_user_is_out_at_once_and_back_by_a_new_link(self, clinic: Entered) -> None:
        admin, merel = await clinic.staff("beheer", Role.ADMIN), await clinic.staff("merel")
        ids = {one["user"]: one["id"] for one in (await admin.get("/api/users")).json()}
        earlier = (await admin.post(f"/api/users/{ids['merel']}/reset")).json()["link"].partition("=")[2]
        assert (await admin.delete(f"/api/users/{ids['merel']}")).status_code == 204
        assert await role(merel) is None
        body = {"token": earlier, "password": OTHER_PASSWORD}
        assert await refused(clinic.browser(), "/api/reset", body) == (401, "wrong_link")
        token = (await admin.post(f"/api/users/{ids['merel']}/reset")).json()["link"].partition("=")[2]
        assert (await clinic.browser().post("/api/reset", json=body | {"token": token})).status_code == 204
        right = {"user": "merel", "password": OTHER_PASSWORD}
        assert (await clinic.browser().post("/api/sign-in", json=right)).status_code == 204

    async def test_there_is_always_an_admin(self, clinic: Entered) -> None:
        admin = await clinic.staff("beheer", Role.ADMIN)
        (me,) = (await admin.get("/api/users")).json()
        await admin.post("/api/users", json={"user": "new", "role": "admin"})  # has no password yet
        for answer in (
            await admin.delete(f"/api/users/{me['id']}"),
            await admin.patch(f"/api/users/{me['id']}", json={"role": "physiotherapist"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
        assert (await admin.delete("/api/users/01K00000000000000000000000")).status_code == 404
        assert await role(admin) == "admin"
