"""The air of the fake org.bluez."""

import asyncio
import time

from air import HEART_RATE, Sent
from collected import QUICK
from emulation_socket import ADDRESSES
from fake_bluez import FakeBluez
from fake_pmd import FakePmd
from fake_strap import FakeStrap
from numbered import numbered
from pmd_faults import Mode, set_mode

SPEED = 20.0  # of ECG and acceleration


class FakeAirStrap:
    """A strap of the fake."""

    def __init__(self, fake: FakeBluez, strap: FakeStrap, pmd: FakePmd) -> None:
        self.address = strap.address
        self._fake = fake
        self._strap = strap
        self._pmd = pmd
        self._log: list[Sent] = []
        self._count = 0
        self._speaking: asyncio.Task[None] | None = None

    async def on(self) -> None:
        self._strap.on_air = True

    async def off(self) -> None:
        self._strap.on_air = False

    async def drop(self) -> None:
        await self._strap.drop()

    async def speak(self, every_s: float) -> None:
        await self.silence()
        self._speaking = asyncio.create_task(self._speak(every_s))

    async def silence(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
            await asyncio.wait({self._speaking})
            self._speaking = None

    async def send(self, value: bytes, uuid: str = HEART_RATE) -> bool:
        heard = self._strap.has_listener if uuid == HEART_RATE else self._strap.connected
        self._log.append(Sent(time.monotonic(), uuid, value, heard))
        await self._strap.send(value, uuid)
        return heard

    async def change_services(self) -> None:
        await self._strap.service_changed()

    async def heard(self) -> None:
        await self._fake.until(lambda: self._strap.has_listener)

    async def alone(self) -> None:
        await self._fake.until(lambda: not self._strap.connected)

    async def log(self) -> list[Sent]:
        return [sent for sent in self._log if sent.uuid == HEART_RATE]

    async def measure(self, mode: Mode) -> None:
        set_mode(self._pmd, mode)

    async def measured(self) -> list[bytes]:
        return list(self._pmd.sent)

    async def streams(self) -> int:
        return len(self._pmd.running)

    async def links(self) -> int:
        return self._fake.calls.count(("Connect", self._strap.path))

    async def _speak(self, every_s: float) -> None:
        while True:
            await self.send(numbered(self._count))
            self._count += 1
            await asyncio.sleep(every_s)


class FakeAir:
    """The fake, with the words that a guest knows as well."""

    is_fake = True
    timings = QUICK

    def __init__(self, fake: FakeBluez) -> None:
        self._fake = fake
        self._straps = [
            FakeAirStrap(fake, *fake.add_h10(SPEED, address=address, name="Polar H10 00000001", on_air=False))
            for address in ADDRESSES
        ]

    async def strap(self, number: int = 0) -> FakeAirStrap:
        strap = self._straps[number]
        await strap.on()
        return strap

    async def power(self, on: bool) -> None:
        await self._fake.power(on)

    async def restart(self) -> None:
        await self._fake.restart()

    async def end(self) -> None:
        """Nobody speaks any more."""
        for strap in self._straps:
            await strap.silence()
