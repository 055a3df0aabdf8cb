"""Measures of a step that only an analysis makes: they need the whole step, and no page waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.beats import Run
from biofeedback.core.breath_rate import rate_corrected_amplitude_ms, respiration_power_ms2, single_wave_fraction
from biofeedback.core.nonlinear import dfa_alpha1, sample_entropy
from biofeedback.core.spectrum import power_spectrum

__all__ = ["StepDetails", "step_details"]


@dataclass(frozen=True, slots=True)
class StepDetails:
    """Measures of a whole step, from final labels; ``breathing_hz`` is the rate that two of them lean on."""

    breathing_hz: float | None
    rate_corrected_amplitude_ms: float | None
    respiration_power_ms2: float | None
    single_wave_fraction: float | None
    sample_entropy: float | None
    dfa_alpha1: float | None


def step_details(runs: Sequence[Run], rmssd_ms: float | None, breathing_hz: float | None) -> StepDetails:
    """Details of a step: from its longest unbroken run, as its band powers are.

    Parameters
    ----------
    runs : sequence of Run
        Its beats with their final labels.
    rmssd_ms : float or None
        RMSSD of the step; None where its signal was too poor to measure, and so nothing else is measured either.
    breathing_hz : float or None
        Breathing rate in Hz, None where it is not known.
    """
    if rmssd_ms is None:
        return StepDetails(None, None, None, None, None, None)
    longest = max(runs, key=lambda run: (run.span_s, run.segment))
    mid_s, nn_ms, is_followed = longest.clean_mid_s, longest.nn_ms, _followed(longest)
    mean_nn_ms = float(np.concatenate([run.nn_ms for run in runs]).mean())
    return StepDetails(
        breathing_hz,
        rate_corrected_amplitude_ms(rmssd_ms, mean_nn_ms, breathing_hz),
        respiration_power_ms2(None if breathing_hz is None else power_spectrum(mid_s, nn_ms), breathing_hz),
        single_wave_fraction(mid_s, nn_ms),
        sample_entropy(mid_s, nn_ms, is_followed),
        dfa_alpha1(nn_ms, is_followed),
    )


def _followed(run: Run) -> NDArray[np.bool_]:
    """Whether each normal beat has a normal one right after it, shape (n_normal,)."""
    return np.append(run.is_normal[1:], False)[run.is_normal]
