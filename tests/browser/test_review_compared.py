"""What the review page lays side by side: steps, two stretches, another session; and what it gives along."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from review_scenes import SESSION, ReviewScreen, act, median_fall, opened
from scripted_server import ScriptedServer
from strapped import until

from biofeedback.lang import Words

SAY = Words("en")
TACHOGRAM = ".tachogram .plot-keys"
SEGMENT = f"GET /api/sessions/{SESSION}/segment"


@pytest.fixture
def page(browser: Browser, server: ScriptedServer) -> Iterator[Page]:
    yield from opened(browser, server, ReviewScreen())


def region(page: Page, key: str) -> Locator:
    return page.get_by_role("region", name=SAY(key), exact=True)


def row(table: Locator, key: str) -> list[str]:
    """Cells of a measure."""
    return (
        table.locator("tr", has=table.page.get_by_role("rowheader", name=SAY(key), exact=True))
        .locator("td")
        .all_inner_texts()
    )


def test_steps_stand_side_by_side_with_window_and_method(page: Page, server: ScriptedServer) -> None:
    table = region(page, "review.measures")
    steps = server.review.found[SESSION]["document"]["steps"]
    assert row(table, "report.column.heart_rate_bpm") == [
        *(f"{step['heart_rate_bpm']:.1f}" for step in steps),
        SAY("review.window.step"),
        SAY("review.method.artifacts"),
    ]
    assert row(table, "report.column.vlf_power_ms2")[:3] == ["–"] * 3  # missing is no zero
    page.click(".methods summary")
    expect(page.locator(".methods")).to_contain_text("Lipponen and Tarvainen 2019")
    expect(page.locator(".methods")).to_contain_text(SAY("review.prior.none"))


def test_two_stretches_are_kept_with_keys_and_compared(page: Page, server: ScriptedServer) -> None:
    page.focus(TACHOGRAM)
    act(page, "1")
    expect(page.locator(".stretches .news")).to_have_text(SAY("review.stretch.short"))
    for key in ("Shift+PageDown", "1", "ArrowRight", "Shift+PageDown", "2"):
        act(page, key)
    table = region(page, "review.stretches.table")
    expect(page.locator(".kept-name")).to_have_count(2)  # both are measured; the table is there with the first
    first, second, difference = row(table, "report.column.heart_rate_bpm")
    assert float(second) - float(first) == pytest.approx(float(difference.replace("\N{MINUS SIGN}", "-")), abs=0.11)
    assert row(table, "report.column.beats")[:2] == ["11", "11"]
    assert page.locator(".kept-name").all_text_contents() == ["1", "2"]
    act(page, "x")  # what was changed is measured again
    expect(page.locator(".log li")).to_have_count(1)
    until(page, lambda: len(server.clinic.said(SEGMENT)) == 4)


def test_a_stretch_that_is_refused_is_told(page: Page, server: ScriptedServer) -> None:
    server.clinic.refuses[SEGMENT] = (503, "unheard_of")
    page.focus(TACHOGRAM)
    act(page, "Shift+PageDown")
    page.get_by_role("button", name=SAY("review.stretch.keep", n=2)).click()
    expect(page.locator(".stretches [role=alert]")).to_have_text(SAY("error.unavailable"))


def test_another_session_is_laid_beside_this_one_and_taken_away(page: Page, server: ScriptedServer) -> None:
    choice = page.get_by_label(SAY("review.beside.choose"))
    expect(choice.locator("option")).to_have_count(1)  # this session itself is no choice
    page.get_by_role("button", name=SAY("review.beside.show")).click()
    both = region(page, "review.beside.table")
    expect(both).to_be_visible()
    assert page.url.endswith("#with=01S2")
    bpm, low, high = median_fall(server.review.found[SESSION]["document"])
    assert row(both, "review.fall")[0] == SAY("review.beside.interval", x=bpm, low=low, high=high)
    assert row(both, "review.fall")[1] != row(both, "review.fall")[0]
    assert len(row(region(page, "review.measures"), "report.column.rmssd_ms")) == 8
    expect(page.locator(".other-line")).to_have_count(1)
    page.get_by_role("button", name=SAY("review.beside.remove")).click()
    expect(page.locator(".other-line")).to_have_count(0)


def test_a_link_opens_two_sessions_and_a_refusal_of_the_other_is_told(browser: Browser, server: ScriptedServer) -> None:
    for page in opened(browser, server, ReviewScreen(fragment="#with=01S9")):
        expect(page.locator(".beside [role=alert]")).to_have_text(SAY("review.none"))
        page.goto(page.url.replace("01S9", "01S2"))
        expect(region(page, "review.beside.table")).to_be_visible()


def test_a_history_that_is_refused_is_told(browser: Browser, server: ScriptedServer) -> None:
    screen = ReviewScreen(refuses={"GET /api/people/01P1/history": (503, "unheard_of")})
    for page in opened(browser, server, screen):
        expect(page.locator(".beside [role=alert]")).to_have_text(SAY("error.unavailable"))


def test_everything_can_be_taken_along(page: Page) -> None:
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    zone = quote(zone, safe="")
    asked = [
        *(f"export?format={name}" for name in ("csv", "json", "rr", "recording", "edits")),
        *(
            f"report?kind={kind}&language=en&form={form}&zone={quote(zone, safe='')}"
            for kind in ("clinician", "patient")
            for form in ("pdf", "html")
        ),
    ]
    links = page.locator(".exports a")
    assert [link.get_attribute("href") for link in links.all()] == [f"/api/sessions/{SESSION}/{one}" for one in asked]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == f"{SESSION}.export"
    expect(page.locator(".exports .told")).to_have_text(SAY("review.export.done", file=f"{SESSION}.export"))


def test_what_cannot_be_taken_along_is_told(page: Page, server: ScriptedServer) -> None:
    server.clinic.refuses[f"GET /api/sessions/{SESSION}/report"] = (503, "unheard_of")
    page.get_by_role("link", name=SAY("review.report.patient.pdf")).click()
    expect(page.locator(".exports [role=alert]")).to_have_text(SAY("error.unavailable"))


def test_what_a_plan_allows_to_be_said_is_said(browser: Browser, server: ScriptedServer) -> None:
    for page in opened(browser, server, ReviewScreen("trial_exhale")):
        said = [SAY(one["key"], **one["values"]) for one in server.review.found[SESSION]["sentences"]]
        assert page.locator(".planned p").all_inner_texts() == said


def test_edit_undo_compare_and_export_are_done_by_the_keyboard_alone(page: Page, server: ScriptedServer) -> None:
    tab_to(page, TACHOGRAM)
    for key in ("PageDown", "x", "z", "Shift+PageDown", "1", "ArrowRight", "Shift+PageDown", "2"):
        act(page, key)
    expect(page.locator(".log .undone")).to_have_count(1)
    expect(region(page, "review.stretches.table")).to_be_visible()
    tab_to(page, ".choose-other button")
    act(page, "Enter")
    expect(region(page, "review.beside.table")).to_be_visible()
    tab_to(page, ".exports a[href$='format=csv']")
    with page.expect_download():
        act(page, "Enter")
    assert [one["kind"] for one in server.clinic.said(f"POST /api/sessions/{SESSION}/edits")] == ["exclude", "undo"]


def tab_to(page: Page, place: str) -> None:
    """Press Tab until a place has the focus, once it is there."""
    page.wait_for_selector(place)
    for _press in range(60):
        act(page, "Tab")
        if page.evaluate("(place) => document.activeElement.matches(place)", place):
            return
    raise AssertionError(f"{place} is not reached with Tab")
