"""What is looked at on every page: what axe finds, what does not fit, and a picture."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from playwright.sync_api import Page
from watching import Watched

SIZES = ((320, 568), (390, 844), (844, 390), (1024, 768), (1280, 800))
PHONE = {"width": 390, "height": 844}
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}  # all that a theme can change

# Chromium without a screen now and then paints nothing more until it has to.
PAINTED = """window.painted ??= () => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(done));
  setTimeout(done, 1000);
})"""


def violations(page: Page, rules: dict[str, list[str]] = RULES) -> list[str]:
    """What axe finds, as rule and places."""
    found = page.evaluate(f"axe.run(document, {json.dumps(rules)})")
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]]


def overflow(page: Page) -> list[str]:
    """Sizes at which the page scrolls sideways, or a card's words do not fit in it."""
    found = []
    page.evaluate(PAINTED)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wide, card = page.evaluate(
            """async () => {
              await painted();
              const card = document.querySelector(".answer");
              const tall = card ? card.scrollHeight - card.clientHeight : 0;
              return [document.documentElement.scrollWidth - innerWidth, tall];
            }"""
        )
        if wide > 0 or card > 1:
            found.append(f"{width}x{height}: page {wide} px, card {card} px")
    page.set_viewport_size(PHONE)
    return found


def small(page: Page) -> list[str]:
    """What can be tapped and is smaller than 48 px."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, summary, .scale-step, .button, nav a, .row")]
          .map((one) => (one.matches("[type=checkbox], [type=radio]") ? one.closest("label") : one))
          .filter((one) => one.offsetParent !== null && !one.matches(".visually-hidden"))
          .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 47.5 || box.width < 47.5; })
          .map((one) => one.outerHTML.slice(0, 80))"""
    )
    return found


def speak(page: Page, language: str) -> None:
    """Changes the page's language with its own button."""
    if page.evaluate("document.documentElement.lang") != language:
        page.click(f".top button[lang={language}]")
        page.wait_for_selector(f"html[lang={language}]")


def shine(page: Page, theme: str) -> None:
    """Changes the device's theme, which the page follows."""
    page.emulate_media(color_scheme=theme)
    page.wait_for_selector(f"html[data-theme={theme}]")


def take(page: Page, pictures: Path, name: str, is_wide: bool) -> None:
    """Pictures of the page: phone and desktop for the patient, desktop for the physiotherapist."""
    if not is_wide:
        page.screenshot(path=pictures / f"{name}-phone.png")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.screenshot(path=pictures / f"{name}-desktop.png")
    page.set_viewport_size(PHONE)


def looked_over(
    view: Watched, expected: Iterable[str], picture: Callable[[str, str], None], size: dict[str, int] | None = None
) -> dict[str, list[str]]:
    """What is wrong with a screen in either language and theme; nothing, where it is right.

    ``expected`` faults are part of the scene; ``size`` is that at which it is tapped; ``picture`` is called with
    language and theme.
    """
    page, wrong = view.page, {}
    page.evaluate(AXE)
    for language in ("nl", "en"):
        speak(page, language)
        wrong[f"{language} overflow"] = overflow(page)
        page.set_viewport_size(size or PHONE)
        wrong[f"{language} small"] = small(page)
        for theme in ("light", "dark"):
            shine(page, theme)
            wrong[f"{language} {theme}"] = violations(page, RULES if theme == "light" else COLOURS)
            picture(language, theme)
    wrong["faults"] = [fault for fault in view.faults if not any(one in fault for one in expected)]
    return {where: what for where, what in wrong.items() if what}
