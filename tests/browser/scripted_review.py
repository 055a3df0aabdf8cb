"""The review of the scripted server: what the real analysis says of reference recordings, and edits in memory."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from scripted_clinic import ScriptedClinic, refused
from scripted_history import a_history, a_session

from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit, Undo, undoable
from biofeedback.report.review import review

ROOT = Path(__file__).resolve().parents[2]
PERSON = "01P1"
NOTHING, TORN = "nothing", "torn"  # a session that was opened and never began; one whose last line is cut off


@cache
def reviewed(name: str, log: tuple[Edit | Undo, ...] = ()) -> dict[str, Any]:
    """What the API says of a reference recording and its edits."""
    content = _content(name)
    found = msgspec.json.decode(review(content, f"{name}.jsonl", log))
    found["marks"].append({"t_s": 180.0, "kind": "note", "text": "schouders zakten", "author": "j.devries"})
    found["ratings"].append({"t_s": 1.0, "scale": "tension", "moment": "before", "value": 6})
    found["document"]["recording"]["subject"] = "A-17"
    return {"person": PERSON, "code": None, **found}


def _content(name: str) -> bytes:
    """A reference recording, or one that ends early."""
    is_whole = name not in (NOTHING, TORN)
    content = (ROOT / "recordings" / f"{name if is_whole else 'responder'}.jsonl").read_bytes()
    if is_whole:
        return content
    return content.partition(b"\n")[0] + b"\n" if name == NOTHING else content[:-20]


class ScriptedReview:
    """Sessions by id, each a reference recording; what is asked and refused stands in the clinic's own lists."""

    def __init__(self, clinic: ScriptedClinic) -> None:
        self.clinic = clinic
        self.reset()

    def reset(self, **sessions: str) -> None:
        """As it is at first: the names of the recordings by the ids of their sessions."""
        self.names = {"01S1": "responder", "01S2": "weak_responder"} | sessions
        self.logs: dict[str, list[Edit | Undo]] = {}
        self.found = {id_: deepcopy(reviewed(name)) for id_, name in self.names.items()}
        times = {id_: one["document"]["recording"]["begun_utc"] for id_, one in self.found.items()}
        told = [a_session(0, id=id_, begun_utc=begun_utc) for id_, begun_utc in times.items()]
        self.clinic.history = a_history(0, sessions=told)

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter()
        router.add_api_route("/api/sessions/{session}/note", self.clinic.answer, methods=["GET", "PUT"])
        router.add_api_route("/api/sessions/{session}/{noun}", self.answer, methods=["GET", "POST"])
        return router

    async def answer(self, request: Request, session: str, noun: str) -> Response:
        """Answer as the API would."""
        route = f"{request.method} /api/sessions/{session}/{noun}"
        body = await request.json() if request.method == "POST" else dict(request.query_params)
        self.clinic.asked.append((route, body))
        if route in self.clinic.refuses:
            return refused(*self.clinic.refuses[route])
        if session not in self.found:
            return refused(404, "not_found")
        if noun == "segment":
            return JSONResponse(self._segment(session, float(body["from_s"]), float(body["to_s"])))
        if noun in ("export", "report"):
            return Response(f"{noun} {body}", headers={"content-disposition": f"attachment; filename={session}.{noun}"})
        if noun == "edits" and not self._edit(session, body):
            return refused(409, "conflict")
        return JSONResponse(self.found[session])

    def _edit(self, session: str, body: dict[str, Any]) -> bool:
        """Add to the log and compute anew; False: there is nothing to take back, or the log is another by now."""
        log = self.logs.setdefault(session, [])
        if body["expected"] != len(log):
            return False
        id_, at_utc = f"01E{len(log)}", "2026-11-23T09:00:00.000Z"
        if body["kind"] == "undo":
            newest = undoable(log)
            if newest is None:
                return False
            log.append(Undo(id_, at_utc, "j.devries", newest.id))
        else:
            beats = tuple((seq, index) for seq, index in body["beats"])
            log.append(Edit(id_, at_utc, "j.devries", EditKind(body["kind"]), beats))
        self.found[session] = deepcopy(reviewed(self.names[session], tuple(log)))
        return True

    def _segment(self, session: str, from_s: float, to_s: float) -> dict[str, Any]:
        """Measures of a stretch: those of the first step, with its own heart rate."""
        found = self.found[session]
        step = dict(found["document"]["steps"][0])
        columns = zip(found["beats"]["t_s"], found["beats"]["rr_ms"], strict=True)
        rr_ms = [rr for t_s, rr in columns if from_s <= t_s <= to_s]
        step |= {"start_s": from_s, "end_s": to_s, "beats": len(rr_ms)}
        return step | {"heart_rate_bpm": 60000 * len(rr_ms) / sum(rr_ms) if rr_ms else None}
