"""neurokit2 doing the nearest equivalent: correct the beats, then time and frequency measures.

It has no paced breathing, no answer with an interval and nothing that runs beat by beat, so it does less.
``python -m tests.bench.neurokit FILE`` does it as a whole process, on RR intervals in ms, one a line.
"""

import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

__all__ = ["measure", "offline_us", "refreshed_us"]

SAMPLES_HZ = 1000
WINDOW_BEATS = 120  # about two minutes, what a page shows
REFRESHES = 20


def measure(rr_ms: Sequence[float]) -> int:
    """Number of measures of a list of RR intervals."""
    import neurokit2 as nk
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about bands that need a longer list
        peaks = np.concatenate(([0], np.cumsum(np.asarray(rr_ms)))).round().astype(int)
        _, corrected = nk.signal_fixpeaks(peaks, sampling_rate=SAMPLES_HZ, method="Kubios", iterative=True)
        time_domain = nk.hrv_time(corrected, sampling_rate=SAMPLES_HZ)
        frequency_domain = nk.hrv_frequency(corrected, sampling_rate=SAMPLES_HZ)
    return len(time_domain.columns) + len(frequency_domain.columns)


def offline_us(rr_ms: Sequence[float]) -> float:
    """CPU a beat of one look at a whole session, in microseconds."""
    start_s = time.process_time()
    measure(rr_ms)
    return (time.process_time() - start_s) / len(rr_ms) * 1e6


def refreshed_us(rr_ms: Sequence[float]) -> float:
    """CPU a beat where the last two minutes are measured anew at each beat, as a live page would, in microseconds."""
    start_s = time.process_time()
    for last in range(WINDOW_BEATS, WINDOW_BEATS + REFRESHES):
        measure(rr_ms[last - WINDOW_BEATS : last])
    return (time.process_time() - start_s) / REFRESHES * 1e6


if __name__ == "__main__":
    print(measure([float(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").split()]))
