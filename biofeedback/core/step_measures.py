"""What is measured over a whole step that has ended: its measures, its noise, and the level of the heart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core import hrv
from biofeedback.core.beats import Beats, Run
from biofeedback.core.calmer import StepTonus
from biofeedback.core.correction import corrected_nn_ms, unbridged
from biofeedback.core.events import Step
from biofeedback.core.noise import NoiseSpectrum, learn_noise
from biofeedback.core.respiration import breathing_rate
from biofeedback.core.results import Artifact, Grade, RespirationSource, StepMeasures
from biofeedback.core.rsa import locked_amplitude_ms
from biofeedback.core.surroundings import Surroundings
from biofeedback.core.wander import heart_rate_level, ln_rmssd_level

__all__ = ["FIT_MIN_BEATS", "longest_run", "step_measures", "step_noise", "step_tonus"]

FIT_MIN_BEATS = 12  # fewer clean beats do not carry a wave with its drift
LEVEL_MIN_S = 80.0  # a shorter step says too little of the level of a heart rate that wanders
Respiration = tuple[float | None, RespirationSource]


def longest_run(runs: Sequence[Run]) -> Run | None:
    """The run that covers most time; the later one of two alike."""
    return max(runs, key=lambda run: (run.span_s, run.segment), default=None)


def step_measures(step: Step, start_s: float, end_s: float, around: Surroundings) -> StepMeasures:
    """Window measures of a whole step, from final labels; a bad signal leaves heart rate and measured breathing alone.

    What was found is put right for them; the wave at the pacer and the breathing rate lean on normal beats alone.

    Parameters
    ----------
    step : Step
        What was done, and the pacer that it was done by.
    start_s, end_s : float
        The whole step, or a stretch of it, in seconds.
    around : Surroundings
        The session around it.
    """
    runs = around.beats.runs(start_s, end_s)
    if around.grade(start_s, end_s).grade is Grade.BAD:
        return _poor_measures(step, start_s, end_s, runs, around)
    corrected = {run.segment: _corrected(run) for run in runs}
    nn_ms = np.concatenate([part.nn_ms for parts in corrected.values() for part in parts])
    # None bridges two runs, or the place of an excluded beat.
    differences_ms = np.concatenate([np.diff(part.nn_ms) for parts in corrected.values() for part in parts])
    longest = longest_run(runs)
    assert longest is not None  # without beats a signal is bad
    spectral = hrv.spectral_measures(*_laid_out(corrected[longest.segment]))
    rsa_ms = None
    if step.pacer is not None and len(longest.nn_ms) >= FIT_MIN_BEATS:
        rsa_ms = 2 * locked_amplitude_ms(step.pacer, longest.clean_mid_s, longest.nn_ms)
    return StepMeasures(
        step.seq, step.step, start_s, end_s, sum(len(run.rr_ms) for run in runs),
        hrv.heart_rate_bpm(nn_ms), hrv.rmssd_ms(differences_ms), hrv.sdnn_ms(nn_ms),
        hrv.pnn50_percent(differences_ms), hrv.sd1_ms(differences_ms), hrv.sd2_ms(nn_ms, differences_ms),
        spectral.vlf_power_ms2, spectral.lf_power_ms2, spectral.hf_power_ms2,
        *_respiration(start_s, end_s, around, longest), rsa_ms,
    )  # fmt: skip


def _poor_measures(step: Step, start_s: float, end_s: float, runs: Sequence[Run], around: Surroundings) -> StepMeasures:
    """What a bad signal still says: how many beats came, their rate with every interval counted, and the chest."""
    counted = [run.rr_ms[[label is not Artifact.EXCLUDED for label in run.labels]] for run in runs]
    rr_ms = np.concatenate(counted) if counted else np.empty(0)
    nothing = (None,) * 8
    return StepMeasures(
        step.seq, step.step, start_s, end_s, sum(len(run.rr_ms) for run in runs), hrv.heart_rate_bpm(rr_ms), *nothing,
        *_respiration(start_s, end_s, around, None), None,
    )  # fmt: skip


def _respiration(start_s: float, end_s: float, around: Surroundings, run: Run | None) -> Respiration:
    """Breathing rate in Hz, and where it is from: the chest, or else an unbroken run of beats.

    What a pacer asks for does not count.
    """
    measured = around.measured_rate(start_s, end_s)
    if measured is not None:
        return measured.hz, RespirationSource.MEASURED
    found = None if run is None else breathing_rate(run.clean_mid_s, run.nn_ms)
    return (None, RespirationSource.NONE) if found is None else (found.hz, RespirationSource.RR)


def step_noise(step: Step, end_s: float, beats: Beats) -> NoiseSpectrum | None:
    """Spectrum of free breathing over the unbroken runs of a step."""
    return learn_noise([(run.clean_mid_s, run.nn_ms) for run in beats.runs(step.t_s, end_s)])


def step_tonus(measures: StepMeasures, beats: Beats) -> StepTonus | None:
    """Level of the heart over a step of quiet breathing; None when it was too short."""
    span_s = measures.start_s, measures.end_s
    runs = beats.runs(*span_s)
    if sum(run.span_s for run in runs) < LEVEL_MIN_S:
        return None
    nn_ms, differences_ms = np.concatenate([run.nn_ms for run in runs]), _differences(runs)
    return StepTonus(
        60000.0 / float(nn_ms.mean()),
        heart_rate_level(*span_s, np.concatenate([run.clean_mid_s for run in runs]), nn_ms),
        hrv.ln_rmssd(differences_ms),
        ln_rmssd_level(*span_s, np.concatenate([run.difference_mid_s for run in runs]), differences_ms),
        measures.respiration_hz,
        measures.respiration_source,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """NN intervals without a beat excluded among them, and where they begin in their run."""

    start_s: float
    nn_ms: NDArray[np.float64]


def _corrected(run: Run) -> list[_Part]:
    """NN intervals of a run, what was found put right."""
    labels = [label or Artifact.NORMAL for label in run.labels]
    return [
        _Part(float(run.rr_ms[: part.start].sum()) / 1000.0, corrected_nn_ms(run.rr_ms[part], labels[part]))
        for part in unbridged(labels)
    ]


def _laid_out(parts: Sequence[_Part]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Midpoints in s and NN intervals in ms of a run; where a beat is excluded there is none."""
    nothing = np.empty(0)
    mid_s = [part.start_s + (np.cumsum(part.nn_ms) / 1000.0 - part.nn_ms / 2000.0) for part in parts]
    return np.concatenate([nothing, *mid_s]), np.concatenate([nothing, *(part.nn_ms for part in parts)])


def _differences(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Successive differences of normal beats; none bridges two runs."""
    parts = [hrv.successive_differences_ms(run.rr_ms, run.is_normal) for run in runs]
    return np.concatenate(parts) if parts else np.empty(0)
