"""The straps that the server's own Bluetooth hears now, for whoever has to say which one somebody wears."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI

__all__ = ["BUSY", "NearStrap", "Nearby", "StrapsNear", "add_straps", "listen"]

LISTEN_S = 5.0  # a strap on the air is heard within 1-2 s
WAIT_S = 25.0  # a link that is being made has the radio for up to 20 s; shorter than a request may take
BUSY = "strap.radio_busy"


@dataclass(frozen=True, slots=True)
class NearStrap:
    """A strap nearby. ``in_use``: a session of this server has it."""

    address: str
    name: str | None
    battery_percent: int | None
    in_use: bool


@dataclass(frozen=True, slots=True)
class StrapsNear:
    """Straps, the nearest first; ``trouble``, a key of the language files, says why none could be looked for."""

    straps: tuple[NearStrap, ...]
    trouble: str | None = None


class Nearby:
    """Listens when asked; who asks meanwhile gets the same answer: there is one radio."""

    def __init__(self, heard: Callable[[], Awaitable[StrapsNear]], wait_s: float = WAIT_S) -> None:
        self._heard = heard
        self._wait_s = wait_s
        self._listening: asyncio.Task[StrapsNear] | None = None

    async def look(self) -> StrapsNear:
        """What is heard in the next seconds."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._look())
        return await asyncio.shield(self._listening)  # who goes away leaves it to the others

    async def _look(self) -> StrapsNear:
        try:
            async with asyncio.timeout(self._wait_s):
                return await self._heard()
        except TimeoutError:
            return StrapsNear((), BUSY)


async def listen(duration_s: float = LISTEN_S) -> StrapsNear:
    """Straps heard within a time, or until a session's own strap is back: that one goes first."""
    from biofeedback.straps.radio import radio  # noqa: PLC0415  imports bleak
    from biofeedback.straps.scan import scan  # noqa: PLC0415  imports bleak
    from biofeedback.straps.trouble import Trouble  # noqa: PLC0415  imports bleak

    try:
        found = await scan(duration_s, lambda strap: None)
    except Trouble as trouble:
        return StrapsNear((), trouble.detail.value)
    held = radio().held
    return StrapsNear(
        tuple(NearStrap(one.address, one.name, one.battery_percent, one.address in held) for one in found)
    )


def add_straps(app: FastAPI, nearby: Nearby) -> None:
    """Add the route."""

    @app.post("/api/straps")
    async def straps() -> StrapsNear:
        return await nearby.look()
