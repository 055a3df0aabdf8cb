"""Power spectrum of RR over one step, for the eye; the powers in the tables are the pipeline's own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.folded import normal_runs

__all__ = ["HIGHEST_HZ", "SHORTEST_S", "Spectrum", "spectrum_of"]

RESAMPLED_HZ = 4.0  # Task Force 1996 asks for more than twice the highest frequency of interest
HIGHEST_HZ = 0.4  # upper edge of HF, Task Force 1996
SHORTEST_S = 60.0  # a shorter run does not resolve .1 Hz from its neighbours
WINDOW_S = 120.0  # a whole breathing step; a longer step is averaged over such windows
POINTS = 4096  # padded with zeros: a smooth line, no finer resolution


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Power density of RR; ``span_s`` is the length of the run it is taken from."""

    frequency_hz: NDArray[np.float64]
    density_ms2_per_hz: NDArray[np.float64]
    span_s: float

    @property
    def peak_hz(self) -> float:
        """Frequency of the highest density above the slowest waves (.04 Hz)."""
        above = self.frequency_hz >= 0.04
        return float(self.frequency_hz[above][np.argmax(self.density_ms2_per_hz[above])])


def spectrum_of(analysis: Analysis, step: ReviewedStep) -> Spectrum | None:
    """Spectrum of the longest unbroken run of normal beats in a step, None when it is shorter than a minute.

    Notes
    -----
    Welch (1967, 10.1109/TAU.1967.1161901): RR linearly interpolated at 4 Hz between the intervals' middles, windows of
    120 s (or the run, when it is shorter) at half overlap, straight line removed, Hann taper, one-sided, in ms2/Hz.
    """
    inside = [run[(run[:, 0] >= step.started.t_s) & (run[:, 0] <= step.end_s)] for run in normal_runs(analysis)]
    longest = max(inside, key=_span_s, default=np.empty((0, 2)))
    span_s = _span_s(longest)
    if span_s < SHORTEST_S:
        return None
    rr_ms = np.interp(np.arange(longest[0, 0], longest[-1, 0], 1 / RESAMPLED_HZ), longest[:, 0], longest[:, 1])
    length = min(len(rr_ms), round(WINDOW_S * RESAMPLED_HZ))
    starts = np.linspace(0, len(rr_ms) - length, 1 + -(-2 * (len(rr_ms) - length) // length)).astype(int)
    density = np.mean([_density(rr_ms[start : start + length]) for start in starts], axis=0)
    frequency_hz = np.asarray(np.fft.rfftfreq(POINTS, 1 / RESAMPLED_HZ), dtype=np.float64)
    shown = frequency_hz <= HIGHEST_HZ
    return Spectrum(frequency_hz[shown], density[shown], span_s)


def _density(rr_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Periodogram of one window."""
    taper = np.hanning(len(rr_ms))
    place = np.linspace(-1.0, 1.0, len(rr_ms))
    centred_ms = rr_ms - rr_ms.mean()
    centred_ms -= place * float(place @ centred_ms) / float(place @ place)
    power = np.abs(np.fft.rfft(centred_ms * taper, POINTS)) ** 2
    return np.asarray(2 * power / (RESAMPLED_HZ * float(taper @ taper)), dtype=np.float64)


def _span_s(run: NDArray[np.float64]) -> float:
    """Length of a run in seconds."""
    return float(run[-1, 0] - run[0, 0]) if len(run) > 1 else 0.0
