"""The clinic of the scripted server: people, rooms, accounts and invitations in memory, as the API tells of them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from scripted_history import NO_NOTE, a_history

ROOT = Path(__file__).resolve().parents[2]
PRIVATE = {"role": "local", "user": None, "room": None, "person": None, "totp": False, "private": True}
NOBODY = {**PRIVATE, "role": None, "private": False}
PHYSIO = {**NOBODY, "role": "physiotherapist", "user": "j.devries"}
ADMIN = {**NOBODY, "role": "admin", "user": "beheer"}
PATIENT = {**NOBODY, "role": "patient", "room": "01ROOM", "person": "01P1"}
GUEST = {**NOBODY, "role": "guest", "room": "01ROOM"}
CODE = "K7QF2MXP"
TOKEN = "t0ken-in-the-fragment"
PASSWORD = "een lange zin om in te loggen"
DIGITS = "123456"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def in_minutes(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def room(**fields: Any) -> dict[str, Any]:
    """A room as the list tells of it."""
    values = {
        "id": "01ROOM",
        "person": "01P1",
        "pseudonym": "A-17",
        "strap": "browser",
        "exercise": "measured_4_6",
        "session": "01SESSION",
        "state": "running",
        "step": "breathe",
        "agreed": True,
        "strap_state": "beats",
        "strap_detail": None,
        "contact": True,
        "answer": "yes",
        "simulated": False,
        "saved": True,
    }
    return {**values, **fields}


def session(id_: str, **fields: Any) -> dict[str, Any]:
    """A session that was done."""
    return {
        "id": id_,
        "person": "01P1",
        "pseudonym": "A-17",
        "begun_utc": "2026-11-23T09:00:00Z",
        "exercise": "measured_4_6",
        "simulated": True,
        "ended": True,
    } | fields


class ScriptedClinic:
    """What the API answers; ``refuses`` names what it refuses: ``{"POST /api/join": (429, "too_many_tries")}``."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.reset()

    def reset(self, who: dict[str, Any] = PRIVATE) -> None:
        """As it is at first, for somebody."""
        self.me = dict(who)
        self.asked.clear()
        self.refuses: dict[str, tuple[int, str] | tuple[int, str, str]] = {}
        self.people = [
            {"id": "01P1", "pseudonym": "A-17", "name": "Anna Jansen", "strap": None},
            {"id": "01P2", "pseudonym": "B-4", "name": None, "strap": "ble:A0:9E:1A:00:11:22"},
        ]
        self.consents: list[dict[str, Any]] = []
        self.rooms = [room(), room(id="01ROOM2", pseudonym="B-4", state="ready", step=None, answer=None, saved=False)]
        self.sessions = [
            session("01SA4"),
            session("01SA3", pseudonym=None, ended=False, exercise="a later one"),
            session("01SA2", simulated=False),
            session("01SA1"),
        ]
        self.near = {
            "straps": [
                {"address": "A0:9E:1A:00:11:22", "name": "Polar H10 00112233", "battery_percent": 84, "in_use": False},
                {"address": "C8:25:2D:11:22:33", "name": None, "battery_percent": None, "in_use": True},
            ],
            "trouble": None,
        }
        self.shares: list[dict[str, Any]] = []
        self.history = a_history(0)
        self.note = dict(NO_NOTE)
        self.users = [
            {"id": "01U1", "user": "beheer", "role": "admin", "disabled": False, "has_password": True},
            {"id": "01U2", "user": "j.devries", "role": "physiotherapist", "disabled": False},
            {"id": "01U3", "user": "oud", "role": "physiotherapist", "disabled": True},
        ]
        self.has_totp = False
        self.invites_to = "https://clinic.example"
        self.invitation_minutes = 10.0

    def said(self, route: str) -> list[Any]:
        """Bodies of what was asked of a route: ``POST /api/rooms``."""
        return [body for asked, body in self.asked if asked == route]

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter()
        router.add_api_route("/api/{path:path}", self.answer, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
        return router

    async def answer(self, request: Request) -> Response:
        """Answer as the API would."""
        route = f"{request.method} {request.url.path}"
        body = json.loads(await request.body() or "null")
        self.asked.append((route, body))
        if route in self.refuses:
            return refused(*self.refuses[route])
        found = self._answer(request.method, request.url.path.split("/")[2:], body)
        if isinstance(found, Response):
            return found
        return Response(status_code=204) if found is None else JSONResponse(found)

    def _answer(self, method: str, path: list[str], body: Any) -> Any:
        """What a route gives; None: nothing. A path is its nouns with an id between them."""
        nouns, ids = path[::2], path[1::2]
        act = getattr(self, f"_{method.lower()}_{'_'.join(nouns).replace('-', '_')}", None)
        own = getattr(self, f"_{method.lower()}_one_{nouns[-1]}", None) if len(path) == 2 * len(ids) else None
        if act is None and own is None:
            return refused(404, "not_found")
        return (own or act)(*ids, *([body] if method in ("POST", "PUT", "PATCH") and body is not None else []))

    def _get_me(self) -> Any:
        return self.me

    def _get_exercises(self) -> Any:
        return [{"name": name} for name in ("measured_4_6", "plain_4_6", "walk")]

    def _post_ticket(self, body: Any) -> Any:
        asked = body.get("room")
        is_own = any(one["id"] == asked for one in self.rooms)  # a room of its own has a ticket of its own
        return {"ticket": asked if is_own else "ticket", "room": asked or "01ROOM"}

    def _get_people(self) -> Any:
        return self.people

    def _get_one_people(self, id_: str) -> Any:
        return next((one for one in self.people if one["id"] == id_), refused(404, "not_found"))

    def _post_people(self, body: Any) -> Any:
        self.people.append({"id": f"01P{len(self.people) + 1}", "name": None, **body})
        return self.people[-1]

    def _delete_one_people(self, id_: str) -> None:
        self.people = [one for one in self.people if one["id"] != id_]

    def _get_people_consents(self, _id: str) -> Any:
        return self.consents

    def _post_people_consents(self, _id: str, body: Any) -> None:
        self.consents.append({**body, "at_utc": "2026-11-23T09:00:00Z"})

    def _get_sessions(self) -> Any:
        """Three a page; the page's address is not told here, so that every later page is the last."""
        was_asked = sum(route == "GET /api/sessions" for route, _ in self.asked) > 1
        shown = self.sessions[3:] if was_asked else self.sessions[:3]
        return {"sessions": shown, "before": None if was_asked or not shown else shown[-1]["id"]}

    def _get_people_history(self, id_: str) -> Any:
        return {"person": id_, **self.history}

    def _put_people_strap(self, id_: str, body: Any) -> Any:
        next(one for one in self.people if one["id"] == id_).update(body)
        return self._get_one_people(id_)

    def _get_sessions_note(self, _id: str) -> Any:
        return self.note

    def _put_sessions_note(self, id_: str, body: Any) -> Any:
        self.note = {**body, "author": self.me["user"], "at_utc": "2026-11-23T09:30:00Z"}
        for one in self.history["sessions"]:
            one["has_note"] = one["has_note"] or one["id"] == id_
        return self.note

    def _get_rooms(self) -> Any:
        return self.rooms

    def _post_straps(self) -> Any:
        return self.near

    def _post_rooms(self, body: Any) -> Any:
        of = next((one for one in self.people if one["id"] == body.get("person")), {"pseudonym": None})
        fields = {"state": "ready", "step": None, "answer": None, "strap_state": "searching", "agreed": False}
        self.rooms.append(room(**{**body, **fields, "id": "01ROOM3", "pseudonym": of["pseudonym"]}))
        return self.rooms[-1]

    def _delete_one_rooms(self, id_: str) -> None:
        self.rooms = [one for one in self.rooms if one["id"] != id_]

    def _post_rooms_invitation(self, _id: str) -> Any:
        link = f"{self.invites_to}/join#{TOKEN}"
        return {"link": link, "code": CODE, "qr": qr(link), "expires_utc": in_minutes(self.invitation_minutes)}

    def _get_rooms_shares(self, _id: str) -> Any:
        return [{key: one[key] for key in ("id", "expires_utc")} for one in self.shares]

    def _post_rooms_share(self, _id: str) -> Any:
        link = f"https://clinic.example/join#share-{len(self.shares)}"
        self.shares.append({"id": f"01S{len(self.shares)}", "link": link, "expires_utc": in_minutes(24 * 60)})
        return self.shares[-1]

    def _delete_one_shares(self, id_: str) -> None:
        self.shares = [one for one in self.shares if one["id"] != id_]

    def _post_join(self, body: Any) -> Any:
        if body not in ({"token": TOKEN}, {"code": CODE}):
            return refused(401, "wrong_code")
        self.me = dict(PATIENT)
        return None

    def _get_users(self) -> Any:
        return self.users

    def _post_users(self, body: Any) -> Any:
        self.users.append({"id": f"01U{len(self.users) + 1}", "disabled": False, **body})
        return {**self.users[-1], "link": "https://clinic.example/staff#reset=new"}

    def _post_users_patients(self, _id: str, body: Any) -> Any:
        return {"count": 1 if body["of"] is None else 2}

    def _post_users_reset(self, _id: str) -> Any:
        return {"link": "https://clinic.example/staff#reset=again"}

    def _patch_one_users(self, id_: str, body: Any) -> None:
        next(one for one in self.users if one["id"] == id_).update(body)

    def _delete_one_users(self, id_: str) -> None:
        self._patch_one_users(id_, {"disabled": True})

    def _post_first(self, _body: Any) -> None:
        """The account is there; nobody is signed in by it."""

    def _post_link(self, _body: Any) -> Any:
        return {"user": "j.devries", "has_second_factor": self.has_totp}

    def _post_reset(self, _body: Any) -> None:
        """The password is another one; nobody is signed in by it."""

    def _post_password(self, _body: Any) -> None:
        """The password is another one."""

    def _post_totp(self, body: Any) -> Any:
        if body:
            return None
        uri = f"otpauth://totp/biofeedback:j.devries?secret={SECRET}&issuer=biofeedback"
        return {"secret": SECRET, "qr": qr(uri)}

    def _post_sign_out(self) -> None:
        self.me = dict(NOBODY)

    def _post_sign_in(self, body: Any) -> Any:
        if body["password"] != PASSWORD:
            return refused(401, "wrong_sign_in")
        if self.has_totp and "code" not in body:
            return refused(401, "code_required")
        self.me = {**(ADMIN if body["user"] == "beheer" else PHYSIO), "user": body["user"]}
        return None


def qr(text: str) -> str:
    """A QR code as the server draws it."""
    return str(segno.make(text, micro=False).svg_inline())


def refused(status: int, code: str, detail: str = "said by the scripted clinic") -> JSONResponse:
    """An answer to who is refused."""
    return JSONResponse({"code": code, "detail": detail}, status)
