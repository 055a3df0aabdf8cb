"""What the review page does: read, choose, edit and take back, by the keyboard alone, on a scripted API."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from review_scenes import NOTE, READ, SESSION, ReviewScreen, act, median_fall, opened
from scenes import SCENES
from scripted_server import ScriptedServer
from watching import watched

from biofeedback.lang import Words

SAY = Words("en")
EDITS = f"POST /api/sessions/{SESSION}/edits"
TACHOGRAM = ".tachogram .plot-keys"


@pytest.fixture
def page(browser: Browser, server: ScriptedServer) -> Iterator[Page]:
    yield from opened(browser, server, ReviewScreen())


def sent(server: ScriptedServer) -> list[Any]:
    """Edits that were asked for."""
    return server.clinic.said(EDITS)


def count(server: ScriptedServer) -> int:
    """Beats of the session."""
    return len(server.review.found[SESSION]["beats"]["ids"])


def fall(page: Page) -> str:
    """The largest number."""
    return page.locator(".fall-number strong").inner_text()


def test_the_largest_number_is_the_median_fall_with_its_interval_and_breaths(
    page: Page, server: ScriptedServer
) -> None:
    bpm, low, high = median_fall(server.review.found[SESSION]["document"])
    assert page.text_content(".fall-number") == SAY("review.bpm", x=bpm)
    expect(page.locator(".fall")).to_contain_text(SAY("physio.fall.interval", low=low, high=high))
    expect(page.locator(".fall")).to_contain_text("12 of 12 breaths usable")
    size = """(selector) => Math.max(...[...document.querySelectorAll(selector)]
        .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
    assert page.evaluate(size, ".fall-number strong") == page.evaluate(size, ".page *")
    (wave,) = server.review.found[SESSION]["document"]["exhale_responses"]
    said = (
        SAY("review.bpm", x=wave["effect_bpm"]),
        SAY("physio.fall.interval", low=wave["low_bpm"], high=wave["high_bpm"]),
    )
    expect(page.locator(".answers")).to_contain_text(f"Fall of the wave {' '.join(said)}")


def test_the_head_says_where_the_numbers_come_from(page: Page, server: ScriptedServer) -> None:
    recording = server.review.found[SESSION]["document"]["recording"]
    for text in (recording["sha256"], f"{count(server)} beats", "100.0%", "0.1.0, pipeline 1"):
        expect(page.locator(".facts")).to_contain_text(text)
    expect(page.locator(".simulated")).to_be_visible()


def test_beats_are_read_one_by_one_ten_by_ten_and_at_the_ends(page: Page, server: ScriptedServer) -> None:
    every = count(server)
    page.focus(TACHOGRAM)
    first = int(page.get_attribute(TACHOGRAM, "aria-valuenow") or -1)
    for key, place in (
        ("ArrowRight", first + 1), ("PageDown", first + 11), ("PageUp", first + 1), ("ArrowLeft", first),
        ("Home", 0), ("End", every - 1),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect(page.locator(TACHOGRAM)).to_have_attribute("aria-valuenow", str(place))
    assert f"Beat {every} of {every}" in (page.get_attribute(TACHOGRAM, "aria-valuetext") or "")


def test_the_cursor_is_the_same_in_all_pictures(page: Page) -> None:
    page.focus(TACHOGRAM)
    page.keyboard.press("PageDown")
    ring = page.get_attribute("path.pair ~ .cursor-ring", "d")
    line = page.get_attribute("g[clip-path='url(#breath)'] .cursor", "d")
    strip = page.get_attribute(".strip .cursor", "d")
    page.keyboard.press("ArrowRight")
    for place, before in (
        (".pair ~ .cursor-ring", ring),
        ("[clip-path='url(#breath)'] .cursor", line),
        (".strip .cursor", strip),
    ):
        expect(page.locator(place)).not_to_have_attribute("d", before or "")
    value = page.locator("[aria-label^=Poincar]")
    assert value.get_attribute("aria-valuenow") == page.get_attribute(TACHOGRAM, "aria-valuenow")
    step = page.locator(f"[aria-label='{SAY('review.spectrum.cursor')}']")
    assert (step.get_attribute("aria-valuetext") or "").startswith("Breathing")
    page.focus(TACHOGRAM)
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")  # the strap beats before the first step begins
    expect(step).to_have_attribute("aria-valuetext", re.compile("^Baseline"))


def test_the_tachogram_zooms_with_keys_and_buttons_and_follows_the_cursor(page: Page) -> None:
    shown = page.locator(".strip .shown")
    width = float(shown.get_attribute("width") or 0)
    page.focus(TACHOGRAM)
    page.keyboard.press("+")
    expect(shown).not_to_have_attribute("width", str(width))
    assert float(shown.get_attribute("width") or 0) == pytest.approx(width / 2, rel=0.01)
    page.keyboard.press("-")
    assert float(shown.get_attribute("width") or 0) == pytest.approx(width, rel=0.01)
    left = shown.get_attribute("x")
    page.keyboard.press("End")
    expect(shown).not_to_have_attribute("x", left or "")
    page.get_by_role("button", name=SAY("review.zoom.all")).click()
    assert float(shown.get_attribute("width") or 0) > 2 * width
    page.get_by_role("button", name=SAY("review.zoom.in")).click()
    page.get_by_role("button", name=SAY("review.zoom.out")).click()


def test_every_picture_has_a_table_and_says_what_is_at_its_cursor(page: Page) -> None:
    pictures = page.locator(".picture")
    assert pictures.count() == 4
    for place in range(4):
        picture = pictures.nth(place)
        picture.get_by_role("button", name=SAY("physio.table"), exact=True).click()
        assert picture.locator("tbody tr").count() > 10
        picture.get_by_role("button", name=SAY("physio.table.hide")).click()
        picture.locator(".plot-keys").focus()
        said = picture.locator(".read-out").inner_text()
        page.keyboard.press("PageDown")
        expect(picture.locator(".read-out")).not_to_have_text(said)


def test_a_beat_is_left_out_and_put_back_by_the_keyboard(page: Page, server: ScriptedServer) -> None:
    page.focus(TACHOGRAM)
    act(page, "PageDown")
    place = int(page.get_attribute(TACHOGRAM, "aria-valuenow") or -1)
    before = fall(page)
    act(page, "x")
    expect(page.locator(".edit-news")).to_contain_text(f"1 beat excluded. Median fall per exhale, bpm {before} → ")
    after = fall(page)
    assert after != before
    expect(page.locator(".letters .exclude")).to_have_text("X")
    expect(page.locator(".log li")).to_contain_text("1 beat excluded 23 November 2026, 09:00 (UTC), j.devries")
    act(page, "z")
    expect(page.locator(".edit-news")).to_contain_text(
        f"The last edit is taken back. Median fall per exhale, bpm {after} → {before}"
    )
    expect(page.locator(".log .undone")).to_contain_text("taken back")
    assert fall(page) == before
    ids = server.review.found[SESSION]["beats"]["ids"]
    excluded = {"kind": "exclude", "beats": [ids[place]], "expected": 0}
    assert sent(server) == [excluded, {"kind": "undo", "expected": 1}]


def test_a_stretch_is_chosen_with_shift_and_edited_with_buttons(page: Page, server: ScriptedServer) -> None:
    page.focus(TACHOGRAM)
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        act(page, key)
    expect(page.locator(".tachogram .read-out")).to_contain_text("3 beats chosen")
    for kind in ("interpolate", "accept"):
        page.get_by_role("button", name=SAY(f"review.edit.{kind}")).click()
        expect(page.locator(".edit-news")).to_contain_text(SAY(f"review.done.{kind}", n=3))
    assert [(one["kind"], len(one["beats"])) for one in sent(server)] == [("interpolate", 3), ("accept", 3)]


def test_a_stretch_is_chosen_with_the_pointer(page: Page, server: ScriptedServer) -> None:
    box = page.locator(".tachogram .drawing").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 420, box["y"] + 150)
    page.mouse.up()
    expect(page.locator(".tachogram .read-out")).to_contain_text("beats chosen")
    page.mouse.click(box["x"] + 100, box["y"] + 150)
    expect(page.locator(".tachogram .read-out")).to_contain_text(f"of {count(server)}")


def test_a_stretch_is_chosen_and_left_out_with_a_finger(browser: Browser, server: ScriptedServer) -> None:
    view = watched(browser, server.url, viewport={"width": 1024, "height": 768}, has_touch=True)
    page = view.page
    ReviewScreen().open(page, server, "en")
    page.locator(".tachogram .drawing").scroll_into_view_if_needed()
    box = page.locator(".tachogram .drawing").bounding_box()
    assert box is not None
    fingers = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 300), ("touchMove", 330), ("touchMove", 360), ("touchEnd", None)):
        points = [] if x is None else [{"x": box["x"] + x, "y": box["y"] + 150}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.locator(".tachogram .read-out")).to_contain_text("beats chosen")
    page.touchscreen.tap(box["x"] + 420, box["y"] + 150)
    expect(page.locator(".tachogram .read-out")).to_contain_text(f"of {count(server)}")
    place = int(page.get_attribute(TACHOGRAM, "aria-valuenow") or -1)
    page.get_by_role("button", name=SAY("review.beat.next")).tap()
    expect(page.locator(TACHOGRAM)).to_have_attribute("aria-valuenow", str(place + 1))
    page.get_by_role("button", name=SAY("review.edit.exclude")).tap()
    expect(page.locator(".log li")).to_contain_text("1 beat excluded")
    ids = server.review.found[SESSION]["beats"]["ids"]
    assert sent(server) == [{"kind": "exclude", "beats": [ids[place + 1]], "expected": 0}]
    page.context.close()


def test_an_edit_that_somebody_else_was_before_shows_what_they_did(page: Page, server: ScriptedServer) -> None:
    server.clinic.refuses[EDITS] = (409, "conflict")
    page.focus(TACHOGRAM)
    act(page, "x")
    expect(page.locator(".edits [role=alert]")).to_have_text(SAY("review.conflict"))
    assert [route for route, _ in server.clinic.asked].count(READ) == 2
    server.clinic.refuses[EDITS] = (503, "unheard_of")
    act(page, "i")
    expect(page.locator(".edits [role=alert]")).to_have_text(SAY("error.unavailable"))
    server.clinic.refuses.clear()
    act(page, "i")
    expect(page.locator(".edits [role=alert]")).to_have_count(0)


def test_nothing_to_take_back_is_said(page: Page) -> None:
    page.focus(TACHOGRAM)
    act(page, "z")
    expect(page.locator(".edits [role=alert]")).to_have_text(SAY("review.conflict"))


def test_edits_that_are_typed_fast_are_made_one_after_the_other(page: Page, server: ScriptedServer) -> None:
    page.focus(TACHOGRAM)
    for key in ("PageDown", "x", "ArrowRight", "i", "z"):
        act(page, key)
    expect(page.locator(".log li")).to_have_count(3)
    assert [one["expected"] for one in sent(server)] == [0, 1, 2]
    assert page.locator(".log li").nth(1).get_attribute("class") == "undone"


def test_keys_with_a_modifier_and_typing_edit_nothing(page: Page, server: ScriptedServer) -> None:
    page.focus(TACHOGRAM)
    for key in ("Control+x", "Alt+x", "q"):
        act(page, key)
    act(page, "ArrowRight")
    assert sent(server) == []


def test_a_session_is_called_by_its_person_and_not_by_what_the_file_calls_them(
    page: Page, server: ScriptedServer
) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(SAY("review.session", code="A-17"))
    server.review.found[SESSION]["code"] = "B-4"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(SAY("review.session", code="B-4"))


def test_a_mark_leads_to_its_place(page: Page) -> None:
    page.get_by_role("button", name="schouders zakten").click()
    expect(page.locator(".tachogram .read-out")).to_contain_text("at 2:57")


def test_what_was_written_of_the_session_is_read_here_and_changed_elsewhere(
    browser: Browser, page: Page, server: ScriptedServer
) -> None:
    expect(page.locator(".moments")).to_be_visible()
    unwritten = page.locator(".session-note").get_by_role("link", name=SAY("review.note.write"))
    expect(unwritten).to_have_attribute("href", "/staff#person=01P1")
    for written in opened(browser, server, ReviewScreen(note=NOTE)):
        note = written.locator(".session-note")
        expect(note.locator("dt")).to_have_text(["Posture", "About the measurement", "Strap cleaned"])
        expect(note.locator("dd")).to_have_text(["reclined", "Eerste minuut onrustig. Daarna stil.", "yes"])
        expect(note).to_contain_text("Last written on 23 November 2026, 09:30 (UTC) by j.devries.")
        expect(note.get_by_role("link")).to_have_attribute("href", "/staff#person=01P1")
        expect(note.locator("input, textarea, select")).to_have_count(0)


def test_a_session_of_nobody_in_care_has_no_place_for_a_note(page: Page, server: ScriptedServer) -> None:
    server.review.found[SESSION]["person"] = None
    page.reload()
    expect(page.locator(".moments")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".session-note")).to_have_count(0)


def test_a_finished_card_leads_to_its_review(browser: Browser, server: ScriptedServer) -> None:
    server.clinic.reset()
    server.show(SCENES["finished"])
    view = watched(browser, server.url, viewport={"width": 1280, "height": 800})
    view.page.goto(f"{server.url}/physio?lang=en#room=01ROOM")
    link = view.page.get_by_role("link", name=SAY("physio.review"))
    expect(link).to_have_attribute("href", f"/review/01SCENE{server.epoch}")
    server.show(SCENES["yes"])
    expect(link).to_have_count(0)
    view.page.context.close()


def test_a_session_that_was_refused_can_be_asked_for_again(browser: Browser, server: ScriptedServer) -> None:
    screen = ReviewScreen(awaited="[data-screen=refused]", refuses={READ: (503, "unheard_of")})
    for page in opened(browser, server, screen):
        server.clinic.refuses.clear()
        page.get_by_role("button", name=SAY("review.again")).click()
        expect(page.locator("[data-screen=review]")).to_be_visible()
