"""What a fake daemon does wrong on command: error replies, calls that are not answered, second thoughts."""

import asyncio
from dataclasses import dataclass


@dataclass
class Failure(Exception):
    """An error reply."""

    name: str
    text: str = ""


class Faults:
    """Faults of methods. ``uuid`` confines one to the calls for one characteristic."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str, Failure]] = []  # (member, characteristic or "", reply)
        self.holds: dict[tuple[str, str], asyncio.Event] = {}
        self.regrets: dict[str, tuple[asyncio.Event, Failure | None]] = {}

    def fail(self, member: str, name: str, text: str = "", times: int = 1, uuid: str = "") -> None:
        """Answer the next calls of a method with an error."""
        self.failures += [(member, uuid, Failure(name, text))] * times

    def hold(self, member: str, uuid: str = "") -> asyncio.Event:
        """Do not answer a method until the event is set."""
        return self.holds.setdefault((member, uuid), asyncio.Event())

    def regret(self, member: str, name: str) -> asyncio.Event:
        """Do what a method asks, once, and answer with an error when the event is set."""
        self.regrets[member] = asyncio.Event(), Failure(name)
        return self.regrets[member][0]

    def put_off(self, member: str) -> asyncio.Event:
        """Do what a method asks, once, and answer when the event is set."""
        self.regrets[member] = asyncio.Event(), None
        return self.regrets[member][0]

    async def before(self, member: str, uuid: str) -> None:
        """What comes before a call is done."""
        for confined_to in ("", uuid):
            if hold := self.holds.get((member, confined_to)):
                await hold.wait()
        for failure in self.failures:
            if failure[0] == member and failure[1] in ("", uuid):
                self.failures.remove(failure)
                raise failure[2]

    async def after(self, member: str) -> None:
        """What comes after a call is done."""
        if member in self.regrets:
            event, failure = self.regrets.pop(member)
            await event.wait()
            if failure is not None:
                raise failure
