"""Those who are in a room while the server is killed: a patient's page with a strap, and a physiotherapist's."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import websockets

from tests.faults.ledger import Ledger, value_of

__all__ = ["AGAIN_S", "BusyRoom"]

AGAIN_S = 0.03  # after a connection was refused or lost
MOST_AHEAD = 60  # frames that are not acknowledged, as a page keeps them
ANOTHER_SESSION = 0.02
Message = dict[str, Any]


class BusyRoom:
    """Keeps a room busy, over one server after the other.

    Parameters
    ----------
    port : int
        Of the servers.
    rng : random.Random
        Draws what is done when.
    origin : str
        Of the patient's strap.
    name : str or None
        Of the room; None: that of the private try-out.
    another_session : float
        Share of what a physiotherapist does.
    """

    def __init__(
        self, port: int, rng: random.Random, origin: str, name: str | None, another_session: float = ANOTHER_SESSION
    ) -> None:
        self.ledger = Ledger(origin)
        self.life = 0
        self.is_live = asyncio.Event()  # both are in a session, and a new frame was acknowledged
        self._port = port
        self._rng = rng
        self._name = name
        self._another_session = another_session
        self._notes = 0
        self._owed: dict[str, tuple[str, Message]] = {}  # by id: session, and what was said and is not noted
        self._came = asyncio.Event()

    def begin_life(self, life: int) -> None:
        """Another server is started."""
        self.life = life
        self.is_live.clear()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again_and_again(self._be_patient))
            group.create_task(self._again_and_again(self._be_physiotherapist))

    async def _again_and_again(self, be: Callable[[], Any]) -> None:
        """Come back whenever the server is gone."""
        while True:
            with suppress(OSError, EOFError, httpx.HTTPError, websockets.WebSocketException, ExceptionGroup):
                await be()
            await asyncio.sleep(AGAIN_S)

    async def _be_patient(self) -> None:
        """One connection of the patient's page."""
        async with self._connected("patient") as (socket, session):
            await socket.send(json.dumps({"type": "strap", "origin": self.ledger.origin, "detail": "strap.connecting"}))
            heard = await _hear(socket, "kept")
            self.ledger.keep(session, heard["seq"], self.life)
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send(socket, session, heard["seq"]))
                while True:
                    kept = await _hear(socket, "kept")
                    self.ledger.keep(session, kept["seq"], self.life)
                    self.is_live.set()
                    self._came.set()
                    if sending.done():
                        return

    async def _send(self, socket: websockets.ClientConnection, session: str, heard: int) -> None:
        """Send what this session has not, then what comes; as long as not too much waits to be acknowledged."""
        ledger = self.ledger
        known = session in ledger.first
        first = ledger.first.setdefault(session, ledger.sent + 1)
        following = max(heard + 1, first) if known else first
        while True:
            last = await self._some(following)
            if following - max(ledger.kept.get(session, 0), first - 1) > MOST_AHEAD:
                self._came.clear()
                await self._came.wait()
                continue
            frames = [_frame(seq) for seq in range(following, last)]
            ledger.sent, following = max(ledger.sent, last - 1), last
            await socket.send(json.dumps({"type": "frames", "origin": ledger.origin, "frames": frames}))

    async def _some(self, following: int) -> int:
        """Wait a moment; number of the frame after those that are sent then."""
        await asyncio.sleep(self._rng.uniform(0.0, 0.1))
        return following + self._rng.randrange(1, 8)

    async def _be_physiotherapist(self) -> None:
        """One connection of the physiotherapist's page."""
        async with self._connected("physio") as (socket, session), asyncio.TaskGroup() as group:
            group.create_task(self._steer(socket, session))
            while True:
                for id_ in (await _hear(socket, "noted"))["ids"]:
                    _, noted = self._owed.pop(id_, (session, {}))
                    if noted.get("type") == "mark":
                        self.ledger.notes.setdefault(session, set()).add(int(noted["text"]))

    async def _steer(self, socket: websockets.ClientConnection, session: str) -> None:
        """Write notes and ratings, first those that were not noted; now and then start, or ask for another session."""
        rng = self._rng
        self._owed = {id_: owed for id_, owed in self._owed.items() if owed[0] == session}
        for id_, (_, message) in self._owed.items():
            await socket.send(json.dumps(message | {"id": id_}))
        await socket.send(json.dumps({"type": "command", "command": "start"}))
        while True:
            await asyncio.sleep(rng.uniform(0.0, 0.2))
            if rng.random() < self._another_session:
                said: Message = {"type": "command", "command": "new"}
            elif rng.random() < 0.3:
                said = {"type": "rating", "scale": "tension", "moment": "during", "value": rng.randrange(11)}
            else:
                self._notes += 1
                said = {"type": "mark", "kind": "note", "text": str(self._notes)}
            if said["type"] != "command":
                id_ = f"{rng.getrandbits(64):016x}"
                self._owed[id_] = session, said
                said = said | {"id": id_}
            await socket.send(json.dumps(said))

    @asynccontextmanager
    async def _connected(self, role: str) -> AsyncIterator[tuple[websockets.ClientConnection, str]]:
        """A page that has said hello, and the session that it is in."""
        url, hello = f"http://127.0.0.1:{self._port}", {"type": "hello", "protocol": 1, "role": role}
        if self._name is not None:
            async with httpx.AsyncClient(base_url=url, timeout=60, headers={"Origin": url}) as client:
                answer = await client.post("/api/ticket", json={"room": self._name})
            if answer.status_code != httpx.codes.OK:
                self.ledger.wrong.append(f"life {self.life}: no ticket for the room: {answer.text}")
                await asyncio.sleep(1.0)
                raise EOFError(answer.text)
            hello["ticket"] = answer.json()["ticket"]
        address = f"ws://127.0.0.1:{self._port}/ws"
        async with websockets.connect(address, origin=url, max_size=None, close_timeout=0.1) as socket:
            await socket.send(json.dumps(hello))
            yield socket, (await _hear(socket, "hello"))["epoch"]


async def _hear(socket: websockets.ClientConnection, type_: str) -> Message:
    """Next message of a type; when the session is replaced, the connection is over."""
    while True:
        message: Message = json.loads(await socket.recv())
        if message["type"] == type_:
            return message
        if message["type"] == "bye":
            raise EOFError(message["reason"])


def _frame(seq: int) -> Message:
    """Frame of a number."""
    if seq == 1:
        return {"kind": "connected", "seq": 1, "t_s": 1.0, "model": "Polar H10"}
    return {"kind": "bytes", "seq": seq, "t_s": seq / 50, "characteristic": "2a37", "value": value_of(seq)}
