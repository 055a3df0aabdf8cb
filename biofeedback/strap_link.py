"""The link to the strap as a session sees it: its state for the screen, and the inputs that its events make."""

from collections.abc import Callable

from biofeedback.core.events import ClockReading, Input, Link, LinkState, Notification, RrIntervals, StrapInfo
from biofeedback.straps import ClockRead, Connected, Lost, Payload, RrFrame, Searching, StrapEvent

__all__ = ["Make", "StrapLink"]

Make = Callable[[int, float], Input]  # an input that still needs its seq and time


class StrapLink:
    """Turns strap events into inputs. ``state`` is searching, connecting, waiting_for_beats, beats, lost or ended."""

    def __init__(self) -> None:
        self.state = "searching"
        self.detail: str | None = None
        self.model: str | None = None
        self.connected = False
        self._number = 0
        self._info: Connected | None = None

    def inputs(self, event: StrapEvent) -> list[Make]:
        """Inputs that an event makes."""
        if isinstance(event, Searching):
            self.state = "connecting" if event.detail.endswith("connecting") else "searching"
            self.detail = event.detail
            return []
        if isinstance(event, Connected):
            return self._connect(event)
        if isinstance(event, Lost):
            return self._lose(event)
        if isinstance(event, Payload):
            return [self._notification(event)]
        if isinstance(event, ClockRead):
            return [_clock_reading(event)]
        return [_rr_intervals(event)]

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
        """Take over the strap's number from an earlier run of the session."""
        if isinstance(event, StrapInfo):
            self._number, self.model = event.strap, event.model
            self._info = Connected(event.source, event.model, event.firmware, event.latency_s)

    def _connect(self, event: Connected) -> list[Make]:
        """A strap line for a strap that is new to this session, and the link."""
        self.state, self.detail, self.model, self.connected = "waiting_for_beats", None, event.model, True
        makes: list[Make] = []
        if event != self._info:
            self._info = event
            self._number += 1
            makes.append(_strap_info(self._number, event))
        return [*makes, self._link(LinkState.CONNECTED, None)]

    def _lose(self, event: Lost) -> list[Make]:
        """The link line, once for each loss."""
        was_connected, self.connected = self.connected, False
        self.state, self.detail = "lost", event.reason
        return [self._link(LinkState.LOST, event.reason)] if was_connected else []

    def _link(self, state: LinkState, reason: str | None) -> Make:
        """Link line of this strap."""
        strap = self._number
        return lambda seq, t_s: Link(seq, t_s, strap, state, reason)

    def _notification(self, event: Payload) -> Make:
        """Bytes of this strap."""
        strap = self._number
        return lambda seq, t_s: Notification(seq, t_s, strap, event.characteristic, event.value, event.origin)


def _strap_info(number: int, event: Connected) -> Make:
    """Strap line."""
    return lambda seq, t_s: StrapInfo(seq, t_s, number, event.source, event.model, event.firmware, event.latency_s)


def _rr_intervals(event: RrFrame) -> Make:
    """Intervals of a replayed list."""
    return lambda seq, t_s: RrIntervals(seq, t_s, event.rr_ms)


def _clock_reading(event: ClockRead) -> Make:
    """A remote clock beside the session's."""
    return lambda seq, t_s: ClockReading(seq, t_s, event.origin, event.origin_t_s, event.round_trip_s)
