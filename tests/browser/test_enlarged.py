"""A phone at 200 % is 195 px wide for a page: there it scrolls, and nothing is cut off."""

from collections.abc import Iterator

import pytest
from card_scenes import DESKS
from clinic_scenes import SCREENS
from heard import hear_out
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


# What reaches beyond the right edge of the page, and cards that are smaller than what is in them.
WIDER = """async () => {
  await painted();
  const apart = "svg, thead, .visually-hidden, .u-wrap, .table-scroll";  // these scroll by themselves, or are not seen
  const parts = [...document.querySelectorAll("body *")].filter((one) => !one.closest(apart));
  const isBeyond = (one) => one.getBoundingClientRect().right > innerWidth + 1;
  const isSmall = (one) => one.matches(".card") && one.scrollHeight > one.clientHeight + 2;
  const found = parts.filter((one) => one.offsetParent && (isBeyond(one) || isSmall(one)));
  return found.map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 30)}`);
}"""


@pytest.fixture
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
    hear_out(page, server)
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


@pytest.mark.parametrize("name", ["start", "rooms", "invitation", "share", "person", "history", "account", "users"])
def test_no_page_of_the_clinic_is_wider_than_a_phone_at_200_percent(
    page: Page, server: ScriptedServer, name: str
) -> None:
    SCREENS[name].open(page, server, "nl")
    page.evaluate(PAINTED)
    assert page.evaluate(WIDER) == []


@pytest.mark.parametrize("name", ["opened", "others"])
def test_the_cards_grow_with_their_words_on_a_phone_at_200_percent(
    page: Page, server: ScriptedServer, name: str
) -> None:
    DESKS[name].open(page, server, "nl")
    page.evaluate(PAINTED)
    assert page.evaluate(WIDER) == []
