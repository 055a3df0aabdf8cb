"""Every screen of the staff's page and of the patient's way in: axe, overflow, targets, faults, and a picture."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clinic_scenes import EXPECTED_FAULTS, SCREENS
from looking import AXE, COLOURS, RULES, overflow, shine, small, speak, take, violations
from playwright.sync_api import Browser
from scripted_server import ScriptedServer
from watching import Watched, watched

PICTURED = "nl"


@pytest.fixture
def view(browser: Browser, server: ScriptedServer) -> Iterator[Watched]:
    opened = watched(browser, server.url, bypass_csp=False)
    yield opened
    opened.page.context.close()


@pytest.mark.parametrize("name", SCREENS)
def test_screen_is_right_in_every_language_theme_and_size(
    view: Watched, server: ScriptedServer, screenshots: Path, name: str
) -> None:
    page = view.page
    SCREENS[name].open(page, server, "nl")
    page.evaluate(AXE)
    wrong: dict[str, list[str]] = {}
    for language in ("nl", "en"):
        speak(page, language)
        wrong[f"{language} overflow"] = overflow(page)
        wrong[f"{language} small"] = small(page)
        for theme in ("light", "dark"):
            shine(page, theme)
            wrong[f"{language} {theme}"] = violations(page, RULES if theme == "light" else COLOURS)
        if language == PICTURED:
            take(page, screenshots, f"clinic-{name}", is_wide=False)
    wrong["faults"] = [fault for fault in view.faults if not any(one in fault for one in EXPECTED_FAULTS)]
    assert {where: what for where, what in wrong.items() if what} == {}
