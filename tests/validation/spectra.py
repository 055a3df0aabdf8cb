"""What the heart rate is made of, in real people and in simulated ones: powers, densities and RMSSD of five minutes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import welch

from biofeedback.core import hrv
from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import Follows, Traits
from tests.validation.classes import CLASSES
from tests.validation.real import PEOPLE, read_rr_ms

__all__ = [
    "BANDS_HZ",
    "FIGURES",
    "FREQUENCIES_HZ",
    "Makeup",
    "band_densities",
    "free_people",
    "of_real",
    "of_simulated",
    "real_windows",
    "simulated_windows",
]

WINDOW_S, STEP_S = 300.0, 60.0
SEGMENT_S, RESAMPLED_HZ = 120.0, 4.0
# Of the picture: a bin each at first, then as wide as the eye sees them on a logarithmic axis.
EDGES_HZ = np.concatenate(([0.0025, 0.0055, 0.0085, 0.0125, 0.0175], np.geomspace(0.0245, 0.5, 18)))
FREQUENCIES_HZ = np.sqrt(EDGES_HZ[:-1] * EDGES_HZ[1:])
BANDS_HZ = {
    "slow_bpm2_hz": (0.0033, 0.02),
    "less_slow_bpm2_hz": (0.02, 0.05),
    "mayer_bpm2_hz": (0.07, 0.12),
    "breath_bpm2_hz": (0.15, 0.4),
    "floor_bpm2_hz": (0.4, 0.5),
}
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
    "slow_bpm2_hz": "fitted: .0033-.02 Hz (bpm2/Hz)",
    "less_slow_bpm2_hz": "fitted: .02-.05 Hz (bpm2/Hz)",
    "mayer_bpm2_hz": "given: .07-.12 Hz (bpm2/Hz)",
    "breath_bpm2_hz": "given: .15-.4 Hz (bpm2/Hz)",
    "floor_bpm2_hz": "fitted: .4-.5 Hz (bpm2/Hz)",
}


@dataclass(frozen=True, slots=True)
class Makeup:
    """Figures of one window, and the density of its heart rate in bpm2/Hz at ``FREQUENCIES_HZ``."""

    figures: dict[str, float]
    density: NDArray[np.float64]


def _density(
    mid_s: NDArray[np.float64], values: NDArray[np.float64], segment_s: float
) -> tuple[NDArray[np.float64], ...]:
    """Frequencies and density by Welch, Hann, of values between which lines are drawn."""
    grid_s = np.arange(mid_s[0], mid_s[-1], 1 / RESAMPLED_HZ)
    size = min(round(segment_s * RESAMPLED_HZ), grid_s.size)
    found: tuple[NDArray[np.float64], ...] = welch(
        np.interp(grid_s, mid_s, values), RESAMPLED_HZ, nperseg=size, detrend="linear"
    )
    return found


def band_densities(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> dict[str, float]:
    """Mean density of instantaneous heart rate in each of ``BANDS_HZ``, from five minutes in one piece."""
    f, density = _density(mid_s, 60_000 / nn_ms, WINDOW_S)
    return {name: float(density[(f >= low) & (f < high)].mean()) for name, (low, high) in BANDS_HZ.items()}


def _makeup(mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> Makeup:
    """Makeup of clean RR of five minutes."""
    bands = hrv.spectral_measures(mid_s, nn_ms)
    f, density = _density(mid_s, nn_ms, SEGMENT_S)
    figures = {
        "heart_rate_bpm": hrv.heart_rate_bpm(nn_ms),
        "sdnn_ms": hrv.sdnn_ms(nn_ms),
        "rmssd_ms": hrv.rmssd_ms(np.diff(nn_ms)),
        "vlf_ms2": bands.vlf_power_ms2,
        "lf_ms2": bands.lf_power_ms2,
        "hf_ms2": bands.hf_power_ms2,
        "near_pacer_ms2": float(density[(f > 0.0799) & (f < 0.1201)].mean() * 0.04),
        **band_densities(mid_s, nn_ms),
    }
    f, density = _density(mid_s, 60_000 / nn_ms, WINDOW_S)
    inside = [(f >= low) & (f < high) for low, high in pairwise(EDGES_HZ)]
    means = np.array([density[chosen].mean() for chosen in inside])
    return Makeup({name: float("nan") if value is None else value for name, value in figures.items()}, means)


def real_windows(name: str) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield middles and lengths of the RR in five minutes of a recording, begun every minute."""
    rr_ms = read_rr_ms(name)
    assert rr_ms is not None
    times_s = np.cumsum(rr_ms) / 1000
    for start_s in np.arange(0.0, times_s[-1] - WINDOW_S, STEP_S):
        inside = (times_s > start_s) & (times_s <= start_s + WINDOW_S)
        yield times_s[inside] - rr_ms[inside] / 2000, rr_ms[inside]


def simulated_windows(traits: Traits, people: int) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield the same of simulated people, one window each."""
    for seed in range(people):
        person = Person(traits, 10_000 + seed)
        person.advance(SETTLE_S + WINDOW_S)
        beats_s = np.asarray(person.beats_s)
        beats_s = beats_s[beats_s > SETTLE_S]
        rr_ms = np.diff(beats_s) * 1000
        yield beats_s[1:] - rr_ms / 2000, rr_ms


@cache
def of_real(name: str) -> tuple[Makeup, ...]:
    """Makeups of windows of a recording, one a minute."""
    return tuple(_makeup(mid_s, rr_ms) for mid_s, rr_ms in real_windows(name))


@cache
def of_simulated(name: str) -> tuple[Makeup, ...]:
    """Makeups of simulated people who breathe freely, one window each."""
    return tuple(_makeup(mid_s, rr_ms) for mid_s, rr_ms in simulated_windows(SIMULATED[name], PEOPLE_MADE))


def free_people() -> list[str]:
    """Names of the recordings of people at rest with a rhythm that can be read."""
    return [name for name, person in PEOPLE.items() if person.is_free and read_rr_ms(name) is not None]
