"""A seeded person: breath, Mayer wave, slow wandering and noise drive a heart that beats by the IPFM model."""

import math
from collections.abc import Iterator
from itertools import accumulate
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.events import Step
from biofeedback.core.pacing import Breath
from biofeedback.straps.presets import Traits
from biofeedback.straps.respiration import Respiration

__all__ = ["Person"]

GRID_S = 0.05  # step of the integration; a threshold crossing between two steps is interpolated (error < .1 ms)
COARSE_S = 0.25  # step of Mayer wave, wandering and noise, linear in between
BLOCK_S = 64.0  # so much background is drawn at once
VLF_HZ = (0.0033, 0.04)  # Task Force 1996
VLF_CORNERS_HZ = (0.0033, 0.014, 0.06)  # evenly spaced in log f over what tests/validation/fitting.py looks at
SETTLING_TAU_S = 180.0  # with which the heart slows while a person just sits; assumed
SLOWEST_BPM = 25.0
SHORTEST_FRACTION = 0.45  # of the mean RR: refractory time of an irregular rhythm


Value = TypeVar("Value", float, complex)


def _wander(start: Value, drives: list[Value], pole: Value) -> list[Value]:
    """Ornstein-Uhlenbeck process from ``start``, one value more than there are drives."""
    return list(accumulate(drives, lambda state, drive: pole * state + drive, initial=start))


class _Vlf:
    """Slow wandering with a density of about 1/f**slope between the first corner and the last, slope 0 to 2.

    A sum of Ornstein-Uhlenbeck processes; ``sd_bpm`` is what of it lies in the VLF band.
    """

    def __init__(self, sd_bpm: float, slope: float, rng: np.random.Generator) -> None:
        corners_hz = np.array(VLF_CORNERS_HZ)
        parts = corners_hz ** (1 - slope)  # of the variance: the density at a corner goes with variance over corner
        low, high = (np.arctan(limit_hz / corners_hz) for limit_hz in VLF_HZ)
        inside = parts @ (high - low) * (2 / math.pi)
        sds_bpm = sd_bpm * np.sqrt(parts / inside)
        poles = np.exp(-math.tau * corners_hz * COARSE_S)
        self._poles: list[float] = poles.tolist()
        self._drives_bpm: NDArray[np.float64] = sds_bpm * np.sqrt(1 - poles**2)
        self._states_bpm: list[float] = (sds_bpm * rng.standard_normal(poles.size)).tolist()

    def block_bpm(self, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Next ``size`` steps, the last of those before in front."""
        drives_bpm = self._drives_bpm[:, np.newaxis] * rng.standard_normal((len(self._poles), size))
        parts_bpm = list(map(_wander, self._states_bpm, drives_bpm.tolist(), self._poles))
        self._states_bpm = [part_bpm[-1] for part_bpm in parts_bpm]
        block_bpm: NDArray[np.float64] = np.sum(parts_bpm, axis=0)
        return block_bpm


class _Background:
    """Heart rate without breathing, in blocks: mean, settling, Mayer wave, VLF wandering and white noise."""

    def __init__(self, traits: Traits, rng: np.random.Generator) -> None:
        self.heart_rate_bpm = rng.uniform(*traits.heart_rate_bpm)
        mayer_sd_bpm = rng.uniform(*traits.mayer_sd_bpm)
        turn = math.tau * rng.uniform(*traits.mayer_hz) * COARSE_S
        decay = math.exp(-COARSE_S / rng.uniform(*traits.mayer_coherence_s))
        self._settling_bpm = traits.settling_bpm
        self._rng = rng
        self._mayer_pole = decay * complex(math.cos(turn), math.sin(turn))
        self._mayer_drive_bpm = mayer_sd_bpm * math.sqrt(1 - decay**2)
        self._mayer = mayer_sd_bpm * complex(*rng.standard_normal(2))
        self._vlf = _Vlf(rng.uniform(*traits.vlf_sd_bpm), rng.uniform(*traits.vlf_slope), rng)
        self._noise_sd_bpm = rng.uniform(*traits.noise_sd_bpm)
        self._noise_bpm = self._noise_sd_bpm * rng.standard_normal()
        self._start_s = 0.0

    def block_bpm(self) -> NDArray[np.float64]:
        """Heart rate on the grid over the next block, its first point is the last of the block before."""
        size = round(BLOCK_S / COARSE_S)
        drives = self._rng.standard_normal((2, size))
        noise_bpm = self._noise_sd_bpm * self._rng.standard_normal(size)
        mayer = _wander(self._mayer, (self._mayer_drive_bpm * (drives[0] + 1j * drives[1])).tolist(), self._mayer_pole)
        coarse_s = self._start_s + COARSE_S * np.arange(size + 1)
        total_bpm = np.real(mayer) + self._vlf.block_bpm(size, self._rng)
        total_bpm += np.concatenate(([self._noise_bpm], noise_bpm))
        total_bpm += self.heart_rate_bpm + self._settling_bpm * np.exp(-coarse_s / SETTLING_TAU_S)
        self._mayer, self._noise_bpm = mayer[-1], noise_bpm[-1]
        grid_s = self._start_s + GRID_S * np.arange(round(BLOCK_S / GRID_S) + 1)
        self._start_s += BLOCK_S
        block_bpm: NDArray[np.float64] = np.interp(grid_s, coarse_s, total_bpm)
        return block_bpm


def _intervals(traits: Traits, rng: np.random.Generator) -> Iterator[tuple[float, bool]]:
    """Yield how much the integral must grow until each next beat (1 is a regular beat), and whether it is ectopic."""
    ectopic_fraction = rng.uniform(*traits.ectopic_fraction)
    irregular_fraction = rng.uniform(*traits.irregular_fraction)
    while True:
        if irregular_fraction:
            yield max(1 + irregular_fraction * rng.standard_normal(), SHORTEST_FRACTION), False
        elif ectopic_fraction and rng.random() < ectopic_fraction / (1 - ectopic_fraction):
            early = rng.uniform(*traits.premature_fraction)
            yield 1 - early, True
            yield 1 + early, False  # the full compensatory pause
        else:
            yield 1.0, False


class Person:
    """Breathes and beats from time 0 on; the same seed and the same screen give the same beats, however advanced.

    Notes
    -----
    Integral pulse frequency modulation: a beat each time the integral of the heart rate has grown by one
    (Mateo & Laguna 2000, IEEE Trans Biomed Eng 47(8):985-996).
    """

    def __init__(self, traits: Traits, seed: int) -> None:
        self.respiration = Respiration(traits, np.random.default_rng([seed, 1]))
        self.beats_s: list[float] = []
        self.ectopic_s: list[float] = []
        self.watched: list[tuple[Step | None, float]] = []
        self._background = _Background(traits, np.random.default_rng([seed, 2]))
        self._intervals = _intervals(traits, np.random.default_rng([seed, 3]))
        self._block_bpm = self._background.block_bpm()
        self._block_index = 0
        self._index = 0
        self._integral = np.random.default_rng([seed, 4]).random()
        self._last_bpm = self._heart_rate_bpm(0, 1)[0]
        self._next, self._next_ectopic = 1.0, False
        self._changes: list[tuple[Step | None, float]] = []

    @property
    def heart_rate_bpm(self) -> float:
        """Mean heart rate after settling."""
        return self._background.heart_rate_bpm

    @property
    def lived_s(self) -> float:
        """Until when every beat is known."""
        return self._index * GRID_S

    def watch(self, step: Step | None, at_s: float) -> None:
        """From ``at_s`` on another step is on the screen (None: none)."""
        self._changes.append((step, at_s))

    def advance(self, until_s: float) -> list[float]:
        """R peaks in seconds that are new since the last call, up to ``until_s`` (to a step of the grid)."""
        known = len(self.beats_s)
        while self._changes and self._changes[0][1] <= until_s:
            step, at_s = self._changes.pop(0)
            self._integrate(at_s)
            at_s = max(at_s, self._index * GRID_S)
            self.respiration.watch(step, at_s)
            self.watched.append((step, at_s))
        self._integrate(until_s)
        return self.beats_s[known:]

    def coming_beat(self) -> tuple[float, bool]:
        """R peak of the next beat in s, if the heart goes on as fast as it beats now, and whether it is ectopic."""
        wait_s = (self._next - self._integral) * 60 / float(self._last_bpm)
        return self.lived_s + wait_s, self._next_ectopic

    def exhale_contrast_ms(self, breath: Breath) -> float:
        """Noise-free RR in the last third of the pacer's exhale minus that in the first: what an answer looks for."""
        third_s = (breath.exhale_end_s - breath.exhale_start_s) / 3
        early_ms, late_ms = (
            self._mean_rr_ms(start_s, start_s + third_s)
            for start_s in (breath.exhale_start_s, breath.exhale_end_s - third_s)
        )
        return late_ms - early_ms

    def _mean_rr_ms(self, start_s: float, end_s: float) -> float:
        """Noise-free mean RR between two times."""
        t_s = np.array([start_s + part * (end_s - start_s) / 20 for part in range(21)])
        return float(np.mean(60_000 / (self.heart_rate_bpm + self.respiration.modulation_bpm(t_s))))

    def _integrate(self, until_s: float) -> None:
        """Let the heart beat up to ``until_s``, block by block."""
        last = math.floor(until_s / GRID_S + 1e-6)
        while self._index < last:
            if self._index == self._block_index + self._block_bpm.size - 1:
                self._block_index, self._block_bpm = self._index, self._background.block_bpm()
            stop = min(last, self._block_index + self._block_bpm.size - 1)
            self._beat(stop)

    def _heart_rate_bpm(self, start: int, stop: int) -> NDArray[np.float64]:
        """Heart rate at grid points of the block in hand."""
        background_bpm = self._block_bpm[start - self._block_index : stop - self._block_index]
        breath_bpm = self.respiration.modulation_bpm(np.arange(start, stop, dtype=np.float64) * GRID_S)
        return np.maximum(background_bpm + breath_bpm, SLOWEST_BPM)

    def _beat(self, stop: int) -> None:
        """Integrate up to grid point ``stop`` and place the beats on the way."""
        heart_rate_bpm = np.empty(stop - self._index + 1)
        heart_rate_bpm[0] = self._last_bpm
        heart_rate_bpm[1:] = self._heart_rate_bpm(self._index + 1, stop + 1)
        growth = (heart_rate_bpm[:-1] + heart_rate_bpm[1:]) * (GRID_S / 120)
        growth[0] += self._integral
        integral = growth.cumsum()
        while self._next <= integral[-1]:
            after = int(integral.searchsorted(self._next))
            before = integral[after - 1] if after else self._integral
            fraction = (self._next - before) / (integral[after] - before)
            beat_s = float(self._index + after + fraction) * GRID_S
            self.beats_s.append(beat_s)
            if self._next_ectopic:
                self.ectopic_s.append(beat_s)
            grow, self._next_ectopic = next(self._intervals)
            self._next += grow
        self._integral, self._last_bpm, self._index = float(integral[-1]), heart_rate_bpm[-1], stop
