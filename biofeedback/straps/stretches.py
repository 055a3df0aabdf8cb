"""Stretches of time in which something is the case, drawn one after the other as they are asked for."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from biofeedback.straps.presets import Span

__all__ = ["Stretch", "Stretches", "draw_stretches"]

Stretch = tuple[float, float]


def draw_stretches(between_s: Span | None, lasting_s: Span, rng: np.random.Generator) -> Iterator[Stretch]:
    """Yield stretches in order, in seconds: so long between two, so long each; None: there are none."""
    end_s = 0.0
    while between_s is not None:
        start_s = end_s + rng.uniform(*between_s)
        end_s = start_s + rng.uniform(*lasting_s)
        yield start_s, end_s
    yield math.inf, math.inf


class Stretches:
    """Stretches that can be asked for at any time; those that were drawn already stay as they are."""

    def __init__(self, drawn: Iterator[Stretch]) -> None:
        self._drawn = drawn
        self._known = [next(drawn)]

    def until(self, end_s: float) -> list[tuple[int, Stretch]]:
        """Those that begin before ``end_s``, numbered from 0."""
        while self._known[-1][0] < end_s:
            self._known.append(next(self._drawn))
        return [(number, stretch) for number, stretch in enumerate(self._known) if stretch[0] < end_s]

    def touching(self, start_s: float, end_s: float) -> list[tuple[int, Stretch]]:
        """Those that are not over at ``start_s`` and begin before ``end_s``, numbered from 0."""
        return [(number, stretch) for number, stretch in self.until(end_s) if stretch[1] > start_s]

    def cover(self, t_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each of rising times lies in a stretch, shape as given."""
        inside = np.zeros(t_s.shape, np.bool_)
        for _, (start_s, end_s) in self.touching(float(t_s[0]), float(t_s[-1]) + 1e-9):
            inside |= (t_s >= start_s) & (t_s < end_s)
        return inside
