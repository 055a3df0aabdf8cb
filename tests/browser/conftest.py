"""One real Chromium for all browser tests; each test file opens its own pages in it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from scripted_server import ScriptedServer

ROOT = Path(__file__).resolve().parents[2]
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
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: apt install chromium, or name one in CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
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


class Watched:
    """A page with all that went wrong on it: console errors, failed and off-origin requests."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("console", lambda message: self._note(message.type in ("error", "warning"), message.text))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("request", lambda request: self._note(not request.url.startswith(origin), f"asked for {request.url}"))
        page.on("response", lambda response: self._note(response.status >= 400, f"{response.status} {response.url}"))

    def _note(self, is_fault: bool, text: str) -> None:
        # A page that looks for a server which is gone says so on the console: that is how a browser is.
        if is_fault and "WebSocket connection to" not in text:
            self.faults.append(text)


def watched(browser: Browser, origin: str, **options: object) -> Watched:
    """A page in a context of its own."""
    context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, "color_scheme": "light", **options})  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(10_000)
    return Watched(page, origin)
