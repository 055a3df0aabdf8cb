"""A network between a collector and a server that does its worst."""

import asyncio
import random
import socket
import struct
from contextlib import suppress
from enum import StrEnum
from functools import partial

__all__ = ["Chaos", "Fault"]

DELAY_S = 0.15
LINGER_NONE = struct.pack("ii", 1, 0)  # close with a reset


class Fault(StrEnum):
    """What befalls one connection."""

    NONE = "none"
    DELAY = "delay"
    BYTEWISE = "bytewise"
    RESET = "reset"
    HALF_OPEN = "half_open"
    REFUSED = "refused"


class Chaos:
    """Passes connections on to a port, each with a fault drawn by a seeded hand, while it is not told to be kind.

    ``longest_s``: how long those last that are neither reset nor half open; None: as long as they like.
    """

    def __init__(self, port: int, rng: random.Random, longest_s: float | None = None) -> None:
        self.faults: dict[str, int] = {}
        self._to = port
        self._rng = rng
        self._longest_s = longest_s
        self._is_kind = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Port that it listens on."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=65536)
        return int(self._server.sockets[0].getsockname()[1])

    def be_kind(self) -> None:
        """Drop what there is, and do nothing to what comes."""
        self._is_kind = True
        for task in self._tasks:
            task.cancel()

    def be_unkind(self) -> None:
        """Drop what there is, and begin to draw."""
        self.be_kind()
        self._is_kind = False

    async def close(self) -> None:
        """Let go of everything."""
        assert self._server is not None
        self._server.close()
        self.be_kind()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: let go of however its task ends, also where that is dropped before it begins."""
        fault = Fault.NONE if self._is_kind else self._rng.choice(list(Fault))
        self.faults[fault] = self.faults.get(fault, 0) + 1
        task = asyncio.create_task(self._suffer(fault, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(partial(self._let_go, writer))

    def _let_go(self, writer: asyncio.StreamWriter, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        _reset(writer)
        if not task.cancelled() and not isinstance(task.exception(), OSError | None):
            task.result()  # a fault of this program, and told as such

    async def _suffer(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on, as the fault lets it."""
        if fault is Fault.REFUSED:
            return
        back, out = await asyncio.open_connection("127.0.0.1", self._to)
        is_cut = fault in (Fault.RESET, Fault.HALF_OPEN)
        length_s = self._rng.uniform(0.05, 1.5) if is_cut else None if self._is_kind else self._longest_s
        pumps = [asyncio.create_task(self._pump(fault, *way)) for way in ((reader, out), (back, writer))]
        try:
            await asyncio.wait(pumps, timeout=length_s, return_when=asyncio.FIRST_COMPLETED)
            if fault is Fault.HALF_OPEN and length_s is not None:
                for pump in pumps:
                    pump.cancel()
                await asyncio.Event().wait()  # open, and nothing passes any more
        finally:
            _reset(out)  # before anything is waited for: who is dropped twice does not come back
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction, until its end."""
        while data := await reader.read(1 if fault is Fault.BYTEWISE else 65536):
            if fault is Fault.DELAY:
                await asyncio.sleep(self._rng.uniform(0.0, DELAY_S))
            writer.write(data)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close at once, with a reset."""
    with suppress(OSError):
        taken: socket.socket = writer.get_extra_info("socket")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
    writer.transport.abort()
