"""A strap that says in the terminal how it is doing; what it sends goes on unchanged."""

from typing import TextIO

from biofeedback.clock import Clock
from biofeedback.core.choices import SensorPlace
from biofeedback.core.events import Characteristic, Step
from biofeedback.core.heart_rate import decode_place
from biofeedback.lang import Words
from biofeedback.straps import Connected, Lost, Payload, Searching, Sink, Strap, StrapEvent

__all__ = ["AnnouncedStrap"]


class AnnouncedStrap:
    """Stands before another strap and writes one line whenever its state changes."""

    def __init__(self, strap: Strap, words: Words, file: TextIO) -> None:
        self.source = strap.source
        self.simulated = strap.simulated
        self._strap = strap
        self._words = words
        self._file = file
        self._said = ""

    async def run(self, sink: Sink, clock: Clock) -> None:
        """Run the strap."""

        def announce(event: StrapEvent) -> None:
            self._announce(event)
            sink(event)

        await self._strap.run(announce, clock)

    def watch(self, step: Step | None) -> None:
        """Tell the strap which step is on the screen."""
        if step is not None:
            self._say(self._words(f"step.{step.step}"))
        self._strap.watch(step)

    def _announce(self, event: StrapEvent) -> None:
        """Say what changed."""
        if isinstance(event, Searching):
            self._say(self._words(event.detail) if event.detail in self._words else event.detail)
        elif isinstance(event, Connected):
            self._say(self._words("cli.connected", strap=event.model or event.source))
        elif isinstance(event, Lost):
            key = f"strap.{event.reason}"
            self._say(self._words(key if key in self._words else "strap.lost"))
        elif isinstance(event, Payload) and event.characteristic is Characteristic.BODY_LOCATION:
            self._announce_place(decode_place(event.value))

    def _announce_place(self, place: SensorPlace | None) -> None:
        """Say where the sensor sits, unless that is where it should be."""
        if place not in (None, SensorPlace.CHEST):
            self._say(self._words("sensor.not_chest", place=self._words(f"sensor.{place}")))

    def _say(self, text: str) -> None:
        """Write a line that has not just been said."""
        if text != self._said:
            self._said = text
            self._file.write(f"{text}\n")
            self._file.flush()
