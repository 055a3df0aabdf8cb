"""The spectrum for the eye."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import sample

from biofeedback.report.spectrum import spectrum_of


def test_the_peak_of_a_paced_step_lies_at_the_pacer():
    analysis = sample()

    spectrum = spectrum_of(analysis, analysis.steps[1])

    assert spectrum.peak_hz == pytest.approx(0.1, abs=0.005)


def test_the_power_of_a_sine_is_half_its_amplitude_squared():
    analysis = sample()
    beats = tuple(
        replace(beat, t_s=0.5 * k, rr_ms=900 + 50 * np.sin(2 * np.pi * 0.1 * 0.5 * k), segment=0)
        for k, beat in enumerate(analysis.beats)
    )
    still = replace(analysis, beats=beats, artifacts=(analysis.artifacts[0],) * len(beats))

    spectrum = spectrum_of(still, analysis.steps[0])

    power = spectrum.density_ms2_per_hz.sum() * (spectrum.frequency_hz[1] - spectrum.frequency_hz[0])
    assert power == pytest.approx(50**2 / 2, rel=0.03)


def test_less_than_a_minute_in_one_piece_has_no_spectrum():
    analysis = sample()
    short = replace(analysis.steps[0], end_s=55.0)

    assert spectrum_of(analysis, short) is None
    assert spectrum_of(replace(analysis, beats=(), artifacts=()), analysis.steps[0]) is None
