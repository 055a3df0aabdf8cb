"""The staff's page against the real server: from the first link to a second step at signing in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pyotp
from playwright.sync_api import Browser, Page, expect
from program import serving, visit

from biofeedback.lang import Words
from biofeedback.links import OneTimeLinks
from tests.ports import free_port

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
        _begin(page, OneTimeLinks(tmp_path).make(None, datetime.now(UTC)))
        tap(page, "signing.out")
        sign_in(page, "j.devries", "not this one at all")
        expect(page.locator(".news[role=alert]")).to_have_text(SAY("error.wrong_sign_in"))
        sign_in(page, "j.devries", PHYSIO)
        title(page, "staff.rooms")
        _with_a_second_step(page)
        page.context.close()


def test_a_patient_a_physiotherapist_and_a_guest_meet_in_a_room(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port, "--strap", "simulated:responder") as process:
        staff = visit(browser, port, "/staff", process)
        _begin(staff, OneTimeLinks(tmp_path).make(None, datetime.now(UTC)))
        _open_room(staff, "A-17")
        patient = visit(browser, port, "/join", process)
        tap(staff, "rooms.invite")
        fill(patient, join_code=(staff.text_content(".code > span") or "").lower())
        tap(patient, "join.enter")
        title(patient, "consent.ask")
        tap(patient, "consent.yes")
        patient.wait_for_selector("[data-screen=ready]")
        tap(staff, "rooms.share")
        tap(staff, "share.make")
        guest = visit(browser, port, "/", process)
        guest.goto(staff.get_by_label(SAY("share.link")).input_value())
        expect(guest.locator("article")).to_contain_text("A-17")
        tap(staff, "share.revoke")
        expect(guest.locator("[data-screen=away]")).to_contain_text(SAY("away.guest"))
        staff.get_by_role("link", name=SAY("rooms.watch")).click()
        expect(staff.locator("#code")).to_have_text(SAY("physio.session", code="A-17"))
        tap(staff, "physio.start")
        patient.wait_for_selector("[data-screen=still]")
        staff.get_by_role("link", name=SAY("staff.rooms")).click()
        tap(staff, "rooms.close")
        tap(staff, "rooms.close.yes")
        expect(patient.locator("[data-screen=away]")).to_contain_text(SAY("away.patient"))
        _hand_out_and_erase(staff, "A-17")
        for page in (staff, patient, guest):
            page.context.close()


def _hand_out_and_erase(page: Page, pseudonym: str) -> None:
    """All that is kept of a person, in a file; and then no more."""
    page.get_by_role("link", name=SAY("staff.people")).click()
    page.locator(".row", has_text=pseudonym).click()
    expect(page.locator(".consent").first).to_contain_text("Given on")
    with page.expect_download() as download:
        page.get_by_role("link", name=SAY("person.export.get")).click()
    assert any(name.endswith(".jsonl") for name in ZipFile(download.value.path()).namelist())
    tap(page, "person.erase.begin")
    page.get_by_label(SAY("person.erase.type", pseudonym=pseudonym), exact=True).fill(pseudonym)
    tap(page, "person.erase.yes")
    title(page, "staff.people")
    expect(page.locator("main")).to_contain_text(SAY("people.none"))


def _begin(page: Page, token: str) -> None:
    """The first admin makes an account for a physiotherapist, who signs in."""
    page.goto(f"{page.url.partition('?')[0]}?lang=en#first={token}")
    fill(page, signing_user="beheer", signing_password=ADMIN)
    tap(page, "signing.first.make")
    title(page, "staff.users")
    fill(page, signing_user="j.devries")
    tap(page, "users.add")
    link = page.get_by_label(SAY("users.reset.link")).input_value()
    tap(page, "signing.out")
    title(page, "signing.title")
    page.goto(link)
    expect(page.get_by_text(SAY("signing.reset.for", user="j.devries"))).to_be_visible()
    fill(page, signing_password_new=PHYSIO)
    tap(page, "signing.reset.save")
    expect(page.get_by_role("status")).to_have_text(SAY("signing.reset.saved"))  # there was no code to switch off
    title(page, "signing.title")
    sign_in(page, "j.devries", PHYSIO)
    title(page, "staff.rooms")


def _open_room(page: Page, pseudonym: str) -> None:
    """Adds a patient, and opens a room for them with a simulated strap."""
    page.get_by_role("link", name=SAY("staff.people")).click()
    fill(page, people_pseudonym=pseudonym)
    tap(page, "people.add")
    page.locator(".row", has_text=pseudonym).click()
    page.get_by_role("link", name=SAY("person.room")).click()
    title(page, "staff.rooms")  # the person's page has a strap to choose as well
    page.get_by_label(SAY("rooms.strap"), exact=True).select_option("simulated")
    tap(page, "rooms.open")
    page.wait_for_selector(".room")


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
