"""Accounts: a second factor, another password, one-time links, and what an admin does with users."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pyotp
import pytest
from entered import OTHER_PASSWORD, PASSWORD, SITE, Entered, entered, refused, role

from biofeedback.errors import StoreUnavailable
from biofeedback.links import VALID
from biofeedback.server.access import Role
from biofeedback.server.access.access import ADDRESS_TRIES, NAME_TRIES
from biofeedback.store import users
from biofeedback.store.vault import vault_of

WRONG = {"user": "merel", "password": "not the right one"}
RIGHT = {"user": "merel", "password": PASSWORD}


async def switch(clinic: Entered, *, is_writable: bool) -> None:
    """Let the database take what is written, or refuse it as a full disk does."""
    pragma = f"PRAGMA query_only = {'OFF' if is_writable else 'ON'}"
    with suppress(StoreUnavailable):  # the change that switches it is itself one that is refused
        await clinic.store.write(lambda connection: connection.exec_driver_sql(pragma).close())


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Entered]:
    async with entered(tmp_path / "data") as clinic:
        yield clinic


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

    async def test_a_link_whose_password_could_not_be_saved_is_good_once_more(self, clinic: Entered) -> None:
        await clinic.user("merel")
        token = clinic.access.links.make("merel", clinic.access.times.utc)
        body = {"token": token, "password": OTHER_PASSWORD}
        await switch(clinic, is_writable=False)
        assert (await clinic.browser().post("/api/reset", json=body)).status_code == 503
        await switch(clinic, is_writable=True)
        assert (await clinic.browser().post("/api/reset", json=body)).status_code == 204
        assert await refused(clinic.browser(), "/api/reset", body) == (401, "wrong_link")

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

    async def test_a_link_tells_when_it_is_opened_whether_it_is_good(self, clinic: Entered) -> None:
        await clinic.staff("merel")
        make, now = clinic.access.links.make, clinic.access.times.utc
        first = {"token": make(None, now)}
        answer = await clinic.browser().post("/api/link", json=first)
        assert answer.json() == {"user": None, "has_second_factor": False}
        reset = {"token": make("merel", now)}
        for _ in range(2):  # looking does not use it up
            answer = await clinic.browser().post("/api/link", json=reset)
            assert answer.json() == {"user": "merel", "has_second_factor": False}
        await clinic.staff("beheer", Role.ADMIN)
        for wrong in (first, {"token": "x"}, {"token": make("Merel", now)}, {"token": make("merel", now - VALID)}):
            assert await refused(clinic.browser(), "/api/link", wrong) == (401, "wrong_link")

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


class TestHandingOver:
    async def test_an_admin_gives_the_patients_of_one_to_another_who_sees_them_from_then_on(
        self, clinic: Entered
    ) -> None:
        admin, merel, jan = (
            await clinic.staff("beheer", Role.ADMIN),
            await clinic.staff("merel"),
            await clinic.staff("jan"),
        )
        ids = {one["user"]: one["id"] for one in (await admin.get("/api/users")).json()}
        room = await clinic.room(ids["merel"])
        assert (await jan.post("/api/ticket", json={"room": room})).status_code == 404
        moved = await admin.post(f"/api/users/{ids['jan']}/patients", json={"of": ids["merel"]})
        assert (moved.status_code, moved.json()) == (200, {"count": 1})
        assert (await jan.post("/api/ticket", json={"room": room})).status_code == 200
        assert await role(merel) is None
        assert (await jan.post(f"/api/users/{ids['jan']}/patients", json={"of": None})).status_code in (403, 404)

    async def test_patients_of_before_there_were_accounts_are_given_to_somebody(self, clinic: Entered) -> None:
        admin, jan = await clinic.staff("beheer", Role.ADMIN), await clinic.user("jan")
        await clinic.room(None)
        assert (await admin.post(f"/api/users/{jan}/patients", json={"of": None})).json() == {"count": 1}
        assert (await admin.post(f"/api/users/{jan}/patients", json={"of": None})).json() == {"count": 0}

    async def test_they_are_given_to_no_admin_to_nobody_who_is_out_and_not_to_oneself(self, clinic: Entered) -> None:
        admin, jan = await clinic.staff("beheer", Role.ADMIN), await clinic.user("jan")
        beheer = next(one["id"] for one in (await admin.get("/api/users")).json() if one["user"] == "beheer")
        for to, of in ((beheer, jan), (jan, jan)):
            assert await refused(admin, f"/api/users/{to}/patients", {"of": of}) == (422, "not_valid")
        assert await refused(admin, f"/api/users/{jan}/patients", {"of": "0" * 26}) == (404, "not_found")
        await admin.delete(f"/api/users/{jan}")
        assert await refused(admin, f"/api/users/{jan}/patients", {"of": None}) == (422, "not_valid")
