"""Every screen of the review page: axe, overflow, targets, faults, and a picture."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clinic_scenes import EXPECTED_FAULTS
from looking import looked_over
from playwright.sync_api import Browser
from review_scenes import SCREENS
from scripted_server import ScriptedServer
from watching import Watched, watched

DESK = {"width": 1280, "height": 800}
PICTURED = {("nl", "light"), ("en", "dark")}
REFUSALS = (*EXPECTED_FAULTS, "status of 403", "status of 409", "403 http", "409 http")


@pytest.fixture
def view(browser: Browser, server: ScriptedServer) -> Iterator[Watched]:
    opened = watched(browser, server.url, bypass_csp=False, viewport=DESK)
    yield opened
    opened.page.context.close()


@pytest.mark.parametrize("name", SCREENS)
def test_screen_is_right_in_every_language_theme_and_size(
    view: Watched, server: ScriptedServer, screenshots: Path, name: str
) -> None:
    page = view.page
    SCREENS[name].open(page, server, "nl")

    def picture(language: str, theme: str) -> None:
        if (language, theme) in PICTURED:
            page.screenshot(path=screenshots / f"review-{name}-{language}-{theme}.png", full_page=True)

    assert looked_over(view, REFUSALS, picture, DESK) == {}
