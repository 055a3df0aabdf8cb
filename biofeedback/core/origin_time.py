"""A session's inputs on the clocks that saw them first: what waited for a network lies where it happened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from biofeedback.core.events import ClockReading, Input, Link, Notification, Origin, Resumed, StrapInfo

__all__ = ["OnOriginTime", "on_origin_time"]

SLOW_FACTOR, SLOW_S = 2.0, 0.02  # a reading that took longer than the quickest by so much says less than its neighbours


@dataclass(frozen=True, slots=True)
class OnOriginTime:
    """Inputs in their new order. ``error_s``: the times lie within it; ``unread``: those of a clock never read."""

    events: tuple[Input, ...]
    error_s: float
    unread: int


def on_origin_time(events: Sequence[Input]) -> OnOriginTime | None:
    """Inputs of a strap elsewhere laid on the session's clock by readings of their own; None where there are none.

    Parameters
    ----------
    events : sequence of Input
        A recording's, in its order.

    Notes
    -----
    A reading that was asked and answered in ``round_trip_s`` was made half of it before it arrived, to within that half
    (Cristian 1989, doi:10.1007/BF01784024). Between readings the difference of the clocks is interpolated. Nothing is
    laid later than it arrived. Losses and starts that only the server saw are left out: they are gaps of the network.
    """
    readings = _readings(events)
    origins = [event.origin for event in events if isinstance(event, Notification | Link) and event.origin is not None]
    if not origins or not readings:
        return None
    kept = [event for event in events if not _is_of_the_network(event)]
    times_s = [_time_s(event, readings) for event in kept]
    for place in range(len(kept) - 2, -1, -1):
        if isinstance(kept[place], StrapInfo):  # a strap is named when its first bytes were seen
            times_s[place] = min(times_s[place], times_s[place + 1])
    order = sorted(range(len(kept)), key=times_s.__getitem__)
    laid = tuple(replace(kept[place], t_s=times_s[place]) for place in order)
    error_s = max(one.round_trip_s / 2 for chosen in readings.values() for one in chosen)
    return OnOriginTime(laid, error_s, sum(origin.id not in readings for origin in origins))


def _readings(events: Sequence[Input]) -> dict[str, list[ClockReading]]:
    """Readings of each clock, in order, without the slow ones."""
    found: dict[str, list[ClockReading]] = {}
    for event in events:
        if isinstance(event, ClockReading):
            found.setdefault(event.origin, []).append(event)
    for origin, readings in found.items():
        slowest_s = SLOW_FACTOR * min(one.round_trip_s for one in readings) + SLOW_S
        found[origin] = [one for one in readings if one.round_trip_s <= slowest_s]
    return found


def _is_of_the_network(event: Input) -> bool:
    """Whether an input says something of the way to the server rather than of the strap."""
    return isinstance(event, Resumed) or (isinstance(event, Link) and event.origin is None)


def _time_s(event: Input, readings: dict[str, list[ClockReading]]) -> float:
    """Time of an input: that of its origin where it has one whose clock was read."""
    origin: Origin | None = event.origin if isinstance(event, Notification | Link) else None
    if origin is None or origin.id not in readings:
        return event.t_s
    known = readings[origin.id]
    ahead_s = [one.t_s - one.round_trip_s / 2 - one.origin_t_s for one in known]
    laid_s = origin.t_s + float(np.interp(origin.t_s, [one.origin_t_s for one in known], ahead_s))
    return min(event.t_s, max(0.0, round(laid_s, 6)))
