"""Eight different simulated people in eight rooms of the program itself, each at a moment of their session."""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from biofeedback.messages import PROTOCOL

SPEED = 6  # times as fast as life
# On each session's own clock, so that a seeded person fares alike every time. One is ahead: in the recovery when the
# others breathe.
EARLY_S, LATER_S = 30.0, 150.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a simulated strap, whose exercise begins at a time; None: not yet."""

    code: str
    strap: str
    begins_s: float | None = LATER_S


PEOPLE = (
    Person("A-17", "simulated:h10_responder:7"),
    Person("B-04", "simulated:h10_flat:7"),
    Person("C-22", "simulated:h10_not_following:5"),
    Person("D-09", "simulated:irregular_rhythm:1"),
    Person("E-31", "simulated:bad_contact:3"),
    Person("F-12", "simulated:h10_responder:4", EARLY_S),
    Person("G-08", "simulated:weak_responder:6"),
    Person("H-15", "simulated:responder:7", None),
)
PAUSED = "G-08"


class Rooms:
    """Rooms of a private try-out, steered as its pages would."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.ids: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers."""
        headers = {"origin": self.origin, "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.origin}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read() or "null")

    def fill(self, exercise: str = "measured_4_6") -> None:
        """Open a room for each person."""
        for person in PEOPLE:
            id_ = self.ask("POST", "/api/people", {"pseudonym": person.code})["id"]
            body = {"person": id_, "strap": person.strap, "exercise": exercise}
            self.ids[person.code] = self.ask("POST", "/api/rooms", body)["id"]

    def first(self) -> str:
        """The room that a try-out begins with."""
        return str(next(one["id"] for one in self.ask("GET", "/api/rooms") if one["id"] not in self.ids.values()))

    def command(self, code: str, command: str, at_s: float = 0.0) -> None:
        """Steer somebody's session at a time on its clock, once their strap sends beats."""
        ticket = self.ask("POST", "/api/ticket", {"room": self.ids[code]})["ticket"]
        with connect(f"{self.origin.replace('http', 'ws')}/ws", origin=Origin(self.origin)) as viewer:
            hello = {"type": "hello", "protocol": PROTOCOL, "role": "physio", "ticket": ticket}
            viewer.send(json.dumps(hello))
            _until(viewer, lambda said: said.get("strap_state") == "beats" and said["at_s"] >= at_s)
            viewer.send(json.dumps({"type": "command", "command": command}))
            _until(viewer, lambda said: said["type"] == "mark" and said["q"] > 0)

    def begin(self) -> None:
        """Start each session when it is its turn; returns when the last has begun."""
        starting = [(person.begins_s, person.code) for person in PEOPLE if person.begins_s is not None]
        for begins_s, code in sorted(starting, key=lambda one: one[0]):
            self.command(code, "start", begins_s)


def _until(viewer: ClientConnection, is_it: Callable[[dict[str, Any]], bool]) -> None:
    """Hear what is said until this is, and say that it was heard, as a page does."""
    while not is_it(said := json.loads(viewer.recv())):
        if said["type"] == "ping":
            viewer.send(json.dumps({"type": "pong"}))
        if said["q"]:
            viewer.send(json.dumps({"type": "ack", "message_seq": said["q"]}))
