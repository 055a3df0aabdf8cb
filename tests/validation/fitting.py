"""Fit of the simulator's noise to real people at rest: ``python -m tests.validation.fitting`` prints it.

A twin is a simulated person with the mean heart rate of a real one. Its slow wandering and its noise are changed until
the median densities of heart rate in windows of five minutes are those of the real person, by the same estimator on
beats: what the beats alias and what the bands leak into each other is the same on both sides. RSA and Mayer wave are
matched as well, so that they do not leak otherwise, but belong to the validation classes and are not used.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from biofeedback.straps.physiology import VLF_CORNERS_HZ
from biofeedback.straps.presets import Follows, Span, Traits
from biofeedback.straps.respiration import TIDAL_AT_14, WANDER_BREATHS
from tests.validation.classes import CLASSES
from tests.validation.real import DATA, PEOPLE, read_rr_ms
from tests.validation.spectra import BANDS_HZ, band_densities, free_people, real_windows, simulated_windows

__all__ = ["BreathFit", "TwinFit", "fit_breaths", "fit_twin", "fitted_spans", "main"]

TWINS, ROUNDS = 40, 8
STEEPEST = 2.0  # slope of an Ornstein-Uhlenbeck process above its corner: a sum of them falls no faster
APART = float(np.log(np.divide(*(np.sqrt(np.prod(BANDS_HZ[name])) for name in ("less_slow_bpm2_hz", "slow_bpm2_hz")))))
REST = "rest_ecg_respiration"
BELT_HZ = 100
USUAL_PER_MIN = {"rest": (9.4, 9.4)}  # where breathing was measured; the others' is taken to be that of Traits
LAGS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class TwinFit:
    """What one real person's background is like, and the median densities in bpm2/Hz of both."""

    vlf_sd_bpm: float
    vlf_slope: float
    noise_sd_bpm: float
    real: dict[str, float]
    simulated: dict[str, float]


@dataclass(frozen=True, slots=True)
class BreathFit:
    """What one real person's free breaths are like."""

    breathing_jitter_fraction: float
    breathing_wander_fraction: float
    tidal_jitter_fraction: float
    wander_breaths: float


def _medians(windows: Iterable[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> dict[str, float]:
    """Median density of each band over windows."""
    found = [band_densities(mid_s, rr_ms) for mid_s, rr_ms in windows]
    return {name: float(np.median([one[name] for one in found])) for name in BANDS_HZ}


@cache
def fit_twin(name: str) -> TwinFit:
    """Background of a real person, by rounds of scaling each part by what its band lacks."""
    rr_ms = read_rr_ms(name)
    assert rr_ms is not None
    real = _medians(real_windows(name))
    heart_rate_bpm = float(np.mean(60_000 / rr_ms))
    parts = {"slow_bpm2_hz": 2.0, "mayer_bpm2_hz": 1.0, "breath_bpm2_hz": 10.0, "floor_bpm2_hz": 2.0}
    slope = 1.0
    for round_ in range(ROUNDS):
        traits = Traits(
            follows=Follows.NOTHING, heart_rate_bpm=_only(heart_rate_bpm), settling_bpm=0.0,
            breathing_per_min=USUAL_PER_MIN.get(name, Traits().breathing_per_min),
            rsa_bpm=_only(parts["breath_bpm2_hz"]), mayer_sd_bpm=_only(parts["mayer_bpm2_hz"]),
            vlf_sd_bpm=_only(parts["slow_bpm2_hz"]), vlf_slope=_only(slope),
            noise_sd_bpm=_only(parts["floor_bpm2_hz"]),
        )  # fmt: skip
        simulated = _medians(simulated_windows(traits, TWINS))
        if round_ < ROUNDS - 1:
            lacks = {band: float(np.log(real[band] / simulated[band])) for band in BANDS_HZ}
            parts = {band: size * float(np.exp(lacks[band] / 2)) for band, size in parts.items()}
            slope = min(max(slope + (lacks["slow_bpm2_hz"] - lacks["less_slow_bpm2_hz"]) / APART, 0.0), STEEPEST)
    return TwinFit(parts["slow_bpm2_hz"], slope, parts["floor_bpm2_hz"], real, simulated)


def _only(value: float) -> Span:
    """Span of one value."""
    return value, value


@cache
def fit_breaths() -> BreathFit:
    """Irregularity of the free breaths of the one person with a belt.

    What of the log length is alike over some breaths is wandering, the rest is each breath's own. Depth is what the
    belt moves by, without what the simulator already gives to a breath of that length.
    """
    onsets_s = np.loadtxt(DATA / REST / "breaths.csv", delimiter=",", skiprows=1)[:, [0, 2]]
    belt = np.loadtxt(DATA / REST / "rest_8min_100hz.csv.gz", delimiter=",", skiprows=1, usecols=1)
    lengths_s = onsets_s[:, 1] - onsets_s[:, 0]
    log_length = np.log(lengths_s)
    alike = [float(np.corrcoef(log_length[:-lag], log_length[lag:])[0, 1]) for lag in LAGS]
    decay, _ = np.polyfit(LAGS, np.log(alike), 1)
    shared = np.mean(alike) / np.mean(np.exp(-np.array(LAGS) / WANDER_BREATHS))
    variance = log_length.var(ddof=1)
    depth = np.log([np.ptp(belt[round(start * BELT_HZ) : round(end * BELT_HZ)]) for start, end in onsets_s.tolist()])
    depth -= np.log(np.interp(60 / lengths_s, (6.0, 14.0), (1.0, TIDAL_AT_14)))
    return BreathFit(
        float(np.sqrt(variance * (1 - shared))), float(np.sqrt(variance * shared)), float(depth.std(ddof=1)),
        float(-1 / decay),
    )  # fmt: skip


def fitted_spans(twins: Mapping[str, TwinFit]) -> dict[str, Span]:
    """Least and most of the people, for each field of Traits: a range that covers them and claims no more."""
    names = ("vlf_sd_bpm", "vlf_slope", "noise_sd_bpm")
    values = {name: [float(getattr(twin, name)) for twin in twins.values()] for name in names}
    return {name: (min(found), max(found)) for name, found in values.items()}


def main() -> int:
    """Exit status, after the fit beside the presets was printed."""
    if read_rr_ms("rest") is None:
        sys.stdout.write("nothing to fit to: there are no real recordings in ../shared/data\n")
        return 0
    twins = {name: fit_twin(name) for name in free_people()}
    for name, twin in twins.items():
        sys.stdout.write(f"{name:8} VLF SD {twin.vlf_sd_bpm:.2f} bpm, slope {twin.vlf_slope:.2f}, ")
        sys.stdout.write(f"noise SD {twin.noise_sd_bpm:.2f} bpm; density real / its twin, bpm2/Hz:")
        for band, (low, high) in BANDS_HZ.items():
            sys.stdout.write(f"  {low:g}-{high:g} Hz {twin.real[band]:.3g} / {twin.simulated[band]:.3g}")
        sys.stdout.write("\n")
    at_rest = {name: twin for name, twin in twins.items() if PEOPLE[name].is_at_rest}
    for says, people, traits in (("at rest", at_rest, Traits()), ("all", twins, CLASSES["free_real_like"].traits)):
        for field, (least, most) in fitted_spans(people).items():
            written = getattr(traits, field)
            sys.stdout.write(f"{says:8} {field:17} fitted {least:.2f} to {most:.2f}, taken {written}\n")
    breaths = fit_breaths()
    for field in ("breathing_jitter_fraction", "breathing_wander_fraction", "tidal_jitter_fraction"):
        sys.stdout.write(f"{field:26} fitted {getattr(breaths, field):.3f}, presets {getattr(Traits(), field)}\n")
    sys.stdout.write(f"{'WANDER_BREATHS':26} fitted {breaths.wander_breaths:.1f}, presets {WANDER_BREATHS}\n")
    sys.stdout.write(f"corners of the wandering at {', '.join(map(str, VLF_CORNERS_HZ))} Hz\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
