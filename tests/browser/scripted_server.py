"""A small server for the browser tests: the real pages, and a channel that plays scenes."""

import asyncio
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from scene_messages import quality
from scenes import SCENES, Scene, opening
from scripted_clinic import ScriptedClinic, room
from scripted_review import ScriptedReview

from biofeedback import messages
from biofeedback.server.app import PAGES
from biofeedback.server.security import HEADERS
from biofeedback.server.words import word_files
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PING = msgspec.json.encode(messages.Ping()).decode()
BUSY_S = 60.0  # for what is done at once, on a machine that has much to do


class ScriptedServer:
    """Serves pages and one scene at a time; ``show`` changes the scene for all who watch.

    ``seats`` holds scenes of rooms of their own, by the ticket that lets in; everybody else watches the one scene.
    ``heard`` holds what viewers said. ``mute`` keeps connections open and says nothing; ``stop`` closes everything.
    """

    def __init__(self, port: int | None = None) -> None:
        self.heard: list[dict[str, Any]] = []
        self.clinic = ScriptedClinic()
        self.review = ScriptedReview(self.clinic)
        self.is_mute = False
        self.scene: Scene | None = SCENES["ready"]
        self.seats: dict[str, Scene] = {}
        self.missed: list[messages.FromServer] | None = None  # what a viewer that comes back is sent; None: all anew
        self.epoch = 0
        self._viewers: dict[WebSocket, str | None] = {}  # and the ticket of each
        self._unheard: set[WebSocket] = set()  # who was asked and has not answered
        self._telling = asyncio.Lock()  # a scene is told whole before anything else is
        self.port = port or free_port()
        self._socket = socket.create_server(("127.0.0.1", self.port))
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            self._app(), log_level="error", lifespan="off", ws="websockets-sansio", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def is_heard(self) -> bool:
        """Whether all who watch have answered since ``ask``, also who came back meanwhile."""
        return not self._unheard

    def start(self) -> "ScriptedServer":
        """Return when it listens."""
        self._thread.start()
        self._ready.wait()
        return self

    def stop(self) -> None:
        """Close every connection and let the port go."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()
        self._socket.close()

    def show(self, scene: Scene | None) -> None:
        """Play another scene, as another session. None: the channel stays silent from the start."""
        self.scene = scene
        self.seats = {}
        self.epoch += 1
        self.is_mute = False
        if scene is not None:
            self.send(*opening(scene, f"01SCENE{self.epoch}"))

    def furnish(self, scenes: dict[str, Scene]) -> None:
        """Open a room for each scene, in this order, named after the person in it; who is in one sees its scene."""
        self.seats = {
            f"01{code}": replace(scene, hello={**scene.hello, "subject": code}) for code, scene in scenes.items()
        }
        self.clinic.rooms = [room(id=f"01{code}", pseudonym=code, state=scene.state) for code, scene in scenes.items()]
        self.epoch += 1
        self.is_mute = False

    def send(self, *what: messages.FromServer) -> None:
        """Send messages to all who watch."""
        texts = [msgspec.json.encode(message).decode() for message in what]
        asyncio.run_coroutine_threadsafe(self._send(texts), self._loop).result(BUSY_S)

    def ask(self) -> None:
        """Ask all who watch for an answer; it comes after they have shown what was said before."""
        asyncio.run_coroutine_threadsafe(self._ask(), self._loop).result(BUSY_S)

    def hang_up(self) -> None:
        """Close all connections; the viewers may come back."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(BUSY_S)

    def _run(self) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            beating = asyncio.create_task(self._beat())
            self._loop.call_soon(self._ready.set)
            await self._server.serve(sockets=[self._socket])
            beating.cancel()

        asyncio.run(serve())

    async def _beat(self) -> None:
        """The signal's quality, once a second, as long as the server speaks."""
        while True:
            await asyncio.sleep(1)
            if self.is_mute:
                continue
            async with self._telling:
                for viewer, ticket in list(self._viewers.items()):
                    if (scene := self._scene_of(ticket)) and not self.is_mute:
                        told = msgspec.json.encode(quality(scene.now_s, **scene.quality)).decode()
                        await _tell(viewer, [told])

    async def _send(self, texts: list[str]) -> None:
        async with self._telling:
            for viewer in list(self._viewers):
                await _tell(viewer, texts)

    async def _ask(self) -> None:
        async with self._telling:
            self._unheard = set(self._viewers)
            for viewer in self._unheard.copy():
                await _tell(viewer, [PING])

    def _scene_of(self, ticket: str | None) -> Scene | None:
        return self.seats.get(ticket or "", self.scene)

    async def _hang_up(self) -> None:
        for viewer in list(self._viewers):
            await viewer.close()

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def protect(request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            response.headers.update(HEADERS)
            return response

        for address, file in PAGES.items():
            app.add_api_route(address, lambda file=file: FileResponse(ROOT / "web" / file), include_in_schema=False)
        app.add_api_route(
            "/faults", lambda: FileResponse(ROOT / "tests" / "browser" / "faults.html"), include_in_schema=False
        )
        app.add_api_websocket_route("/ws", self._channel)
        app.include_router(self.review.router())
        app.include_router(self.clinic.router())
        app.mount("/static", StaticFiles(directory=ROOT / "web"))
        for name, words in word_files().items():
            app.add_api_route(
                f"/lang/{name}",
                lambda words=words: Response(words, media_type="application/json"),
                include_in_schema=False,
            )
        return app

    async def _channel(self, viewer: WebSocket) -> None:
        await viewer.accept()
        try:
            said = await viewer.receive_json()
            ticket = said.get("ticket")
            self.heard.append(said)
            async with self._telling:
                self._viewers[viewer] = ticket
                if scene := self._scene_of(ticket):
                    for message in opening(scene, f"01SCENE{self.epoch}", missed=self.missed):
                        await viewer.send_text(msgspec.json.encode(message).decode())
                if self._unheard:  # perhaps another connection of somebody who was asked
                    self._unheard.add(viewer)
                    await viewer.send_text(PING)
            while True:
                said = await viewer.receive_json()
                if said["type"] == "pong":
                    self._unheard.discard(viewer)
                if said["type"] in ("mark", "rating"):
                    noted = messages.Noted(ids=[said.pop("id")])
                    await viewer.send_text(msgspec.json.encode(noted).decode())
                self.heard.append({**said, **({"room": ticket} if self.seats else {})})
        except WebSocketDisconnect:
            pass
        finally:
            self._viewers.pop(viewer, None)
            self._unheard.discard(viewer)


async def _tell(viewer: WebSocket, texts: list[str]) -> None:
    with suppress(WebSocketDisconnect):  # a page that is being closed
        for text in texts:
            await viewer.send_text(text)
