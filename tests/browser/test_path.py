"""The patient's path before an exercise: device check, the day, tension, exercise; in a real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from heard import hear_out
from looking import AXE, COLOURS, RULES, overflow, shine, small, speak, take, violations
from playwright.sync_api import Browser, Page, expect
from scene_messages import mark
from scenes import SCENES
from scripted_server import ScriptedServer
from strapped import until
from watching import Watched, watched

from biofeedback.core.context import Told

STEPS = ("check", "context", "tension", "exercise")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer().start()
    yield scripted
    scripted.stop()


def opened(browser: Browser, url: str, *scripts: str, **options: object) -> Watched:
    """The page at its first step, in English; ``scripts`` run before its own."""
    view = watched(browser, url, **options)
    for script in scripts:
        view.page.add_init_script(script)
    view.page.goto(f"{url}/patient?lang=en")
    view.page.wait_for_selector("[data-step=check] [data-fact=screen]")
    return view


@pytest.fixture
def view(browser: Browser, server: ScriptedServer) -> Iterator[Watched]:
    found = opened(browser, server.url)
    yield found
    assert found.faults == []
    found.page.context.close()


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def walk_to(page: Page, step: str) -> None:
    """Goes on until this step."""
    for _step in range(STEPS.index(step)):
        tap(page, "Next")
    page.wait_for_selector(f"[data-step={step}]")


def told(server: ScriptedServer) -> list[str]:
    return [one["text"] for one in server.heard if one["type"] == "mark"]


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_right_in_every_language_theme_and_size(view: Watched, step: str, screenshots: Path) -> None:
    page, wrong = view.page, {}
    walk_to(page, step)
    page.evaluate(AXE)
    assert small(page) == []
    for language in ("nl", "en"):
        speak(page, language)
        wrong[f"{language} overflow"] = overflow(page)
        for theme, rules in (("light", RULES), ("dark", COLOURS)):
            shine(page, theme)
            wrong[f"{language} {theme}"] = violations(page, rules)
            if (language, theme) in {("nl", "light"), ("en", "dark")}:
                take(page, screenshots, f"path-{step}-{language}-{theme}", is_wide=False)
    assert {where: what for where, what in wrong.items() if what} == {}


def test_the_path_is_walked_with_the_keyboard_alone(view: Watched, server: ScriptedServer) -> None:
    page = view.page
    for step in STEPS[1:]:
        page.get_by_role("button", name="Next", exact=True).press("Enter")
        expect(page.locator("h2[tabindex='-1']")).to_be_focused()
        page.wait_for_selector(f"[data-step={step}]")
    page.get_by_role("button", name="Back", exact=True).press("Enter")
    page.wait_for_selector("[data-step=tension]")
    expect(page.locator("h2[tabindex='-1']")).to_be_focused()


def test_who_has_been_here_goes_straight_to_the_exercise(view: Watched, server: ScriptedServer) -> None:
    tap(view.page, "Straight to the exercise")
    tap(view.page, "Start")
    until(view.page, lambda: [one for one in server.heard if one["type"] == "command"])
    assert told(server) == []
    server.show(SCENES["ready"])  # once more: the device is known
    view.page.wait_for_selector("[data-step=context]")


def test_the_day_is_told_in_closed_texts_and_can_be_taken_back(view: Watched, server: ScriptedServer) -> None:
    page = view.page
    walk_to(page, "context")
    page.get_by_label("Sitting").check()
    page.get_by_label("Coffee, tea or cola just now").check()
    page.get_by_label("Nothing in particular").check()
    page.get_by_label("This is my first time").check()
    expect(page.get_by_label("Coffee, tea or cola just now")).not_to_be_checked()
    page.get_by_label("Different medication").check()
    said = until(page, lambda: found if len(found := told(server)) == 7 else None)
    assert said == [
        "posture sitting", "changed coffee", "unchanged coffee", "changed nothing", "first_time", "unchanged nothing",
        "changed medicine",
    ]  # fmt: skip
    assert set(said) <= set(Told)


def test_what_was_told_before_is_still_there_after_a_reload(view: Watched, server: ScriptedServer) -> None:
    server.send(*(mark(12.0, "context", text, "patient") for text in ("posture sitting", "posture lying")))
    walk_to(view.page, "context")
    expect(view.page.get_by_label("Lying down")).to_be_checked()


def fact(page: Page, name: str) -> str:
    """What is said of a part of this device."""
    return page.get_attribute(f"[data-fact={name}]", "data-is") or ""


def test_sound_is_tried_with_a_tap(view: Watched) -> None:
    assert fact(view.page, "sound") == "not_yet"
    tap(view.page, "Try the sound")
    view.page.wait_for_selector("[data-fact=sound][data-is=works]")
    expect(view.page.locator("[data-fact=sound]")).to_contain_text("Did you hear a soft tone?")


SILENT = "AudioContext.prototype.resume = function () { return new Promise(() => {}); };"
NEVER_RUNS = "Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' });"
REFUSES = "WakeLock.prototype.request = () => Promise.reject(new DOMException('', 'NotAllowedError'));"
NO_LOCK = "delete Navigator.prototype.wakeLock;"
VIBRATES = "navigator.vibrate = (how) => { window.felt = how; return true; };"


def test_sound_that_the_browser_holds_back_is_said_in_words(browser: Browser, server: ScriptedServer) -> None:
    view = opened(browser, server.url, SILENT, NEVER_RUNS)
    tap(view.page, "Try the sound")
    expect(view.page.locator("[data-fact=sound]")).to_contain_text("still holds the sound back")
    assert fact(view.page, "sound") == "not_yet"
    view.page.context.close()


@pytest.mark.parametrize(
    ("script", "words"), [(REFUSES, "will not keep its screen on"), (NO_LOCK, "cannot keep the screen on")]
)
def test_a_screen_that_may_go_dark_is_said_with_what_to_do(
    browser: Browser, server: ScriptedServer, script: str, words: str
) -> None:
    view = opened(browser, server.url, script)
    assert fact(view.page, "screen") == "not_here"
    expect(view.page.locator("[data-fact=screen]")).to_contain_text(words)
    view.page.context.close()


def test_http_from_elsewhere_is_said_and_what_it_costs(
    browser: Browser, server: ScriptedServer, screenshots: Path
) -> None:
    view = opened(browser, server.url.replace("127.0.0.1", "clinic.example"))
    page = view.page
    assert {name: fact(page, name) for name in ("screen", "sealed")} == {"screen": "not_here", "sealed": "not_here"}
    expect(page.locator("[data-fact=screen]")).to_contain_text("opened with http")
    page.screenshot(path=screenshots / "path-check-insecure.png", full_page=True)
    page.context.close()


def test_a_phone_tries_its_vibration(browser: Browser, server: ScriptedServer) -> None:
    view = opened(browser, server.url, VIBRATES, has_touch=True, is_mobile=True)
    tap(view.page, "Try the vibration")
    view.page.wait_for_selector("[data-fact=vibrate][data-is=works]")
    assert view.page.evaluate("felt.length") == 7
    view.page.context.close()


def test_the_first_time_begins_with_a_minute_of_practice_that_can_be_left_out(
    view: Watched, server: ScriptedServer
) -> None:
    page = view.page
    walk_to(page, "context")
    page.get_by_label("This is my first time").check()
    tap(page, "Next")
    tap(page, "Next")
    practice = page.get_by_label("Practise for a minute first")
    expect(practice).to_be_checked()
    expect(page.locator(".panel > .soft").first).to_have_text("About 7 minutes")
    tap(page, "Start")
    commands = until(page, lambda: [one for one in server.heard if one["type"] == "command"])
    assert [(one["command"], one["exercise"], one["practice"]) for one in commands] == [("start", None, True)]
    practice.uncheck()
    page.locator("summary").click()
    page.get_by_role("radio", name="Micro-pause About 30 seconds", exact=True).check()
    expect(page.locator(".panel > .soft").first).to_have_text("About 30 seconds")
    page.get_by_role("radio", name="Walk About 7 minutes", exact=True).check()
    expect(page.locator(".panel > .soft").first).to_have_text("About 7 minutes")
    expect(practice).to_have_count(0)


def test_who_knows_it_skips_the_practice(view: Watched, server: ScriptedServer) -> None:
    server.show(SCENES["practice"])
    expect(view.page.locator(".answer .word")).to_have_text("Getting used to it")
    expect(view.page.locator(".disc")).to_be_visible()
    expect(view.page.locator(".answer .question")).to_have_count(0)
    tap(view.page, "I know this")
    assert until(view.page, lambda: [one for one in server.heard if one["type"] == "command"])[0]["command"] == "skip"


def test_sound_can_be_on_before_the_exercise_begins(view: Watched, server: ScriptedServer) -> None:
    page = view.page
    walk_to(page, "exercise")
    page.get_by_label("With sound").check()
    server.show(SCENES["baseline"])
    expect(page.locator(".switch.sound")).to_have_attribute("aria-pressed", "true")


def test_the_buttons_of_a_practice_fit_on_the_smallest_phone_that_vibrates(
    browser: Browser, server: ScriptedServer
) -> None:
    view = opened(browser, server.url, VIBRATES, has_touch=True, is_mobile=True, viewport={"width": 320, "height": 568})
    for scene in ("practice", "yes", "baseline"):
        server.show(SCENES[scene])
        hear_out(view.page, server)
        view.page.wait_for_selector("[data-screen=still]" if scene == "baseline" else "[data-screen=breathe]")
        boxes = [one.bounding_box() for one in view.page.locator(".foot button:visible").all()]
        tops = [box["y"] for box in boxes if box is not None]
        assert len(set(tops)) == 1, scene
    view.page.context.close()
