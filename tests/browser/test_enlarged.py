"""A phone at 200 % is 195 px wide for a page: there it scrolls, and nothing is cut off."""

from collections.abc import Iterator

import pytest
from looking import PAINTED
from playwright.sync_api import Browser, Page
from scenes import SCENES
from scripted_server import ScriptedServer
from watching import watched

SMALL = {"width": 195, "height": 422}
SEEN = (
    "yes",
    "irregular_beats",
    "not_following",
    "notice",
    "paused",
    "baseline",
    "movement",
    "practice",
    "not_saved",
    "tension_after",
    "ready",
    "finished",
)
DISC_PX = 96
CUT_OFF = """async () => {
  await painted();
  const parts = [...document.querySelectorAll("main, main *")].filter((one) => !one.closest("svg, .visually-hidden"));
  const isSpilling = (one) => ["visible", "clip", "hidden"].includes(getComputedStyle(one).overflowX);
  const isWide = (one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0 && isSpilling(one);
  const isTall = (one) => getComputedStyle(one).overflowY === "hidden" && one.scrollHeight > one.clientHeight + 1;
  const found = parts.filter((one) => isWide(one) || isTall(one)).map((one) => `${one.tagName} ${one.className}`);
  return found.concat(document.documentElement.scrollWidth > innerWidth ? ["the page"] : []);
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, server: ScriptedServer) -> Iterator[Page]:
    opened = watched(browser, server.url, viewport=SMALL).page
    yield opened
    opened.context.close()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("scene", SEEN)
def test_nothing_is_cut_off_on_a_phone_at_200_percent(
    page: Page, server: ScriptedServer, scene: str, language: str
) -> None:
    server.show(SCENES[scene])
    page.goto(f"{server.url}/patient?lang={language}")
    page.wait_for_selector("[data-screen]:not([data-screen=connecting])")
    page.evaluate(PAINTED)
    assert page.evaluate(CUT_OFF) == []
    disc, stop = page.locator(".disc"), page.locator(".stop")
    if disc.count():
        box = disc.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > DISC_PX
    if stop.count():
        page.mouse.wheel(0, 400)
        box = stop.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < SMALL["height"] / 3  # always in reach
