"""One real Chromium for all browser tests; each test file opens its own pages in it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from scripted_server import ScriptedServer
from watching import ROOT

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-lcd-text",
    "--host-resolver-rules=MAP clinic.example 127.0.0.1",  # a name that is no loopback: not a secure context
)


def _is_here(item: pytest.Item) -> bool:
    return Path(item.fspath).parent == Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark browser tests and let them come last: Playwright keeps an event loop, and no other may run beside it."""
    for item in filter(_is_here, items):
        item.add_marker(pytest.mark.browser)
    items.sort(key=_is_here)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: apt install chromium, or name one in CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def bluetooth_browser(browser: Browser) -> Iterator[Browser]:
    """A Chromium with Web Bluetooth, which is off on Linux unless it is asked for."""
    assert CHROMIUM is not None
    flags = [*FLAGS, "--enable-features=WebBluetooth"]
    chromium = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer().start()
    yield scripted
    scripted.stop()
