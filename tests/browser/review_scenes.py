"""The screens of the review page: who looks, at which recording, what the server refuses, and what was pressed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page
from scripted_clinic import NOBODY, PHYSIO
from scripted_review import NOTHING, TORN
from scripted_server import ScriptedServer
from watching import watched

SESSION = "01S1"
READ = "GET /api/sessions/01S1/review"
NOTE = {
    "posture": "reclined",
    "quality_note": "Eerste minuut onrustig.\nDaarna stil.",
    "strap_cleaned": True,
    "author": "j.devries",
    "at_utc": "2026-11-23T09:30:00+00:00",
}
EDIT = "POST /api/sessions/01S1/edits"


@dataclass(frozen=True, slots=True)
class ReviewScreen:
    """The page on a recording once ``awaited`` is there, and then ``then`` after each of ``done``.

    What is done is a key that is pressed, or a place that is clicked (``click:``) or gets the focus (``focus:``).
    """

    recording: str = "responder"
    awaited: str = "[data-screen=review]"
    done: tuple[str, ...] = ()
    then: str = "h1"
    refuses: dict[str, tuple[int, str]] = field(default_factory=dict)
    who: dict[str, Any] = field(default_factory=lambda: PHYSIO)
    fragment: str = ""
    note: dict[str, Any] = field(default_factory=dict)  # what was written of the session

    def open(self, page: Page, server: ScriptedServer, language: str) -> None:
        """Show it."""
        server.clinic.reset(self.who)
        server.review.reset(**{SESSION: self.recording})
        server.clinic.refuses.update(self.refuses)
        server.clinic.note.update(self.note)
        page.goto(f"{server.url}/review/{SESSION}?lang={language}{self.fragment}")
        page.wait_for_selector(self.awaited)
        if not self.refuses.get(READ):
            for place in (".moments", ".three"):  # what is loaded when it comes near
                page.wait_for_selector(place)
        for one in self.done:
            act(page, one)
        page.wait_for_selector(self.then)


def opened(browser: Browser, server: ScriptedServer, screen: ReviewScreen) -> Iterator[Page]:
    """The page of a desktop that shows it, for as long as it is needed."""
    view = watched(browser, server.url, viewport={"width": 1280, "height": 800})
    screen.open(view.page, server, "en")
    yield view.page
    view.page.context.close()


def median_fall(document: dict[str, Any]) -> tuple[float, float, float]:
    """Median fall of twelve usable breaths, between the third and the tenth of them."""
    falls = sorted(one["exhale_fall_bpm"] for one in document["breaths"] if one["usable"])
    assert len(falls) == 12
    return median(falls), falls[2], falls[9]


def act(page: Page, what: str) -> None:
    """Press a key, or click or focus a place."""
    kind, _, place = what.partition(":")
    if place:
        getattr(page, kind)(place)
    else:
        page.keyboard.press(what)


REFUSED = "[data-screen=refused]"

SCREENS = {
    "review": ReviewScreen(),
    "gaps": ReviewScreen("drop_outs"),
    "ectopy": ReviewScreen("frequent_ectopy"),
    "no-breathing": ReviewScreen("walk"),
    "nothing": ReviewScreen(NOTHING),
    "torn": ReviewScreen(TORN, then=".warnings"),
    "trial": ReviewScreen("trial_exhale"),
    "edited": ReviewScreen(
        "frequent_ectopy", done=("focus:.plot-keys", "Shift+PageDown", "x"), then=".log li", note=NOTE
    ),
    "conflict": ReviewScreen(
        done=("focus:.plot-keys", "x"), then=".edits [role=alert]", refuses={EDIT: (409, "conflict")}
    ),
    "table": ReviewScreen(done=("click:.tachogram figcaption > button",), then=".table-scroll"),
    "compared": ReviewScreen(
        fragment="#with=01S2",
        done=("focus:.plot-keys", "Shift+PageDown", "1", "ArrowRight", "Shift+PageDown", "2"),
        then=".stretches table",
    ),
    "refused-beside": ReviewScreen(
        fragment="#with=01S9",
        done=("focus:.plot-keys", "1"),
        then=".beside [role=alert]",
        refuses={"GET /api/people/01P1/history": (503, "unheard_of")},
    ),
    "methods": ReviewScreen(done=("click:.methods summary",)),
    "signed-out": ReviewScreen(awaited=REFUSED, refuses={READ: (401, "sign_in_first")}, who=NOBODY),
    "not-yours": ReviewScreen(awaited=REFUSED, refuses={READ: (404, "not_found")}),
    "not-your-role": ReviewScreen(awaited=REFUSED, refuses={READ: (403, "not_allowed")}),
    "unavailable": ReviewScreen(awaited=REFUSED, refuses={READ: (503, "unheard_of")}),
}
