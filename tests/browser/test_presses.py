"""What is pressed twice, or held down, is pressed once; and what was pressed in vain is told."""

from collections.abc import Iterator

import pytest
from page_clock import pass_s, stand_still
from playwright.sync_api import Browser, Page, expect
from scenes import SCENES
from scripted_clinic import room
from scripted_server import ScriptedServer
from strapped import until
from watching import watched

from biofeedback import messages
from biofeedback.lang import Words

SAY = Words("en")
SHOWN_S = 8.0  # for so long it is told (view.js)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer().start()
    scripted.clinic.rooms = [room()]  # a try-out: the one session is opened at once
    yield scripted
    scripted.stop()


@pytest.fixture
def page(browser: Browser, server: ScriptedServer) -> Iterator[Page]:
    opened = watched(browser, server.url, viewport={"width": 1280, "height": 800}).page
    yield opened
    opened.context.close()


def at(page: Page, server: ScriptedServer, scene: str, address: str) -> None:
    server.show(SCENES[scene])
    page.goto(f"{server.url}{address}?lang=en")
    page.wait_for_selector("[data-screen]:not([data-screen=connecting]), .opened")


def heard(server: ScriptedServer) -> list[str]:
    return [one["command"] for one in server.heard if one["type"] == "command"]


def commands(page: Page, server: ScriptedServer) -> list[str]:
    """All that the physiotherapist's page commanded; a mark that is made last has come when all of them have."""
    page.get_by_role("button", name=SAY("physio.mark"), exact=True).last.click()
    until(page, lambda: [one for one in server.heard if one["type"] == "mark"])
    return heard(server)


@pytest.mark.parametrize("key", ["physio.pause", "physio.skip"])
def test_a_double_click_is_one_press(page: Page, server: ScriptedServer, key: str) -> None:
    at(page, server, "yes", "/physio")
    page.locator(".opened").get_by_role("button", name=SAY(key), exact=True).dblclick()
    assert commands(page, server) == [key.rpartition(".")[2]]


def test_who_stops_at_once_has_stopped(page: Page, server: ScriptedServer) -> None:
    at(page, server, "yes", "/patient")
    page.evaluate("""() => [".foot button", ".stop", ".stop"].forEach((one) => document.querySelector(one).click())""")
    said = until(page, lambda: found if len(found := heard(server)) >= 2 else None)
    assert said == ["pause", "stop"]


@pytest.mark.parametrize(("key", "asked"), [("physio.stop", "stop"), ("physio.new", "new")])
def test_who_clicks_twice_on_what_cannot_be_taken_back_is_still_asked(
    page: Page, server: ScriptedServer, key: str, asked: str
) -> None:
    at(page, server, "yes", "/physio")
    page.locator(".opened").get_by_role("button", name=SAY(key), exact=True).dblclick()
    expect(page.get_by_role("button", name=SAY(f"cards.sure.{asked}.yes"), exact=True)).to_be_focused()
    assert commands(page, server) == []


def test_a_key_that_is_held_down_is_pressed_once(page: Page, server: ScriptedServer) -> None:
    at(page, server, "yes", "/physio")
    page.locator(".opened .session").wait_for()
    for key in (" ", "s"):
        for _repeat in range(3):
            page.keyboard.down(key)
        page.keyboard.up(key)
    expect(page.get_by_role("button", name=SAY("cards.sure.stop.yes"), exact=True)).to_be_focused()
    assert commands(page, server) == ["pause"]


def test_a_patient_is_told_that_what_was_tapped_was_not_done(page: Page, server: ScriptedServer) -> None:
    late = messages.Error(code="not_done", detail="pause comes 9 s after it was given", id="00000000000000a1")
    at(page, server, "yes", "/patient")
    box = page.locator(".answer").bounding_box()
    server.send(late)
    expect(page.locator(".lost")).to_have_text(SAY("error.not_done"))
    assert page.locator(".answer").bounding_box() == box
    stand_still(page)
    pass_s(page, SHOWN_S)
    expect(page.locator(".lost")).to_have_count(0)
    server.send(messages.Error(code="command_refused", detail="", id="00000000000000a2"))  # both paused: it shows
    server.send(messages.Error(code="not_noted", detail=""))
    expect(page.locator(".lost")).to_have_text(SAY("error.not_noted"))


def test_another_language_needs_a_connection_and_without_one_the_page_stays_as_it_is(
    page: Page, server: ScriptedServer
) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    at(page, server, "yes", "/patient")
    server.stop()
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name=SAY("language.other"), exact=True).click()
    expect(page.locator(".stop")).to_have_text(SAY("patient.stop"))
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("localStorage.getItem('biofeedback.language')") is None
    assert faults == []
