"""The history of a person, at work: by the keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from scenes import SCENES
from scripted_clinic import PHYSIO
from scripted_history import a_history
from scripted_server import ScriptedServer
from watching import watched

from biofeedback.lang import Words

SAY = Words("en")


@pytest.fixture
def page(browser: Browser, server: ScriptedServer) -> Iterator[Page]:
    server.show(SCENES["ready"])
    opened = watched(browser, server.url, viewport={"width": 1280, "height": 800}).page
    yield opened
    opened.context.close()


def look(page: Page, server: ScriptedServer, person: str = "01P1", **fields: Any) -> None:
    """Open the page of somebody with a history."""
    server.clinic.reset(PHYSIO)
    server.clinic.history = a_history(**fields)
    page.goto(f"{server.url}/staff?lang=en#person={person}")
    page.wait_for_selector(".history")


def test_a_long_history_shows_more_and_the_focus_goes_on(page: Page, server: ScriptedServer) -> None:
    look(page, server, count=40)
    rows = page.locator(".past-row")
    expect(rows).to_have_count(8)
    expect(page.locator(".history")).to_contain_text("8 of 40 sessions")
    for shown in (28, 40):
        page.locator(".history > .acts button").press("Enter")
        expect(rows).to_have_count(shown)
        place = {28: 8, 40: 28}[shown]
        expect(page.locator(".past-open button").nth(place)).to_be_focused()
    expect(page.locator(".history > .acts")).to_have_count(0)


def test_a_note_is_written_by_the_keyboard_and_is_told_of_in_the_table(page: Page, server: ScriptedServer) -> None:
    look(page, server, count=2)
    page.locator(".past-open button").first.press("Enter")
    page.get_by_label(SAY("note.posture"), exact=True).select_option("lying")
    page.get_by_label(SAY("note.adverse"), exact=True).fill("A little dizzy after the third breath.")
    page.get_by_label(SAY("note.strap_cleaned"), exact=True).select_option("yes")
    page.get_by_role("button", name=SAY("note.save")).press("Enter")
    expect(page.locator(".note-part .news")).to_have_text(SAY("note.saved"))
    expect(page.locator(".past-row").first).to_contain_text(SAY("history.tag.note"))
    expect(page.locator(".note-part")).to_contain_text("by j.devries")
    (said,) = server.clinic.said("PUT /api/sessions/01S001/note")
    assert said == {
        "posture": "lying", "medication": "", "changed": "", "protocol": "", "quality_note": "",
        "adverse": "A little dizzy after the third breath.", "strap_cleaned": True, "text": "",
    }  # fmt: skip
    page.locator(".past-open button").first.press("Enter")
    expect(page.locator(".note-part")).to_have_count(0)


def test_a_note_that_is_refused_stays_in_its_fields(page: Page, server: ScriptedServer) -> None:
    look(page, server, count=1)
    page.locator(".past-open button").click()
    page.get_by_label(SAY("note.text"), exact=True).fill("Not lost")
    server.clinic.refuses["PUT /api/sessions/01S000/note"] = (503, "unavailable")
    page.get_by_role("button", name=SAY("note.save")).click()
    expect(page.locator(".note-part .news")).to_have_text(SAY("error.unavailable"))
    expect(page.get_by_label(SAY("note.text"), exact=True)).to_have_value("Not lost")


def test_the_pictures_are_read_with_the_arrow_keys_and_by_pointing(page: Page, server: ScriptedServer) -> None:
    look(page, server, count=5)
    cursor = page.get_by_role("slider").first
    expect(cursor).to_have_attribute("aria-valuenow", "5")
    for key, place in (("ArrowLeft", 4), ("Home", 1), ("ArrowLeft", 1), ("PageDown", 5), ("ArrowRight", 5)):
        cursor.press(key)
        expect(cursor).to_have_attribute("aria-valuenow", str(place))
    cursor.press("Home")
    said = cursor.get_attribute("aria-valuetext") or ""
    assert "1 September 2026" in said
    assert "95% interval" in said
    expect(page.locator(".over-foot").first).to_contain_text(said)
    box = cursor.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 10)
    expect(cursor).to_have_attribute("aria-valuenow", "3")


def test_a_history_that_is_still_being_read_is_asked_for_until_it_is_whole(page: Page, server: ScriptedServer) -> None:
    look(page, server, count=3, unread=5, pooled=[], bands=[])
    expect(page.locator(".history")).to_contain_text(SAY("history.reading", n=5))
    server.clinic.history = a_history(8)
    expect(page.locator(".past-row")).to_have_count(8)
    expect(page.locator(".bands li")).to_have_count(4)
    expect(page.locator(".history [role=status]")).to_have_count(0)


def test_a_history_that_was_refused_is_asked_for_again(page: Page, server: ScriptedServer) -> None:
    server.clinic.reset(PHYSIO)
    server.clinic.refuses["GET /api/people/01P1/history"] = (503, "unavailable")
    page.goto(f"{server.url}/staff?lang=en#person=01P1")
    expect(page.locator(".history .news")).to_have_text(SAY("error.unavailable"))
    server.clinic.refuses.clear()
    page.get_by_role("button", name=SAY("form.again")).press("Enter")
    expect(page.locator(".history")).to_contain_text(SAY("history.none"))


def test_a_strap_is_given_to_a_person_and_a_new_room_takes_it(page: Page, server: ScriptedServer) -> None:
    look(page, server, count=0)
    page.get_by_label(SAY("rooms.strap"), exact=True).select_option("ble")
    page.get_by_label(SAY("rooms.strap.ble.which")).fill("A0:9E:1A:00:11:33")
    page.get_by_role("button", name=SAY("person.strap.keep")).press("Enter")
    expect(page.get_by_text(SAY("person.strap.kept"))).to_be_visible()
    assert server.clinic.said("PUT /api/people/01P1/strap") == [{"strap": "ble:A0:9E:1A:00:11:33"}]
    server.clinic.rooms.clear()
    page.get_by_role("link", name=SAY("person.room")).press("Enter")
    expect(page.get_by_label(SAY("rooms.strap.ble.which"))).to_have_value("A0:9E:1A:00:11:33")
    page.get_by_label(SAY("rooms.person"), exact=True).select_option("01P2")
    expect(page.get_by_label(SAY("rooms.strap.ble.which"))).to_have_value("A0:9E:1A:00:11:22")
    page.get_by_role("button", name=SAY("rooms.open")).press("Enter")
    expect(page.locator(".room")).to_have_count(1)
    (said,) = server.clinic.said("POST /api/rooms")
    assert (said["person"], said["strap"]) == ("01P2", "ble:A0:9E:1A:00:11:22")
    page.goto(f"{server.url}/staff?lang=en#person=01P1")
    page.get_by_role("button", name=SAY("person.strap.forget")).press("Enter")
    expect(page.get_by_text(SAY("person.strap.none"))).to_be_visible()


def test_a_field_that_is_not_accepted_is_called_by_its_label_and_gets_the_cursor(
    page: Page, server: ScriptedServer
) -> None:
    server.clinic.reset(PHYSIO)
    server.clinic.refuses["POST /api/people"] = (422, "not_valid", "name")
    page.goto(f"{server.url}/staff?lang=nl#people")
    words = Words("nl")
    page.get_by_label(words("people.pseudonym"), exact=True).fill("C-9")
    page.keyboard.press("Enter")
    label = words("people.name")
    expect(page.locator("form .news")).to_have_text(words("error.not_valid", detail=f"{label}."))
    expect(page.get_by_label(label, exact=True)).to_be_focused()
