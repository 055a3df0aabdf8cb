"""The link to the strap as a session sees it: its state for the screen, and the inputs that its events make."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from biofeedback.core.choices import SensorPlace
from biofeedback.core.events import (
    Characteristic,
    ClockReading,
    Input,
    Link,
    LinkState,
    Notification,
    Origin,
    RrIntervals,
    StrapInfo,
)
from biofeedback.core.heart_rate import decode_place
from biofeedback.straps import ClockRead, Connected, Lost, Payload, RrFrame, Searching, StrapEvent

__all__ = ["Make", "StrapLink"]

Make = Callable[[int, float], Input]  # an input that still needs its seq and time


class StrapLink:
    """Turns strap events into inputs. ``state`` is searching, connecting, waiting_for_beats, beats, lost or ended.

    ``heard`` is the highest number of each origin's own count; what comes again from there makes no input. Every event
    with an origin makes an input that names it, so that the recording alone says what was heard.
    """

    def __init__(self, source: str) -> None:
        self.heard: dict[str, int] = {}
        self._source = source
        self.state = "searching"
        self.detail: str | None = None
        self.model: str | None = None
        self.place: SensorPlace | None = None
        self.connected = False
        self._number = 0
        self._info: Connected | None = None

    def inputs(self, event: StrapEvent) -> list[Make]:
        """Inputs that an event makes."""
        if isinstance(event, Connected | Lost | Payload) and not self._is_new(event.origin):
            return []
        return _HANDLERS[type(event)](self, event)

    def beats_arrive(self) -> None:
        """Beats were found in what the strap sends."""
        if self.state == "waiting_for_beats":
            self.state = "beats"

    def end(self) -> list[Make]:
        """Inputs for a strap that has no more to give."""
        makes = self.inputs(Lost("ended"))
        self.state, self.detail = "ended", None
        return makes

    def restore(self, event: Input) -> None:
        """Take over the strap's number, and what was heard, from an earlier run of the session."""
        if isinstance(event, Link | Notification):
            self._is_new(event.origin)
        if isinstance(event, Notification):
            self._see_place(event.characteristic, event.value)
        elif isinstance(event, StrapInfo):
            self._number, self.model, self.place = event.strap, event.model, None
            self._info = Connected(event.source, event.model, event.firmware, event.latency_s)

    def _search(self, event: Searching) -> list[Make]:
        """It is looked for."""
        self.state = "connecting" if event.detail.endswith("connecting") else "searching"
        self.detail = event.detail
        return []

    def _connect(self, event: Connected) -> list[Make]:
        """A strap line for a strap that is new to this session, and the link."""
        self.state, self.detail, self.model, self.connected = "waiting_for_beats", None, event.model, True
        makes: list[Make] = []
        info = replace(event, origin=None)
        if info != self._info:
            self._info, self.place = info, None
            self._number += 1
            makes.append(_strap_info(self._number, info))
        return [*makes, self._link(LinkState.CONNECTED, None, event.origin)]

    def _lose(self, event: Lost) -> list[Make]:
        """The link line, once for each loss and for each that an origin counted."""
        was_connected, self.connected = self.connected, False
        self.state, self.detail = "lost", event.reason
        if not was_connected and event.origin is None:
            return []
        return [self._link(LinkState.LOST, event.reason, event.origin)]

    def _receive(self, event: Payload) -> list[Make]:
        """Bytes; those from elsewhere show by themselves that the strap is there, after a silence or a new start."""
        makes = [] if self.connected or event.origin is None else self._connect(self._info or Connected(self._source))
        if self.connected and self.state == "searching":  # the one who brings it was away, and is back
            self.state, self.detail = "waiting_for_beats", None
        strap = self._number
        self._see_place(event.characteristic, event.value)

        def notification(seq: int, t_s: float) -> Input:
            return Notification(seq, t_s, strap, event.characteristic, event.value, event.origin)

        return [*makes, notification]

    def _see_place(self, characteristic: Characteristic, value: bytes) -> None:
        """Take note of where the sensor says that it sits."""
        if characteristic is Characteristic.BODY_LOCATION:
            self.place = decode_place(value)

    def _read_clock(self, event: ClockRead) -> list[Make]:
        """A remote clock beside the session's."""
        return [lambda seq, t_s: ClockReading(seq, t_s, event.origin, event.origin_t_s, event.round_trip_s)]

    def _take_list(self, event: RrFrame) -> list[Make]:
        """Intervals of a replayed list."""
        return [lambda seq, t_s: RrIntervals(seq, t_s, event.rr_ms)]

    def _link(self, state: LinkState, reason: str | None, origin: Origin | None) -> Make:
        """Link line of this strap."""
        strap = self._number
        return lambda seq, t_s: Link(seq, t_s, strap, state, reason, origin)

    def _is_new(self, origin: Origin | None) -> bool:
        """Whether something goes on from what was heard of its origin; it is heard from now on."""
        if origin is None:
            return True
        is_new = origin.seq > self.heard.get(origin.id, 0)
        if is_new:
            self.heard[origin.id] = origin.seq
        return is_new


def _strap_info(number: int, event: Connected) -> Make:
    """Strap line."""
    return lambda seq, t_s: StrapInfo(seq, t_s, number, event.source, event.model, event.firmware, event.latency_s)


_HANDLERS: dict[type, Callable[[StrapLink, Any], list[Make]]] = {
    Searching: StrapLink._search,
    Connected: StrapLink._connect,
    Lost: StrapLink._lose,
    Payload: StrapLink._receive,
    RrFrame: StrapLink._take_list,
    ClockRead: StrapLink._read_clock,
}
