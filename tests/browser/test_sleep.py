"""A phone that sleeps and wakes, a page that is frozen, and what a connection missed; in a real Chromium."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from heard import hear_out
from looking import PAINTED
from page_clock import fall_silent, sleep_s, stand_still
from playwright.sync_api import Browser, Page, expect
from scene_messages import answer
from scenes import SCENES
from scripted_server import ScriptedServer
from strapped import until
from watching import watched

EXPIRY_MS = 5000
# Looks four times a second, as the page does; after a pause of over four seconds, says in ``frozen`` whether the page
# knew nothing before it already, and how many looks it took to say so.
LOOKING = """() => {
  const isLost = () => document.querySelector("[data-card=lost]") !== null;
  let [last, wasLost, looks] = [performance.now(), isLost(), null];
  window.frozen = null;
  const looking = setInterval(() => {
    const now = performance.now();
    if (now - last > 4000) looks = 0;
    else if (looks !== null) looks += 1;
    if (looks === null) wasLost = isLost();
    else if (isLost()) {
      window.frozen = { wasLost, looks };
      clearInterval(looking);
    }
    last = now;
  }, 250);
}"""
LOCKS = """
window.locks = [];
Object.defineProperty(navigator, "wakeLock", { value: {
  async request() {
    const lock = new EventTarget();
    lock.release = async () => lock.dispatchEvent(new Event("release"));
    locks.push(lock);
    return lock;
  },
} });
"""


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer().start()
    yield scripted
    scripted.stop()


def opened(browser: Browser, server: ScriptedServer, scene: str, script: str = "", **options: Any) -> Page:
    """The patient's page at a scene, in English."""
    server.show(SCENES[scene])
    page = watched(browser, server.url, **options).page
    page.add_init_script(script)
    page.goto(f"{server.url}/patient?lang=en")
    page.wait_for_selector("[data-card]")
    hear_out(page, server)
    return page


def hellos(server: ScriptedServer) -> int:
    return len([one for one in server.heard if one["type"] == "hello"])


def test_after_a_sleep_an_answer_is_shown_only_once_it_is_fresh_again(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "yes")
    expect(page.locator(".answer .word")).to_have_text("Yes")
    fall_silent(page, server)
    server.scene = None  # who comes back is not answered yet
    sleep_s(page, 60)
    page.wait_for_selector("[data-card=lost]")
    until(page, lambda: hellos(server) == 2)  # the old connection is not trusted
    server.scene, server.is_mute = SCENES["yes"], False
    server.hang_up()
    page.wait_for_selector("[data-card=yes]")
    page.context.close()


def test_after_a_sleep_the_circle_is_where_the_session_is_before_the_server_said_so(
    browser: Browser, server: ScriptedServer
) -> None:
    page = opened(browser, server, "yes")
    fall_silent(page, server)
    server.scene = None
    page.evaluate(PAINTED)
    spot = """async () => {
      await painted();
      const count = Number(document.querySelector(".pacer-label strong").textContent);
      return document.querySelector(".pacer-label span").textContent === "Breathe in quietly" ? 4 - count : 10 - count;
    }"""
    before = page.evaluate(spot)
    sleep_s(page, 63)
    turned = (page.evaluate(spot) - before) % 10
    assert abs(turned - 3) <= 1, "63 s are six breaths and three seconds, to a second of the countdown"
    page.context.close()


def test_the_screen_is_asked_to_stay_on_again_after_a_sleep(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "yes", LOCKS)
    until(page, lambda: page.evaluate("locks.length") == 1)
    stand_still(page)
    page.evaluate("locks[0].release()")  # as a browser does when the page is hidden
    sleep_s(page, 20)
    until(page, lambda: page.evaluate("locks.length") == 2)
    server.show(SCENES["finished"])
    page.wait_for_selector("[data-screen=finished]")
    sleep_s(page, 20)
    assert page.evaluate("locks.length") == 2
    page.context.close()


def test_a_page_that_was_frozen_shows_no_old_answer_when_it_goes_on(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "yes")
    debugger = page.context.new_cdp_session(page)
    debugger.send("Debugger.enable")
    frozen = {"wasLost": True}
    while frozen["wasLost"]:  # the machine stood still between two lines of this test
        server.is_mute = False
        page.wait_for_selector("[data-card=yes]")
        server.is_mute = True
        page.evaluate(LOOKING)
        debugger.send("Debugger.pause")
        page.wait_for_timeout(EXPIRY_MS)
        debugger.send("Debugger.resume")
        frozen = until(page, lambda: page.evaluate("frozen"))
    assert frozen["looks"] <= 2, "it says so at its first look, not when five seconds are over"
    page.context.close()


def test_what_was_missed_comes_late_and_what_was_known_changes_nothing(
    browser: Browser, server: ScriptedServer
) -> None:
    page = opened(browser, server, "measuring")
    known, missed = answer("no_contact", 140.0), answer("yes", 150.6)
    server.missed = [msgspec.structs.replace(missed, q=501), msgspec.structs.replace(known, q=499)]
    server.hang_up()
    page.wait_for_selector("[data-card=yes]")
    until(page, lambda: [one for one in server.heard if one["type"] == "ack" and one["message_seq"] == 501])
    expect(page.locator(".answer .word")).to_have_text("Yes")
    assert [one["message_seq"] for one in server.heard if one["type"] == "hello"] == [0, 500]
    page.context.close()
