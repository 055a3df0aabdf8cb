"""R peaks of an ECG stream, each final about half a second after it, and where the run of beats is broken.

A QRS complex is a burst of energy, whatever its sign and width. Its strength is compared with that of the beats before
and of what lies between them (adaptive thresholds, refractory time and search-back after Pan and Tompkins 1985,
doi 10.1109/TBME.1985.325532). What may be a beat and may be none is passed over, and no interval spans it.
"""

import math
from collections import deque
from copy import deepcopy
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

from biofeedback.core.bursts import Burst, Bursts, Wave
from biofeedback.core.samples import Block

__all__ = ["RPeak", "RPeaks"]

BEATS = 8  # that the usual strength and interval are the median of
LEARN_S = 3.0  # holds two beats at 40 a minute; also so long without a beat, and their strength is learned anew
ACCEPT = 0.35  # share of the way from what is quiet to the usual strength
OVERDUE, SEARCH = 1.66, 0.5  # intervals after which a beat is overdue, and the share of the above that is enough then
TOO_STRONG = 4.0  # times the usual strength: no beat of this heart
CLEAR = 4.0  # times what is quiet: less may be noise
HIDES_NONE = 1.4  # usual intervals: of a shorter one, what lay in it and was no clear beat was none
STEP = 0.6  # of the deflection remains after it: the baseline jumped
CUT_S = 0.1  # a QRS complex is over so long after its peak
DOWN, UP_AGAIN = 0.3, 0.6  # of the downward wave: a smaller upward one is no R; that much is one again


@dataclass(frozen=True, slots=True)
class RPeak:
    """A beat on the strap's clock; it ``joins`` the one before when the interval between them is whole."""

    strap_s: float
    joins: bool


class RPeaks:
    """Finds the R peaks in the blocks of one ECG stream."""

    def __init__(self) -> None:
        self._strengths: deque[float] = deque(maxlen=BEATS)  # of the newest beats; none while they are learned
        self._intervals_s: deque[float] = deque(maxlen=BEATS)
        self._is_down = False  # the main wave points downwards
        self._end_s = 0.0  # of the newest sample
        self._begin(0.0, 0.0)

    def take(self, block: Block) -> list[RPeak]:
        """R peaks that become final with a block, oldest first."""
        signal_uv = block.samples[:, 0].astype(float)
        if block.begins_run:
            self._begin(float(signal_uv[0]), float(block.strap_s[0]))
        found: list[RPeak] = []
        self._end_s = float(block.strap_s[-1])
        for burst in self._bursts.take(signal_uv, block.strap_s):
            found += self._judge(burst)
        return found + self._wait(float(block.strap_s[0]))

    def rest(self) -> list[RPeak]:
        """R peaks not final yet that join the last one, if nothing more comes; none that the end cuts off."""
        ahead = deepcopy(self)
        end_s = self._end_s - CUT_S
        peaks = [peak for burst in ahead._bursts.rest() for peak in ahead._judge(burst)]
        return list(takewhile(lambda peak: peak.joins and peak.strap_s <= end_s, peaks))

    def _begin(self, first_uv: float, start_s: float) -> None:
        """Nothing joins what came before."""
        self._bursts = Bursts(first_uv)
        self._weak: list[Burst] = []  # since the last beat, those that were none
        self._since_s = start_s  # of the last beat, or since when there has been none
        self._last_s: float | None = None  # the peak that the next one joins
        self._is_doubtful = False  # something after it may have been a beat

    def _judge(self, burst: Burst) -> list[RPeak]:
        """Beats that a burst makes: itself, and one that was overlooked before it."""
        if not self._strengths:
            self._weak.append(burst)
            return []
        if burst.strength_uv < self._limit_uv(burst):
            self._weak.append(burst)
            return []
        return self._look_back(burst.strap_s) + self._accept(burst)

    def _limit_uv(self, burst: Burst) -> float:
        """How strong a burst must be."""
        return burst.quiet_uv + ACCEPT * (median(self._strengths) - burst.quiet_uv)

    def _accept(self, burst: Burst) -> list[RPeak]:
        """A beat, unless the burst is too strong for one, hardly above the noise, or a jump of the baseline."""
        wave = self._bursts.wave(burst)
        if (
            burst.strength_uv > TOO_STRONG * median(self._strengths)
            or burst.strength_uv < CLEAR * burst.quiet_uv
            or wave.step_uv > STEP * (wave.up_uv + wave.down_uv)
        ):
            self._weak, self._is_doubtful = [burst], True
            return []
        peak_s = self._top_s(wave)
        rr_s = peak_s - self._last_s if self._last_s is not None else math.inf
        joins = rr_s < (self._usual_s * HIDES_NONE if self._is_doubtful else math.inf)
        if joins:
            self._intervals_s.append(rr_s)
        self._strengths.append(burst.strength_uv)
        self._weak = [weak for weak in self._weak if weak.place > burst.place]
        self._since_s, self._last_s, self._is_doubtful = burst.strap_s, peak_s, False
        return [RPeak(peak_s, joins)]

    @property
    def _usual_s(self) -> float:
        """Usual interval; infinite while there is none."""
        return median(self._intervals_s) if self._intervals_s else math.inf

    def _top_s(self, wave: Wave) -> float:
        """The R wave's top; where the lead shows next to none, and in beats that begin elsewhere, the S wave's."""
        self._is_down = wave.up_uv < (UP_AGAIN if self._is_down else DOWN) * wave.down_uv
        return wave.down_s if self._is_down else wave.up_s

    def _look_back(self, until_s: float) -> list[RPeak]:
        """The beat that was overlooked, where one is overdue: the strongest burst since the last one."""
        if until_s - self._since_s <= OVERDUE * self._usual_s:
            return []
        near = [burst for burst in self._weak if burst.strength_uv >= SEARCH * self._limit_uv(burst)]
        return self._accept(max(near, key=lambda burst: burst.strength_uv)) if near else []

    def _wait(self, now_s: float) -> list[RPeak]:
        """What follows when no beat has come: an overlooked one, or the usual strength is learned anew."""
        if now_s - self._since_s < LEARN_S:
            return self._look_back(now_s) if self._strengths else []
        waiting, self._weak = self._weak, []
        self._since_s, self._last_s = now_s, None
        self._intervals_s.clear()
        self._strengths.clear()
        if len(waiting) < 2:
            return []
        self._strengths.append(sorted(burst.strength_uv for burst in waiting)[-2])  # the strongest may be no beat
        return [peak for burst in waiting for peak in self._judge(burst)]
