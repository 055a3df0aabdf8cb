"""Every state of both pages, in two languages and two themes: axe, overflow, faults, and a picture of each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from heard import hear_out
from looking import AXE, COLOURS, RULES, overflow, shine, small, speak, take, violations
from page_clock import held
from playwright.sync_api import Browser, Page, expect
from scenes import SCENES
from scripted_clinic import room
from scripted_server import ScriptedServer
from watching import Watched, watched

from biofeedback.core.results import CardState
from biofeedback.lang import Words

PHYSIO_SCENES = (
    "searching",
    "ready",
    "baseline",
    "yes",
    "unknown",
    "irregular_beats",
    "no_contact",
    "paused",
    "comparing",
    "finished",
    "finished_trial",
)
PICTURED = {("nl", "light"), ("en", "dark")}


@pytest.fixture(scope="module")
def patient(browser: Browser, server: ScriptedServer) -> Iterator[Watched]:
    yield from opened(browser, server, "/patient?lang=nl")


@pytest.fixture(scope="module")
def physio(browser: Browser, server: ScriptedServer) -> Iterator[Watched]:
    yield from opened(browser, server, "/physio?lang=nl", viewport={"width": 1280, "height": 800})


def opened(browser: Browser, server: ScriptedServer, address: str, **options: object) -> Iterator[Watched]:
    """A page that stays open for a whole file."""
    view = watched(browser, server.url, bypass_csp=False, **options)
    server.show(SCENES["ready"])
    server.clinic.rooms = [room()]  # a try-out: the one session is opened at once
    view.page.goto(server.url + address)
    view.page.wait_for_selector("main")
    view.page.evaluate(AXE)  # evaluated, not loaded: the page's own policy stays as it is
    yield view
    view.page.context.close()


def show(page: Page, server: ScriptedServer, scene: str) -> None:
    """Plays a scene; returns when all pages show it, as far as they have loaded what they need for it."""
    server.show(SCENES[scene])
    hear_out(page, server)


def check(view: Watched, server: ScriptedServer, scene: str, pictures: Path, name: str) -> None:
    """Shows a scene in every language and theme and asserts that nothing is wrong with it."""
    page = view.page
    view.faults.clear()
    show(view.page, server, scene)
    wrong: dict[str, list[str]] = {}
    for language in ("nl", "en"):
        speak(page, language)
        wrong[f"{language} overflow"] = overflow(page)
        for theme in ("light", "dark"):
            shine(page, theme)
            wrong[f"{language} {theme}"] = violations(page, RULES if theme == "light" else COLOURS)
            if (language, theme) in PICTURED:
                take(page, pictures, f"{name}-{scene}-{language}-{theme}", is_wide=name == "physio")
    wrong["faults"] = view.faults
    assert {where: what for where, what in wrong.items() if what} == {}


@pytest.mark.parametrize("scene", SCENES)
def test_patient_page_is_right_in_every_language_theme_and_size(
    patient: Watched, server: ScriptedServer, scene: str, screenshots: Path
) -> None:
    show(patient.page, server, scene)
    state = SCENES[scene].state
    expected = {
        "tension_after": "tension_after",
        "baseline": "still",
        "recovery": "still",
        "resting": "still",
        "movement": "moving",
        "walk": "moving",
    }
    screen = expected.get(scene, "breathe" if state == "running" else state)
    patient.page.wait_for_selector(f"[data-screen={screen}]")
    expect(patient.page.locator(".tag.unsaved")).to_have_count(int(scene == "not_saved"))
    check(patient, server, scene, screenshots, "patient")


@pytest.mark.parametrize("scene", PHYSIO_SCENES)
def test_physiotherapist_page_is_right_in_every_language_theme_and_size(
    physio: Watched, server: ScriptedServer, scene: str, screenshots: Path
) -> None:
    show(physio.page, server, scene)
    physio.page.wait_for_selector(f"[data-phase={SCENES[scene].state}]")
    check(physio, server, scene, screenshots, "physio")


def test_start_page_is_right_in_every_language_and_theme(
    browser: Browser, server: ScriptedServer, screenshots: Path
) -> None:
    for view in opened(browser, server, "/?lang=nl"):
        check(view, server, "ready", screenshots, "start")


def test_waiting_for_the_server_is_said_in_words(browser: Browser, server: ScriptedServer) -> None:
    server.show(None)
    view = watched(browser, server.url)
    view.page.goto(server.url + "/patient?lang=en")
    assert view.page.text_content("[data-screen=connecting]") == Words("en")("app.connecting")
    view.page.context.close()


def test_axe_finds_planted_faults(browser: Browser, server: ScriptedServer) -> None:
    page = watched(browser, server.url).page
    page.goto(server.url + "/faults")
    page.evaluate(AXE)
    found = {line.split(":")[0] for line in violations(page)}
    assert {"image-alt", "button-name", "label", "color-contrast", "html-has-lang"} <= found
    page.context.close()


@pytest.mark.parametrize("state", [state for state in CardState if state in SCENES])
def test_card_says_the_words_of_its_state_and_the_physiotherapist_reads_the_same(
    patient: Watched, physio: Watched, server: ScriptedServer, state: str
) -> None:
    for view in (patient, physio):
        speak(view.page, "nl")
    with held(patient.page, physio.page):  # seconds that are left are read one after the other
        show(patient.page, server, state)
        if state == "finished":
            assert patient.page.text_content(".closing") == physio.page.text_content(".closing")
            return
        card = patient.page.wait_for_selector(f"[data-card={state}]")
        assert Words("nl")(f"card.{state}.word") in (card.text_content() or "")
        word = Words("nl")(f"card.{state}.word")
        physio.page.wait_for_selector(f".sees-word:text-is('{word}')")
        sentence = patient.page.text_content(".answer .sentence")
        assert physio.page.text_content(".sees-word + p") == sentence


def contrast(page: Page, first: str, second: str) -> float:
    """Contrast of two of the page's tokens."""
    return float(
        page.evaluate(
            """([a, b]) => {
              const light = (name) => {
                const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim().slice(1);
                const parts = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
                  .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
                return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
              };
              const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
              return (high + 0.05) / (low + 0.05);
            }""",
            [first, second],
        )
    )


# What axe does not see: the pacer's ring and disc, bars, lines, and the borders of what can be tapped.
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shapes_stand_out_from_what_is_behind_them(patient: Watched, theme: str) -> None:
    shine(patient.page, theme)
    pairs = [
        ("--line-strong", "--paper"),
        ("--line-strong", "--surface"),
        ("--disc", "--paper"),
        ("--accent", "--surface"),
        ("--accent", "--paper"),
        ("--accent", "--accent-soft"),
    ]
    assert {pair: ratio for pair in pairs if (ratio := contrast(patient.page, *pair)) < 3} == {}


def test_everything_that_can_be_tapped_is_large_enough(
    patient: Watched, physio: Watched, server: ScriptedServer
) -> None:
    for scene in ("ready", "yes", "notice", "tension_after", "finished"):
        show(patient.page, server, scene)
        for view in (patient, physio):
            assert small(view.page) == [], scene
