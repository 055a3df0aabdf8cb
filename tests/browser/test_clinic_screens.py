"""Every screen of the staff's page and of the patient's way in: axe, overflow, targets, faults, and a picture."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clinic_scenes import EXPECTED_FAULTS, SCREENS
from looking import looked_over, take
from playwright.sync_api import Browser
from scripted_server import ScriptedServer
from watching import Watched, watched

PICTURED = ("nl", "dark")


@pytest.fixture
def view(browser: Browser, server: ScriptedServer) -> Iterator[Watched]:
    opened = watched(browser, server.url, bypass_csp=False)
    yield opened
    opened.page.context.close()


@pytest.mark.parametrize("name", SCREENS)
def test_screen_is_right_in_every_language_theme_and_size(
    view: Watched, server: ScriptedServer, screenshots: Path, name: str
) -> None:
    SCREENS[name].open(view.page, server, "nl")

    def picture(language: str, theme: str) -> None:
        if (language, theme) == PICTURED:
            take(view.page, screenshots, f"clinic-{name}", is_wide=False)

    assert looked_over(view, EXPECTED_FAULTS, picture) == {}
