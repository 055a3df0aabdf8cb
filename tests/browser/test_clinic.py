"""What the staff and a patient do to let each other in; in a real Chromium, with the keyboard alone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from keyboard import fill, press, reach
from page_clock import stand_still
from playwright.sync_api import Browser, Page, expect
from scenes import SCENES
from scripted_clinic import ADMIN, CODE, DIGITS, GUEST, NOBODY, PASSWORD, PATIENT, PHYSIO, PRIVATE, TOKEN, room
from scripted_server import ScriptedServer
from strapped import until
from watching import watched

from biofeedback import messages
from biofeedback.lang import Words

SAY = Words("en")


@pytest.fixture
def page(browser: Browser, server: ScriptedServer) -> Iterator[Page]:
    server.show(SCENES["ready"])
    opened = watched(browser, server.url, permissions=["clipboard-read", "clipboard-write"]).page
    yield opened
    opened.context.close()


def visit(page: Page, server: ScriptedServer, who: dict[str, Any], address: str) -> None:
    """Open an address, in English, as somebody."""
    server.clinic.reset(who)
    path, hash_, fragment = address.partition("#")
    page.goto(f"{server.url}{path}?lang=en{hash_}{fragment}")
    page.wait_for_selector("h1")


def title(page: Page, key: str) -> None:
    """Returns when the view of this title is there and its title has the focus."""
    expect(page.locator("h1")).to_have_text(SAY(key))
    expect(page.locator("h1")).to_be_focused()


def test_the_first_account_is_made_by_a_link_that_leaves_the_address(page: Page, server: ScriptedServer) -> None:
    visit(page, server, NOBODY, f"/staff#first={TOKEN}")
    assert page.url.endswith("/staff?lang=en")
    fill(page, signing_user="beheer", signing_password=PASSWORD)
    press(page, SAY("signing.first.make"))
    title(page, "signing.title")
    expect(page.get_by_role("status")).to_have_text(SAY("signing.first.done"))
    assert server.clinic.said("POST /api/first") == [{"token": TOKEN, "user": "beheer", "password": PASSWORD}]


def test_signing_in_asks_for_the_second_step_only_where_there_is_one(page: Page, server: ScriptedServer) -> None:
    visit(page, server, NOBODY, "/staff")
    server.clinic.has_totp = True
    fill(page, signing_user="j.devries", signing_password="not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label(SAY("signing.password"), exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label(SAY("signing.code"))).to_be_focused()
    page.keyboard.type(f"{DIGITS[:3]} {DIGITS[3:]}")
    page.keyboard.press("Enter")
    title(page, "staff.rooms")
    assert server.clinic.said("POST /api/sign-in")[-1] == {"user": "j.devries", "password": PASSWORD, "code": DIGITS}
    press(page, SAY("signing.out"))
    title(page, "signing.title")
    expect(page.get_by_role("status")).to_have_text(SAY("signing.out.done"))


def test_a_patient_is_added_and_a_room_opened_for_them(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff#people")
    fill(page, people_pseudonym=" C-9 ", people_name="Kees")
    press(page, SAY("people.add"))
    expect(page.get_by_role("alert")).to_have_text(SAY("people.added", pseudonym="C-9"))
    assert server.clinic.said("POST /api/people") == [{"pseudonym": "C-9", "name": "Kees"}]
    page.click("a.row:has-text('C-9')")
    expect(page.locator("h1")).to_have_text("C-9")
    press(page, SAY("person.room"))
    title(page, "staff.rooms")
    reach(page, SAY("rooms.strap"))
    page.keyboard.type("Collector")
    fill(page, **{"rooms_strap_remote_which": "room-2"})
    press(page, SAY("rooms.open"))
    expect(page.locator(".room", has_text="C-9")).to_be_visible()
    assert server.clinic.said("POST /api/rooms") == [
        {"person": "01P3", "strap": "remote:room-2", "exercise": "measured_4_6"}
    ]


def test_an_invitation_shows_its_code_in_groups_until_it_is_over(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff")
    press(page, SAY("rooms.invite"))
    expect(page.locator(".code > span").first).to_have_text(f"{CODE[:4]} {CODE[4:]}")
    expect(page.get_by_role("img", name=SAY("invite.qr"))).to_be_visible()
    expect(page.locator(".part")).to_contain_text(re.compile(r"Valid for another (9:\d\d|10:00)"))
    press(page, SAY("copy"))
    expect(page.get_by_text(SAY("copy.done"), exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"https://clinic.example/join#{TOKEN}"
    server.clinic.invitation_minutes = -1.0
    press(page, SAY("invite.new"))
    expect(page.locator(".part")).to_have_text(f"{SAY('invite.over')}{SAY('invite.new')}")


def test_an_invitation_that_no_phone_can_follow_says_so(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff")
    press(page, SAY("rooms.invite"))
    expect(page.locator(".part")).to_contain_text(SAY("invite.type", address="https://clinic.example/join"))
    expect(page.locator(".part")).not_to_contain_text(SAY("invite.here_only"))
    for host in ("127.0.0.1:8800", "localhost:8800", "[::1]:8800"):
        server.clinic.invites_to = f"http://{host}"
        press(page, SAY("invite.new"))
        expect(page.locator(".part")).to_contain_text(SAY("invite.type", address=f"{host}/join"))
        expect(page.locator(".part .news")).to_have_text(SAY("invite.here_only"))


def test_a_new_room_says_what_its_exercise_is(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff")
    choice = page.get_by_label(SAY("patient.exercise"))
    expect(choice).to_have_accessible_description(SAY("exercise.measured_4_6.intro"))
    choice.select_option("walk")
    expect(choice).to_have_accessible_description(SAY("exercise.walk.intro"))


def test_a_link_to_watch_along_is_made_and_revoked(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff")
    press(page, SAY("rooms.share"))
    press(page, SAY("share.make"))
    expect(page.get_by_label(SAY("share.link"))).to_have_value("https://clinic.example/join#share-0")
    press(page, SAY("share.revoke"))
    expect(page.locator(".part")).to_contain_text(SAY("share.none"))
    title(page, "staff.rooms")  # the button is gone, the focus is not
    assert server.clinic.shares == []


def test_a_room_is_closed_only_after_a_second_thought(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff")
    press(page, SAY("rooms.close"))
    expect(page.locator(".sure > p")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".sure")).to_have_count(0)
    expect(page.get_by_role("button", name=SAY("rooms.close")).first).to_be_focused()
    page.keyboard.press("Enter")
    press(page, SAY("rooms.close.yes"))
    expect(page.locator(".room")).to_have_count(1)
    title(page, "staff.rooms")
    assert [one["id"] for one in server.clinic.rooms] == ["01ROOM2"]


def test_the_rooms_are_looked_at_again_by_themselves(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff")
    expect(page.locator(".room").first).to_contain_text(SAY("card.yes.word"))
    page.get_by_label(SAY("rooms.person")).select_option("01P2")
    page.get_by_label(SAY("patient.exercise")).select_option("walk")
    server.clinic.rooms = [room(state="paused", answer="paused", saved=False)]
    expect(page.locator(".room")).to_have_count(1)
    expect(page.locator(".room")).to_contain_text(SAY("warning.not_saved"))
    expect(page.get_by_label(SAY("rooms.person"))).to_have_value("01P2")  # what was chosen meanwhile stays
    expect(page.get_by_label(SAY("patient.exercise"))).to_have_value("walk")


def test_a_person_is_erased_only_when_the_pseudonym_is_typed(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff#person=01P1")
    press(page, SAY("person.erase.begin"))
    reach(page, SAY("person.erase.type", pseudonym="A-17"))
    page.keyboard.type("B-4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(SAY("person.erase.differs", pseudonym="A-17"))
    assert len(server.clinic.people) == 2
    page.keyboard.press("Control+A")
    page.keyboard.type("A-17")
    page.keyboard.press("Enter")
    title(page, "staff.people")
    assert [one["id"] for one in server.clinic.people] == ["01P2"]


def test_who_comes_to_the_exercise_without_consent_is_asked_for_it(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PATIENT, "/patient")
    page.wait_for_selector("[data-screen=ready]")
    server.send(messages.Error(code="consent_first", detail="not agreed to"))
    page.wait_for_url("**/join")
    expect(page.locator("h1")).to_have_text(SAY("consent.ask"))


def test_consent_is_seen_and_withdrawn(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff#people")
    given = {"kind": "research", "version": "2026-11", "given": True, "at_utc": "2026-11-20T09:00:00Z"}
    server.clinic.consents.append(given)
    page.click("a.row:has-text('A-17')")
    expect(page.locator(".consent").nth(1)).to_contain_text("Given on 20 November 2026")
    press(page, SAY("consent.withdraw"))
    expect(page.locator(".consent").nth(1)).to_contain_text("23 November 2026")
    assert server.clinic.consents[-1]["given"] is False
    download = page.get_by_role("link", name=SAY("person.export.get"))
    assert download.get_attribute("href") == "/api/people/01P1/export"


def test_an_administrator_adds_changes_and_disables_accounts(page: Page, server: ScriptedServer) -> None:
    visit(page, server, ADMIN, "/staff")
    fill(page, signing_user="a.bakker")
    press(page, SAY("users.add"))
    expect(page.get_by_label(SAY("users.reset.link"))).to_have_value("https://clinic.example/staff#reset=new")
    card = page.locator(".user", has_text="a.bakker")
    card.get_by_role("button", name=SAY("users.make.admin")).press("Enter")
    expect(card).to_contain_text(SAY("role.admin"))
    card.get_by_role("button", name=SAY("users.disable"), exact=True).press("Enter")
    card.get_by_role("button", name=SAY("users.disable.yes")).press("Enter")
    expect(card).to_contain_text(SAY("users.disabled"))
    assert page.locator(".user", has_text="beheer").get_by_role("button").count() == 1  # never oneself
    of = page.get_by_label(SAY("users.patients.of"), exact=True).locator("option")
    assert "j.devries" not in of.all_inner_texts()  # the only one has nobody to hand them to
    page.get_by_role("button", name=SAY("users.patients.move")).press("Enter")
    expect(page.locator("main")).to_contain_text(SAY("users.patients.moved", n=2))


def test_the_own_password_and_second_step_are_changed(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff#account")
    fill(page, account_password_old="old", signing_password_new=PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".news:visible")).to_have_text(SAY("account.password.done"))
    assert server.clinic.said("POST /api/password") == [{"old": "old", "new": PASSWORD}]
    press(page, SAY("account.totp.on"))
    fill(page, signing_code=DIGITS)
    page.keyboard.press("Enter")
    expect(page.get_by_text(SAY("account.totp.is_on"))).to_be_visible()
    assert server.clinic.said("POST /api/totp") == [{}, {"code": DIGITS}]


def test_a_code_is_typed_as_one_likes_and_consent_comes_before_the_exercise(page: Page, server: ScriptedServer) -> None:
    visit(page, server, NOBODY, "/join")
    fill(page, join_code="k7qf")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(SAY("join.code.length", n=8))
    page.keyboard.type(" 2mxp")
    page.keyboard.press("Enter")
    title(page, "consent.ask")
    assert server.clinic.said("POST /api/join") == [{"code": CODE}]
    research = page.get_by_label(SAY("consent.research.yes"))
    expect(research).not_to_be_checked()
    press(page, SAY("consent.research.yes"), key=" ")
    press(page, SAY("consent.yes"))
    page.wait_for_url("**/patient")
    assert [(one["kind"], one["given"], one["version"]) for one in server.clinic.consents] == [
        ("research", True, SAY("consent.version")),
        ("measurement", True, SAY("consent.version")),
    ]


def test_whoever_would_rather_not_is_not_measured_and_may_think_again(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PATIENT, "/join")
    press(page, SAY("consent.no"))
    title(page, "consent.declined")
    assert [(one["kind"], one["given"]) for one in server.clinic.consents] == [("measurement", False)]
    press(page, SAY("consent.declined.back"))
    title(page, "consent.ask")


@pytest.mark.parametrize(("version", "lands"), [("2026-11", "/patient"), ("2025-01", None)])
def test_consent_holds_for_the_words_that_were_read(
    page: Page, server: ScriptedServer, version: str, lands: str | None
) -> None:
    visit(page, server, NOBODY, "/")
    server.clinic.me = dict(PATIENT)
    server.clinic.consents.append({"kind": "measurement", "version": version, "given": True, "at_utc": "2026-11-23"})
    page.goto(f"{server.url}/join?lang=en")
    if lands:
        press(page, SAY("join.inside.go_on"))
        page.wait_for_url(f"**{lands}")
    else:
        expect(page.locator("h1")).to_have_text(SAY("consent.ask"))


def test_the_next_patient_on_the_same_device_types_an_own_code(page: Page, server: ScriptedServer) -> None:
    server.clinic.reset(PATIENT)
    agreed = {"kind": "measurement", "version": SAY("consent.version"), "given": True, "at_utc": "2026-11-23"}
    server.clinic.consents.append(agreed)
    page.goto(f"{server.url}/join?lang=en")
    press(page, SAY("join.inside.other"))
    title(page, "join.title")
    server.clinic.consents.clear()
    fill(page, join_code=CODE)
    page.keyboard.press("Enter")
    title(page, "consent.ask")
    press(page, SAY("join.other"))
    title(page, "join.title")


def test_a_link_that_does_not_work_any_more_leaves_the_code(page: Page, server: ScriptedServer) -> None:
    visit(page, server, NOBODY, "/join#used")
    assert page.url.endswith("/join?lang=en")
    expect(page.get_by_role("alert").first).to_be_visible()
    page.evaluate("location.hash = 'used-as-well'")  # a link that is opened where the page is open already
    until(page, lambda: len(server.clinic.said("POST /api/join")) == 2)
    expect(page.locator("form")).to_be_visible()
    assert server.clinic.said("POST /api/join") == [{"token": "used"}, {"token": "used-as-well"}]
    server.clinic.refuses["POST /api/join"] = (429, "too_many_tries")
    fill(page, join_code=CODE)
    page.keyboard.press("Enter")
    expect(page.locator("form .news")).to_have_text(SAY("error.too_many_tries"))


def test_a_member_of_the_staff_is_not_signed_out_by_a_patients_link_unasked(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, f"/join#{TOKEN}")
    expect(page.locator("main")).to_contain_text(SAY("join.staff", user="j.devries"))
    assert server.clinic.said("POST /api/join") == []
    press(page, SAY("join.staff.go_on"))
    title(page, "consent.ask")


@pytest.mark.parametrize(
    ("address", "way_back", "refused"),
    [("/patient", "/join", 401), ("/patient", "/join", 404), ("/physio#room=01ROOM2", "/staff", 401)],
)
def test_whoever_is_signed_out_is_told_and_shown_the_way_back(
    page: Page, server: ScriptedServer, address: str, way_back: str, refused: int
) -> None:
    role = "patient" if address == "/patient" else "physio"
    visit(page, server, PATIENT if role == "patient" else PHYSIO, address)
    page.wait_for_selector("[data-screen=ready], .opened[data-phase=ready]")
    room = {"room": None if role == "patient" else "01ROOM2"}
    assert room in server.clinic.said("POST /api/ticket")
    assert ("ticket" if role == "patient" else "01ROOM2") in [one["ticket"] for one in server.heard if "ticket" in one]
    server.clinic.refuses["POST /api/ticket"] = (refused, "no_room" if refused == 404 else "sign_in_first")
    server.hang_up()
    expect(page.locator("[data-screen=away]")).to_contain_text(SAY(f"away.{role}"))
    page.locator("[data-screen=away] button").press("Enter")
    page.wait_for_url(f"**{way_back}")


def test_a_sign_in_that_ended_by_itself_is_asked_for_again(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PHYSIO, "/staff#people")
    server.clinic.me = dict(NOBODY)
    server.clinic.refuses["POST /api/people"] = (401, "sign_in_first")
    fill(page, people_pseudonym="C-9")
    page.keyboard.press("Enter")
    title(page, "signing.title")
    expect(page.get_by_role("status")).to_have_text(SAY("away.physio"))
    fill(page, signing_user="j.devries", signing_password=PASSWORD)
    page.keyboard.press("Enter")
    title(page, "staff.people")


def test_a_patient_who_read_for_too_long_types_a_code_anew(page: Page, server: ScriptedServer) -> None:
    visit(page, server, PATIENT, "/join")
    server.clinic.me = dict(NOBODY)
    server.clinic.refuses["POST /api/people/01P1/consents"] = (401, "sign_in_first")
    press(page, SAY("consent.yes"))
    title(page, "join.title")


def test_signing_out_in_the_middle_of_an_exercise_lets_it_go_on(page: Page, server: ScriptedServer) -> None:
    server.show(SCENES["yes"])
    visit(page, server, PATIENT, "/patient")
    page.wait_for_selector("[data-card=yes]")
    server.clinic.refuses["POST /api/ticket"] = (401, "sign_in_first")
    server.hang_up()
    page.wait_for_selector("[data-card=lost]")
    expect(page.locator(".disc")).to_be_visible()
    page.locator(".stop").press("Enter")
    expect(page.locator("[data-screen=away]")).to_be_visible()


def test_who_watches_along_can_change_nothing(page: Page, server: ScriptedServer) -> None:
    visit(page, server, GUEST, "/physio#room=01ROOM")
    expect(page.locator("h1")).to_have_text(SAY("physio.guest"))
    expect(page.locator("article")).to_contain_text(SAY("physio.guest.about"))
    assert page.locator(".buttons, .controls").count() == 0
    page.keyboard.press("m")
    assert [one for one in server.heard if one["type"] == "mark"] == []


@pytest.mark.parametrize(
    ("who", "doors"), [(PRIVATE, ["/patient", "/physio", "/staff#sessions"]), (NOBODY, ["/join", "/staff"])]
)
def test_the_start_page_has_the_doors_of_a_try_out_or_of_a_clinic(
    page: Page, server: ScriptedServer, who: dict[str, Any], doors: list[str]
) -> None:
    visit(page, server, who, "/")
    assert page.eval_on_selector_all(".door", "(doors) => doors.map((door) => door.getAttribute('href'))") == doors


def test_who_watches_along_is_sent_to_the_session(page: Page, server: ScriptedServer) -> None:
    visit(page, server, NOBODY, "/")
    server.clinic.me = dict(GUEST)
    page.goto(f"{server.url}/join")
    page.wait_for_url("**/physio#room=01ROOM")


@pytest.mark.parametrize(("address", "places"), [("/patient", 1), ("/physio", 2)])
def test_a_server_that_is_full_says_so(page: Page, server: ScriptedServer, address: str, places: int) -> None:
    server.clinic.reset()
    server.show(None)
    server.heard.clear()
    page.goto(f"{server.url}{address}?lang=en")
    until(page, lambda: sum(one["type"] == "hello" for one in server.heard) == places)
    stand_still(page)  # what was refused goes away by itself
    server.send(messages.Error(code="busy", detail="everybody is here already"))
    expect(page.locator("[role=status], [role=alert]", has_text=SAY("error.busy"))).to_have_count(places)
