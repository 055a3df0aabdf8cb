"""Details are made from the same beats as the step's own measures."""

import pytest
from hearts import measured_steps, session_of

from biofeedback.core.details import StepDetails, step_details
from biofeedback.core.hrv import rmssd_ms
from biofeedback.core.pipeline import Pipeline


@pytest.fixture(scope="module")
def breathing():
    """Beats of a breathing step of five minutes."""
    steps = measured_steps(breathe_s=300.0, recovery_s=0.0)
    pipeline = Pipeline()
    for event in session_of("responder", 3, steps):
        pipeline.feed(event)
    return pipeline.beats.runs(steps[1].t_s, steps[1].t_s + 300.0)


def test_a_person_who_follows_swings_as_one_wave_at_the_pace(breathing):
    details = step_details(breathing, 40.0, 0.1)
    assert details.breathing_hz == 0.1
    assert details.single_wave_fraction > 0.4
    assert details.respiration_power_ms2 > 1000.0
    assert details.rate_corrected_amplitude_ms == pytest.approx(100.0, abs=40.0)
    assert 0.0 < details.sample_entropy < 2.2
    assert details.dfa_alpha1 > 1.0


def test_without_a_breathing_rate_only_what_needs_it_is_missing(breathing):
    details = step_details(breathing, 40.0, None)
    assert details.rate_corrected_amplitude_ms is details.respiration_power_ms2 is None
    assert details.single_wave_fraction is not None


def test_a_signal_too_poor_to_measure_has_no_details(breathing):
    assert step_details(breathing, rmssd_ms(breathing[0].nn_ms[:0]), 0.1) == StepDetails(*(None,) * 6)
