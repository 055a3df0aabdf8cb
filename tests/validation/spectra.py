"""What the heart rate is made of, in real people and in simulated ones: band powers and RMSSD of five minutes."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import welch

from biofeedback.core import hrv
from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import Follows, Traits
from tests.validation.classes import CLASSES
from tests.validation.real import PEOPLE, read_rr_ms

__all__ = ["FIGURES", "FREQUENCIES_HZ", "Makeup", "of_real", "of_simulated"]

WINDOW_S, STEP_S = 300.0, 60.0
SEGMENT_S, RESAMPLED_HZ = 120.0, 4.0
FREQUENCIES_HZ = np.arange(1, 60) / SEGMENT_S
SIMULATED = {
    "default traits": replace(Traits(), follows=Follows.NOTHING),
    "class free": CLASSES["free"].traits,
    "class mayer_at_pacer": CLASSES["mayer_at_pacer"].traits,
    "class free_real_like": CLASSES["free_real_like"].traits,
}
PEOPLE_MADE = 150
SETTLE_S = 10.0
FIGURES = {
    "heart_rate_bpm": "heart rate (bpm)",
    "sdnn_ms": "SDNN (ms)",
    "rmssd_ms": "RMSSD (ms)",
    "vlf_ms2": "VLF (ms2)",
    "lf_ms2": "LF (ms2)",
    "hf_ms2": "HF (ms2)",
    "near_pacer_ms2": ".08-.12 Hz (ms2)",
}


@dataclass(frozen=True, slots=True)
class Makeup:
    """Figures of one window, and its density in ms2/Hz at ``FREQUENCIES_HZ``."""

    figures: dict[str, float]
    density: NDArray[np.float64]


def _makeup(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> Makeup:
    """Makeup of clean RR of five minutes."""
    bands = hrv.spectral_measures(mid_s, nn_ms)
    grid_s = np.arange(mid_s[0], mid_s[-1], 1 / RESAMPLED_HZ)
    x = np.interp(grid_s, mid_s, nn_ms)
    f, density = welch(x, RESAMPLED_HZ, nperseg=round(SEGMENT_S * RESAMPLED_HZ), detrend="linear")
    density = np.interp(FREQUENCIES_HZ, f, density)
    near = (FREQUENCIES_HZ >= 0.08) & (FREQUENCIES_HZ <= 0.12)
    figures = {
        "heart_rate_bpm": hrv.heart_rate_bpm(nn_ms),
        "sdnn_ms": hrv.sdnn_ms(nn_ms),
        "rmssd_ms": hrv.rmssd_ms(np.diff(nn_ms)),
        "vlf_ms2": bands.vlf_power_ms2,
        "lf_ms2": bands.lf_power_ms2,
        "hf_ms2": bands.hf_power_ms2,
        "near_pacer_ms2": float(density[near].mean() * 0.04),
    }
    return Makeup({name: float("nan") if value is None else value for name, value in figures.items()}, density)


@cache
def of_real(name: str) -> tuple[Makeup, ...]:
    """Makeups of windows of a recording, one a minute."""
    rr_ms = read_rr_ms(name)
    assert rr_ms is not None
    times_s = np.cumsum(rr_ms) / 1000
    found = []
    for start_s in np.arange(0.0, times_s[-1] - WINDOW_S, STEP_S):
        inside = (times_s > start_s) & (times_s <= start_s + WINDOW_S)
        found.append(_makeup(times_s[inside] - rr_ms[inside] / 2000, rr_ms[inside]))
    return tuple(found)


@cache
def of_simulated(name: str) -> tuple[Makeup, ...]:
    """Makeups of simulated people who breathe freely, one window each."""
    found = []
    for seed in range(PEOPLE_MADE):
        person = Person(SIMULATED[name], 10_000 + seed)
        person.advance(SETTLE_S + WINDOW_S)
        beats_s = np.asarray(person.beats_s)
        beats_s = beats_s[beats_s > SETTLE_S]
        rr_ms = np.diff(beats_s) * 1000
        found.append(_makeup(beats_s[1:] - rr_ms / 2000, rr_ms))
    return tuple(found)


def free_people() -> list[str]:
    """Names of the recordings of people at rest with a rhythm that can be read."""
    return [name for name, person in PEOPLE.items() if person.is_free and read_rr_ms(name) is not None]
