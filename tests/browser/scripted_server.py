"""A small server for the browser tests: the real pages, and a channel that plays scenes."""

import asyncio
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from scene_messages import quality
from scenes import SCENES, Scene, opening
from scripted_clinic import ScriptedClinic

from biofeedback import messages
from biofeedback.server.app import PAGES

ROOT = Path(__file__).resolve().parents[2]
POLICY = "default-src 'self'"


class ScriptedServer:
    """Serves pages and one scene at a time; ``show`` changes the scene for all who watch.

    ``heard`` holds what viewers said. ``mute`` keeps connections open and says nothing; ``stop`` closes everything.
    """

    def __init__(self, port: int = 0) -> None:
        self.heard: list[dict[str, Any]] = []
        self.clinic = ScriptedClinic()
        self.is_mute = False
        self.scene: Scene | None = SCENES["ready"]
        self.epoch = 0
        self._viewers: set[WebSocket] = set()
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            self._app(), log_level="error", lifespan="off", ws="websockets-sansio", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

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
        self.epoch += 1
        self.is_mute = False
        if scene is not None:
            self.send(*opening(scene, f"01SCENE{self.epoch}"))

    def send(self, *what: messages.FromServer) -> None:
        """Send messages to all who watch."""
        texts = [msgspec.json.encode(message).decode() for message in what]
        asyncio.run_coroutine_threadsafe(self._send(texts), self._loop).result(5)

    def hang_up(self) -> None:
        """Close all connections; the viewers may come back."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(5)

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
            if self.scene is not None and not self.is_mute:
                await self._send([msgspec.json.encode(quality(self.scene.now_s, **self.scene.quality)).decode()])

    async def _send(self, texts: list[str]) -> None:
        for viewer in list(self._viewers):
            with suppress(WebSocketDisconnect):  # a page that is being closed
                for text in texts:
                    await viewer.send_text(text)

    async def _hang_up(self) -> None:
        for viewer in list(self._viewers):
            await viewer.close()

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def protect(request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            response.headers["Content-Security-Policy"] = POLICY
            return response

        for address, file in PAGES.items():
            app.add_api_route(address, lambda file=file: FileResponse(ROOT / "web" / file), include_in_schema=False)
        app.add_api_route(
            "/faults", lambda: FileResponse(ROOT / "tests" / "browser" / "faults.html"), include_in_schema=False
        )
        app.add_api_websocket_route("/ws", self._channel)
        app.include_router(self.clinic.router())
        app.mount("/static", StaticFiles(directory=ROOT / "web"))
        app.mount("/lang", StaticFiles(directory=ROOT / "biofeedback" / "lang"))
        return app

    async def _channel(self, viewer: WebSocket) -> None:
        await viewer.accept()
        try:
            self.heard.append(await viewer.receive_json())
            self._viewers.add(viewer)
            if self.scene is not None:
                for message in opening(self.scene, f"01SCENE{self.epoch}"):
                    await viewer.send_text(msgspec.json.encode(message).decode())
            while True:
                self.heard.append(await viewer.receive_json())
        except WebSocketDisconnect:
            pass
        finally:
            self._viewers.discard(viewer)
