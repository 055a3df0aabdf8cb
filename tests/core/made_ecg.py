"""An ECG of given beats for tests: Gaussian waves (after McSharry 2003, doi 10.1109/TBME.2003.808805), and noise."""

import numpy as np

from biofeedback.core.pmd import PmdFrame, PmdKind, encode_frame
from biofeedback.core.samples import Block

__all__ = ["FRAME", "RATE_HZ", "blocks", "ecg_uv", "frames", "hearts_beats", "noise_uv"]

RATE_HZ, FRAME = 130.06, 73
# Time after the R peak in s, height in uV, SD in s: P, Q, R, S, T, and an ectopic beat's.
WAVES = (
    (-0.17, 90.0, 0.025), (-0.028, -110.0, 0.009), (0.0, 1000.0, 0.0105), (0.03, -250.0, 0.011), (0.26, 220.0, 0.045),
)  # fmt: skip
ECTOPIC = ((0.0, 1300.0, 0.032), (0.09, -500.0, 0.035), (0.28, -350.0, 0.06))


def hearts_beats(
    rng: np.random.Generator, until_s: float, mean_s: float = 0.9, ectopic: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Times of beats with a breath in them, and which are ectopic: early, with a pause after it."""
    times_s, odd = [0.7], [False]
    while times_s[-1] < until_s:
        wave_s = 0.05 * np.sin(2 * np.pi * 0.1 * times_s[-1]) + 0.012 * rng.standard_normal()
        is_odd = rng.random() < ectopic and not odd[-1]
        share = 0.6 if is_odd else 1.4 if odd[-1] else 1.0
        times_s.append(times_s[-1] + share * (mean_s + wave_s))
        odd.append(is_odd)
    return np.array(times_s), np.array(odd)


def ecg_uv(times_s: np.ndarray, beats_s: np.ndarray, odd: np.ndarray | None = None, sign: float = 1.0) -> np.ndarray:
    """The ECG at given times; the ectopic beats of a lead may point the other way."""
    signal_uv = np.zeros(len(times_s))
    for k, beat_s in enumerate(beats_s):
        is_odd = odd is not None and odd[k]
        first, last = np.searchsorted(times_s, [beat_s - 0.4, beat_s + 0.6])
        near_s = times_s[first:last] - beat_s
        for at_s, height_uv, width_s in ECTOPIC if is_odd else WAVES:
            wave_uv = height_uv * np.exp(-((near_s - at_s) ** 2) / (2 * width_s**2))
            signal_uv[first:last] += sign * wave_uv if is_odd else wave_uv
    return signal_uv


def noise_uv(rng: np.random.Generator, times_s: np.ndarray, muscle_uv: float, wander_uv: float = 0.0) -> np.ndarray:
    """White noise of a given SD, and a baseline that wanders with the breath and more slowly."""
    phase = rng.uniform(0, 2 * np.pi, 2)
    slow = np.sin(2 * np.pi * 0.25 * times_s + phase[0]) + np.sin(2 * np.pi * 0.07 * times_s + phase[1])
    return muscle_uv * rng.standard_normal(len(times_s)) + wander_uv * slow


def blocks(times_s: np.ndarray, signal_uv: np.ndarray) -> list[Block]:
    """The signal in blocks as a stream without losses gives them."""
    samples = np.round(signal_uv[:, None]).astype(np.int32)
    return [
        Block(PmdKind.ECG, times_s[first : first + FRAME], samples[first : first + FRAME], first == 0)
        for first in range(0, len(times_s) - FRAME + 1, FRAME)
    ]


def frames(strap_s: np.ndarray, signal_uv: np.ndarray) -> list[tuple[float, bytes]]:
    """The same as an H10 sends it: the strap's time of each frame's last sample, and its bytes."""
    return [
        (
            float(block.strap_s[-1]),
            encode_frame(PmdFrame(PmdKind.ECG, round(float(block.strap_s[-1]) * 1e9), block.samples)),
        )
        for block in blocks(strap_s, signal_uv)
    ]
