"""What an accelerometer on a simulated chest feels: gravity tilted by breath, beats of the heart, movement."""

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import Streams
from biofeedback.straps.stretches import Stretches

__all__ = ["ChestMotion"]

Floats = NDArray[np.float64]

GRAVITY_MG = 1000.0
UPRIGHT = np.array([0.1, -0.95, 0.25])  # gravity of a strap on a sitting person's chest, before it is drawn; assumed
UPRIGHT_SD = 0.15
RECOIL_S, RECOIL_SD_S, RECOIL_HZ = 0.18, 0.07, 6.0  # a heart beat's recoil: a short wave after the R peak; assumed
MOVED_HZ = (0.3, 0.7, 1.3, 2.9, 5.1)  # of which a movement is made; assumed
MOVED_MG = 60.0  # SD of a movement; assumed
TURN_DEGREES = (2.0, 10.0)  # by which a change of posture tilts the chest; assumed
TURN_S = (0.8, 2.5)  # which takes so long; assumed


def _unit(vector: Floats) -> Floats:
    """The vector with length 1."""
    unit: Floats = vector / np.linalg.norm(vector)
    return unit


class ChestMotion:
    """What the accelerometer measures at any time that the person has lived.

    Notes
    -----
    Breathing seen by an accelerometer on the chest is above all gravity turned by a small angle that follows the
    chest's expansion (as in Liu et al. 2011, doi 10.1089/tmj.2011.0022).
    """

    def __init__(
        self, person: Person, streams: Streams, bursts: Stretches, postures: Stretches, rng: np.random.Generator
    ) -> None:
        self._person = person
        self._noise_mg = streams.motion_noise_mg
        self._bursts = bursts
        self._postures = postures
        self._rng = rng
        self._gravity = _unit(UPRIGHT + UPRIGHT_SD * rng.standard_normal(3))
        self._tilt = rng.uniform(*streams.chest_mg) / GRAVITY_MG * self._across(rng.standard_normal(3))
        self._recoil_mg = rng.uniform(*streams.heart_mg) * _unit(self._gravity + 0.5 * rng.standard_normal(3))
        self._moved = rng.standard_normal((len(MOVED_HZ), 3)) * MOVED_MG * math.sqrt(2 / len(MOVED_HZ))
        self._moved_turn = rng.uniform(0.0, math.tau, (len(MOVED_HZ), 3))
        self._turns: list[Floats] = []

    def measure(self, t_s: Floats) -> Floats:
        """Acceleration in mG at rising times in s, shape (n_times, 3); to be asked in order of time."""
        direction = self._gravity + self._turned(t_s)
        direction += self._person.respiration.volume(t_s)[:, np.newaxis] * self._tilt
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        noise_mg = self._noise_mg * self._rng.standard_normal((t_s.size, 3))
        total_mg: Floats = GRAVITY_MG * direction + self._recoils_mg(t_s) + self._movement_mg(t_s) + noise_mg
        return total_mg

    def _across(self, vector: Floats) -> Floats:
        """Direction at right angles to gravity that is nearest to the vector."""
        return _unit(vector - (vector @ self._gravity) * self._gravity)

    def _turned(self, t_s: Floats) -> Floats:
        """How far changes of posture have turned gravity, shape (n_times, 3)."""
        turned = np.zeros((t_s.size, 3))
        for number, (start_s, end_s) in self._postures.until(float(t_s[-1]) + 1e-9):
            if number == len(self._turns):
                angle = math.radians(self._rng.uniform(*TURN_DEGREES))
                self._turns.append(math.tan(angle) * self._across(self._rng.standard_normal(3)))
            done = np.clip((t_s - start_s) / (end_s - start_s), 0.0, 1.0)
            turned += (1.0 - np.cos(math.pi * done))[:, np.newaxis] / 2 * self._turns[number]
        return turned

    def _recoils_mg(self, t_s: Floats) -> Floats:
        """Ballistocardiogram, shape (n_times, 3)."""
        beats_s = self._person.beats_s
        first = bisect_left(beats_s, float(t_s[0]) - RECOIL_S - 5 * RECOIL_SD_S)
        near_s = np.array(beats_s[first : bisect_left(beats_s, float(t_s[-1]))])
        since_s = t_s - near_s[:, np.newaxis] - RECOIL_S
        waves = np.exp(-0.5 * (since_s / RECOIL_SD_S) ** 2) * np.cos(math.tau * RECOIL_HZ * since_s)
        recoils_mg: Floats = waves.sum(axis=0)[:, np.newaxis] * self._recoil_mg
        return recoils_mg

    def _movement_mg(self, t_s: Floats) -> Floats:
        """Bursts of movement, shape (n_times, 3)."""
        moved_mg = np.zeros((t_s.size, 3))
        for _, (start_s, end_s) in self._bursts.touching(float(t_s[0]), float(t_s[-1]) + 1e-9):
            done = np.clip((t_s - start_s) / (end_s - start_s), 0.0, 1.0)
            turns = math.tau * np.multiply.outer(t_s, MOVED_HZ)[:, :, np.newaxis] + self._moved_turn
            moved_mg += np.sin(math.pi * done)[:, np.newaxis] * (np.sin(turns) * self._moved).sum(axis=1)
        return moved_mg
