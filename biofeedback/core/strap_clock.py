"""The strap's clock laid on the session's: the line beneath what arrived, with the strap's own rate as its slope.

A frame arrives late by the radio, by waiting and by outages, and never early. So the session's clock at a stamp is the
line beneath all arrivals (Moon, Skelly and Towsley 1999, Estimation and removal of clock skew from network delay
measurements, doi 10.1109/INFCOM.1999.749287): of the lines below all points the one nearest to them, which is the edge
of their lower hull at their mean time. What is left is the shortest way of a frame, some hundredths of a second.
"""

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

__all__ = ["StrapClock"]

SKEW_MAX = 0.03  # a strap's clock is up to 2 % off (straps.md); a line steeper than this is chance
KNOWN_AFTER_S = 10.0  # 2 % are .2 s then, against some hundredths that arrivals vary by
EXCESS_MAX_S = 0.1  # what was held up for longer says nothing of how much arrivals vary
EXCESS_MIN_S = 0.002
# A slope counts once it lifts the line by so many times what arrivals vary by; most clocks are right within .01 %.
SKEW_CLEAR = 1.5
FEW = 18  # stamps: with more of them the line beneath is found better, at least by their root
AHEAD_S = 1.0  # so far before the line nothing can arrive: it is another line


class StrapClock:
    """Stamps with their arrivals in, times on the session's clock out; the same whenever it is asked."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget everything: the clock or what carried it is another one."""
        self._origin_s: float | None = None
        self._hull_x: list[float] = []  # strap seconds since the first stamp, convex from below
        self._hull_y: list[float] = []  # arrival minus that
        self._count = 0
        self._sum_x = 0.0
        self._sum_y = 0.0
        self._span_s = 0.0
        self._slope = 0.0
        self._base_s = 0.0  # of the line at the first stamp

    @property
    def is_known(self) -> bool:
        """Whether stamps have been seen for long enough to know the rate."""
        return self._span_s >= KNOWN_AFTER_S

    @property
    def rate(self) -> float:
        """Seconds of the session in a second of the strap; 1 until it is known."""
        return 1.0 + self._slope if self.is_known else 1.0

    def session_s(self, strap_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Times on the session's clock of times on the strap's, both in seconds, shape (n,); nan before any stamp."""
        if self._origin_s is None:
            return np.full_like(strap_s, np.nan)
        return np.asarray((strap_s - self._origin_s) * (1.0 + self._slope) + self._base_s)

    def observe(self, strap_s: float, arrival_s: float) -> None:
        """A stamp, and when it arrived; stamps before the newest one say nothing."""
        if self._origin_s is None:
            self._origin_s = strap_s
        x = strap_s - self._origin_s
        y = arrival_s - x
        if self._hull_x and x <= self._hull_x[-1]:
            return
        if self._hull_x and y < self._slope * x + self._base_s - AHEAD_S:
            self.restart()
            self.observe(strap_s, arrival_s)
            return
        self._extend_hull(x, y)
        self._count += 1
        self._sum_x += x
        self._span_s = x
        self._fit(x, y)

    def _extend_hull(self, x: float, y: float) -> None:
        """Add a point to the lower hull."""
        hull_x, hull_y = self._hull_x, self._hull_y
        while len(hull_x) > 1 and (hull_y[-1] - hull_y[-2]) * (x - hull_x[-2]) >= (y - hull_y[-2]) * (
            hull_x[-1] - hull_x[-2]
        ):
            hull_x.pop()
            hull_y.pop()
        hull_x.append(x)
        hull_y.append(y)

    def _fit(self, x: float, y: float) -> None:
        """Lay the line anew: its slope counts as far as it is clear, and it stays beneath every point."""
        hull_x, hull_y = self._hull_x, self._hull_y
        mean_x = self._sum_x / self._count
        edge = max(1, bisect_left(hull_x, mean_x))
        slope = 0.0
        if len(hull_x) > 1:
            slope = (hull_y[edge] - hull_y[edge - 1]) / (hull_x[edge] - hull_x[edge - 1])
        slope = min(max(slope, -SKEW_MAX), SKEW_MAX)
        base_s = min(v - slope * u for u, v in zip(hull_x, hull_y, strict=True))
        self._sum_y += min(y, slope * x + base_s + EXCESS_MAX_S)
        excess_s = max(EXCESS_MIN_S, self._sum_y / self._count - slope * mean_x - base_s)
        doubt_s = SKEW_CLEAR * excess_s * min(1.0, math.sqrt(FEW / self._count))
        clear = (slope * self._span_s / doubt_s) ** 4
        self._slope = slope * clear / (1.0 + clear)
        self._base_s = min(v - self._slope * u for u, v in zip(hull_x, hull_y, strict=True))
