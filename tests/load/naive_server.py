"""What one would write first: FastAPI and a set of sockets for each session.

``python -m tests.load.naive_server SESSIONS RATE_HZ``

It knows no sign-in, no queue, no resume and no acknowledgement: what ours costs is to be seen beside it.
"""

import asyncio
import contextlib
import itertools
import json
import socket
import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.load.metronome import Metronome

MESSAGE = {
    "type": "beat", "seq": 1, "index": 0, "t_s": 1.123456, "rr_ms": 812.5, "heart_rate_bpm": 73.84615384615384,
    "segment": 0, "labels": [],
}  # fmt: skip


async def main(sessions: int, rate_hz: float) -> None:
    """Serve until told to stop."""
    app, metronome = FastAPI(), Metronome(sessions, rate_hz)
    watching: list[set[WebSocket]] = [set() for _ in range(sessions)]
    turn = itertools.cycle(watching)

    @app.websocket("/ws")
    async def live(viewer: WebSocket) -> None:
        await viewer.accept()
        here = next(turn)
        with contextlib.suppress(WebSocketDisconnect):
            await viewer.receive_text()
            await viewer.send_text(json.dumps({"t": metronome.send_ns(), "q": 0, "type": "hello"}))
            here.add(viewer)
            while True:
                await viewer.receive_text()
        here.discard(viewer)

    async def beat(n: int, count: int) -> None:
        text = json.dumps({"t": metronome.send_ns(), "q": 1 + count // sessions} | MESSAGE)
        for viewer in list(watching[n]):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await viewer.send_text(text)

    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    beating = asyncio.create_task(metronome.run(beat))
    await asyncio.sleep(0)
    print(f"port {listener.getsockname()[1]}", flush=True)
    await uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).serve([listener])
    beating.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
