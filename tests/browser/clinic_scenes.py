"""The screens of the staff's page and of the patient's way in: who is there, how the clinic is, what is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page
from scripted_clinic import ADMIN, GUEST, NOBODY, PATIENT, PHYSIO, PRIVATE, TOKEN, ScriptedClinic
from scripted_history import a_history
from scripted_server import ScriptedServer


def _as_it_is(_clinic: ScriptedClinic) -> None:
    """Nothing is changed."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A page as ``who`` finds it once ``awaited`` is there, each of ``clicks`` is done, and then ``then`` is there."""

    who: dict[str, Any]
    address: str
    awaited: str
    clicks: tuple[str, ...] = ()
    then: str = "h1"
    setting: Callable[[ScriptedClinic], None] = _as_it_is

    def open(self, page: Page, server: ScriptedServer, language: str) -> None:
        """Show it."""
        server.clinic.reset(self.who)
        self.setting(server.clinic)
        path, hash_, fragment = self.address.partition("#")
        page.goto(f"{server.url}{path}?lang={language}{hash_}{fragment}")
        page.wait_for_selector(self.awaited)
        for one in self.clicks:
            page.click(one)
        page.wait_for_selector(self.then)


def _nobody_and_nothing(clinic: ScriptedClinic) -> None:
    clinic.people, clinic.rooms, clinic.sessions = [], [], []


def _consented(clinic: ScriptedClinic) -> None:
    for kind, given in (("research", False), ("measurement", True)):
        clinic.consents.append({"kind": kind, "version": "2026-11", "given": given, "at_utc": "2026-11-23T09:00:00Z"})


def _shared(clinic: ScriptedClinic) -> None:
    clinic.shares.append({"id": "01S0", "expires_utc": "2036-11-23T09:00:00Z"})


def _with_second_step(clinic: ScriptedClinic) -> None:
    clinic.me["totp"] = True


def _refusing(route: str, status: int = 503) -> Callable[[ScriptedClinic], None]:
    return lambda clinic: clinic.refuses.update({route: (status, "unheard_of")})


def _with_history(count: int, **fields: Any) -> Callable[[ScriptedClinic], None]:
    return lambda clinic: clinic.__setattr__("history", a_history(count, **fields))


def _noted(clinic: ScriptedClinic) -> None:
    clinic.history = a_history(6, odd=True)
    text = "Zat rechtop, praatte de eerste minuut nog even."
    clinic.note |= {"posture": "sitting", "text": text, "author": "j.devries", "at_utc": "2026-11-23T09:30:00Z"}


def _refused_note(clinic: ScriptedClinic) -> None:
    clinic.history = a_history(1)
    clinic.refuses["GET /api/sessions/01S000/note"] = (503, "unheard_of")


TOLD = "[role=alert]:visible"
AWAY = "[data-screen=away] h2"
CONSENT = "[data-screen=consent] h1"

SCREENS = {
    "start": Screen(NOBODY, "/", ".doors"),
    "away-patient": Screen(NOBODY, "/patient", AWAY, setting=_refusing("POST /api/ticket", 401)),
    "away-physio": Screen(PHYSIO, "/physio#room=01ROOM", AWAY, setting=_refusing("POST /api/ticket", 404)),
    "guest": Screen(GUEST, "/physio#room=01ROOM", "article"),
    "sign-in": Screen(NOBODY, "/staff", "form", ("summary", "form button"), TOLD),
    "first": Screen(NOBODY, f"/staff#first={TOKEN}", "form"),
    "reset": Screen(NOBODY, f"/staff#reset={TOKEN}", "form"),
    "rooms": Screen(PHYSIO, "/staff", ".room + .room"),
    "rooms-none": Screen(PRIVATE, "/staff", ".panel a", setting=_nobody_and_nothing),
    "invitation": Screen(PHYSIO, "/staff", ".room", (".acts button >> nth=0",), ".qr"),
    "share": Screen(PHYSIO, "/staff", ".room", (".acts button >> nth=1", ".part > button"), ".copy", _shared),
    "close": Screen(PHYSIO, "/staff", ".room", (".room > button >> nth=0",), ".sure"),
    "people": Screen(PHYSIO, "/staff#people", ".row"),
    "sessions": Screen(PHYSIO, "/staff#sessions", ".row", (".sheet > button",), ".row >> nth=3"),
    "sessions-none": Screen(PRIVATE, "/staff#sessions", ".panel p", setting=_nobody_and_nothing),
    "person": Screen(PHYSIO, "/staff#person=01P1", ".consent", setting=_consented),
    "history-none": Screen(PHYSIO, "/staff#person=01P1", ".history p"),
    "history-one": Screen(PHYSIO, "/staff#person=01P1", ".past-row", setting=_with_history(1)),
    "history": Screen(PHYSIO, "/staff#person=01P1", ".past-row", setting=_with_history(6, odd=True)),
    "history-tables": Screen(
        PHYSIO,
        "/staff#person=01P1",
        ".over",
        (".over button >> nth=0", ".over button >> nth=1"),
        ".over-table",
        _with_history(6, odd=True),
    ),
    "history-many": Screen(
        PHYSIO,
        "/staff#person=01P1",
        ".past-row",
        (".history > .acts button",),
        ".past-row >> nth=27",
        _with_history(100),
    ),
    "history-reading": Screen(
        PHYSIO, "/staff#person=01P1", ".history [role=status]", setting=_with_history(2, unread=98, pooled=[], bands=[])
    ),
    "history-unreadable": Screen(PHYSIO, "/staff#person=01P1", ".past-row", setting=_with_history(3, unreadable=1)),
    "history-refused": Screen(PHYSIO, "/staff#person=01P1", TOLD, setting=_refusing("GET /api/people/01P1/history")),
    "note": Screen(
        PHYSIO, "/staff#person=01P1", ".past-row", (".past-open button >> nth=1",), ".note-part form", _noted
    ),
    "note-refused": Screen(
        PHYSIO, "/staff#person=01P1", ".past-row", (".past-open button >> nth=0",), TOLD, _refused_note
    ),
    "strap": Screen(PHYSIO, "/staff#person=01P2", ".history p"),
    "strap-near": Screen(PHYSIO, "/staff#person=01P2", ".near", (".near > button",), ".near-straps"),
    "erase": Screen(PHYSIO, "/staff#person=01P1", ".danger", (".danger > button", ".sure form button"), TOLD),
    "account": Screen(PHYSIO, "/staff#account", ".panel + .panel", (".panel + .panel button",), ".qr"),
    "second-step": Screen(PHYSIO, "/staff#account", ".panel + .panel", setting=_with_second_step),
    "users": Screen(ADMIN, "/staff", ".user", (".user .acts button >> nth=0",), ".copy"),
    "refused": Screen(PHYSIO, "/staff#people", TOLD, setting=_refusing("GET /api/people")),
    "code": Screen(NOBODY, "/join", "form"),
    "code-wrong": Screen(NOBODY, "/join#gone", TOLD),
    "join-staff": Screen(PHYSIO, f"/join#{TOKEN}", "[data-screen=staff] h1"),
    "consent": Screen(NOBODY, f"/join#{TOKEN}", CONSENT),
    "inside": Screen(PATIENT, "/join", "[data-screen=inside] h1", setting=_consented),
    "declined": Screen(PATIENT, "/join", CONSENT, (".acts button >> nth=1",), "[data-screen=declined] h1"),
    "join-trouble": Screen(NOBODY, "/join", TOLD, setting=_refusing("GET /api/me")),
}
EXPECTED_FAULTS = (
    "status of 401",
    "status of 404",
    "status of 503",
    "401 http",
    "404 http",
    "503 http",
)  # what a browser says of a refusal
