"""What is done with accounts is in the audit: by whom and when, without a name."""

from pathlib import Path

import pyotp
from entered import OTHER_PASSWORD, PASSWORD, entered

from biofeedback.server.access import Role
from biofeedback.store import audit


async def test_each_change_of_an_account_is_noted(tmp_path: Path) -> None:
    async with entered(tmp_path / "data") as clinic:
        admin = clinic.browser()
        token = clinic.access.links.make(None, clinic.access.times.utc)
        body = {"token": token, "user": "beheer", "password": PASSWORD}
        assert (await admin.post("/api/first", json=body)).status_code == 204
        added = (await admin.post("/api/users", json={"user": "merel", "role": "physiotherapist"})).json()
        choose = {"token": added["link"].partition("=")[2], "password": OTHER_PASSWORD}
        assert (await clinic.browser().post("/api/reset", json=choose)).status_code == 204
        await admin.patch(f"/api/users/{added['id']}", json={"role": Role.PHYSIOTHERAPIST})
        await admin.post(f"/api/users/{added['id']}/reset")
        await admin.delete(f"/api/users/{added['id']}")
        await admin.post("/api/password", json={"old": PASSWORD, "new": OTHER_PASSWORD})
        noted = [entry for _, entry in await clinic.store.read(lambda connection: audit.newest(connection, 9))][::-1]
        assert [(entry.act, entry.role, entry.about == added["id"]) for entry in noted] == [
            ("user_added", "admin", False),
            ("signed_in", "admin", False),
            ("user_added", "admin", True),
            ("user_changed", "physiotherapist", True),
            ("user_changed", "admin", True),
            ("link_made", "admin", True),
            ("user_disabled", "admin", True),
            ("user_changed", "admin", False),
        ]
        assert "beheer" not in str(noted)
        assert await clinic.store.read(audit.broken) is None


async def test_a_second_factor_that_begins_or_ends_is_noted(tmp_path: Path) -> None:
    async with entered(tmp_path / "data") as clinic:
        browser = await clinic.staff("merel", Role.PHYSIOTHERAPIST)
        secret = (await browser.post("/api/totp", json={})).json()["secret"]
        code = {"code": pyotp.TOTP(secret).at(int(clinic.clock.now_s))}
        assert (await browser.post("/api/totp", json=code)).status_code == 200
        assert (await browser.request("DELETE", "/api/totp", json={"password": PASSWORD})).status_code == 204
        entries = [entry for _, entry in await clinic.store.read(lambda connection: audit.newest(connection, 2))]
        assert [(entry.act, entry.role) for entry in entries] == [("user_changed", "physiotherapist")] * 2
        assert entries[0].about == entries[0].user


async def test_who_came_in_and_who_was_refused_is_noted(tmp_path: Path) -> None:
    async with entered(tmp_path / "data") as clinic:
        await clinic.staff("merel", Role.PHYSIOTHERAPIST)
        stranger = clinic.browser()
        for user in ("merel", "nobody"):
            refused = await stranger.post("/api/sign-in", json={"user": user, "password": OTHER_PASSWORD})
            assert refused.status_code == 401
        await clinic.access.ledger.write()
        entries = [entry for _, entry in await clinic.store.read(lambda connection: audit.newest(connection, 9))]
        acts = [(entry.act, entry.role) for entry in entries if entry.act.startswith("sign")]
        assert acts == [("sign_in_refused", "physiotherapist"), ("signed_in", "physiotherapist")]
        assert "nobody" not in str(entries)
