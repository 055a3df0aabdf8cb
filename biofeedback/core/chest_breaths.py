"""Breaths in the wave of the chest: where it swings, how long a breath takes, and where there are none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.chest_wave import ChestWave, WavePart

__all__ = ["ChestBreaths", "MeasuredRate", "chest_breaths"]

FIRST_TURN = 0.8  # of the wave's SD: a smaller turn back is none; a quarter of peak to trough for a sine
TURN = 0.3  # of the usual swing, once that is known
OPEN = 0.7  # of the usual swing: at the edge of a wave, so much of one is taken for all of it
USUAL_PERCENTILE = 75.0  # of swings: a breath that is held leaves small ones
SWING_LEAST_MG = 2.0  # a smaller usual one is the noise of the strap; it has .3 mG of it in a point
EDGE_POINTS = 15  # 3 s: half of a slow swing, in which a held breath hardly moves
RATE_LEAST_BREATHS = 4
UNEVEN = 1.4826  # of a median of absolute deviations, for the SD of a normal distribution
MEDIAN_ERROR = 1.2533  # of a median over that of a mean


@dataclass(frozen=True, slots=True)
class MeasuredRate:
    """Breathing rate, that of the median breath, and the SD of its error."""

    hz: float
    sd_hz: float


@dataclass(frozen=True, slots=True, eq=False)
class ChestBreaths:
    """Swings of a wave from turn to turn, one way and back: arrays of shape (n_swings,).

    ``from_s`` and ``to_s`` are the turns, half of the swing is done at ``mid_s``, ``is_up`` says which way along the
    wave's axis it goes. ``part`` numbers the parts of the wave; ``spans_s`` is where each begins and ends, ``hidden_s``
    which of those are edges where the chest was moving: the hole beside one has hidden a swing.
    """

    from_s: NDArray[np.float64]
    to_s: NDArray[np.float64]
    mid_s: NDArray[np.float64]
    is_up: NDArray[np.bool_]
    part: NDArray[np.int64]
    spans_s: tuple[tuple[float, float], ...]
    hidden_s: tuple[float, ...] = ()

    def lengths_s(self, start_s: float, end_s: float) -> NDArray[np.float64]:
        """Lengths of the breaths between two times: from the middle of a swing to that of the next but one."""
        return self._between_s(2, start_s, end_s)

    def halves_s(self, start_s: float, end_s: float) -> NDArray[np.float64]:
        """The same from the middle of a swing to that of the next: half a breath each."""
        return self._between_s(1, start_s, end_s)

    def _between_s(self, apart: int, start_s: float, end_s: float) -> NDArray[np.float64]:
        """Times between the middles of swings of one part that lie so many apart."""
        early_s, late_s = self.mid_s[:-apart], self.mid_s[apart:]
        is_one = (self.part[apart:] == self.part[:-apart]) & (early_s >= start_s) & (late_s <= end_s)
        return np.asarray((late_s - early_s)[is_one])

    def rate(self, start_s: float, end_s: float) -> MeasuredRate | None:
        """Breathing rate between two times; None of too few breaths."""
        lengths_s = self.lengths_s(start_s, end_s)
        breaths = len(lengths_s) / 2  # swings up and swings down count the same ones
        if breaths < RATE_LEAST_BREATHS:
            return None
        rates_hz = 1.0 / lengths_s
        hz = float(np.median(rates_hz))
        spread_hz = UNEVEN * float(np.median(np.abs(rates_hz - hz)))
        return MeasuredRate(hz, MEDIAN_ERROR * spread_hz / math.sqrt(breaths))

    def longest_pause_s(self, start_s: float, end_s: float) -> float:
        """Longest time that was seen without a swing between two times; what was not seen does not count."""
        inside_s = self.mid_s[(self.mid_s > start_s) & (self.mid_s < end_s)]
        hidden_s = [at_s for at_s in self.hidden_s if start_s < at_s < end_s]
        edges_s = [start_s, *sorted([*inside_s.tolist(), *hidden_s]), end_s]
        return max(self.seen_s(early_s, late_s) for early_s, late_s in pairwise(edges_s))

    def seen_s(self, start_s: float, end_s: float) -> float:
        """How much of the time between two times can be read."""
        return sum(max(0.0, min(last_s, end_s) - max(first_s, start_s)) for first_s, last_s in self.spans_s)


def _turns(wave_mg: NDArray[np.float64], least_mg: float, open_mg: float = math.inf) -> list[int]:
    """Places where a wave turns back by at least so much, high and low in turn.

    A wave may have turned before it began, and may turn after it ends: its edges count where it has swung so far as
    ``open_mg`` from there, or to there.
    """
    values = wave_mg.tolist()
    found: list[int] = []
    high = low = way = 0
    for place, value in enumerate(values):
        if value > values[high]:
            high = place
        if value < values[low]:
            low = place
        if way >= 0 and values[high] - value >= least_mg:
            found.append(high)
            way, low = -1, place
        elif way <= 0 and value - values[low] >= least_mg:
            found.append(low)
            way, high = 1, place
    if len(found) > 1 and found[0] == 0 and abs(values[found[1]] - values[0]) < open_mg:
        found = found[1:]
    last = low if way < 0 else high
    if found and abs(values[last] - values[found[-1]]) >= open_mg:
        found.append(last)
    return found


def _mid_s(part: WavePart, first: int, last: int) -> float:
    """When half of the swing between two turns is done."""
    swing_mg = part.wave_mg[first : last + 1]
    done = (swing_mg - swing_mg[0]) / (swing_mg[-1] - swing_mg[0])
    after = int(np.argmax(done >= 0.5))
    return float(np.interp(0.5, done[after - 1 : after + 1], part.t_s[first + after - 1 : first + after + 1]))


def chest_breaths(wave: ChestWave) -> ChestBreaths | None:
    """Swings of a wave; None when they are too small to be breaths.

    A swing counts that is at least .3 of the usual one, so a heart, noise and slow drift make none.
    """
    whole_mg = np.concatenate([part.wave_mg for part in wave.parts])
    sizes_mg = _sizes_mg(wave.parts, FIRST_TURN * float(whole_mg.std()))
    usual_mg = float(np.percentile(sizes_mg, USUAL_PERCENTILE)) if len(sizes_mg) else 0.0
    if usual_mg < SWING_LEAST_MG:
        return None
    rows = [
        (part.t_s[first], part.t_s[last], _mid_s(part, first, last), part.wave_mg[last] > part.wave_mg[first], number)
        for number, part in enumerate(wave.parts)
        for first, last in pairwise(_turns(part.wave_mg, TURN * usual_mg, OPEN * usual_mg))
    ]
    table = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    spans_s = tuple((part.start_s, part.end_s) for part in wave.parts)
    hidden_s = _hidden_s(wave.parts, TURN * usual_mg)
    return ChestBreaths(table[0], table[1], table[2], table[3] > 0.5, table[4].astype(np.int64), spans_s, hidden_s)


def _hidden_s(parts: Sequence[WavePart], least_mg: float) -> tuple[float, ...]:
    """Edges of the parts at which the wave moves by so much: the swing that the hole there cuts is not among those."""
    found = []
    for part in parts:
        edges = ((part.start_s, part.wave_mg[:EDGE_POINTS]), (part.end_s, part.wave_mg[-EDGE_POINTS:]))
        found += [at_s for at_s, near_mg in edges if float(np.ptp(near_mg)) >= least_mg]
    return tuple(found)


def _sizes_mg(parts: Sequence[WavePart], least_mg: float) -> NDArray[np.float64]:
    """Sizes of all swings between turns of at least so much."""
    return np.concatenate([np.abs(np.diff(part.wave_mg[_turns(part.wave_mg, least_mg)])) for part in parts])
