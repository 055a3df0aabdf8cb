"""The air of the guest: real bluetoothd, emulated straps behind a socket."""

import asyncio
import json
import os
import signal
from asyncio.subprocess import DEVNULL
from typing import Any

from air import HEART_RATE, Sent
from emulation_socket import ADDRESSES, SOCKET
from guest import BLUETOOTHD, power, process
from pmd_faults import Mode

from biofeedback.straps.timings import Timings

LONGEST_ANSWER_BYTES = 1 << 22
UNHURRIED = Timings(  # an emulated processor takes ten times as long as a real one
    scan_s=5.0,
    choose_s=0.3,
    connect_s=10.0,
    silence_s=3.0,
    poll_s=0.5,
    back_off_s=(0.2, 0.5, 1.0),
)


class GuestStrap:
    """An emulated strap."""

    def __init__(self, number: int) -> None:
        self.address = ADDRESSES[number]
        self._number = number

    async def _ask(self, *words: object) -> Any:
        reader, writer = await asyncio.open_unix_connection(SOCKET, limit=LONGEST_ANSWER_BYTES)
        try:
            writer.write(f"{self._number} {' '.join(map(str, words))}\n".encode())
            async with asyncio.timeout(40):
                return json.loads(await reader.readline())
        finally:
            writer.close()

    async def on(self) -> None:
        await self._ask("on")

    async def off(self) -> None:
        await self._ask("off")

    async def drop(self) -> None:
        await self._ask("drop")

    async def speak(self, every_s: float) -> None:
        await self._ask("speak", every_s)

    async def silence(self) -> None:
        await self._ask("silence")

    async def send(self, value: bytes, uuid: str = HEART_RATE) -> bool:
        return bool(await self._ask("send", value.hex(), uuid))

    async def change_services(self) -> None:
        await self._ask("change")

    async def heard(self) -> None:
        await self._ask("heard")

    async def alone(self) -> None:
        await self._ask("alone")

    async def log(self) -> list[Sent]:
        told = [Sent(**{**sent, "value": bytes.fromhex(sent["value"])}) for sent in await self._ask("log")]
        return [sent for sent in told if sent.uuid == HEART_RATE]

    async def measure(self, mode: Mode) -> None:
        await self._ask("measure", mode)

    async def measured(self) -> list[bytes]:
        return [bytes.fromhex(frame) for frame in await self._ask("measured")]

    async def streams(self) -> int:
        return int(await self._ask("streams"))

    async def links(self) -> int:
        return int(await self._ask("links"))

    async def forget(self) -> None:
        """Silent, without a link, off the air, as if new."""
        for words in ("off", "silence", "drop", "alone", "forget"):
            await self._ask(words)


class GuestAir:
    """What the guest's straps, adapter and bluetoothd are told."""

    is_fake = False
    timings = UNHURRIED

    def __init__(self) -> None:
        self._straps = [GuestStrap(number) for number in range(len(ADDRESSES))]

    async def strap(self, number: int = 0) -> GuestStrap:
        await self._straps[number].on()
        return self._straps[number]

    async def power(self, on: bool) -> None:
        await asyncio.to_thread(power, on)

    async def restart(self) -> None:
        running = process(BLUETOOTHD)
        assert running is not None
        os.kill(running, signal.SIGKILL)
        await asyncio.create_subprocess_exec(BLUETOOTHD, "-n", stdout=DEVNULL, stderr=DEVNULL)
        async with asyncio.timeout(120):
            while not await asyncio.to_thread(power, True):  # noqa: ASYNC110  another process' state
                await asyncio.sleep(0.2)

    async def end(self) -> None:
        """As a test found it: powered, no strap on the air, no link."""
        await self.power(True)
        for strap in self._straps:
            await strap.forget()
