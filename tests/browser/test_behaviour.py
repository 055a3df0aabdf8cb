"""What the pages do: expire, come back, steer, rate, sound, remember; in a real Chromium, on scripted sessions."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from heard import hear_out
from page_clock import fall_silent, go_on, pass_s, stand_still
from playwright.sync_api import Browser, Page, expect
from scene_messages import answer, mark
from scenes import SCENES
from scripted_clinic import room
from scripted_server import ScriptedServer
from strapped import until
from watching import watched

from biofeedback import messages
from biofeedback.lang import Words

EXPIRY_S = 5.0


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer().start()
    yield scripted
    scripted.stop()


def opened(browser: Browser, server: ScriptedServer, scene: str, address: str = "/patient", **options: Any) -> Page:
    """The page at a scene, in English."""
    server.show(SCENES[scene])
    server.clinic.rooms = [room()]  # a try-out: the one session is opened at once
    page = watched(browser, server.url, **options).page
    page.goto(f"{server.url}{address}?lang=en")
    page.wait_for_selector("[data-screen]:not([data-screen=connecting]), [data-phase]")
    hear_out(page, server)
    return page


def radius(page: Page) -> str:
    return page.get_attribute(".disc .body", "r") or ""


def moves(page: Page) -> None:
    """Returns when the disc has changed its size."""
    page.wait_for_selector(f".disc .body:not([r='{radius(page)}'])")


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def said(server: ScriptedServer, kind: str) -> list[dict[str, Any]]:
    return [one for one in server.heard if one["type"] == kind]


def hears(page: Page, server: ScriptedServer, kind: str, count: int) -> list[dict[str, Any]]:
    """What viewers said of this kind, once it is so many."""
    return until(page, lambda: found if len(found := said(server, kind)) >= count else None)


def leave(page: Page, server: ScriptedServer) -> None:
    """The server is gone, and the page has noticed."""
    fall_silent(page, server)
    server.stop()
    pass_s(page, EXPIRY_S)
    page.wait_for_selector("[data-card=lost]")
    go_on(page)


def back(server: ScriptedServer, scene: str) -> ScriptedServer:
    """Another server in the place of one that stopped."""
    again = ScriptedServer(server.port)
    again.scene, again.epoch = SCENES[scene], server.epoch
    return again.start()


def test_an_answer_expires_within_five_seconds_of_silence_and_the_pacer_goes_on(
    browser: Browser, server: ScriptedServer
) -> None:
    page = opened(browser, server, "yes")
    expect(page.locator(".answer .word")).to_have_text("Yes")
    fall_silent(page, server)
    pass_s(page, EXPIRY_S)
    page.wait_for_selector("[data-card=lost]")
    go_on(page)
    expect(page.locator(".answer .sentence")).to_have_text("Connection lost. Keep breathing calmly.")
    moves(page)
    server.is_mute = False
    page.wait_for_selector("[data-card=yes]")
    page.context.close()


def test_a_server_that_was_gone_is_found_again_without_a_reload(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "yes")
    page.evaluate("window.notReloaded = true")
    leave(page, server)
    moves(page)
    again = back(server, "yes")
    page.wait_for_selector("[data-card=yes]")
    assert page.evaluate("window.notReloaded") is True
    hello = said(again, "hello")[0]
    assert (hello["epoch"], hello["message_seq"]) == (f"01SCENE{server.epoch}", 500)
    page.context.close()
    again.stop()


def test_stop_works_without_a_connection_and_is_told_when_it_is_back(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "yes")
    leave(page, server)
    page.click(".stop")
    page.wait_for_selector("[data-screen=stopped]")
    again = back(server, "finished")
    page.wait_for_selector("[data-screen=finished]")
    assert hears(page, again, "command", 1)[0]["command"] == "stop"
    page.context.close()
    again.stop()


@pytest.mark.parametrize(("width", "height"), [(320, 568), (844, 390), (1280, 800)])
def test_the_card_keeps_its_place_whatever_it_says(
    browser: Browser, server: ScriptedServer, width: int, height: int
) -> None:
    page = opened(browser, server, "measuring", viewport={"width": width, "height": height})
    places = set()
    for scene in ("measuring", "yes", "no_contact", "irregular_beats", "notice", "not_following"):
        server.show(SCENES[scene])
        page.wait_for_selector(f"[data-card={'measuring' if scene == 'notice' else scene}]")
        places.add(json.dumps(page.locator(".answer").bounding_box()))
    assert len(places) == 1
    page.context.close()


def test_a_patient_rates_starts_pauses_and_stops(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "ready")
    for _step in ("context", "tension"):
        tap(page, "Next")
    page.check("input[name=before][value='6']")
    tap(page, "Next")
    page.click("summary")
    page.check("input[name=exercise][value=walk]")
    stand_still(page)
    tap(page, "Start")
    assert hears(page, server, "rating", 1) == [{"type": "rating", "scale": "tension", "moment": "before", "value": 6}]
    said = hears(page, server, "command", 1)[0]
    assert (said["command"], said["exercise"], said["practice"]) == ("start", "walk", False)
    for scene, name in (("yes", "Pause"), ("paused", "Go on")):
        server.show(SCENES[scene])
        pass_s(page, 1.0)  # two taps, and no double one
        tap(page, name)
    tap(page, "Stop")
    assert [one["command"] for one in hears(page, server, "command", 4)] == ["start", "pause", "resume", "stop"]
    page.context.close()


def test_noticing_is_asked_once_and_told(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "notice")
    page.click(".notice button:has-text('Not sure')")
    assert hears(page, server, "rating", 1) == [{"type": "rating", "scale": "notice", "moment": "during", "value": 1}]
    expect(page.locator(".notice")).to_have_count(0)
    page.context.close()


def test_tension_is_asked_again_before_the_closing_lines(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "tension_after")
    page.click(".scale-step >> nth=3")
    expect(page.locator(".closing li")).to_have_count(3)
    assert Words("en")("closing.tension.both", before=6, after=3) in (page.text_content(".closing") or "")
    tap(page, "Once more")
    assert hears(page, server, "command", 1)[0]["command"] == "new"
    page.context.close()


def test_a_baseline_has_no_moving_circle(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "baseline")
    assert page.locator("[data-stage=still]").count() == 1
    assert page.locator(".disc").count() == 0
    expect(page.locator(".answer")).to_contain_text("more seconds. Please do not talk.")
    page.context.close()


def test_sound_is_off_until_it_is_tapped(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "yes")
    sound = page.locator(".switch.sound")
    for pressed in ("false", "true", "false"):
        expect(sound).to_have_attribute("aria-pressed", pressed)
        sound.click()
    page.context.close()


def test_with_reduced_motion_segments_step_instead_of_a_disc_that_grows(
    browser: Browser, server: ScriptedServer
) -> None:
    page = opened(browser, server, "yes", reduced_motion="reduce")
    assert page.locator(".disc .body").count() == 0
    first = page.get_attribute(".segments g", "data-filled")
    page.wait_for_selector(f".segments g:not([data-filled='{first}'])")
    filled, on = page.eval_on_selector(
        ".segments g", "(one) => [Number(one.dataset.filled), one.querySelectorAll('path.on').length]"
    )
    assert on == filled
    page.context.close()


def test_started_with_another_exercise_the_page_asks_for_its_steps(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "ready")
    server.scene = SCENES["movement"]
    server.send(mark(12.0, "command", "start gentle_movements", "physio"))
    page.wait_for_selector("[data-stage=movement]")
    assert said(server, "hello")[-1]["message_seq"] == 500
    page.context.close()


def test_language_and_theme_are_remembered(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "ready")
    page.click("button[lang=nl]")
    page.wait_for_selector("html[lang=nl]")
    page.click("button.icon")
    page.goto(server.url + "/patient")
    page.wait_for_selector("html[lang=nl][data-theme=dark] main")
    page.context.close()


@pytest.mark.parametrize("address", ["/patient", "/physio"])
def test_simulated_data_is_labelled_on_every_screen(browser: Browser, server: ScriptedServer, address: str) -> None:
    page = opened(browser, server, "ready", address)
    for scene in ("ready", "baseline", "yes", "paused", "movement", "finished"):
        server.show(SCENES[scene])
        expect(page.locator(".simulated")).to_be_visible()
    page.context.close()


@pytest.fixture
def physio(browser: Browser, server: ScriptedServer) -> Iterator[Page]:
    page = opened(browser, server, "yes", "/physio", viewport={"width": 1280, "height": 800})
    yield page
    page.context.close()


def test_the_physiotherapist_steers_with_the_keyboard(physio: Page, server: ScriptedServer) -> None:
    physio.keyboard.press("m")
    physio.keyboard.press("n")
    physio.keyboard.type("m n?")  # typing in the note is typing
    physio.keyboard.press("Enter")
    physio.keyboard.press("Escape")
    physio.keyboard.press(" ")
    assert [one["text"] for one in hears(physio, server, "mark", 2)] == ["", "m n?"]
    assert [one["command"] for one in hears(physio, server, "command", 1)] == ["pause"]
    physio.keyboard.press("?")
    physio.uncheck(".keys input")
    physio.keyboard.press("Escape")
    expect(physio.locator("dialog")).not_to_be_visible()
    physio.keyboard.press("m")
    physio.click("text=I see the patient breathing along")
    assert hears(physio, server, "mark", 3)[2] == {"type": "mark", "kind": "context", "text": "following"}


def test_the_largest_number_is_the_fall_with_its_interval(physio: Page) -> None:
    assert physio.text_content(".fall-number") == "5.6 bpm"
    expect(physio.locator(".fall")).to_contain_text("95% interval 3.4 to 7.8")
    size = """(selector) => Math.max(...[...document.querySelectorAll(selector)]
        .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
    assert physio.evaluate(size, ".fall-number strong") == physio.evaluate(size, ".session *")


def test_the_change_stands_beside_what_sitting_still_does(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "finished", "/physio", viewport={"width": 1280, "height": 800})
    said = " ".join(page.locator(".number", has_text="Calmer than before").inner_text().split()).replace(
        "\N{MINUS SIGN}", "-"
    )
    assert said == (
        "Calmer than before Yes -6.2 bpm (95% interval -8.1 to -4.3) "
        "After sitting still alone: -5.9 to 2.9 bpm in 95% of sessions"
    )
    page.close()


def test_the_chart_is_read_with_arrow_keys_and_as_a_table(physio: Page) -> None:
    chart = physio.locator(".session .plot-keys")
    chart.focus()
    assert chart.get_attribute("aria-valuenow") != "0"
    physio.keyboard.press("Home")
    expect(chart).to_have_attribute("aria-valuenow", "0")
    assert "bpm" in (chart.get_attribute("aria-valuetext") or "")
    physio.locator(".session .tachogram button").click()
    assert physio.locator(".session .tachogram tbody tr").count() > 50
    physio.locator(".breaths button").click()
    expect(physio.locator(".breaths tbody")).to_contain_text("4 (not usable)")


def test_who_tries_it_out_opens_the_patient_s_screen_from_the_physiotherapist_s(physio: Page) -> None:
    with physio.expect_popup() as opened_page:
        physio.get_by_role("link", name="Open the patient's screen").click()
    opened_page.value.wait_for_selector("[data-screen=breathe]")


def test_a_session_that_is_over_keeps_its_line(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "finished", "/physio", viewport={"width": 1280, "height": 800})
    stand_still(page)
    pass_s(page, 90.0)
    expect(page.locator(".session .read-out")).to_contain_text("0 s before the end")
    expect(page.locator(".number", has_text="Newest beat")).to_have_text("Newest beat–")
    page.context.close()


@pytest.mark.parametrize(("scene", "said"), [("ready", ""), ("baseline", "Baseline first. The number comes during")])
def test_before_the_circle_nobody_is_said_not_to_breathe_along(
    browser: Browser, server: ScriptedServer, scene: str, said: str
) -> None:
    page = opened(browser, server, scene, "/physio", viewport={"width": 1280, "height": 800})
    expect(page.locator(".fall")).to_contain_text(said)
    expect(page.locator(".fall")).not_to_contain_text("Cannot tell")
    expect(page.locator(".number", has_text="Breathing along")).to_have_text("Breathing alongNo circle to follow now")
    page.context.close()


def test_numbers_are_not_shown_as_true_when_the_server_is_silent(physio: Page, server: ScriptedServer) -> None:
    fall_silent(physio, server)
    pass_s(physio, EXPIRY_S)
    expect(physio.locator(".session .state")).to_have_text("Connection lost")
    expect(physio.locator(".fall-number")).to_have_count(0)


def test_a_limit_of_the_clinic_is_a_note_on_the_card(physio: Page) -> None:
    physio.click(".limits summary")
    physio.fill(".limit input >> nth=1", "60")
    physio.keyboard.press("Tab")
    expect(physio.locator(".warnings")).to_have_text("Heart rate 68 bpm, above the limit of 60")


def test_what_the_server_refuses_is_told(physio: Page, server: ScriptedServer) -> None:
    stand_still(physio)  # it goes away by itself
    server.send(messages.Error(code="command_refused", detail="skip makes no sense now"))
    expect(physio.locator(".trouble")).to_have_text(Words("en")("error.command_refused"))


def test_an_answer_that_changes_reaches_the_card(browser: Browser, server: ScriptedServer) -> None:
    page = opened(browser, server, "measuring")
    for q, (state, at_s) in enumerate((("yes", 150.6), ("not_following", 153.0), ("not_following", 160.4)), start=501):
        server.send(msgspec.structs.replace(answer(state, at_s), q=q))
    page.wait_for_selector("[data-card=not_following]")
    page.context.close()


# Raw bytes with the font; words come on top of it, and what is asked of the API, which is data.
PAGES_KB = [("/", 75), ("/patient", 130), ("/physio", 130), ("/staff", 130), ("/join", 130), ("/review/01S1", 130)]
WORDS_KB = 40  # the staff page has those of a whole history, the physiotherapist's those of where a sensor is worn


@pytest.mark.parametrize(("address", "limit_kb"), PAGES_KB)
def test_a_page_is_small(browser: Browser, server: ScriptedServer, address: str, limit_kb: int) -> None:
    is_small(browser, server, address, limit_kb, "yes")


@pytest.mark.parametrize("scene", ["ready", "finished"])  # of the patient's page, each loads its own part
def test_each_part_of_the_patients_page_is_small(browser: Browser, server: ScriptedServer, scene: str) -> None:
    is_small(browser, server, "/patient", dict(PAGES_KB)["/patient"], scene)


def is_small(browser: Browser, server: ScriptedServer, address: str, limit_kb: int, scene: str) -> None:
    """Asserts that a page has no more to load than it may."""
    server.show(SCENES[scene])
    page = watched(browser, server.url).page
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page.goto(f"{server.url}{address}?lang=en", wait_until="networkidle")
    words = [size for url, size in sizes.items() if "/lang/" in url]
    assert 0 < sum(words) < WORDS_KB * 1000
    files = {url: size for url, size in sizes.items() if "/lang/" not in url and "/api/" not in url}
    assert 0 < sum(files.values()) < limit_kb * 1000, files
    page.context.close()
