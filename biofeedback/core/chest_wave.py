"""The wave of breathing in the movement of the chest: one line out of three axes, without heart and without drift."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.chest import STEP_S, ChestRun

__all__ = ["DRIFT_S", "WAVE_DELAY_S", "ChestWave", "WavePart", "chest_wave"]

PASS_HZ = 0.6  # half of a wave at this rate passes; at .33 Hz, twenty breaths a minute, all of it does
TAPS = 25  # so that of .9 Hz, a heart of 54 a minute, a twentieth passes
WAVE_DELAY_S = (TAPS - 1) / 2 * STEP_S  # until all is there that a point of the wave is made of
DRIFT_S = 20.0  # slower than .05 Hz is posture
LEAST_S = 20.0  # of less, all runs together, the line along which the chest breathes is not known
RUN_LEAST_S = 4.0
# Another posture, a gesture: so far within 2 s, and so many times farther than the chest moves in three quarters of the
# time. A breath moves it 1.5 times as far at most, as breaths differ in depth by a sixth.
MOVE_POINTS, MOVE_LEAST_MG, MOVE_RATIO = 10, 5.0, 2.5
# The same across the line along which the chest breathes: there it hardly moves at all, and less than that along it.
ACROSS_RATIO, ACROSS_OF_ALONG = 5.0, 0.5
CAPPED = 1.5  # of the median swing: what is larger pulls no stronger at the axis


@dataclass(frozen=True, slots=True, eq=False)
class WavePart:
    """An unbroken part of a wave: times in seconds and the wave in mG, shape (n,)."""

    t_s: NDArray[np.float64]
    wave_mg: NDArray[np.float64]

    @property
    def start_s(self) -> float:
        """Its first point."""
        return float(self.t_s[0])

    @property
    def end_s(self) -> float:
        """Its last point."""
        return float(self.t_s[-1])


@dataclass(frozen=True, slots=True, eq=False)
class ChestWave:
    """Breathing along ``axis``, a unit vector of shape (3,); its sign says nothing of in and out."""

    parts: tuple[WavePart, ...]
    axis: NDArray[np.float64]


def _kernel() -> NDArray[np.float64]:
    """Windowed sinc: symmetric, so that it delays every rate by half its length, which is taken off again."""
    place = np.arange(TAPS) - (TAPS - 1) / 2
    taps = np.sinc(2 * PASS_HZ * STEP_S * place) * np.hamming(TAPS)
    return np.asarray(taps / taps.sum())


_KERNEL = _kernel()


def _filtered(values: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns through a symmetric filter; at the edges with what of it lies inside."""
    inside = slice(len(kernel) // 2, len(kernel) // 2 + len(values))
    weight = np.convolve(np.ones(len(values)), kernel)[inside]
    return np.stack([np.convolve(column, kernel)[inside] / weight for column in values.T], axis=1)


def _smooth_mg(run: ChestRun) -> NDArray[np.float64]:
    """The axes of a run below .6 Hz, about their mean."""
    return _filtered(run.acc_mg - run.acc_mg.mean(axis=0), _KERNEL)


def _swings_mg(run: ChestRun) -> NDArray[np.float64]:
    """The axes of a run between .05 and .6 Hz."""
    smooth_mg = _smooth_mg(run)
    half = min(round(DRIFT_S / STEP_S), len(smooth_mg) - 1) // 2
    return smooth_mg - _filtered(smooth_mg, np.ones(2 * half + 1))


def _axis(parts: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """First principal component of swings about 0, none of which counts for more than most; its largest part is > 0."""
    swings_mg = np.concatenate(parts)
    sizes_mg = np.sqrt((swings_mg**2).sum(axis=1))
    cap_mg = CAPPED * float(np.median(sizes_mg))
    swings_mg = swings_mg * np.minimum(1.0, cap_mg / np.maximum(sizes_mg, 1e-9))[:, np.newaxis]
    _, vectors = np.linalg.eigh(swings_mg.T @ swings_mg)
    axis = vectors[:, -1]
    return np.asarray(axis * np.sign(axis[np.argmax(np.abs(axis))]))


def _moves_mg(runs: Sequence[ChestRun], onto: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """How far each run moves within 2 s from each of its points on."""
    smooth_mg = [_smooth_mg(run) @ onto for run in runs]
    return [np.sqrt(((one[MOVE_POINTS:] - one[:-MOVE_POINTS]) ** 2).sum(axis=1)) for one in smooth_mg]


def _without(runs: Sequence[ChestRun], moves_mg: Sequence[NDArray[np.float64]], limit_mg: float) -> list[ChestRun]:
    """Runs without the stretches in which they move farther than a limit."""
    found = []
    for run, move_mg in zip(runs, moves_mg, strict=True):
        found += run.without(np.convolve(move_mg > limit_mg, np.ones(MOVE_POINTS + 1)) > 0.5)
    return found


def _settled(runs: Sequence[ChestRun]) -> list[ChestRun]:
    """Runs without changes of posture: too far for a breath, or across the line of breathing."""
    moves_mg = _moves_mg(runs, np.eye(3))
    usual_mg = float(np.percentile(np.concatenate(moves_mg), 75))
    runs = _long(_without(runs, moves_mg, max(MOVE_LEAST_MG, MOVE_RATIO * usual_mg)))
    if not runs:
        return []
    axis = _axis([_swings_mg(run) for run in runs])
    across_mg = _moves_mg(runs, np.eye(3) - np.outer(axis, axis))
    usual_across_mg = float(np.median(np.concatenate(across_mg)))
    return _without(runs, across_mg, max(MOVE_LEAST_MG, ACROSS_RATIO * usual_across_mg, ACROSS_OF_ALONG * usual_mg))


def _long(runs: Sequence[ChestRun]) -> list[ChestRun]:
    """Runs that are long enough, when there are enough of them."""
    found = [run for run in runs if run.span_s >= RUN_LEAST_S]
    return found if sum(run.span_s for run in found) >= LEAST_S else []


def chest_wave(runs: Sequence[ChestRun]) -> ChestWave | None:
    """Wave of breathing over some runs; None when they are too short to tell which way the chest breathes.

    Notes
    -----
    Each run is low-passed and projected on the first principal component of all of them, which is found without what
    is slower than .05 Hz. The wave keeps its drift: taken off, it would make a slow breath of a held one. Breathing
    turns a chest strap about one line (Liu et al. 2011, doi 10.1089/tmj.2011.0022); which way along it is the inhale
    depends on how the strap sits.
    """
    runs = _long(runs)
    runs = _long(_settled(runs)) if runs else runs
    if not runs:
        return None
    axis = _axis([_swings_mg(run) for run in runs])
    return ChestWave(tuple(WavePart(run.t_s, _smooth_mg(run) @ axis) for run in runs), axis)
