"""At the end: who joined with a code leaves the device to the next one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from looking import AXE, COLOURS, RULES, overflow, shine, small, speak, take, violations
from playwright.sync_api import Browser, Page, expect
from scenes import SCENES
from scripted_clinic import NOBODY, PATIENT, PRIVATE
from scripted_server import ScriptedServer
from watching import watched

from biofeedback.lang import Words

SAY = Words("en")


@pytest.fixture
def page(browser: Browser, server: ScriptedServer) -> Iterator[Page]:
    server.show(SCENES["finished"])
    opened = watched(browser, server.url).page
    yield opened
    opened.context.close()


def finish(page: Page, server: ScriptedServer, who: dict[str, Any]) -> None:
    """The closing lines, as this person reads them."""
    server.clinic.reset(who)
    page.goto(f"{server.url}/patient?lang=en")
    page.wait_for_selector(".closing")


def test_a_patient_leaves_and_the_next_one_types_a_code(page: Page, server: ScriptedServer) -> None:
    finish(page, server, PATIENT)
    leave = page.get_by_role("button", name=SAY("patient.leave"), exact=True)
    server.clinic.refuses["POST /api/sign-out"] = (503, "unavailable")
    leave.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(SAY("error.unavailable"))
    server.clinic.refuses.clear()
    leave.press("Enter")
    page.wait_for_url("**/join")
    expect(page.locator("main h1")).to_have_text(SAY("join.title"))


def test_who_tries_it_out_alone_takes_the_report_and_has_nothing_to_leave(page: Page, server: ScriptedServer) -> None:
    finish(page, server, PRIVATE)
    expect(page.locator(".taken")).to_have_text(SAY("patient.report"))
    assert page.locator(".leave").count() == 0


def test_the_end_is_right_in_every_language_theme_and_size(
    page: Page, server: ScriptedServer, screenshots: Path
) -> None:
    finish(page, server, PATIENT)
    page.wait_for_selector(".leave")
    page.evaluate(AXE)
    wrong = {"small": small(page)}
    for language, theme, rules in (("nl", "light", RULES), ("en", "dark", COLOURS)):
        speak(page, language)
        shine(page, theme)
        wrong[language] = [*overflow(page), *violations(page, rules)]
        take(page, screenshots, f"patient-leave-{language}-{theme}", is_wide=False)
    assert {where: what for where, what in wrong.items() if what} == {}


def test_who_comes_without_a_code_is_asked_for_one_and_not_sent_away(page: Page, server: ScriptedServer) -> None:
    server.clinic.reset(NOBODY)
    server.clinic.refuses["POST /api/ticket"] = (401, "sign_in_first")
    page.goto(f"{server.url}/patient?lang=en")
    expect(page.locator("[data-screen=away]")).to_contain_text(SAY("join.code.where"))
    expect(page.get_by_role("heading", level=2)).to_have_text(SAY("join.title"))
    page.locator("[data-screen=away] button").press("Enter")
    page.wait_for_url("**/join")
