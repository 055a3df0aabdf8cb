"""A page by the keyboard alone: reach something with Tab, press it, type into it."""

from playwright.sync_api import Page
from strapped import until

from biofeedback.lang import Words

SAY = Words("en")


def focused(page: Page) -> str:
    """What has the focus, in the words on it."""
    return str(page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"))


# Whether anything that can have the focus has these words.
IS_THERE = """(words) => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .some((one) => (one.labels?.[0] ?? one).textContent.trim() === words)"""


def reach(page: Page, words: str) -> None:
    """Press Tab until what has these words has the focus, once it is there."""
    until(page, lambda: page.evaluate(IS_THERE, words))
    for _press in range(60):
        if focused(page) == words:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {words!r}")


def press(page: Page, words: str, key: str = "Enter") -> None:
    """Reach a button or a link with the keyboard, and press it."""
    reach(page, words)
    page.keyboard.press(key)


def fill(page: Page, **fields: str) -> None:
    """Type into fields by the keys of their labels, with _ for a dot."""
    for key, text in fields.items():
        reach(page, SAY(key.replace("_", ".")))
        page.keyboard.type(text)
