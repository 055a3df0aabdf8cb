"""Bursts of QRS energy in an ECG as it comes: where they are, how strong, and where the wave beneath has its top."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RATE_HZ", "Burst", "Bursts", "Wave"]

RATE_HZ = 130.0  # what the filters are made for; a real strap is within 2 % of it
BAND_HZ = (8.0, 25.0)  # least T wave and most QRS, narrow and wide alike, on a real H10 with frequent ectopy
BAND_TAPS, ENERGY_TAPS = 41, 13
LAG = (BAND_TAPS + ENERGY_TAPS - 2) // 2  # samples by which the energy trails behind the signal
APART = 26  # samples: of two bursts within .2 s the weaker one is none
FLOOR_UV = 15.0  # weaker energy is the converter's
QUIET_SAMPLES = 260  # two seconds hold a pause between two beats
BEFORE, AFTER = (72, 16), (16, 36)  # samples before and after a burst that lie outside it
SEEK = 8  # samples to either side in which the wave has its top
BESIDE = 24  # samples to either side: beyond the wave the baseline can be seen
DRIFTS = (SEEK + BESIDE + 2) / (BESIDE - SEEK)  # what lies between is so many times as long as half of what is beside
MOST, KEEP = 1500, 1000  # samples remembered


def _band_taps() -> NDArray[np.float64]:
    """Band-pass of linear phase without any gain at 0 Hz: the windowed difference of two ideal low-passes."""
    k = np.arange(BAND_TAPS) - (BAND_TAPS - 1) / 2
    window = np.hamming(BAND_TAPS)
    low, high = (2 * hz / RATE_HZ * np.sinc(2 * hz / RATE_HZ * k) * window for hz in BAND_HZ)
    taps = high - low
    return np.asarray(taps - window * taps.sum() / window.sum())


_BAND = _band_taps()
_ENERGY = np.hanning(ENERGY_TAPS + 2)[1:-1] / np.hanning(ENERGY_TAPS + 2).sum()
_HALF = np.full((BESIDE - SEEK) // 2, 2.0 / (BESIDE - SEEK))  # mean of half of what lies beside a wave
_SMOOTH = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst: ``place`` counts the samples of the run, ``quiet_uv`` is the energy between the waves before it."""

    place: int
    strap_s: float
    strength_uv: float
    quiet_uv: float


@dataclass(frozen=True, slots=True)
class Wave:
    """What lies beneath a burst: its tops to either side of the baseline, and by how much that differs after it."""

    up_uv: float
    up_s: float
    down_uv: float
    down_s: float
    step_uv: float


class Bursts:
    """Filters one run of samples and finds its bursts, each once no later sample can outdo it."""

    def __init__(self, first_uv: float) -> None:
        self._signal = np.full(LAG, first_uv)  # place k is at k + LAG - first
        self._times_s = np.zeros(0)
        self._energy = np.zeros(0)
        self._first = 0  # place of the oldest sample that is remembered
        self._judged = 1  # places that have been looked at

    def take(self, signal_uv: NDArray[np.float64], strap_s: NDArray[np.float64]) -> list[Burst]:
        """Bursts that become final with samples in uV at times on the strap's clock, both of shape (n_samples,)."""
        self._forget()
        self._signal = np.concatenate((self._signal, signal_uv))
        self._times_s = np.concatenate((self._times_s, strap_s))
        band = np.correlate(self._signal[len(self._energy) :], _BAND, "valid")
        if len(band) >= ENERGY_TAPS:
            energy = np.sqrt(np.correlate(band * band, _ENERGY, "valid"))
            self._energy = np.concatenate((self._energy, energy))
        return self._find()

    def rest(self) -> list[Burst]:
        """Bursts not final yet, were the signal to stay as it is; to be asked once, when nothing more comes."""
        if len(self._times_s) < 2:
            return []
        ahead = np.arange(1, LAG + AFTER[1] + 1) * (self._times_s[-1] - self._times_s[-2])
        return self.take(np.full(len(ahead), self._signal[-1]), self._times_s[-1] + ahead)

    def wave(self, burst: Burst) -> Wave:
        """The wave beneath a burst, its tops found between the samples by a parabola."""
        place = burst.place - self._first
        middle = place + LAG
        early_uv, before_uv = (self._signal[middle - BESIDE : middle - SEEK].reshape(2, -1) @ _HALF).tolist()
        after_uv, late_uv = (self._signal[middle + SEEK + 1 : middle + BESIDE + 1].reshape(2, -1) @ _HALF).tolist()
        base_uv = (early_uv + before_uv + after_uv + late_uv) / 4
        step_uv = (after_uv + late_uv - early_uv - before_uv) / 2
        drift_uv = (before_uv - early_uv + late_uv - after_uv) / 2 * DRIFTS
        smooth = np.correlate(self._signal[middle - SEEK - 2 : middle + SEEK + 3], _SMOOTH, "valid")
        first = place - SEEK
        up_uv, up_s = self._top(first, smooth - base_uv)
        down_uv, down_s = self._top(first, base_uv - smooth)
        return Wave(up_uv, up_s, down_uv, down_s, min(abs(step_uv), abs(step_uv - drift_uv)))

    def _top(self, first: int, wave_uv: NDArray[np.float64]) -> tuple[float, float]:
        """Height and time of a wave's top, by the parabola through it and its neighbours; 0 where it has none."""
        top = int(wave_uv.argmax())
        place = max(first + top, 0)
        at_s = float(self._times_s[place])
        if not 0 < top < len(wave_uv) - 1:
            return 0.0, at_s
        left, here, right = wave_uv[top - 1 : top + 2].tolist()
        bend = left - 2 * here + right
        shift = (left - right) / (2 * bend) if bend else 0.0
        return here, at_s + shift * float(self._times_s[place + 1] - self._times_s[place])

    def _forget(self) -> None:
        """Let the oldest samples go now and then."""
        surplus = len(self._energy) - KEEP
        if len(self._energy) > MOST:
            self._first += surplus
            self._signal, self._times_s = self._signal[surplus:], self._times_s[surplus:]
            self._energy = self._energy[surplus:]

    def _find(self) -> list[Burst]:
        """Tops of the energy that are not outdone within .2 s to either side."""
        energy = self._energy
        first, end = self._judged - self._first, len(energy) - AFTER[1]
        if end <= first:
            return []
        self._judged = end + self._first
        part = energy[first - 1 : end + 1]
        middle = part[1:-1]
        tops = ((middle > part[:-2]) & (middle >= part[2:]) & (middle > FLOOR_UV)).nonzero()[0] + first
        found = []
        for place in tops.tolist():
            strength_uv = float(energy[place])
            if strength_uv >= energy[max(0, place - APART) : place + APART + 1].max():
                found.append(
                    Burst(place + self._first, float(self._times_s[place]), strength_uv, self._quiet_uv(place))
                )
        return found

    def _quiet_uv(self, place: int) -> float:
        """Lower quartile of the energy just before a place, just after it, and over two seconds: the largest one."""
        before = self._energy[max(0, place - BEFORE[0]) : max(1, place - BEFORE[1])]
        after = self._energy[place + AFTER[0] : place + AFTER[1]]
        long = self._energy[max(0, place - QUIET_SAMPLES) : place + 1]
        return max(float(np.partition(part, len(part) // 4)[len(part) // 4]) for part in (before, after, long))
