"""Movement of the chest as the strap's accelerometer sees it: a few points a second, and which of them can be read."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["STEP_S", "Chest", "ChestRun", "stretches"]

STEP_S = 0.2  # between points: 50 Hz becomes 5 Hz
HOLE_S = 0.1  # a longer stretch without samples is a hole: five of them, and no frame of a strap is so short
# Of samples about their mean, all axes together, over a second. A beating heart shakes a strap by a tenth of this.
SHAKE_MAX_MG = 50.0
SHAKE_RATIO_MAX, SHAKE_LEAST_MG = 3.0, 15.0  # and over what is usual for this person, where it is more than that
SHAKE_POINTS = 5
MARGIN_POINTS = 3  # to either side of what cannot be read


@dataclass(frozen=True, slots=True, eq=False)
class ChestRun:
    """Points at even steps, none missing: times in seconds, shape (n,), and the axes in mG, shape (n, 3)."""

    t_s: NDArray[np.float64]
    acc_mg: NDArray[np.float64]

    @property
    def span_s(self) -> float:
        """Time from the first point to the last."""
        return float(self.t_s[-1] - self.t_s[0])

    def without(self, is_moved: NDArray[np.bool_]) -> "list[ChestRun]":
        """What is left when some points, and those near them, are taken out."""
        return [ChestRun(self.t_s[part], self.acc_mg[part]) for part in stretches(is_moved)]


def stretches(is_moved: NDArray[np.bool_]) -> list[slice]:
    """Stretches of points that lie farther than a margin from every one that moved."""
    wide = np.convolve(is_moved, np.ones(2 * MARGIN_POINTS + 1))[MARGIN_POINTS : MARGIN_POINTS + len(is_moved)] > 0.5
    edges = np.flatnonzero(np.diff(np.concatenate(([True], wide, [True])).astype(np.int8))).tolist()
    return [slice(first, end) for first, end in zip(edges[::2], edges[1::2], strict=True)]


class Chest:
    """Takes in samples and keeps their means at even steps of time; what was lost is left out, never bridged."""

    def __init__(self) -> None:
        self._rows = np.empty((1024, 5))  # time, three axes, shake
        self._size = 0
        self._times_s = np.empty(0)  # of samples that points to come need
        self._acc_mg = np.empty((0, 3))
        self._needed_s = -math.inf  # from here on

    @property
    def last_s(self) -> float | None:
        """Time of the newest point; None before the first."""
        return float(self._rows[self._size - 1, 0]) if self._size else None

    def take(self, times_s: NDArray[np.float64], acc_mg: NDArray[np.float64]) -> None:
        """Take in samples.

        Parameters
        ----------
        times_s : ndarray, shape (n_samples,)
            Their times in seconds, rising. Those before samples that came earlier are left out.
        acc_mg : ndarray, shape (n_samples, 3)
            Acceleration along the three axes in mG.

        Notes
        -----
        A point is the mean over .4 s about it with triangular weights: it is late by nothing, and what swings at the
        points' own rate or its multiples, which would fold back into breathing, is left out.
        """
        newer = times_s > (self._times_s[-1] if len(self._times_s) else -math.inf)
        self._times_s = np.concatenate((self._times_s, times_s[newer]))
        self._acc_mg = np.concatenate((self._acc_mg, acc_mg[newer]))
        edges = [0, *(np.flatnonzero(np.diff(self._times_s) > HOLE_S) + 1).tolist(), len(self._times_s)]
        for first, end in pairwise(edges):
            self._average(self._times_s[first:end], self._acc_mg[first:end])
        # One sample before those that points to come need stays as well: it says that nothing is missing there.
        kept = max(int(np.searchsorted(self._times_s, self._needed_s)) - 1, edges[-2])
        self._times_s, self._acc_mg = self._times_s[kept:], self._acc_mg[kept:]

    def _average(self, times_s: NDArray[np.float64], acc_mg: NDArray[np.float64]) -> None:
        """Add the points whose whole window lies within samples that follow on each other."""
        if not len(times_s):
            return
        first = math.ceil(max(float(times_s[0]), self._needed_s) / STEP_S - 1e-6) + 1
        last = math.floor(float(times_s[-1]) / STEP_S) - 1
        for point in range(first, last + 1):
            at_s = point * STEP_S
            near = slice(*np.searchsorted(times_s, (at_s - STEP_S, at_s + STEP_S)).tolist())
            weights = np.maximum(STEP_S - np.abs(times_s[near] - at_s), 0.0)
            self._keep(at_s, weights / weights.sum(), acc_mg[near])
            self._needed_s = at_s

    def _keep(self, at_s: float, weights: NDArray[np.float64], acc_mg: NDArray[np.float64]) -> None:
        """Add a point, with how much its samples shake."""
        mean_mg = weights @ acc_mg
        shake_mg = math.sqrt(weights @ ((acc_mg - mean_mg) ** 2).sum(axis=1))
        if self._size == len(self._rows):
            self._rows = np.concatenate((self._rows, np.empty_like(self._rows)))
        self._rows[self._size] = at_s, *mean_mg, shake_mg
        self._size += 1

    def runs(self, start_s: float, end_s: float) -> list[ChestRun]:
        """Unbroken stretches between two times: where samples are missing or somebody moves, one ends."""
        first, end = np.searchsorted(self._rows[: self._size, 0], (start_s - 1e-6, end_s + 1e-6)).tolist()
        rows = self._rows[first:end]
        usual_mg = float(np.median(rows[:, 4])) if len(rows) else 0.0
        limit_mg = min(SHAKE_MAX_MG, max(SHAKE_LEAST_MG, SHAKE_RATIO_MAX * usual_mg))
        parts = np.split(rows, np.flatnonzero(np.diff(rows[:, 0]) > 1.5 * STEP_S) + 1)
        return [
            run
            for part in parts
            if len(part)
            for run in ChestRun(part[:, 0], part[:, 1:4]).without(_shake_mg(part[:, 4]) > limit_mg)
        ]


def _shake_mg(shake_mg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Root mean square of the shake over a second about each point."""
    window = np.ones(min(SHAKE_POINTS, len(shake_mg)))
    return np.sqrt(np.convolve(shake_mg**2, window, "same") / np.convolve(np.ones_like(shake_mg), window, "same"))
