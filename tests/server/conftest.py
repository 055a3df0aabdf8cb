"""Starts real servers for the tests of this folder."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from served import Serve, Served

from biofeedback.server.serving import LiveServer, open_server
from biofeedback.settings import Settings


@pytest.fixture
async def serve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Serve]:
    """Starts servers; they are stopped at the end."""
    running: list[tuple[LiveServer, asyncio.Task[None]]] = []

    async def start(*, ws: str | None = None, **settings: Any) -> Served:
        chosen = {"port": 0, "data": tmp_path / "data", "strap": "simulated:responder:3"} | settings
        server = open_server(Settings(**chosen))
        server.config.ws = ws or server.config.ws
        task = asyncio.create_task(server.serve())
        waiting = asyncio.create_task(server.ready.wait())
        await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            await task
        running.append((server, task))
        return Served(server)

    yield start
    for server, task in running:
        server.should_exit = True
        await task
