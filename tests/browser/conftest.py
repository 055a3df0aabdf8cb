"""One real Chromium for all browser tests; each test file opens its own pages in it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from gallery import hang
from playwright.sync_api import Browser, sync_playwright
from scripted_server import ScriptedServer
from watching import ROOT

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# The same engine without tabs, menus and their processes: a page costs a third of what it costs in the whole browser.
SHELL = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or CHROMIUM
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
    if SHELL is None:
        pytest.skip("there is no Chromium: apt install chromium-headless-shell, or name one in CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=SHELL, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def bluetooth_browser(browser: Browser) -> Iterator[Browser]:
    """A whole Chromium with Web Bluetooth, which is off on Linux unless it is asked for."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium with Web Bluetooth: apt install chromium, or name one in CHROMIUM")
    flags = [*FLAGS, "--enable-features=WebBluetooth"]
    chromium = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    yield chromium
    chromium.close()


@pytest.fixture(scope="module")
def printing_browser(browser: Browser) -> Iterator[Browser]:
    """The Chromium that people print with: its pages hold a line more than those of the shell."""
    chromium = browser.browser_type.launch(executable_path=CHROMIUM or SHELL, args=list(FLAGS))
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def screenshots() -> Iterator[Path]:
    """Folder of all pictures; ``index.html`` in it shows them."""
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    yield folder
    hang(folder)


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer().start()
    yield scripted
    scripted.stop()
