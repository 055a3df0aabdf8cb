"""Rooms full of people for the physiotherapist's page, and the screens that it has of them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from heard import hear_out
from playwright.sync_api import Page
from scene_messages import answer, calmer
from scenes import RECOVERING, SCENES, Scene, breathing
from scripted_clinic import PHYSIO
from scripted_server import ScriptedServer

_CALMER = replace(
    breathing("recovery", 352.0),
    steps=RECOVERING,
    answers=(
        answer("recovery", 250.0, answer="yes", reason=None, reasons=[], effect_bpm=4.1, low_bpm=2.2, high_bpm=6.0),
        calmer("unknown", effect_bpm=-1.2, low_bpm=-13.6, high_bpm=11.2),  # as long as the line gets
    ),
)
EIGHT: dict[str, Scene] = {
    "A-17": SCENES["yes"],
    "B-04": SCENES["unknown"],
    "C-22": SCENES["not_following"],
    "D-09": SCENES["irregular_beats"],
    "E-31": SCENES["no_contact"],
    "F-12": _CALMER,
    "G-08": SCENES["paused"],
    "H-15": SCENES["ready"],
}
OTHERS: dict[str, Scene] = {
    "I-01": SCENES["baseline"],
    "J-02": SCENES["measuring"],
    "K-03": SCENES["comparing"],
    "L-04": SCENES["finished"],
    "M-05 with a long code": SCENES["movement"],
    "N-06": SCENES["searching"],
    "O-07": replace(SCENES["not_saved"], quality={"saved": False, "battery_percent": 4, "heart_rate_bpm": None}),
    "P-08": SCENES["no"],
}
NOTED_S = 31.0  # long enough for all that is worth a note once it has lasted


def _noted(scene: str, **quality: object) -> Scene:
    """Somebody whose signal has been so for a while."""
    before = SCENES[scene]
    return replace(before, quality={**before.quality, "at_s": before.now_s - NOTED_S, **quality})


# Two notes each but for one; where there are more, the first and how many more.
NOTED: dict[str, Scene] = {
    "A-17": _noted("no_contact", usable_percent=95.0),
    "B-04": _noted("no_contact"),
    "C-22": _noted("poor_signal", battery_percent=9),
    "D-09": _noted("not_saved", battery_percent=11),
    "E-31": _noted("yes", strap_place="wrist"),
    "F-12": _noted("yes", strap_place="wrist", battery_percent=4),
}


def _nothing(_page: Page) -> None:
    """The page as it is found."""


def _pressing(*keys: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return press


def _opening(page: Page) -> None:
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".opened .session")


@dataclass(frozen=True, slots=True)
class Desk:
    """The page with people in rooms, once ``then`` is there after something was done."""

    people: dict[str, Scene] = field(default_factory=dict)
    then: str = ".card-facts, .no-rooms"
    act: Callable[[Page], None] = _nothing
    who: dict[str, Any] = field(default_factory=lambda: PHYSIO)

    def open(self, page: Page, server: ScriptedServer, language: str, address: str = "/physio") -> None:
        """Show it."""
        server.clinic.reset(self.who)
        server.furnish(self.people)
        page.goto("about:blank")  # another hash alone would not load the page anew
        path, hash_, room = address.partition("#")
        page.goto(f"{server.url}{path}?lang={language}{hash_}{room}")
        if self.people:
            page.wait_for_selector(f".card-facts >> nth={min(8, len(self.people)) - 1}", state="attached")
        hear_out(page, server)
        self.act(page)
        page.wait_for_selector(self.then, state="attached")


DESKS = {
    "eight": Desk(EIGHT),
    "others": Desk(OTHERS),
    "one": Desk({"A-17": SCENES["yes"]}),
    "none": Desk(),
    "ten": Desk({**EIGHT, "I-01": SCENES["baseline"], "J-02": SCENES["measuring"]}, ".more-rooms"),
    "opened": Desk(EIGHT, ".opened .plot canvas", _opening),
    "stop-asked": Desk(EIGHT, ".card .sure", _pressing("ArrowRight", "s")),
    "noted": Desk(NOTED, ".card-notes li + li"),
    "keys": Desk(EIGHT, "dialog[open]", _pressing("?")),
}
