"""The history of a person on the real server: two sessions, and what the page says of them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, expect
from program import serving, visit, wait_until_ready
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from biofeedback.core.choices import Answer
from biofeedback.lang import Words
from biofeedback.messages import PROTOCOL
from tests.ports import free_port

SPEED = 25
ANSWER = re.compile("|".join(Words("en")(f"answer.{answer}") for answer in Answer))
RATING = {"type": "rating", "scale": "tension"}


def test_two_sessions_of_one_person_stand_in_the_history_with_both_answers(
    browser: Browser, tmp_path: Path, screenshots: Path
) -> None:
    port = free_port()
    with serving(tmp_path, port, "--strap", "simulated:responder", "--speed", str(SPEED)) as process:
        wait_until_ready(port, process)
        origin = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=origin, headers={"Origin": origin}, trust_env=False, timeout=120) as asked:
            person = asked.post("/api/people", json={"pseudonym": "A-17"}).json()["id"]
            asked.put(f"/api/people/{person}/strap", json={"strap": "simulated:responder:3"})
            for _ in range(2):
                _do_a_session(asked, port, person)
        page = visit(browser, port, "/staff", process, viewport={"width": 1280, "height": 800})
        page.goto(f"{origin}/staff?lang=en#person={person}")
        expect(page.locator(".past-row")).to_have_count(2, timeout=60_000)
        for row in page.locator(".past-row").all():
            for place in (0, 1):  # which answers they are depends on how busy the machine was, at this speed
                expect(row.locator("td").nth(place)).to_contain_text(ANSWER)
            expect(row.locator("td").nth(2)).to_have_text("6 before, 3 after")
        page.screenshot(path=screenshots / "real-history.png", full_page=True)
        page.context.close()


def _do_a_session(asked: httpx.Client, port: int, person: str) -> None:
    """A room with the person's own strap, the exercise to its end, and both ratings."""
    room = asked.post("/api/rooms", json={"person": person, "exercise": "measured_4_6"}).json()["id"]
    ticket = asked.post("/api/ticket", json={"room": room}).json()["ticket"]
    with connect(f"ws://127.0.0.1:{port}/ws", origin=Origin(f"http://127.0.0.1:{port}")) as viewer:
        _say(viewer, type="hello", protocol=PROTOCOL, role="physio", ticket=ticket)
        _hear(viewer, lambda told: told.get("strap_state") == "beats")
        _say(viewer, **RATING, moment="before", value=6)
        _say(viewer, type="command", command="start")
        _hear(viewer, lambda told: told.get("state") == "finished")
        _say(viewer, **RATING, moment="after", value=3)
        _hear(viewer, lambda told: told.get("text") == "tension after 3")
    assert asked.delete(f"/api/rooms/{room}").status_code == 204


def _say(viewer: ClientConnection, **said: Any) -> None:
    viewer.send(json.dumps(said))


def _hear(viewer: ClientConnection, is_it: Callable[[dict[str, Any]], bool]) -> None:
    """Everything up to a message, and acknowledge it."""
    while not is_it(told := json.loads(viewer.recv(timeout=60))):
        if told["q"]:
            _say(viewer, type="ack", message_seq=told["q"])
