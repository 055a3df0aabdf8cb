"""Breathing of the chest as it is now: the wave a few points a second, its sign kept steady, and the breathing rate."""

import math

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.chest import STEP_S, Chest
from biofeedback.core.chest_breaths import chest_breaths
from biofeedback.core.chest_wave import DRIFT_S, WAVE_DELAY_S, ChestWave, chest_wave
from biofeedback.core.pacing import Pacer
from biofeedback.core.results import Breathing
from biofeedback.core.rsa import phases_rad

__all__ = ["ChestLive"]

WINDOW_S = 60.0
LEVEL_POINTS = round(DRIFT_S / STEP_S)
EVERY = 2  # of the points: a wave below .6 Hz needs no more
PACED_S = 15.0  # of the pacer's lungs beside the wave, before they say which way is in
LIKE = 0.3  # correlation with them below minus which the wave is turned


class ChestLive:
    """Tells the wave once a second, each point once; none is told of what cannot be read.

    The sign goes from one second to the next by the line along which the chest breathes. While a pacer runs the inhale
    goes up: the wave is turned when it goes against the pacer's lungs. Before any pacer did the sign means nothing.
    """

    def __init__(self) -> None:
        self._told_s = -math.inf
        self._axis: NDArray[np.float64] | None = None  # that of a second ago, with its sign

    def tell(self, chest: Chest, pacer: Pacer | None) -> Breathing | None:
        """What is new in the wave; None when nothing came."""
        last_s = chest.last_s
        if last_s is None or last_s - WAVE_DELAY_S <= self._told_s:
            return None
        from_s, self._told_s = max(self._told_s, last_s - WINDOW_S), last_s - WAVE_DELAY_S
        wave = chest_wave(chest.runs(last_s - WINDOW_S, last_s))
        if wave is None:
            return Breathing(self._told_s, (), (), None)
        sign = self._sign(wave, pacer)
        t_s, wave_mg = _points(wave, from_s, self._told_s)
        breaths = chest_breaths(wave)
        rate = None if breaths is None else breaths.rate(last_s - WINDOW_S, last_s)
        return Breathing(
            self._told_s, tuple(t_s.tolist()), tuple((sign * wave_mg).tolist()), None if rate is None else rate.hz
        )

    def _sign(self, wave: ChestWave, pacer: Pacer | None) -> float:
        """Which way along the wave's axis the inhale goes."""
        sign = 1.0 if self._axis is None or float(self._axis @ wave.axis) >= 0 else -1.0
        if pacer is not None and sign * _likeness(wave, pacer) < -LIKE:
            sign = -sign
        self._axis = sign * wave.axis
        return sign


def _points(wave: ChestWave, from_s: float, to_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Every second point after one time and up to another, about the mean of the last 20 s of its part."""
    t_s = np.concatenate([part.t_s for part in wave.parts])
    wave_mg = np.concatenate([part.wave_mg - part.wave_mg[-LEVEL_POINTS:].mean() for part in wave.parts])
    told = (t_s > from_s + STEP_S / 2) & (t_s < to_s + STEP_S / 2) & (np.round(t_s / STEP_S) % EVERY == 0)
    return t_s[told], wave_mg[told]


def _likeness(wave: ChestWave, pacer: Pacer) -> float:
    """Correlation of the wave with the lungs of one who follows the pacer; 0 while there is too little of it."""
    t_s = np.concatenate([part.t_s for part in wave.parts])
    wave_mg = np.concatenate([part.wave_mg - part.wave_mg.mean() for part in wave.parts])
    paced = t_s >= pacer.start_s
    if int(paced.sum()) * STEP_S < PACED_S:
        return 0.0
    lungs = -np.cos(phases_rad(pacer, t_s[paced]))
    return float(np.corrcoef(lungs, wave_mg[paced])[0, 1])
