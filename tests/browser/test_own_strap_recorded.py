"""The patient's own browser and the real server: what the strap sent stands in the recording, each frame once."""

import os
import signal
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from program import serving, visit, wait_until_ready
from stored_files import stored_files
from strapped import BEATING, connect, strapped, until

from biofeedback.core.events import ClockReading, Link, LinkState, Notification, Origin
from biofeedback.lang import Words
from biofeedback.recording import read_recording
from tests.ports import free_port

WAIT_MS = 60_000
STREAMED = ("2a37", "pmd_data")  # what the strap sends by itself; all else is read or answered


def inputs(folder: Path) -> list[Notification | Link]:
    """What the recording holds of the strap, in order."""
    (path,) = stored_files(folder).glob("*.jsonl")
    events = read_recording(path).events
    return [event for event in events if isinstance(event, Notification | Link) and event.origin is not None]


def origins(folder: Path) -> list[Origin]:
    """Origins in the recording, in order."""
    return [event.origin for event in inputs(folder) if event.origin is not None]


def streamed(folder: Path) -> list[list[str]]:
    """What the strap sent, as recorded."""
    found = [event for event in inputs(folder) if isinstance(event, Notification)]
    return [[event.characteristic.value, event.value.hex()] for event in found if event.characteristic in STREAMED]


def beats(page: Page) -> None:
    """Waits until the page says that heart beats come in."""
    page.wait_for_selector("[data-strap=beats]", timeout=WAIT_MS)


def rest(page: Page) -> list[list[str]]:
    """Lets the strap fall silent, and tells what it sent."""
    sent: list[list[str]] = page.evaluate("(beating.forEach(clearInterval), fake.strap.sent)")
    return sent


def test_a_session_with_drops_and_a_killed_server_is_recorded_whole(
    browser: Browser, tmp_path: Path, screenshots: Path
) -> None:
    port = free_port()
    arguments = ("--strap", "browser", "--exercise", "plain_4_6")
    url = f"http://127.0.0.1:{port}"
    with serving(tmp_path, port, *arguments) as process:
        physio = visit(browser, port, "/physio", process, viewport={"width": 1280, "height": 800})
        expect(physio.locator(".sees")).to_contain_text(Words("en")("strap.browser_away"))
        page = strapped(browser, url, BEATING).page
        expect(physio.locator(".sees")).to_contain_text(Words("en")("strap.browser_tap"))
        physio.screenshot(path=screenshots / "strap-physio-tap.png")
        connect(page)
        beats(page)
        expect(physio.locator(".numbers")).to_contain_text("Polar H10")
        page.get_by_role("button", name="Straight to the exercise", exact=True).click()
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_selector("[data-screen=breathe]")
        page.evaluate("(fake.strap.isNear = false, fake.strap.drop())")
        expect(physio.locator(".sees")).to_contain_text(Words("en")("strap.browser_busy"), timeout=WAIT_MS)
        page.evaluate("fake.strap.isNear = true")
        until(page, lambda: sum(is_connected(event) for event in inputs(tmp_path)) == 2)
        os.kill(process.pid, signal.SIGKILL)
        page.wait_for_selector("[data-card=lost]", timeout=WAIT_MS)
    with serving(tmp_path, port, *arguments) as process:
        wait_until_ready(port, process)
        before = len(streamed(tmp_path))
        until(page, lambda: len(streamed(tmp_path)) > before + 20)
        sent = rest(page)
        until(page, lambda: len(streamed(tmp_path)) >= len(sent))
        assert page.evaluate("fake.chosen") == 1
        page.context.close()
        physio.context.close()
    assert streamed(tmp_path) == sent
    found = origins(tmp_path)
    assert [origin.seq for origin in found] == list(range(1, len(found) + 1))
    assert len({origin.id for origin in found}) == 1
    assert [origin.t_s for origin in found] == sorted(origin.t_s for origin in found)
    (path,) = stored_files(tmp_path).glob("*.jsonl")
    assert any(isinstance(event, ClockReading) for event in read_recording(path).events)


def is_connected(event: Notification | Link) -> bool:
    """Whether it says that the strap is connected."""
    return isinstance(event, Link) and event.state is LinkState.CONNECTED


def test_a_page_loaded_anew_in_mid_session_loses_and_doubles_nothing(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port, "--strap", "browser", "--exercise", "plain_4_6") as process:
        wait_until_ready(port, process)
        page = strapped(browser, f"http://127.0.0.1:{port}", BEATING).page
        connect(page)
        beats(page)
        page.get_by_role("button", name="Straight to the exercise", exact=True).click()
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_selector("[data-screen=breathe]")
        sent = rest(page)
        page.reload()
        page.wait_for_selector("[data-screen=breathe]")
        connect(page)
        until(page, lambda: page.evaluate("fake.strap.sent.length > 10"))
        sent += rest(page)
        until(page, lambda: len(streamed(tmp_path)) >= len(sent))
        page.context.close()
    assert streamed(tmp_path) == sent
    found = origins(tmp_path)
    assert len({origin.id for origin in found}) == 2
    for name in {origin.id for origin in found}:
        seqs = [origin.seq for origin in found if origin.id == name]
        assert seqs == list(range(1, len(seqs) + 1))
    lost = [event.reason for event in inputs(tmp_path) if isinstance(event, Link) and event.state is LinkState.LOST]
    assert lost[0] == "page_closed"
