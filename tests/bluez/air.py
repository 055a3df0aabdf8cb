"""What the end-to-end tests ask of the air: straps, an adapter and bluetoothd, of the fake or in the guest."""

from dataclasses import dataclass
from typing import Protocol

from pmd_faults import Mode

from biofeedback.straps.timings import Timings

__all__ = ["HEART_RATE", "Air", "AirStrap", "Sent"]

HEART_RATE = "2a37"


@dataclass(frozen=True)
class Sent:
    """A notification: when on this machine's monotonic clock, of what, and whether anybody was subscribed."""

    t_s: float
    uuid: str
    value: bytes
    heard: bool


class AirStrap(Protocol):
    """A strap and what may happen to it."""

    address: str

    async def on(self) -> None:
        """Advertise, now and after every link."""

    async def off(self) -> None:
        """Do not advertise any more; a link stays."""

    async def drop(self) -> None:
        """Lose the link, as with distance."""

    async def speak(self, every_s: float) -> None:
        """Send a numbered frame again and again; the numbers go on where they were."""

    async def silence(self) -> None:
        """Send nothing."""

    async def send(self, value: bytes, uuid: str = HEART_RATE) -> bool:
        """Notify once; whether anybody was subscribed."""

    async def change_services(self) -> None:
        """Move the services to other handles and say Service Changed."""

    async def heard(self) -> None:
        """Return when somebody is subscribed to heart rate."""

    async def alone(self) -> None:
        """Return when there is no link."""

    async def log(self) -> list[Sent]:
        """All notifications of heart rate so far."""

    async def measure(self, mode: Mode) -> None:
        """Obey commands for ECG and acceleration or not; from the start it does."""

    async def measured(self) -> list[bytes]:
        """Frames of ECG and acceleration so far that somebody was subscribed to."""

    async def streams(self) -> int:
        """How many of the two are started."""

    async def links(self) -> int:
        """How many links there were."""


class Air(Protocol):
    """The air of one test."""

    is_fake: bool
    timings: Timings  # for collectors on it

    async def strap(self, number: int = 0) -> AirStrap:
        """A strap that advertises; there are three."""

    async def power(self, on: bool) -> None:
        """Switch the adapter."""

    async def restart(self) -> None:
        """Kill bluetoothd and start it again."""
