"""A page's clock in a test's hand: what is said to happen within five seconds happens in five seconds of the page's."""

from collections.abc import Iterator
from contextlib import contextmanager

from heard import hear_out
from playwright.sync_api import Page
from scripted_server import ScriptedServer

# Both clocks that a page reads, of its own and the wall's; a device's sleep is seen by the wall's alone.
STILL = """() => {
  const [own, wall] = [performance.now(), Date.now()];
  window.passed = { own: 0, wall: 0 };
  performance.now = () => own + passed.own;
  Date.now = () => wall + passed.wall;
}"""
AWAKE = "(seconds) => { passed.own += seconds * 1000; passed.wall += seconds * 1000; }"
ASLEEP = """(seconds) => {
  passed.wall += seconds * 1000;
  document.dispatchEvent(new Event("visibilitychange"));
}"""
GOES_ON = """() => {
  const [own, wall] = [performance.now(), Date.now()];
  delete performance.now;
  const since = performance.now();
  const now = performance.now.bind(performance);
  performance.now = () => own + now() - since;
  Date.now = () => wall + now() - since;
}"""


def stand_still(page: Page) -> None:
    """Let the page's time pass only by ``pass_s`` and ``sleep_s``."""
    page.evaluate(STILL)


def pass_s(page: Page, seconds: float) -> None:
    """Let so much time pass; what is said of it comes at the page's next look."""
    page.evaluate(AWAKE, seconds)


def sleep_s(page: Page, seconds: float) -> None:
    """The device slept so long and is looked at again."""
    page.evaluate(ASLEEP, seconds)


def go_on(page: Page) -> None:
    """Let the page's time pass by itself again."""
    page.evaluate(GOES_ON)


@contextmanager
def held(*pages: Page) -> Iterator[None]:
    """While this lasts no page's time passes: what counts down says the same on each of them."""
    for page in pages:
        stand_still(page)
    try:
        yield
    finally:
        for page in pages:
            go_on(page)


def fall_silent(page: Page, server: ScriptedServer) -> None:
    """Let the page's time stand still, and the server say nothing more; the page has heard all that it said."""
    server.is_mute = True
    hear_out(page, server)
    stand_still(page)
