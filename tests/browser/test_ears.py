"""Eyes closed, and only the circle: what is heard, what the browser holds back, and what is left out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from heard import hear_out
from looking import AXE, COLOURS, RULES, overflow, shine, small, speak, take, violations
from playwright.sync_api import Browser, Page, expect
from scene_messages import step
from scenes import SCENES
from scripted_server import ScriptedServer
from strapped import until
from watching import watched

from biofeedback import messages

# Every tone that begins, as its pitch; the breath's own voice goes on all the time and is not struck.
HEARD = """
window.struck = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  if (at !== undefined) struck.push(this.frequency.value);
  return start.apply(this, arguments);
};
"""
HELD = (
    "Object.defineProperty(AudioContext.prototype, 'state', { get: () => window.allowed ? 'running' : 'suspended' });"
)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer().start()
    yield scripted
    scripted.stop()


def opened(browser: Browser, server: ScriptedServer, scene: str, *scripts: str, **options: Any) -> Page:
    """The patient's page at a scene, in English."""
    server.show(SCENES[scene])
    page = watched(browser, server.url, **options).page
    for script in scripts:
        page.add_init_script(script)
    page.goto(f"{server.url}/patient?lang=en")
    page.wait_for_selector("[data-screen]:not([data-screen=connecting])")
    hear_out(page, server)
    return page


def pacer(state: str, q: int) -> messages.Pacer:
    return messages.Pacer(q=q, session_s=176.0, speed=1.0, state=state, step_seq=None)


def test_the_next_part_and_the_end_are_heard(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "baseline", HEARD)
    page.locator(".switch.sound").click()
    server.send(step(0, "baseline", 0.0, 120.0), step(1, "breathe", 120.0))
    assert until(page, lambda: page.evaluate("struck")) == [392]
    server.send(step(2, "recovery", 240.0), step(2, "recovery", 240.0, 360.0))
    assert until(page, lambda: found if len(found := page.evaluate("struck")) == 4 else None) == [392, 392, 440, 330]
    page.context.close()


def test_nothing_is_heard_where_sound_is_off(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "baseline", HEARD)
    server.send(step(0, "baseline", 0.0, 120.0), step(1, "breathe", 120.0))
    page.wait_for_selector("[data-screen=breathe]")
    assert page.evaluate("struck") == []
    page.context.close()


def test_sound_held_back_by_the_browser_is_said_and_mended_by_a_tap(
    browser: Browser, server: ScriptedServer, screenshots: Path
) -> None:
    page = opened(browser, server, "yes", HELD)
    page.locator(".switch.sound").click()
    expect(page.locator("#held")).to_have_text("The browser holds the sound back.")
    page.screenshot(path=screenshots / "patient-sound-held-phone.png")
    page.evaluate(AXE)
    assert (violations(page), overflow(page), small(page)) == ([], [], [])
    page.evaluate("window.allowed = true")
    page.get_by_role("button", name="Sound on", exact=True).click()
    expect(page.locator(".switch.sound")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#held")).to_have_count(0)
    page.context.close()


def test_who_does_without_sound_has_the_buttons_back(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "yes", HELD)
    page.locator(".switch.sound").click()
    page.get_by_role("button", name="Without sound", exact=True).click()
    expect(page.locator(".switch.sound")).to_have_attribute("aria-pressed", "false")
    page.context.close()


def test_of_two_tabs_both_work_and_one_sounds(browser: Browser, server: ScriptedServer) -> None:
    first = opened(browser, server, "yes")
    second = first.context.new_page()
    second.goto(f"{server.url}/patient?lang=en")
    for page in (first, second):
        expect(page.locator(".answer .word")).to_have_text("Yes")
        page.locator(".switch.sound").click()
    expect(first.locator(".switch.sound")).to_have_attribute("aria-pressed", "false")
    expect(second.locator(".switch.sound")).to_have_attribute("aria-pressed", "true")
    first.context.close()


def test_only_the_circle_is_left_and_a_tap_or_escape_brings_the_rest_back(
    browser: Browser, server: ScriptedServer
) -> None:
    page = opened(browser, server, "yes")
    circle = page.get_by_role("button", name="Only the circle", exact=True)
    circle.click()
    page.wait_for_selector("[data-screen=bare] .disc")
    assert page.get_by_role("button").all_inner_texts() == ["Stop", "Tap to see everything again"]
    assert page.locator(".answer").count() == 0
    page.locator(".pacer").click()
    circle.click()
    page.wait_for_selector("[data-screen=bare]")
    page.keyboard.press("Escape")
    expect(circle).to_be_focused()
    circle.press("Enter")
    page.wait_for_selector("[data-screen=bare]")
    page.get_by_role("button", name="Stop", exact=True).click()
    until(page, lambda: [one for one in server.heard if one["type"] == "command"])
    server.show(SCENES["finished"])
    page.wait_for_selector("[data-screen=finished]")
    page.context.close()


def test_the_circle_alone_is_right_in_every_language_theme_and_size(
    browser: Browser, server: ScriptedServer, screenshots: Path
) -> None:
    page, wrong = opened(browser, server, "yes"), {}
    page.evaluate(AXE)
    for language in ("nl", "en"):
        speak(page, language)
        page.locator(".switch.bare").click()
        page.wait_for_selector("[data-screen=bare]")
        wrong[f"{language} overflow"] = overflow(page)
        for theme, rules in (("light", RULES), ("dark", COLOURS)):
            shine(page, theme)
            wrong[f"{language} {theme}"] = violations(page, rules)
            if (language, theme) in {("nl", "light"), ("en", "dark")}:
                take(page, screenshots, f"patient-bare-{language}-{theme}", is_wide=False)
        page.set_viewport_size({"width": 844, "height": 390})
        page.screenshot(path=screenshots / f"patient-bare-{language}-landscape.png")
        page.set_viewport_size({"width": 390, "height": 844})
        page.keyboard.press("Escape")
    assert {where: what for where, what in wrong.items() if what} == {}
    page.context.close()
