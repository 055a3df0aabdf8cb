"""The browser's own Web Bluetooth over an emulated radio, against the real server: nothing of the API is made up."""

from pathlib import Path

from emulated_radio import CONTROL, DATA, EmulatedRadio
from playwright.sync_api import Browser, Page
from program import serving, wait_until_ready
from strapped import until
from test_own_strap_recorded import inputs, is_connected, origins
from watching import Watched, watched

from biofeedback.core.events import Notification
from biofeedback.core.pmd import WANTED, PmdKind, start_command
from tests.ports import free_port


def state(page: Page, name: str) -> None:
    """Waits until the strap's state is this one."""
    page.wait_for_selector(f"[data-strap='{name}']")


def tap(view: Watched, radio: EmulatedRadio) -> None:
    """The button, and a strap that the browser hears then."""
    view.page.get_by_role("button", name="Connect the strap", exact=True).click()
    state(view.page, "strap.browser_choosing")
    radio.advertise()


def test_the_browsers_own_bluetooth_connects_reads_streams_and_comes_back(
    bluetooth_browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(tmp_path, port, "--strap", "browser") as process:
        wait_until_ready(port, process)
        view = watched(bluetooth_browser, url)
        page, radio = view.page, EmulatedRadio(bluetooth_browser, view.page)
        radio.power("absent")  # one that is only off is for the browser's own list to tell
        page.goto(f"{url}/patient?lang=en")
        state(page, "strap.browser_bluetooth_off")
        radio.power("powered-on")
        radio.chooses = "cancelPrompt"
        tap(view, radio)
        state(page, "strap.browser_cancelled")
        radio.chooses = "selectPrompt"
        tap(view, radio)
        radio.send("2a37", "10437203")
        starts = [start_command(kind, WANTED[kind]).hex() for kind in PmdKind]
        until(page, lambda: radio.written == starts[:1])
        radio.send(CONTROL, "f002000000")
        until(page, lambda: radio.written == starts)
        radio.send(CONTROL, "f002020000")
        radio.send(DATA, "00ff")
        radio.send("2a37", "10448803")
        state(page, "beats")
        radio.drop()
        radio.send("2a37", "10459a03")
        until(page, lambda: radio.written == starts * 2)
        until(page, lambda: sum(is_connected(event) for event in inputs(tmp_path)) == 2)
        assert len(radio.prompts) == 2, "no tap after the drop"
        assert view.faults == []
        page.context.close()
    found = [event.value.hex() for event in inputs(tmp_path) if isinstance(event, Notification)]
    told = ["01", "54"]
    streamed = [*told, "10437203", starts[0], "f002000000", starts[1], "f002020000", "00ff", "10448803"]
    assert found[:12] == [*streamed, *told, "10459a03"]
    assert [origin.seq for origin in origins(tmp_path)] == list(range(1, len(origins(tmp_path)) + 1))
