"""Pages that remember all that went wrong on them."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[2]
BUSY_MS = 30_000  # longest that anything takes on a machine that has much to do; a test that fails may take longer
expect.set_options(timeout=BUSY_MS)


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
    context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, "color_scheme": "light", **options})
    page = context.new_page()
    page.set_default_timeout(BUSY_MS)
    return Watched(page, origin)
