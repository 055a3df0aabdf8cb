"""The strap's own RR intervals laid beside the R peaks of its ECG: how late the strap is, and what either one missed.

Both come from the same heart, on the same clock, so the right place shows the same intervals to a few milliseconds. Any
other shows the differences between successive beats. Where the rhythm is so regular that another place would do nearly
as well, nothing is known: a wrong place would be wrong by a whole beat.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LATEST_S", "Alignment", "Differences", "find_place"]

INTERVALS = 20  # that must agree without a break
LATEST_S, EARLIEST_S = 5.0, -0.5  # where an R peak's own interval can lie; a strap is up to 4 s late (straps.md)
DIFFER_MS = 20.0  # an interval that differs by more is another one; on a real H10 99 % are within 2.5 ms
AGREE_MS = 8.0  # root mean square over the place that is right, where some differ
LEAST_MS = 1.0  # finer than 1/1024 s and 130 Hz nothing can be told apart
# Mean squares of the second best place over the best: F of 20 and 20 beyond 12 has a probability of 1e-7.
CLEARER = 12.0
SKEW_MAX = 0.03
IN_A_ROW = 3  # so many intervals agree where either end of a place is right
EVERY = 10  # intervals from one look to the next
NEWEST = 120  # intervals that the latency is taken from: two minutes
SAME_S = 0.06  # a beat of the strap and an R peak that lie so near are one


@dataclass(frozen=True, slots=True)
class Differences:
    """R peaks that the strap did not send, and beats it sent that have none, at times on the session's clock."""

    missing_s: tuple[float, ...]
    made_up_s: tuple[float, ...]


def find_place(
    strap_rr_ms: NDArray[np.float64], newest_s: float, peaks_s: Sequence[float], peak_rr_ms: Sequence[float]
) -> int | None:
    """Which R peak ends the newest of the strap's intervals; None where it cannot be told.

    Parameters
    ----------
    strap_rr_ms : ndarray, shape (n_intervals,)
        Successive intervals of the strap.
    newest_s : float
        When the last of them seemed to end.
    peaks_s : sequence of float
        R peaks, on the same clock, to at least ``-EARLIEST_S`` after that.
    peak_rr_ms : sequence of float
        Interval that each of them ends, nan where that is not whole.
    """
    count = len(strap_rr_ms)
    first, end = bisect_left(peaks_s, newest_s - LATEST_S), bisect_right(peaks_s, newest_s - EARLIEST_S)
    if end - first < 2:
        return None
    known_ms = np.asarray(peak_rr_ms[max(0, first - count + 1) : end])
    padded_ms = np.concatenate((np.full(end - first + count - 1 - len(known_ms), np.nan), known_ms))
    places_ms = np.lib.stride_tricks.sliding_window_view(padded_ms, count)
    is_whole = ~np.isnan(places_ms)
    # The intervals may be counted on a clock that is a little off beside that of the R peaks.
    scale = np.median(np.where(is_whole, places_ms / strap_rr_ms, 1.0), axis=1).clip(1.0 - SKEW_MAX, 1.0 + SKEW_MAX)
    apart_ms = np.abs(places_ms - scale[:, np.newaxis] * strap_rr_ms)
    squares = np.where(is_whole, np.minimum(apart_ms, DIFFER_MS) ** 2, 0.0)
    # A place of which not all is known could be the right one as far as what is known goes.
    means = squares.sum(axis=1) / np.maximum(is_whole.sum(axis=1), 1)
    best = int(means.argmin())
    second = float(np.partition(means, 1)[1])
    is_clear = second >= CLEARER * max(float(means[best]), LEAST_MS**2)
    return first + best if is_clear and is_whole[best].all() and means[best] <= AGREE_MS**2 else None


class Alignment:
    """Takes in beats of both, and knows what follows from them."""

    def __init__(self) -> None:
        self.strap_rr_ms: list[float] = []
        self.peaks_s: list[float] = []  # on the session's clock, as well as that was known then
        self.peak_rr_ms: list[float] = []
        self._strap_s: list[float] = []  # the same on the strap's, which has no such jumps
        self._runs: list[int] = []  # which unbroken run each interval of the strap is of
        self._run = 0
        self._places: dict[int, int] = {}  # R peak that ends an interval of the strap, by their numbers
        self._looked = 0  # intervals of the strap at the last look
        self._late_s: deque[float] = deque(maxlen=NEWEST)

    @property
    def latency_s(self) -> float | None:
        """How long after its R peak a beat of the strap is placed; None while that is not known."""
        return float(np.median(self._late_s)) if self._late_s else None

    @property
    def latency_sd_s(self) -> float | None:
        """SD of that from beat to beat."""
        return float(np.std(self._late_s)) if self._late_s else None

    def add_peak(self, strap_s: float, peak_s: float, rr_ms: float) -> None:
        """An R peak on either clock, with the interval that it ends, nan where that is not whole."""
        self._strap_s.append(strap_s)
        self.peaks_s.append(peak_s)
        self.peak_rr_ms.append(rr_ms)

    def add_intervals(self, rr_ms: Sequence[float]) -> None:
        """Intervals of the strap, oldest first."""
        self.strap_rr_ms += rr_ms
        self._runs += [self._run] * len(rr_ms)

    def break_strap(self, newest: int = 0) -> None:
        """The strap's next intervals, and so many of the newest, do not follow on those before."""
        self._run += 1
        if newest:
            self._runs[-newest:] = [self._run] * newest

    @property
    def is_due(self) -> bool:
        """Whether enough has come since the last look for another."""
        return len(self.strap_rr_ms) - self._looked >= EVERY and bool(self.peaks_s)

    def look(self, ends_s: NDArray[np.float64]) -> bool:
        """Look where the newest intervals belong; whether that has been found.

        Parameters
        ----------
        ends_s : ndarray, shape (n_intervals,)
            When the intervals of the strap's newest run end, as they are placed by their arrival.
        """
        self._looked = total = len(self.strap_rr_ms)
        known = int(np.searchsorted(ends_s, self.peaks_s[-1] + EARLIEST_S, side="right"))
        if known < INTERVALS:
            return False
        last = total - len(ends_s) + known
        rr_ms = np.asarray(self.strap_rr_ms[last - INTERVALS : last])
        place = find_place(rr_ms, float(ends_s[known - 1]), self.peaks_s, self.peak_rr_ms)
        if place is None or self._runs[last - INTERVALS] != self._runs[last - 1]:
            return False
        first, end = _agreeing(rr_ms, np.asarray(self.peak_rr_ms[place - INTERVALS + 1 : place + 1]))
        shift = place + 1 - last
        self._places.update(
            {number: number + shift for number in range(last - INTERVALS + first, last - INTERVALS + end)}
        )
        newest_s = self.peaks_s[place - EVERY + 1 : place + 1]
        self._late_s.extend((ends_s[known - EVERY : known] - np.asarray(newest_s)).tolist())
        return True

    def differences(self) -> Differences:
        """What either one missed, where both were there."""
        missing, made_up = [], []
        for run in sorted({self._runs[number] for number in self._places}):
            times_s = self._walk(bisect_left(self._runs, run), bisect_right(self._runs, run))
            missing += _unmatched(self._strap_s, times_s)
            made_up += [at_s for at_s in _unmatched(times_s, self._strap_s) if self._is_seen(at_s)]
        return Differences(tuple(map(self._session_s, missing)), tuple(map(self._session_s, made_up)))

    def _walk(self, first: int, end: int) -> list[float]:
        """When the intervals of a run truly ended: from those that were found, by their lengths to the others."""
        rr_ms = self.strap_rr_ms
        found = [number for number in range(first, end) if number in self._places]
        times_s = {number: self._strap_s[self._places[number]] for number in found}
        for number in range(found[0] - 1, first - 1, -1):
            times_s[number] = self._nearest(times_s[number + 1] - rr_ms[number + 1] / 1000.0)
        for number in range(found[0] + 1, end):
            if number not in times_s:
                times_s[number] = self._nearest(times_s[number - 1] + rr_ms[number] / 1000.0)
        return [times_s[number] for number in range(first, end)]

    def _nearest(self, at_s: float) -> float:
        """The R peak at a time, or that time where there is none."""
        place = bisect_left(self._strap_s, at_s)
        near_s = self._strap_s[max(0, place - 1) : place + 1]
        peak_s = min(near_s, key=lambda peak_s: abs(peak_s - at_s), default=at_s)
        return peak_s if abs(peak_s - at_s) <= SAME_S else at_s

    def _is_seen(self, at_s: float) -> bool:
        """Whether the ECG was whole around a time."""
        place = bisect_left(self._strap_s, at_s)
        return 0 < place < len(self._strap_s) and not np.isnan(self.peak_rr_ms[place])

    def _session_s(self, at_s: float) -> float:
        """A time among the R peaks on the session's clock."""
        place = min(bisect_left(self._strap_s, at_s), len(self._strap_s) - 1)
        return self.peaks_s[place] + at_s - self._strap_s[place]


def _agreeing(strap_rr_ms: NDArray[np.float64], peak_rr_ms: NDArray[np.float64]) -> tuple[int, int]:
    """First and last place of what agrees: beyond a beat that one of both missed the rest may be a beat off."""
    apart_ms = np.abs(peak_rr_ms - float(np.median(peak_rr_ms / strap_rr_ms)) * strap_rr_ms)
    runs = np.convolve(apart_ms < AGREE_MS, np.ones(IN_A_ROW), "valid") == IN_A_ROW
    good = runs.nonzero()[0]
    return (int(good[0]), int(good[-1]) + IN_A_ROW) if len(good) else (0, 0)


def _unmatched(these_s: Sequence[float], others_s: Sequence[float]) -> list[float]:
    """Those of a list that are not in another, within the time that both span."""
    inside = these_s[bisect_left(these_s, others_s[0]) : bisect_right(these_s, others_s[-1])]
    other = set(others_s)
    return [at_s for at_s in inside if at_s not in other]
