"""Breathing of a simulated person, and how the heart rate answers each breath."""

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.events import Step
from biofeedback.core.pacing import Pacer
from biofeedback.straps.presets import Follows, Traits
from biofeedback.straps.stretches import Stretches, draw_stretches

__all__ = ["Respiration", "TakenBreath"]

CORNER_PER_MIN = 7.2  # RSA is flat below this breathing rate (Hirsch & Bishop 1981, PubMed 7315987)
SLOPE = 21 / 20  # and falls by 21 dB a decade above it (as above)
LAG_SLOPE_S = 1.0 / 9.0  # per breath/min above 6: about 1 s more lag at 15/min (science.md 6)
TIDAL_AT_14 = 0.7  # depth of free breaths at 14/min against 6/min; RSA is linear in it; assumed
INHALE_FRACTION = 0.4  # of a free breath; assumed
WANDER_BREATHS = (
    12.0  # over which the rate of free breathing wanders; read off breaths at rest, tests/validation/fitting.py
)
SLOW_JITTER_FRACTION = 0.03  # SD of a breath in a slow rhythm that is kept on purpose; assumed
LEAST_S = 0.2  # no rise or fall of the heart rate is shorter than this


@dataclass(frozen=True, slots=True)
class TakenBreath:
    """One breath as the person takes it, and the course of heart rate it makes: the same shape, later by the lag.

    ``depth`` is the air taken in, 1 for a usual breath at 6/min. The heart rate goes from ``start_bpm`` to ``peak_bpm``
    over the inhale and to ``end_bpm`` over the exhale, each half a cosine, as lung volume does.
    """

    inhale_start_s: float
    inhale_end_s: float
    exhale_start_s: float
    exhale_end_s: float
    rise_start_s: float
    lag_s: float
    start_bpm: float
    peak_bpm: float
    end_bpm: float
    depth: float
    start_volume: float

    def volume(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Air in the lungs above rest at times in seconds, shape as given; 1 is a usual breath at 6/min."""
        inhale_s = max(self.inhale_end_s - self.inhale_start_s, LEAST_S)
        exhale_s = max(self.exhale_end_s - self.exhale_start_s, LEAST_S)
        filled = np.cos(np.clip((t_s - self.inhale_start_s) / inhale_s, 0.0, 1.0) * math.pi)
        emptied = np.cos(np.clip((t_s - self.exhale_start_s) / exhale_s, 0.0, 1.0) * math.pi)
        up = (self.depth - self.start_volume) / 2
        volume: NDArray[np.float64] = self.start_volume + up * (1.0 - filled) - self.depth / 2 * (1.0 - emptied)
        return volume

    def modulation_bpm(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heart rate that this breath adds at times in seconds, shape as given."""
        rise_s = max(self.inhale_end_s + self.lag_s - self.rise_start_s, LEAST_S)
        fall_s = max(self.exhale_end_s - self.exhale_start_s, LEAST_S)
        fall_start_s = max(self.exhale_start_s + self.lag_s, self.rise_start_s + rise_s)
        rise = np.cos(np.minimum(np.maximum((t_s - self.rise_start_s) / rise_s, 0.0), 1.0) * math.pi)
        fall = np.cos(np.minimum(np.maximum((t_s - fall_start_s) / fall_s, 0.0), 1.0) * math.pi)
        up_bpm, down_bpm = (self.peak_bpm - self.start_bpm) / 2, (self.end_bpm - self.peak_bpm) / 2
        modulation: NDArray[np.float64] = self.start_bpm + up_bpm * (1.0 - rise) + down_bpm * (1.0 - fall)
        return modulation


class Respiration:
    """Breaths one after the other: free, or along with the pacer that is watched; planned just ahead of time."""

    def __init__(self, traits: Traits, rng: np.random.Generator) -> None:
        self.rsa_bpm = rng.uniform(*traits.rsa_bpm)
        # Cut at 2 SD, so that no seed makes a person beyond the arc of lags that anyone tests.
        self.lag_s = traits.lag_mean_s + traits.lag_sd_s * float(np.clip(rng.standard_normal(), -2, 2))
        self.breathing_per_min = rng.uniform(*traits.breathing_per_min)
        self.slow_breathing_per_min = rng.uniform(*traits.slow_breathing_per_min)
        self.follow_jitter_fraction = rng.uniform(*traits.follow_jitter_fraction)
        self.taken: list[TakenBreath] = []
        self._traits = traits
        self._rng = rng
        self._wander = self._normal()
        self._rise_starts_s: list[float] = []
        self._pacer: Pacer | None = None
        self._pacer_index = 0
        self._paced = False
        self._next_start_s = -rng.uniform(0, 60 / self.breathing_per_min)
        # A generator of its own: who never holds the breath draws nothing from it.
        self._held = 0
        self._holds = Stretches(draw_stretches(traits.hold_every_s, traits.hold_s, rng.spawn(1)[0]))

    def watch(self, step: Step | None, at_s: float) -> None:
        """Begin or stop breathing slowly: what is on the screen changes at ``at_s``."""
        pacer = step.pacer if step is not None and self._traits.follows is not Follows.NOTHING else None
        if pacer is None and not self._paced:
            return
        start_s = at_s + self._rng.uniform(*self._traits.reaction_s)
        while len(self.taken) > 1 and self.taken[-1].inhale_start_s > at_s:
            self.taken.pop()
            self._rise_starts_s.pop()
        self._paced = pacer is not None
        self._pacer = pacer if self._traits.follows is Follows.PACER else None
        self._next_start_s = start_s
        if self._pacer is not None:
            self._pacer_index = self._first_index(self._pacer, start_s)

    def modulation_bpm(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Respiratory part of the heart rate at rising times, shape as given."""
        self._plan(float(t_s[-1]))
        index = max(bisect_right(self._rise_starts_s, t_s[0]) - 1, 0)
        modulation = self.taken[index].modulation_bpm(t_s)
        for breath in self.taken[index + 1 :]:
            if breath.rise_start_s > t_s[-1]:
                break
            modulation = np.where(t_s >= breath.rise_start_s, breath.modulation_bpm(t_s), modulation)
        return modulation

    def volume(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Air in the lungs above rest at rising times that the person has lived, shape as given."""
        while self._next_start_s <= t_s[-1]:
            self._take_next()
        starts_s = np.array([breath.inhale_start_s for breath in self.taken])
        places = np.maximum(np.searchsorted(starts_s, t_s, side="right") - 1, 0)
        volume = np.empty(t_s.shape)
        for place in np.unique(places):
            volume[places == place] = self.taken[place].volume(t_s[places == place])
        return volume

    @staticmethod
    def _first_index(pacer: Pacer, start_s: float) -> int:
        """First breath of the pacer that still has some inhale left at ``start_s``."""
        index = max(int((start_s - pacer.start_s) // pacer.pattern.period_s) - len(pacer.breaths), 0)
        while pacer.breath(index).exhale_start_s < start_s + LEAST_S:
            index += 1
        return index

    def _plan(self, until_s: float) -> None:
        """Plan breaths until one begins to move the heart after ``until_s``."""
        while not self.taken or self.taken[-1].rise_start_s <= until_s:
            self._take_next()

    def _take_next(self) -> None:
        """Add the next breath, after a pause where the breath is held."""
        due = self._holds.until(self._next_start_s)[self._held :]
        if due:
            self._held += len(due)
            self._next_start_s += due[0][1][1] - due[0][1][0]
            if self._pacer is not None:
                self._pacer_index = self._first_index(self._pacer, self._next_start_s)
        if self._pacer is not None:
            self._take_paced(self._pacer)
        else:
            self._take_free()

    def _take_free(self) -> None:
        """Add a breath in the person's own rhythm."""
        if self._paced:
            period_s = 60 / self.slow_breathing_per_min * math.exp(SLOW_JITTER_FRACTION * self._normal())
        else:
            period_s = 60 / self.breathing_per_min * math.exp(self._irregularity())
        inhale_end_s = self._next_start_s + INHALE_FRACTION * period_s
        self._take(inhale_end_s, inhale_end_s, self._next_start_s + period_s)
        self._next_start_s += period_s

    def _irregularity(self) -> float:
        """Log of the next free breath's length over the usual: the rate wanders, and each breath is its own."""
        traits = self._traits
        kept = math.exp(-1 / WANDER_BREATHS)
        self._wander = kept * self._wander + math.sqrt(1 - kept**2) * self._normal()
        wander_sd, jitter_sd = traits.breathing_wander_fraction, traits.breathing_jitter_fraction
        # Cut at 2 SD: the longest and shortest breaths that were seen at rest lie about there.
        most = 2 * math.hypot(wander_sd, jitter_sd)
        return min(max(wander_sd * self._wander + jitter_sd * self._normal(), -most), most)

    def _take_paced(self, pacer: Pacer) -> None:
        """Add the next breath of the pacer, each turn of it a little early or late, without adding up."""
        breath = pacer.breath(self._pacer_index)
        fixed = self._pacer_index >= len(pacer.breaths)
        hold_in_s = pacer.pattern.hold_in_s if fixed else 0.0
        shortest_s = min(
            breath.exhale_start_s - hold_in_s - breath.inhale_start_s, breath.exhale_end_s - breath.exhale_start_s
        )
        jitter_s = self.follow_jitter_fraction * (breath.end_s - breath.inhale_start_s)
        late_s = [float(np.clip(jitter_s * self._normal(), -0.35 * shortest_s, 0.35 * shortest_s)) for _ in range(2)]
        exhale_start_s = max(breath.exhale_start_s + late_s[0], self._next_start_s + LEAST_S)
        self._take(
            exhale_start_s - min(hold_in_s, exhale_start_s - self._next_start_s - LEAST_S),
            exhale_start_s,
            breath.exhale_end_s + late_s[1],
        )
        self._next_start_s = breath.end_s + late_s[1]
        self._pacer_index += 1

    def _take(self, inhale_end_s: float, exhale_start_s: float, exhale_end_s: float) -> None:
        """Add a breath that begins at the planned start; its depth and rate decide how far the heart rate swings."""
        start_s = self._next_start_s
        per_min = 60 / (exhale_end_s - start_s)
        tidal = float(np.interp(per_min, (6.0, 14.0), (1.0, TIDAL_AT_14)))
        tidal *= math.exp(self._traits.tidal_jitter_fraction * self._normal())
        swing_bpm = self.rsa_bpm * min(1.0, (CORNER_PER_MIN / per_min) ** SLOPE) * tidal
        lag_s = self.lag_s + LAG_SLOPE_S * max(min(per_min, 20.0) - 6.0, 0.0)
        rise_start_s, start_bpm = start_s + lag_s, -swing_bpm / 2
        if self.taken:
            rise_start_s = max(rise_start_s, self._rise_starts_s[-1] + LEAST_S)
            start_bpm = float(self.taken[-1].modulation_bpm(np.array(rise_start_s)))
        self._rise_starts_s.append(rise_start_s)
        self.taken.append(
            TakenBreath(
                start_s,
                inhale_end_s,
                exhale_start_s,
                exhale_end_s,
                rise_start_s,
                lag_s,
                start_bpm,
                swing_bpm / 2,
                -swing_bpm / 2,
                tidal,
                float(self.taken[-1].volume(np.array(start_s))) if self.taken else 0.0,
            )
        )

    def _normal(self) -> float:
        """Standard normal number."""
        return float(self._rng.standard_normal())
