"""Chests that breathe by formula: acceleration as a strap samples it, with heartbeats and noise from a seed."""

import numpy as np

from biofeedback.core.chest import Chest

RATE_HZ = 50.0
FRAME = 36  # samples of an H10's frame
UPRIGHT_MG = np.array([100.0, -950.0, 250.0])
TILT = np.array([0.5, 0.1, 0.86])  # the line along which this chest breathes


def sampled_s(start_s, end_s, rate_hz=RATE_HZ):
    """Times of samples."""
    return np.arange(start_s, end_s, 1.0 / rate_hz)


def lungs(turns_s, t_s):
    """Air in the lungs at times: 0 and 1 at the turns, in turn, and half a cosine between two of them."""
    place = np.interp(t_s, turns_s, np.arange(len(turns_s)))
    return 0.5 - 0.5 * np.cos(np.pi * place)


def even_turns(start_s, end_s, inhale_s, exhale_s):
    """Turns of breaths that are all alike."""
    starts_s = np.arange(start_s, end_s, inhale_s + exhale_s)
    return np.sort(np.concatenate((starts_s, starts_s + inhale_s)))


def felt_mg(volume, t_s, size_mg=15.0, seed=1, noise_mg=3.0, heart_bpm=66.0, heart_mg=8.0):
    """What the accelerometer feels, shape (n, 3)."""
    since_s = t_s % (60.0 / heart_bpm)
    recoil = heart_mg * np.exp(-since_s / 0.1) * np.sin(2 * np.pi * 6.0 * since_s)
    rng = np.random.default_rng(seed)
    felt = UPRIGHT_MG + size_mg * volume[:, None] * TILT + recoil[:, None] * np.array([0.3, 0.9, 0.3])
    return felt + noise_mg * rng.standard_normal((len(t_s), 3))


def worn(t_s, acc_mg, chest=None):
    """A chest that has taken in samples frame by frame."""
    chest = chest or Chest()
    for first in range(0, len(t_s), FRAME):
        chest.take(t_s[first : first + FRAME], acc_mg[first : first + FRAME])
    return chest


def breathing(turns_s, end_s, start_s=0.0, **felt):
    """A chest that breathes with these turns."""
    t_s = sampled_s(start_s, end_s)
    return worn(t_s, felt_mg(lungs(turns_s, t_s), t_s, **felt))
