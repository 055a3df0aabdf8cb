"""Artefacts planted among beats whose truth is known; bench and tests rest on the same."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALL_KINDS", "KINDS", "Planted", "plant"]

KINDS = ("missed", "extra", "ectopic", "misplaced")
ALL_KINDS = (*KINDS, "long", "short")  # a lone interval's own length is nobody's to know: no error to be told of
EARLY = (0.15, 0.40)  # of an interval: premature beats; science.md 6
MOVED = (0.08, 0.30)  # of an interval, early or late: an R peak found beside its place
SPLIT = (0.3, 0.7)
STRETCHED = (0.2, 0.35)  # of an interval: one that is too long or too short by itself
APART_BEATS, EDGE_BEATS = 4, 5


@dataclass(frozen=True, slots=True)
class Planted:
    """Intervals with artefacts, the kind that each interval belongs to (None: none), and how many were planted."""

    rr_ms: NDArray[np.float64]
    kinds: tuple[str | None, ...]
    count: int


def plant(nn_ms: NDArray[np.float64], fraction: float, seed: int, kinds: tuple[str, ...] = KINDS) -> Planted:
    """Spoil a share of the beats, one at least, the kinds in equal parts by chance."""
    rng = np.random.default_rng([seed, round(1e4 * fraction), len(nn_ms)])
    chosen: dict[int, str] = {}
    wanted = max(1, round(fraction * len(nn_ms)))
    for place in rng.permutation(np.arange(EDGE_BEATS, len(nn_ms) - EDGE_BEATS)).tolist():
        if len(chosen) < wanted and all(abs(place - other) >= APART_BEATS for other in chosen):
            chosen[place] = kinds[int(rng.integers(len(kinds)))]
    nn_ms = nn_ms.copy()
    for place, kind in chosen.items():
        if kind in ("long", "short"):
            nn_ms[place] *= 1 + rng.uniform(*STRETCHED) * (1 if kind == "long" else -1)
    peaks, spoilt = np.concatenate(([0.0], np.cumsum(nn_ms))), []
    for place, peak_ms in enumerate(peaks.tolist()):
        spoilt += _peaks(chosen.get(place), peak_ms, float(nn_ms[place - 1]), float(nn_ms[place % len(nn_ms)]), rng)
    times_ms = np.asarray([time_ms for time_ms, _ in spoilt])
    found: list[str | None] = [None] * (len(times_ms) - 1)
    for place, (_, kind) in enumerate(spoilt):
        for beside in (place - 1, place):
            if kind is not None and 0 <= beside < len(found):
                found[beside] = kind
    for place, kind in chosen.items():
        if kind == "missed":
            found[int(np.searchsorted(times_ms, peaks[place])) - 1] = kind
        if kind in ("long", "short"):
            found[int(np.searchsorted(times_ms, peaks[place]))] = kind
    return Planted(np.diff(times_ms), tuple(found), len(chosen))


def _peaks(
    kind: str | None, peak_ms: float, before_ms: float, after_ms: float, rng: np.random.Generator
) -> list[tuple[float, str | None]]:
    """What is found in place of one R peak."""
    if kind == "missed":
        return []
    if kind == "ectopic":
        return [(peak_ms - rng.uniform(*EARLY) * before_ms, kind)]
    if kind == "misplaced":
        return [(peak_ms + rng.choice((-1.0, 1.0)) * rng.uniform(*MOVED) * min(before_ms, after_ms), kind)]
    if kind == "extra":
        return [(peak_ms, None), (peak_ms + rng.uniform(*SPLIT) * after_ms, kind)]
    return [(peak_ms, None)]  # nothing, or its interval was stretched
