"""What this package and its peers make of one list of RR intervals, a row at a time.

``python -m tests.bench.packages PACKAGE ROW SECONDS`` measures one of them in a process of its own: CPU seconds after
the import and a first run on five minutes, and peak memory of the whole process, as JSON on one line.
"""

import contextlib
import io
import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CPU_S", "FIVE_MINUTES_S", "PACKAGES", "ROWS", "heart_ms"]

Beats = NDArray[np.float64]
Doing = Callable[[Beats], object]
ROWS = ("time", "frequency", "nonlinear", "correction")
FIVE_MINUTES_S = 300
QUICK_S = 0.2  # what takes less is run again and again for so long: the clock of CPU time is coarse
MOST_RUNS = 500
MEMORY_BYTES = 4 << 30  # who asks for more would take the machine down
CPU_S = 120  # who takes longer, import and all, is ended by the system


def heart_ms(seconds: float, seed: int = 1) -> Beats:
    """RR intervals of a made-up person: day and night, slow wandering, breath, noise, and half a percent early."""
    rng = np.random.default_rng(seed)
    count = round(seconds / 0.86 * 1.2)
    beat_s = np.arange(count) * 0.86
    wander = np.cumsum(rng.standard_normal(count)) / np.sqrt(np.arange(1, count + 1))
    rr_ms = 860.0 + 110.0 * np.sin(2 * np.pi * beat_s / 86400.0) + 25.0 * wander
    rr_ms += 25.0 * np.sin(2 * np.pi * 0.1 * beat_s) + 20.0 * np.sin(2 * np.pi * 0.24 * beat_s)
    rr_ms += 12.0 * rng.standard_normal(count)
    early = np.flatnonzero(rng.random(count - 1) < 0.005)
    rr_ms[early] *= 0.7
    rr_ms[early + 1] *= 1.3
    return np.round(rr_ms[np.cumsum(rr_ms) <= seconds * 1000.0] * 1.024) / 1.024


def _biofeedback() -> dict[str, Doing]:
    from biofeedback.core import hrv
    from biofeedback.core.artifacts import final_labels
    from biofeedback.core.nonlinear import dfa_alpha1, sample_entropy

    def mid_s(nn: Beats) -> Beats:
        return (np.cumsum(nn) - nn / 2) / 1000.0

    def time_domain(nn: Beats) -> object:
        steps = np.diff(nn)
        return (
            hrv.heart_rate_bpm(nn),
            hrv.rmssd_ms(steps),
            hrv.ln_rmssd(steps),
            hrv.sdnn_ms(nn),
            hrv.pnn50_percent(steps),
        )

    def nonlinear(nn: Beats) -> object:
        steps, followed = np.diff(nn), np.ones(len(nn), dtype=bool)
        poincare = hrv.sd1_ms(steps), hrv.sd2_ms(nn, steps)
        return *poincare, sample_entropy(mid_s(nn), nn, followed), dfa_alpha1(nn, followed)

    return {
        "time": time_domain,
        "frequency": lambda nn: hrv.spectral_measures(mid_s(nn), nn),
        "nonlinear": nonlinear,
        "correction": final_labels,
    }


def _neurokit2() -> dict[str, Doing]:
    import neurokit2 as nk

    def timed(nn: Beats) -> dict[str, Beats]:
        return {"RRI": nn, "RRI_Time": np.cumsum(nn) / 1000.0}

    def correction(rr: Beats) -> object:
        peaks = np.concatenate(([0], np.cumsum(rr))).round().astype(int)
        return nk.signal_fixpeaks(peaks, sampling_rate=1000, method="Kubios", iterative=True)

    return {
        "time": lambda nn: nk.hrv_time(timed(nn)),
        "frequency": lambda nn: nk.hrv_frequency(timed(nn), normalize=False),
        "nonlinear": lambda nn: nk.hrv_nonlinear(timed(nn)),
        "correction": correction,
    }


def _hrv_analysis() -> dict[str, Doing]:
    import hrvanalysis as ha

    def correction(rr: Beats) -> object:
        kept = ha.interpolate_nan_values(ha.remove_outliers(rr.tolist(), verbose=False))
        return ha.interpolate_nan_values(ha.remove_ectopic_beats(kept, verbose=False))

    return {
        "time": lambda nn: ha.get_time_domain_features(nn.tolist()),
        "frequency": lambda nn: ha.get_frequency_domain_features(nn.tolist()),
        "nonlinear": lambda nn: (ha.get_poincare_plot_features(nn.tolist()), ha.get_sampen(nn.tolist())),
        "correction": correction,
    }


def _heartpy() -> dict[str, Doing]:
    """It has one way in: SD1, SD2 and the time domain come with everything else."""
    import heartpy

    return {
        "time": heartpy.process_rr,
        "frequency": lambda nn: heartpy.process_rr(nn, calc_freq=True),
        "correction": lambda nn: heartpy.process_rr(nn, threshold_rr=True, clean_rr=True),
    }


def _systole() -> dict[str, Doing]:
    from systole import hrv
    from systole.correction import correct_rr

    return {
        "time": lambda nn: hrv.time_domain(nn, input_type="rr_ms"),
        "frequency": lambda nn: hrv.frequency_domain(nn, input_type="rr_ms"),
        "nonlinear": lambda nn: hrv.nonlinear_domain(nn, input_type="rr_ms"),
        "correction": lambda nn: correct_rr(nn, input_type="rr_ms", verbose=False),
    }


def _pyhrv() -> dict[str, Doing]:
    import matplotlib as mpl

    mpl.use("Agg")
    from pyhrv import frequency_domain, nonlinear, time_domain

    return {
        "time": lambda nn: time_domain.time_domain(nni=nn, plot=False, show=False),
        "frequency": lambda nn: frequency_domain.welch_psd(nni=nn, show=False, mode="dev"),
        "nonlinear": lambda nn: (nonlinear.poincare(nni=nn, show=False), nonlinear.sample_entropy(nni=nn)),
    }


# What each is called in the package index, and what it does in each row; a row that is not there it does not have.
PACKAGES: dict[str, Callable[[], dict[str, Doing]]] = {
    "biofeedback": _biofeedback,
    "neurokit2": _neurokit2,
    "hrv-analysis": _hrv_analysis,
    "heartpy": _heartpy,
    "systole": _systole,
    "pyhrv": _pyhrv,
}


def _measure(package: str, row: str, seconds: float) -> dict[str, Any]:
    """Figures of one row, or what kept it from having any."""
    try:
        doing = PACKAGES[package]().get(row)
    except Exception as error:  # noqa: BLE001 - a broken peer is named, whatever breaks in it
        return {"trouble": "not installed" if isinstance(error, ImportError) else f"import: {type(error).__name__}"}
    if doing is None:
        return {"trouble": ""}
    beats_ms = heart_ms(seconds)
    try:
        doing(heart_ms(FIVE_MINUTES_S))
        cpu_s = _cpu_s(doing, beats_ms)
    except Exception as error:  # noqa: BLE001 - the same
        return {"trouble": f"{type(error).__name__}"}
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return {"cpu_s": cpu_s, "peak_mb": kilobytes / 1024}


def _cpu_s(doing: Doing, beats_ms: Beats) -> float:
    """CPU seconds of one run, the mean of many where it is quick."""
    start_s, used_s, runs = time.process_time(), 0.0, 0
    while used_s < QUICK_S and runs < MOST_RUNS:
        doing(beats_ms)
        used_s, runs = time.process_time() - start_s, runs + 1
    return used_s / runs


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))
    with contextlib.redirect_stdout(io.StringIO()):  # some of them talk
        found = _measure(sys.argv[1], sys.argv[2], float(sys.argv[3]))
    print(json.dumps(found))
