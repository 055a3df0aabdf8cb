"""The physiotherapist's eight cards: every screen looked at, and every task done by keyboard alone."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from card_scenes import DESKS, EIGHT, OTHERS, Desk
from looking import AXE, COLOURS, PAINTED, RULES, SIZES, overflow, shine, small, violations
from page_clock import fall_silent, pass_s
from playwright.sync_api import Browser, Page, expect
from scene_messages import mark
from scenes import SCENES, breathing
from scripted_clinic import PRIVATE, room
from scripted_server import ScriptedServer
from strapped import until
from watching import Watched, watched

from biofeedback.lang import Words

SAY = Words("en")
WIDE = {"width": 1280, "height": 800}
EXPIRY_S = 5.0


@pytest.fixture
def view(browser: Browser, server: ScriptedServer) -> Iterator[Watched]:
    opened = watched(browser, server.url, bypass_csp=False, viewport=WIDE)
    yield opened
    server.show(SCENES["ready"])
    opened.page.context.close()


@pytest.fixture
def page(view: Watched) -> Page:
    return view.page


def spilling(page: Page) -> list[str]:
    """Cards that are smaller than what is in them, at any size; and eight that do not fit on a wide screen at once."""
    found = []
    page.evaluate(PAINTED)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found += page.evaluate(
            """async (size) => {
              await painted();
              const scrolls = document.documentElement.scrollHeight > innerHeight && innerWidth >= 1024;
              const isAll = document.querySelector("[data-desk=all] .cards") && !document.querySelector(".more-rooms");
              const page = scrolls && isAll ? [`${size}: the page scrolls`] : [];
              const parts = [...document.querySelectorAll(".card, .card-answer, .card-heart, .card-notes, .line")];
              const isSmall = (one) => one.offsetParent !== null && one.scrollHeight > one.clientHeight + 2;
              const say = (one) => `${size}: ${one.className} ${one.innerText.slice(0, 40)}`;
              return page.concat(parts.filter(isSmall).map(say));
            }""",
            f"{width}x{height}",
        )
    page.set_viewport_size(WIDE)
    return found


def card(page: Page, code: str) -> Any:
    return page.locator(".card", has=page.locator(f"#card-01{code}"))


def said(server: ScriptedServer, kind: str, code: str) -> list[dict[str, Any]]:
    return [one for one in server.heard if one["type"] == kind and one.get("room") == f"01{code}"]


def hears(page: Page, server: ScriptedServer, kind: str, code: str) -> dict[str, Any]:
    """The newest that was said of this kind in a room, which is then forgotten."""
    found = until(page, lambda: said(server, kind, code))
    server.heard.remove(found[-1])
    return {key: value for key, value in found[-1].items() if key != "room"}


@pytest.mark.parametrize("name", DESKS)
def test_the_cards_are_right_in_every_language_theme_and_size(
    view: Watched, server: ScriptedServer, screenshots: Path, name: str
) -> None:
    page = view.page
    wrong: dict[str, list[str]] = {}
    for language in ("nl", "en"):
        DESKS[name].open(page, server, language)
        page.evaluate(AXE)
        wrong[f"{language} spilling"] = spilling(page)
        wrong[f"{language} small"] = small(page)
        for theme in ("light", "dark"):
            shine(page, theme)
            wrong[f"{language} {theme}"] = violations(page, RULES if theme == "light" else COLOURS)
            page.screenshot(path=screenshots / f"cards-{name}-{language}-{theme}.png")
        wrong[f"{language} overflow"] = overflow(page)
        page.screenshot(path=screenshots / f"cards-{name}-{language}-phone.png")
        page.set_viewport_size(WIDE)
        shine(page, "light")
    wrong["faults"] = view.faults
    assert {where: what for where, what in wrong.items() if what} == {}


def test_a_card_answers_who_whose_heart_who_follows_and_whose_signal(page: Page, server: ScriptedServer) -> None:
    DESKS["eight"].open(page, server, "en")
    told = {
        "A-17": ["Breathing", "Heart answers", "5.6", "3.4 to 7.8", "Breathes along", "Signal good", "99% usable"],
        "B-04": ["Heart: not visible yet", "0.7", "Breathes along"],
        "C-22": ["The breathing does not seem to follow the circle.", "Does not breathe along"],
        "D-09": ["The beats are too irregular", "Breathing along not visible", "Signal bad", "62% usable"],
        "E-31": ["The strap has no contact", "No contact", "41% usable", "Battery of the strap: 9%"],
        "F-12": ["Recovery", "4.1", "Calmer? \u22121.2/min (\u221213.6 to 11.2)", "121 ms, up"],
        "G-08": ["Paused"],
        "H-15": ["Ready to begin", SAY("exercise.measured_4_6.title"), "No circle to follow now"],
    }
    for code, words in told.items():
        text = card(page, code).inner_text()
        assert [one for one in words if one not in text] == [], f"{code}: {text}"
    sizes = (
        """() => [...document.querySelectorAll(".physio *")].map((one) => parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.card-fall strong')).fontSize)") == max(
        page.evaluate(sizes)
    )
    assert card(page, "C-22").locator(".news-line").count() == 1
    assert card(page, "A-17").locator(".news-line").count() == 0


def test_nothing_in_a_card_moves_whatever_it_says(page: Page, server: ScriptedServer) -> None:
    places = set()
    for people in (EIGHT, OTHERS):
        Desk(people).open(page, server, "nl")
        places |= {
            tuple(one)
            for one in page.evaluate(
                """() => [...document.querySelectorAll(".card-answer, .line, .spark, .card-facts")].map((one) =>
                  [one.getAttribute("class").split(" ")[0], Math.round(one.getBoundingClientRect().y
                   - one.closest(".card").getBoundingClientRect().y)])"""
            )
        }
    assert sorted(name for name, _ in places) == ["card-answer", "card-facts", "line", "line", "spark"], places


def test_a_card_keeps_its_place_when_others_come_and_go(page: Page, server: ScriptedServer) -> None:
    DESKS["eight"].open(page, server, "en")
    order = [f"01{code}" for code in EIGHT]
    ids = "(cards) => cards.map((one) => one.querySelector('.card-open')?.dataset.room ?? null)"
    assert page.eval_on_selector_all(".cards > li", ids) == order
    rooms = server.clinic.rooms
    server.clinic.rooms = [one for one in rooms if one["id"] not in ("01B-04", "01G-08")]
    expect(page.locator("#card-01B-04")).to_have_count(0)
    holes = [None if one in ("01B-04", "01G-08") else one for one in order]
    assert page.eval_on_selector_all(".cards > li", ids) == holes
    server.clinic.rooms = [room(id="01NEW", pseudonym="Z-99"), *server.clinic.rooms]
    page.wait_for_selector("#card-01NEW")
    assert page.eval_on_selector_all(".cards > li", ids) == [holes[0], "01NEW", *holes[2:]]


def test_more_than_eight_rooms_are_counted_and_may_be_opened_from_the_list(page: Page, server: ScriptedServer) -> None:
    DESKS["ten"].open(page, server, "en")
    expect(page.locator(".more-rooms")).to_contain_text("2 more rooms do not fit here.")
    expect(page.locator(".more-rooms a")).to_have_attribute("href", "/staff")
    DESKS["ten"].open(page, server, "en", "/physio#room=01J-02")
    expect(page.locator("#code")).to_have_text(SAY("physio.session", code="J-02"))


def test_a_room_in_the_address_is_opened_and_escape_goes_back_to_its_card(page: Page, server: ScriptedServer) -> None:
    DESKS["eight"].open(page, server, "en", "/physio#room=01C-22")
    expect(page.locator("#code")).to_have_text(SAY("physio.session", code="C-22"))
    page.wait_for_selector(".opened canvas")
    expect(page.locator(".opened .sees")).to_contain_text(SAY("card.not_following.sentence"))
    page.keyboard.press("Escape")
    expect(page.locator(".opened")).to_have_count(0)
    expect(page.locator("#card-01C-22")).to_be_focused()
    page.go_back()
    expect(page.locator("#code")).to_have_text(SAY("physio.session", code="C-22"))
    page.get_by_role("button", name=SAY("cards.close")).click()
    expect(page.locator(".opened")).to_have_count(0)


def test_charts_are_loaded_when_the_first_card_is_opened(page: Page, server: ScriptedServer) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    DESKS["eight"].open(page, server, "en")
    assert not any("uplot" in url for url in asked)
    page.locator("#card-01A-17").click()
    page.wait_for_selector(".opened canvas")
    assert sum("uplot.mjs" in url for url in asked) == 1


def test_every_task_is_done_by_keyboard_alone(page: Page, server: ScriptedServer) -> None:
    DESKS["eight"].open(page, server, "en")
    for key, code in (("ArrowRight", "A-17"), ("ArrowDown", "E-31"), ("ArrowRight", "F-12"), ("ArrowUp", "B-04")):
        page.keyboard.press(key)
        expect(page.locator(f"#card-01{code}")).to_be_focused()
    page.keyboard.press(" ")
    assert hears(page, server, "command", "B-04")["command"] == "pause"
    page.keyboard.press("m")
    assert hears(page, server, "mark", "B-04") == {"type": "mark", "kind": "note", "text": ""}
    page.keyboard.press("s")
    expect(card(page, "B-04").get_by_role("button", name=SAY("cards.sure.stop.yes"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".sure")).to_have_count(0)
    expect(page.locator("#card-01B-04")).to_be_focused()
    page.keyboard.press("s")
    page.wait_for_selector(".sure")
    page.keyboard.press("S")
    assert hears(page, server, "command", "B-04")["command"] == "stop"
    expect(page.locator("#card-01B-04")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator(".note input")).to_be_focused()
    page.keyboard.type("shoulders? smn")
    page.keyboard.press("Enter")
    assert hears(page, server, "mark", "B-04")["text"] == "shoulders? smn"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".opened")).to_have_count(0)
    assert said(server, "mark", "B-04") == []


def test_keys_do_nothing_where_no_card_is_meant_or_they_are_off(page: Page, server: ScriptedServer) -> None:
    DESKS["eight"].open(page, server, "en")
    for key in ("m", "s", " "):
        page.keyboard.press(key)
    page.keyboard.press("?")
    page.keyboard.press("Tab")
    page.uncheck("dialog input")
    page.keyboard.press("Escape")
    page.locator("#card-01A-17").focus()
    page.keyboard.press("m")
    page.locator("#card-01A-17").press("Enter")
    page.wait_for_selector(".opened .session")
    page.get_by_role("button", name=SAY("physio.mark"), exact=True).last.click()
    hears(page, server, "mark", "A-17")
    assert [one for one in server.heard if one["type"] in ("mark", "command")] == []


def test_an_exercise_is_chosen_started_and_changed_on_the_patients_screen(page: Page, server: ScriptedServer) -> None:
    DESKS["eight"].open(page, server, "en", "/physio#room=01H-15")
    page.get_by_label(SAY("patient.exercise")).select_option("walk")
    page.locator(".opened").get_by_role("button", name=SAY("physio.start"), exact=True).click()
    said_of = hears(page, server, "command", "H-15")
    assert (said_of["command"], said_of["exercise"]) == ("start", "walk")
    DESKS["eight"].open(page, server, "en", "/physio#room=01A-17")
    page.get_by_label(SAY("patient.exercise")).select_option("resonance")
    page.get_by_role("button", name=SAY("physio.new"), exact=True).click()
    expect(page.locator(".opened .sure")).to_contain_text(SAY("exercise.resonance.title"))
    assert said(server, "command", "A-17") == []
    page.get_by_role("button", name=SAY("cards.sure.no"), exact=True).click()
    page.get_by_role("button", name=SAY("physio.new"), exact=True).click()
    page.get_by_role("button", name=SAY("cards.sure.new.yes"), exact=True).click()
    said_of = hears(page, server, "command", "A-17")
    assert (said_of["command"], said_of["exercise"]) == ("new", "resonance")


def test_a_card_without_messages_says_so_within_five_seconds(page: Page, server: ScriptedServer) -> None:
    DESKS["eight"].open(page, server, "en")
    fall_silent(page, server)
    pass_s(page, EXPIRY_S)
    expect(page.locator(".card[data-phase=lost]")).to_have_count(8)
    assert page.locator(".card-fall").count() == 0
    expect(card(page, "A-17")).to_contain_text(SAY("state.lost"))
    server.is_mute = False
    expect(card(page, "A-17").locator(".card-fall")).to_have_text(re.compile("5.6"))


def test_a_session_that_lost_its_room_says_so_on_its_card(page: Page, server: ScriptedServer) -> None:
    DESKS["eight"].open(page, server, "en")
    server.clinic.refuses["POST /api/ticket"] = (404, "not_found")
    server.hang_up()
    expect(card(page, "A-17").locator(".card-notes")).to_have_text(SAY("error.not_found"))


def test_a_try_out_with_one_room_shows_its_session_at_once(page: Page, server: ScriptedServer) -> None:
    server.clinic.reset(PRIVATE)
    server.furnish({"A-17": SCENES["yes"]})
    page.goto(f"{server.url}/physio?lang=en")
    page.wait_for_selector(".opened canvas")
    assert page.locator(".card").count() == 0
    page.keyboard.press("Escape")
    expect(page.locator(".opened")).to_have_count(1)


def test_marks_are_timed_by_the_exercise_and_not_by_the_room(page: Page, server: ScriptedServer) -> None:
    scene = SCENES["yes"]
    first_s = scene.steps[0].start_s
    marks = (mark(first_s - 60.0, "note", "sat down"), mark(first_s + 125.0, "note", "coughed"))
    server.clinic.reset(PRIVATE)
    server.furnish({"A-17": replace(scene, marks=marks)})
    page.goto(f"{server.url}/physio?lang=en")
    expect(page.locator(".marks li .time")).to_have_text(["2:05", SAY("physio.marks.before")])


@pytest.mark.parametrize(("state", "is_told"), [("unknown", True), ("poor_signal", False), ("no_contact", False)])
def test_why_an_answer_was_not_clear_is_no_reason_of_a_signal_that_fails(
    page: Page, server: ScriptedServer, state: str, is_told: bool
) -> None:
    server.clinic.reset(PRIVATE)
    server.furnish({"A-17": breathing(state, reason="cannot_see_following", reasons=["cannot_see_following"])})
    page.goto(f"{server.url}/physio?lang=en")
    expect(page.locator(".sees-word")).to_have_text(SAY(f"card.{state}.word"))
    expect(page.locator(".sees").get_by_text(SAY("reason.cannot_see_following"))).to_have_count(int(is_told))


def test_the_question_that_comes_before_the_closing_lines_is_told(page: Page, server: ScriptedServer) -> None:
    server.clinic.reset(PRIVATE)
    for scene, is_asked in (("tension_after", True), ("finished", False)):
        server.furnish({"A-17": SCENES[scene]})
        page.goto(f"{server.url}/physio?lang=en")
        expect(page.locator(".sees")).to_contain_text(SAY("closing.calmer.yes", n=6))
        expect(page.get_by_text(SAY("physio.patient_sees.asked"))).to_have_count(int(is_asked))
