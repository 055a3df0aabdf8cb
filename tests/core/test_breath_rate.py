import math

import numpy as np
import pytest
from hearts import waves

from biofeedback.core.breath_rate import rate_corrected_amplitude_ms, respiration_power_ms2, single_wave_fraction
from biofeedback.core.spectrum import power_spectrum


def _midpoints_s(rr_ms):
    return (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0


def _ipfm_ms(mean_ms, amplitude_bpm, frequency_hz, seconds):
    """Beats of a heart whose rate swings as a sine: one each time its integral grows by one."""
    grid_s = np.arange(0.0, seconds, 0.005)
    rate_hz = 1000.0 / mean_ms + amplitude_bpm / 60.0 * np.sin(math.tau * frequency_hz * (grid_s + 0.0025))
    integral = np.concatenate(([0.0], np.cumsum(rate_hz[:-1] * 0.005)))
    return np.diff(np.interp(np.arange(integral[-1]), integral, grid_s)) * 1000.0


@pytest.mark.parametrize("frequency_hz", [0.07, 0.10, 0.15, 0.20, 0.25, 0.30])
def test_the_corrected_amplitude_is_that_of_the_heart_rate_at_every_breathing_rate(frequency_hz):
    """Heart rate 65 with 10 bpm peak to trough: 71 ms, to 1.5 %, where RMSSD itself goes from 15 to 68 ms."""
    rr_ms = _ipfm_ms(60000.0 / 65.0, 5.0, frequency_hz, 600.0)
    rmssd_ms = math.sqrt(float(np.mean(np.diff(rr_ms) ** 2)))
    found_ms = rate_corrected_amplitude_ms(rmssd_ms, float(rr_ms.mean()), frequency_hz)
    assert found_ms == pytest.approx(60000.0 / 65.0**2 * 5.0, rel=0.015)


def test_an_amplitude_by_hand():
    """A breath of four beats: the sine of an eighth turn is the root of one half."""
    assert rate_corrected_amplitude_ms(10.0, 1000.0, 0.25) == pytest.approx(10.0 / math.sqrt(2) / 0.5 * math.pi / 4)


@pytest.mark.parametrize("given", [(None, 900.0, 0.1), (30.0, None, 0.1), (30.0, 900.0, None), (30.0, 900.0, 1.2)])
def test_an_amplitude_without_its_rate_is_none(given):
    assert rate_corrected_amplitude_ms(*given) is None


@pytest.mark.parametrize("per_minute", [4.0, 6.0, 9.0, 12.0, 18.0])
def test_power_around_breathing_is_that_of_the_wave_wherever_it_lies(per_minute):
    rr_ms = waves(300.0, 900.0, (40.0, per_minute / 60.0, 0.0))
    found_ms2 = respiration_power_ms2(power_spectrum(_midpoints_s(rr_ms), rr_ms), per_minute / 60.0)
    assert found_ms2 == pytest.approx(800.0, rel=0.01)


def test_a_short_window_widens_the_band_about_breathing():
    """In 30 heart beats a minute long the wave is 1/30 Hz wide; still 95 % of it are in the band."""
    rr_ms = waves(62.0, 900.0, (40.0, 0.1, 0.0))
    found_ms2 = respiration_power_ms2(power_spectrum(_midpoints_s(rr_ms), rr_ms), 0.1)
    assert found_ms2 == pytest.approx(800.0, rel=0.06)


def test_no_power_around_breathing_without_a_rate_or_a_spectrum():
    rr_ms = waves(120.0, 900.0, (40.0, 0.1, 0.0))
    assert respiration_power_ms2(power_spectrum(_midpoints_s(rr_ms), rr_ms), None) is None
    assert respiration_power_ms2(None, 0.1) is None


@pytest.mark.parametrize("frequency_hz", [0.07, 0.1, 0.2])
def test_one_sine_is_a_single_wave_from_any_source(frequency_hz):
    rr_ms = waves(300.0, 900.0, (40.0, frequency_hz, 0.0))
    assert single_wave_fraction(_midpoints_s(rr_ms), rr_ms) == pytest.approx(1.0, abs=0.02)


def test_two_waves_alike_share_it_and_noise_has_little():
    rr_ms = waves(600.0, 900.0, (40.0, 0.07, 0.0), (40.0, 0.2, 1.0))
    assert single_wave_fraction(_midpoints_s(rr_ms), rr_ms) == pytest.approx(0.5, abs=0.06)
    rr_ms = waves(600.0, 900.0, noise_ms=30.0)
    assert single_wave_fraction(_midpoints_s(rr_ms), rr_ms) < 0.35


def test_a_single_wave_does_not_mind_scale_or_clock():
    rr_ms = waves(300.0, 900.0, (40.0, 0.1, 0.0), (10.0, 0.25, 0.0), noise_ms=5.0)
    mid_s = _midpoints_s(rr_ms)
    here = single_wave_fraction(mid_s, rr_ms)
    assert single_wave_fraction(mid_s + 4000.0, 3.0 * rr_ms) == pytest.approx(
        here, rel=1e-3
    )  # a beat may change its window


def test_a_minute_or_nothing_at_all_or_no_variation_has_no_share():
    rr_ms = waves(62.0, 900.0, (40.0, 0.1, 0.0))
    assert single_wave_fraction(_midpoints_s(rr_ms), rr_ms) is None
    assert single_wave_fraction(np.empty(0), np.empty(0)) is None
    flat = np.full(100, 1000.0)
    assert single_wave_fraction(_midpoints_s(flat), flat) is None
