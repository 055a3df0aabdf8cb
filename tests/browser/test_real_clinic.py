"""The staff's page against the real server: from the first link to a second step at signing in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
from playwright.sync_api import Browser, Page, expect
from program import free_port, serving, visit

from biofeedback.lang import Words
from biofeedback.links import OneTimeLinks

SAY = Words("en")
ADMIN, PHYSIO = "drie blauwe fietsen", "een lange uitademing"


def tap(page: Page, key: str) -> None:
    page.get_by_role("button", name=SAY(key), exact=True).first.click()


def fill(page: Page, **fields: str) -> None:
    """Type into fields by the keys of their labels, with _ for a dot."""
    for key, text in fields.items():
        page.get_by_label(SAY(key.replace("_", ".")), exact=True).first.fill(text)


def title(page: Page, key: str) -> None:
    expect(page.locator("h1")).to_have_text(SAY(key))


def sign_in(page: Page, user: str, password: str) -> None:
    fill(page, signing_user=user, signing_password=password)
    tap(page, "signing.enter")


def test_a_clinic_begins_with_one_link_and_its_staff_signs_in(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port, "--strap", "simulated:responder") as process:
        page = visit(browser, port, "/staff", process)
        title(page, "staff.rooms")  # a private try-out asks for nothing
        token = OneTimeLinks(tmp_path).make(None, datetime.now(UTC))
        page.goto(f"http://127.0.0.1:{port}/staff?lang=en#first={token}")
        fill(page, signing_user="beheer", signing_password=ADMIN)
        tap(page, "signing.first.make")
        title(page, "staff.users")
        fill(page, signing_user="j.devries")
        tap(page, "users.add")
        link = page.get_by_label(SAY("users.reset.link")).input_value()
        tap(page, "signing.out")
        title(page, "signing.title")
        page.goto(link)
        fill(page, signing_password_new=PHYSIO)
        tap(page, "signing.reset.save")
        sign_in(page, "j.devries", "not this one at all")
        expect(page.locator(".news[role=alert]")).to_have_text(SAY("error.wrong_sign_in"))
        sign_in(page, "j.devries", PHYSIO)
        title(page, "staff.rooms")
        _with_a_second_step(page)
        page.context.close()


def _with_a_second_step(page: Page) -> None:
    """Switches it on, and signs in with it."""
    page.goto(page.url.partition("#")[0] + "#account")
    tap(page, "account.totp.on")
    secret = page.locator(".secret").inner_text().replace(" ", "")
    fill(page, signing_code=pyotp.TOTP(secret).now())
    tap(page, "account.totp.confirm")
    expect(page.get_by_text(SAY("account.totp.is_on"))).to_be_visible()
    tap(page, "signing.out")
    sign_in(page, "j.devries", PHYSIO)
    fill(page, signing_code=pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30)))  # the one of now was used
    tap(page, "signing.enter")
    title(page, "staff.rooms")
