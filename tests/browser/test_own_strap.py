"""The patient's own browser connects to the strap: a tap, what is sent, what is shown, and where it cannot."""

from collections.abc import Iterator
from typing import Any

import pytest
from looking import AXE, COLOURS, RULES, overflow, shine, speak, take, violations
from page_clock import held, stand_still
from playwright.sync_api import Browser, Page, expect
from scenes import opening
from scripted_server import ScriptedServer
from strapped import BEATING, CONNECTED, NOT_CONNECTED, beat, connect, strapped, until, with_strap
from watching import Watched, watched

from biofeedback import messages
from biofeedback.lang import Words


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer().start()
    scripted.show(with_strap("ready", **NOT_CONNECTED))
    yield scripted
    scripted.stop()


@pytest.fixture
def view(browser: Browser, server: ScriptedServer) -> Iterator[Watched]:
    found = strapped(browser, server.url)
    yield found
    assert found.faults == []
    found.page.context.close()


def frames(server: ScriptedServer, origin: str | None = None) -> list[dict[str, Any]]:
    """Frames that the server was sent, in order, those sent again as well."""
    batches = [one for one in server.heard if one["type"] == "frames"]
    return [frame for one in batches if origin in (None, one["origin"]) for frame in one["frames"]]


def origins(server: ScriptedServer) -> list[str]:
    """Names under which the page sent, in the order of their first news."""
    return list(dict.fromkeys(one["origin"] for one in server.heard if one["type"] == "strap"))


SENTENCES = """() => {
  window.sentences = [];
  const note = () => sentences.push(document.querySelector(".own-strap p")?.textContent);
  new MutationObserver(note).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""
ENDLESS = "import('/static/link.js').then(({ TIMES }) => { TIMES.connect = 3_600_000; })"


def says(page: Page, key: str, language: str = "en") -> None:
    """Waits until the strap's sentence is this one."""
    expect(page.locator(".own-strap p").first).to_have_text(Words(language)(key))


def test_a_tap_connects_and_every_frame_goes_to_the_server(view: Watched, server: ScriptedServer) -> None:
    says(view.page, "strap.browser_tap")
    connect(view.page)
    until(view.page, lambda: len(frames(server)) >= 8)
    beat(view.page, "10448803")
    sent = until(view.page, lambda: frames(server) if len(frames(server)) >= 9 else None)
    assert [frame["seq"] for frame in sent] == list(range(1, 10))
    assert sorted(frame["t_s"] for frame in sent) == [frame["t_s"] for frame in sent]
    assert [frame.get("characteristic", frame["kind"]) for frame in sent] == [
        "connected", "2a38", "2a19", "2a37", "pmd_control", "pmd_control", "pmd_control", "pmd_control", "2a37",
    ]  # fmt: skip
    assert (sent[0]["model"], sent[0]["firmware"], sent[-1]["value"]) == ("Polar H10", "5.0.0", "10448803")
    news = [one["detail"] for one in server.heard if one["type"] == "strap"]
    assert news == [
        f"strap.{name}"
        for name in ("browser_tap", "browser_choosing", "browser_connecting", "reading", "waiting_for_beats")
    ]


def test_a_strap_that_was_gone_is_back_without_a_tap(view: Watched, server: ScriptedServer) -> None:
    stand_still(view.page)  # a strap that is silent for long is another matter
    connect(view.page)
    server.show(with_strap("ready"))
    says(view.page, "strap.beats")
    view.page.evaluate(SENTENCES)
    view.page.evaluate("fake.strap.isNear = false; fake.strap.drop()")
    says(view.page, "strap.browser_busy")
    assert Words("en")("strap.out_of_range") in view.page.evaluate("sentences")  # for half a second
    view.page.evaluate("fake.strap.isNear = true")
    beat(view.page, "10448803")
    says(view.page, "strap.beats")
    kinds = [frame["kind"] for frame in until(view.page, lambda: frames(server)) if frame["kind"] != "bytes"]
    assert kinds[-3:] == ["connected", "lost", "connected"]
    assert view.page.evaluate("fake.chosen") == 1


def test_what_was_not_kept_is_sent_again_and_what_was_kept_is_not(view: Watched, server: ScriptedServer) -> None:
    connect(view.page)
    until(view.page, lambda: len(frames(server)) == 8)
    server.send(messages.Kept(origin=origins(server)[0], seq=5), messages.ClockAsk(id=7))
    told = until(view.page, lambda: [one for one in server.heard if one["type"] == "clock"])
    assert (told[0]["origin"], told[0]["id"]) == (origins(server)[0], 7)
    assert told[0]["t_s"] > frames(server)[-1]["t_s"]
    server.heard.clear()
    scene, server.scene = server.scene, None  # who comes back is not answered yet
    server.hang_up()
    until(view.page, lambda: [one for one in server.heard if one["type"] == "hello"])
    beat(view.page, "10448803")
    assert scene is not None
    server.scene = scene
    server.send(*opening(scene, f"01SCENE{server.epoch}"))
    sent = until(view.page, lambda: frames(server) if len(frames(server)) >= 4 else None)
    assert [frame["seq"] for frame in sent] == [6, 7, 8, 9]
    told = [one["type"] for one in server.heard if one["type"] != "ack"]  # those come when they come
    assert told[:3] == ["hello", "strap", "frames"]


def test_another_session_is_told_of_the_strap_in_use(view: Watched, server: ScriptedServer) -> None:
    connect(view.page)
    until(view.page, lambda: len(frames(server)) == 8)
    server.show(with_strap("ready"))
    until(view.page, lambda: len(origins(server)) == 2)
    beat(view.page, "10448803")
    again = until(view.page, lambda: len(found := frames(server, origins(server)[1])) >= 8 and found)
    assert [frame["seq"] for frame in again] == list(range(1, 9))
    assert again[0]["kind"] == "connected"


def test_a_page_loaded_anew_lets_go_loses_nothing_and_asks_for_a_tap(view: Watched, server: ScriptedServer) -> None:
    connect(view.page)
    until(view.page, lambda: len(frames(server)) == 8)
    server.send(messages.Kept(origin=origins(server)[0], seq=6))
    server.send(messages.ClockAsk(id=1))
    until(view.page, lambda: [one for one in server.heard if one["type"] == "clock"])
    server.heard.clear()
    view.page.reload()
    says(view.page, "strap.browser_tap_again")
    first = until(view.page, lambda: origins(server) if len(origins(server)) == 2 else None)[0]
    left = [frame for frame in frames(server, first) if frame["seq"] in (7, 8, 9)]
    assert {frame["seq"] for frame in left} == {7, 8, 9}
    assert left[-1] == {"kind": "lost", "seq": 9, "t_s": left[-1]["t_s"], "reason": "page_closed"}
    connect(view.page)
    again = until(view.page, lambda: frames(server, origins(server)[1]))
    assert again[0]["seq"] == 1


def test_a_browser_that_remembers_its_straps_needs_no_tap_after_a_reload(
    browser: Browser, server: ScriptedServer
) -> None:
    view = strapped(browser, server.url, "fake.getDevices = async () => [fake.strap];")
    connect(view.page)
    view.page.reload()
    beat(view.page)
    until(view.page, lambda: [frame for frame in frames(server) if frame["kind"] == "connected"][1:])
    assert view.page.evaluate("fake.chosen") == 0
    view.page.context.close()


def test_during_an_exercise_the_page_says_so_when_a_tap_is_needed(view: Watched, server: ScriptedServer) -> None:
    server.show(with_strap("yes"))
    says(view.page, "strap.browser_tap")
    view.page.evaluate("fake.refuses = ['NotFoundError', 'User cancelled the requestDevice() chooser.']")
    view.page.get_by_role("button", name="Connect the strap", exact=True).click()
    says(view.page, "strap.browser_cancelled")
    view.page.evaluate("fake.refuses = null")
    connect(view.page)
    expect(view.page.locator(".own-strap")).to_have_count(0)
    expect(view.page.locator(".answer .word")).to_have_text("Yes")


NO_BLUETOOTH = "Object.defineProperty(navigator, 'bluetooth', { value: undefined });"
AGENT = "Object.defineProperty(navigator, 'userAgent', {{ value: '{}' }});"
FIREFOX = AGENT.format("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
IPHONE = AGENT.format("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1")
CANNOT = {
    "linux": (NO_BLUETOOTH,),
    "unsupported": (NO_BLUETOOTH, FIREFOX),
    "ios": (NO_BLUETOOTH, IPHONE),
    "bluetooth_off": ("fake.isOn = false;",),
}
REFUSED = {
    "cancelled": "User cancelled the requestDevice() chooser.",
    "denied": "User denied the browser permission to scan for Bluetooth devices.",
    "blocked": "User or their enterprise policy has disabled Web Bluetooth.",
}


def check(view: Watched, name: str, pictures: Any) -> None:
    """Asserts that the page is right in both languages, both themes and every size, and says this sentence."""
    page, wrong = view.page, {}
    page.evaluate(AXE)
    for language, theme, rules in (("nl", "light", RULES), ("en", "dark", COLOURS)):
        speak(page, language)
        says(page, f"strap.{name}", language)
        wrong[f"{language} overflow"] = overflow(page)
        shine(page, theme)
        wrong[f"{language} {theme}"] = violations(page, rules)
        take(page, pictures, f"strap-{name}-{language}-{theme}", is_wide=False)
    assert {where: what for where, what in wrong.items() if what} == {}


@pytest.mark.parametrize("name", CANNOT)
def test_a_browser_that_cannot_is_told_what_can(
    browser: Browser, server: ScriptedServer, name: str, screenshots: Any
) -> None:
    view = strapped(browser, server.url, *CANNOT[name])
    view.page.wait_for_selector(f"[data-strap='strap.browser_{name}']")
    assert view.page.locator(".own-strap button").count() == (1 if name == "bluetooth_off" else 0)
    check(view, f"browser_{name}", screenshots)
    view.page.context.close()


def test_a_page_opened_with_http_from_elsewhere_says_so(
    browser: Browser, server: ScriptedServer, screenshots: Any
) -> None:
    url = server.url.replace("127.0.0.1", "clinic.example")
    view = watched(browser, url)
    view.page.goto(f"{url}/patient?lang=en")
    view.page.wait_for_selector("html[lang=en] [data-strap='strap.browser_insecure']")
    check(view, "browser_insecure", screenshots)
    view.page.context.close()


@pytest.mark.parametrize("name", REFUSED)
def test_what_choosing_ends_in_is_said(view: Watched, name: str, screenshots: Any) -> None:
    view.page.evaluate(f"fake.refuses = ['NotFoundError', '{REFUSED[name]}']")
    view.page.get_by_role("button", name="Connect the strap", exact=True).click()
    view.page.wait_for_selector(f"[data-strap='strap.browser_{name}']")
    check(view, f"browser_{name}", screenshots)


def test_each_state_of_the_strap_is_right_in_every_language_theme_and_size(
    view: Watched, server: ScriptedServer, screenshots: Any
) -> None:
    check(view, "browser_tap", screenshots)
    speak(view.page, "en")
    view.page.evaluate(ENDLESS)  # for as long as it is looked at
    view.page.evaluate("fake.strap.hangs = true")
    view.page.get_by_role("button", name="Connect the strap", exact=True).click()
    check(view, "browser_connecting", screenshots)
    server.show(with_strap("ready", **CONNECTED))
    view.page.reload()
    connect(view.page)
    with held(view.page):  # it falls silent meanwhile
        check(view, "waiting_for_beats", screenshots)
    view.page.evaluate(BEATING)
    server.show(with_strap("ready"))
    check(view, "beats", screenshots)


def test_the_note_during_an_exercise_leaves_room_for_the_pacer(
    view: Watched, server: ScriptedServer, screenshots: Any
) -> None:
    server.show(with_strap("yes"))
    check(view, "browser_tap", screenshots)
    for width, height in ((320, 568), (390, 844), (844, 390)):
        view.page.set_viewport_size({"width": width, "height": height})
        view.page.screenshot(path=screenshots / f"strap-note-{width}.png")
        disc = view.page.locator(".disc").bounding_box()
        assert disc is not None
        assert disc["height"] >= 90, (width, height)
