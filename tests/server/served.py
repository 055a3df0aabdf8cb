"""A real server on a free port of this machine, and viewers that speak to it as the pages do."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import websockets

from biofeedback.errors import StoreUnavailable
from biofeedback.server.serving import LiveServer

Message = dict[str, Any]
BUSY_S = 120.0  # longest that anything takes on a machine that has much to do


class Page:
    """A viewer: says things, and remembers all that it heard."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.heard: list[Message] = []

    async def say(self, type_: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": type_} | fields))

    async def hello(self, role: str = "patient", **fields: Any) -> Message:
        await self.say("hello", protocol=1, role=role, **fields)
        return await self.hear("hello")

    async def hear(self, type_: str, **fields: Any) -> Message:
        """Next message of this type with these fields."""
        async with asyncio.timeout(BUSY_S):
            while True:
                message: Message = json.loads(await self.socket.recv())
                self.heard.append(message)
                if message["type"] == type_ and all(message[name] == value for name, value in fields.items()):
                    return message

    async def closed(self) -> int:
        """Code with which the server closed; hears what was left."""
        async with asyncio.timeout(BUSY_S):
            with contextlib.suppress(websockets.ConnectionClosed):
                async for message in self.socket:
                    self.heard.append(json.loads(message))
            await self.socket.wait_closed()
        assert self.socket.close_code is not None
        return self.socket.close_code


class Served:
    """A running server."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.url = f"http://127.0.0.1:{server.port}"

    async def disk(self, *, is_writable: bool) -> None:
        """Let the database refuse what is written, as a disk does that is full or was mounted read-only; or no more."""
        pragma = f"PRAGMA query_only = {'OFF' if is_writable else 'ON'}"
        for _ in range(3):  # what else is written in the same moment may be what is refused
            with contextlib.suppress(StoreUnavailable):
                await self.server.clinic.store.write(lambda connection: connection.exec_driver_sql(pragma).close())
                return

    @asynccontextmanager
    async def page(self, role: str | None = "patient", **fields: Any) -> AsyncIterator[Page]:
        """A page that has said hello (role None: that has only connected)."""
        address = f"ws://127.0.0.1:{self.server.port}/ws"
        async with websockets.connect(address, origin=self.url, max_size=2**24) as socket:
            page = Page(socket)
            if role is not None:
                await page.hello(role, **fields)
            yield page


Serve = Callable[..., Awaitable[Served]]
