"""How widely RR wander in people at large: all that is known of somebody before the first baseline."""

import numpy as np

from biofeedback.core.noise import BAND_HZ, FREQUENCIES_HZ, NoiseSpectrum

__all__ = ["population_noise"]

# Density of heart rate, bpm2/Hz: geometric mean of three people who breathed freely (tests/validation/real.py names the
# recordings), who differ by a factor of ten at .1 Hz: hence SCALE_DF. Between .085 and .115 Hz lies a Mayer wave of 3
# bpm besides (science.md 6): without a baseline nobody can say that a person has none.
TABLE_HZ = (0.003, 0.015, 0.025, 0.035, 0.05, 0.08, 0.085, 0.115, 0.12, 0.14, 0.17, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
TABLE_BPM2_HZ = (
    330.0, 300.0, 136.0, 70.0, 65.0, 70.0, 300.0, 300.0, 75.0, 75.0, 44.0, 20.0, 16.0, 9.0, 5.0, 1.7, 1.2,
)  # fmt: skip
SCALE_DF = 2.0
ABOVE_HZ = 0.5  # up to 1 Hz, twice a slow heart's half rate, it stays what it is at .5 Hz


def population_noise(mean_rr_ms: float) -> NoiseSpectrum:
    """Noise of free breathing of nobody in particular, at a mean RR in ms; its size is hardly known.

    Notes
    -----
    A change of heart rate by 1 bpm changes RR by RR squared over 60000 ms.
    """
    ms2_per_bpm2 = (mean_rr_ms**2 / 60000.0) ** 2
    density = np.exp(np.interp(np.log(FREQUENCIES_HZ), np.log(TABLE_HZ), np.log(TABLE_BPM2_HZ))) * ms2_per_bpm2
    white_ms2 = TABLE_BPM2_HZ[-1] * ms2_per_bpm2 * ABOVE_HZ
    return NoiseSpectrum(
        tuple(FREQUENCIES_HZ.tolist()), tuple((density * BAND_HZ).tolist()), white_ms2, 0.0, scale_df=SCALE_DF
    )
