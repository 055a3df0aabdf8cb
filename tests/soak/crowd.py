"""People with straps, in a process of their own: a fake org.bluez, straps that stream and go out of range at times.

``python -m tests.soak.crowd ADDRESS STRAPS SPEED FILE``; on SIGTERM it writes to FILE what was heard of each strap.
"""

import asyncio
import contextlib
import json
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fake_bus import fake_bluez
from fake_heart import FakeHeart

from tests.soak.hurried_loop import HurriedLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fake_bluez import FakeBluez
    from fake_strap import FakeStrap

DROP_EVERY_S = 120.0
LONGEST_AWAY_S = 8.0
PACE_S = 0.001


def address_of(n: int) -> str:
    """Address of a strap."""
    return f"AA:00:00:00:00:{n:02X}"


class Listening:
    """Remembers when each frame was sent that somebody heard."""

    def __init__(self, strap: "FakeStrap") -> None:
        self.sent: dict[str, float] = {}
        self._strap = strap
        self._send = strap.send
        strap.send = self.send

    async def send(self, value: bytes, uuid: str = "2a37") -> bool:
        if self._strap.is_heard(uuid):
            self.sent[value.hex()] = time.monotonic()
        return await self._send(value, uuid)


async def wander(strap: "FakeStrap", chance: random.Random, every_s: float) -> None:
    """Take a strap out of range now and then."""
    while True:
        await asyncio.sleep(chance.expovariate(1 / every_s))
        strap.on_air = False
        await strap.drop()
        await asyncio.sleep(chance.uniform(0.0, LONGEST_AWAY_S))
        strap.on_air = True


@contextlib.asynccontextmanager
async def wandering(
    bluez: "FakeBluez", straps: int, *, pace_s: float, drop_every_s: float = DROP_EVERY_S
) -> "AsyncIterator[list[FakeStrap]]":
    """Straps with a heart each, that wander while the block runs."""
    worn, tasks = [], []
    for n in range(straps):
        strap, _ = bluez.add_h10(speed=1.0, address=address_of(n), pace_s=pace_s)
        worn.append(strap)
        tasks.append(asyncio.create_task(FakeHeart(strap, 700 + 30 * n, wait_s=n / straps).beat()))
        tasks.append(asyncio.create_task(wander(strap, random.Random(n), drop_every_s)))
    yield worn
    for task in tasks:
        task.cancel()


async def crowd(address: str, straps: int, speed: float) -> list[dict[str, float]]:
    """Run until told to stop; frames of each strap that were heard, and when they were sent."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with fake_bluez(address) as bluez:
        bluez.advertise_s = 0.2
        async with wandering(bluez, straps, pace_s=PACE_S * speed) as worn:
            listening = [Listening(strap) for strap in worn]
            sys.stdout.write("on the air\n")
            sys.stdout.flush()
            await stop.wait()
    return [one.sent for one in listening]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=lambda: HurriedLoop(float(sys.argv[3]))) as runner:
        heard = runner.run(crowd(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
    Path(sys.argv[4]).write_text(json.dumps(heard), encoding="utf-8")
