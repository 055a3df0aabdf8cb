import gzip
import math
from pathlib import Path

import neurokit2
import numpy as np
import pytest
from hearts import waves
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core import hrv

DATA = Path(__file__).parents[2].parent / "shared" / "data"
EC57 = DATA / "ec57"


def _midpoints_s(rr_ms):
    return (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0


def _ipfm_ms(mean_ms, amplitude_bpm, frequency_hz, seconds):
    """Beats of a heart whose rate swings as a sine: one each time its integral grows by one."""
    grid_s = np.arange(0.0, seconds, 0.005)
    rate_hz = 1000.0 / mean_ms + amplitude_bpm / 60.0 * np.sin(2 * math.pi * frequency_hz * (grid_s + 0.0025))
    integral = np.concatenate(([0.0], np.cumsum(rate_hz[:-1] * 0.005)))
    return np.diff(np.interp(np.arange(integral[-1]), integral, grid_s)) * 1000.0


# Time domain


def test_measures_of_five_beats_by_hand():
    rr_ms = np.asarray([800.0, 900.0, 840.0, 860.0, 800.0])
    differences_ms = hrv.successive_differences_ms(rr_ms, np.ones(5, dtype=bool))
    assert differences_ms.tolist() == [100.0, -60.0, 20.0, -60.0]
    assert hrv.heart_rate_bpm(rr_ms) == pytest.approx(60000 / 840)
    assert hrv.rmssd_ms(differences_ms) == pytest.approx(math.sqrt((10000 + 3600 + 400 + 3600) / 4))
    assert hrv.ln_rmssd(differences_ms) == pytest.approx(math.log(math.sqrt(4400)))
    assert hrv.sdnn_ms(rr_ms) == pytest.approx(math.sqrt((1600 + 3600 + 0 + 400 + 1600) / 4))
    assert hrv.pnn50_percent(differences_ms) == 75.0
    assert hrv.sd1_ms(differences_ms) == pytest.approx(math.sqrt((10000 + 3600 + 400 + 3600) / 3 / 2))
    assert hrv.sd2_ms(rr_ms, differences_ms) == pytest.approx(math.sqrt(2 * 1800 - 17600 / 6))


def test_no_difference_touches_a_beat_that_is_not_normal():
    rr_ms = np.asarray([800.0, 810.0, 400.0, 820.0, 850.0])
    is_normal = np.asarray([True, True, False, True, True])
    assert hrv.successive_differences_ms(rr_ms, is_normal).tolist() == [10.0, 30.0]


def test_missing_is_none_and_never_zero():
    nothing, one = np.empty(0), np.asarray([800.0])
    assert hrv.heart_rate_bpm(nothing) is None
    assert hrv.rmssd_ms(nothing) is hrv.ln_rmssd(nothing) is hrv.pnn50_percent(nothing) is None
    assert hrv.sdnn_ms(one) is hrv.sd1_ms(one) is hrv.sd2_ms(one, one) is hrv.sd2_ms(np.ones(3), one) is None
    assert hrv.ln_rmssd(np.zeros(4)) is None


def test_sd2_of_beats_that_only_alternate_is_zero():
    rr_ms = np.asarray([800.0, 900.0] * 3)
    assert hrv.sd2_ms(rr_ms, np.diff(rr_ms)) == pytest.approx(0.0, abs=1e-3)


@given(st.lists(st.floats(300, 2000), min_size=4, max_size=60), st.floats(0.5, 2.0))
@settings(max_examples=40)
def test_measures_in_ms_grow_with_the_scale(rr_ms, scale):
    rr_ms = np.asarray(rr_ms)
    differences_ms = np.diff(rr_ms)
    assert hrv.rmssd_ms(differences_ms * scale) == pytest.approx(hrv.rmssd_ms(differences_ms) * scale)
    assert hrv.sdnn_ms(rr_ms * scale) == pytest.approx(hrv.sdnn_ms(rr_ms) * scale)
    assert hrv.sd1_ms(differences_ms * scale) == pytest.approx(hrv.sd1_ms(differences_ms) * scale)
    assert hrv.heart_rate_bpm(rr_ms * scale) == pytest.approx(hrv.heart_rate_bpm(rr_ms) / scale)
    assert hrv.rmssd_ms(differences_ms[::-1]) == pytest.approx(hrv.rmssd_ms(differences_ms))


@pytest.mark.filterwarnings("ignore")  # of neurokit2's own: numbers it was not given enough beats for
def test_neurokit2_finds_the_same_measures_to_a_millionth():
    """On the same NN: intervals go in as they are, with the time of each, so that nothing is rounded to a sample."""
    rr_ms = waves(300.0, 900.0, (40.0, 0.1, 0.0), (20.0, 0.25, 1.0), noise_ms=8.0, seed=3)
    nn = {"RRI": rr_ms, "RRI_Time": np.cumsum(rr_ms) / 1000.0}
    found = neurokit2.hrv_time(nn)
    differences_ms = np.diff(rr_ms)
    assert 60000.0 / hrv.heart_rate_bpm(rr_ms) == pytest.approx(found["HRV_MeanNN"][0], rel=1e-6)
    assert hrv.rmssd_ms(differences_ms) == pytest.approx(found["HRV_RMSSD"][0], rel=1e-6)
    assert hrv.sdnn_ms(rr_ms) == pytest.approx(found["HRV_SDNN"][0], rel=1e-6)
    assert math.sqrt(2) * hrv.sd1_ms(differences_ms) == pytest.approx(found["HRV_SDSD"][0], rel=1e-6)
    share_of_differences = hrv.pnn50_percent(differences_ms) * len(differences_ms) / len(rr_ms)
    assert share_of_differences == pytest.approx(found["HRV_pNN50"][0], rel=1e-6)  # neurokit2 divides by intervals


@pytest.mark.parametrize(
    ("frequency_hz", "published_ms"), [(0.10, 28.5), (0.15, 41.2), (0.20, 52.3), (0.25, 61.3), (0.30, 67.8)]
)
def test_rmssd_is_the_high_pass_that_the_formula_says(frequency_hz, published_ms):
    """Heart rate 65 with 10 bpm peak to trough: formula, published table and an IPFM heart agree to 1.5 %."""
    mean_s = 60.0 / 65.0
    amplitude_ms = 60000.0 / 65.0**2 * 5.0
    within = math.sin(math.pi * frequency_hz * mean_s) / (math.pi * frequency_hz * mean_s)
    formula_ms = math.sqrt(2) * amplitude_ms * within * math.sin(math.pi * frequency_hz * mean_s)
    assert formula_ms == pytest.approx(published_ms, rel=0.015)
    rr_ms = _ipfm_ms(mean_s * 1000.0, 5.0, frequency_hz, 600.0)
    assert hrv.rmssd_ms(np.diff(rr_ms)) == pytest.approx(published_ms, rel=0.015)
    assert hrv.sdnn_ms(rr_ms) == pytest.approx(amplitude_ms * within / math.sqrt(2), rel=0.015)


# Spectra


def test_a_wave_of_known_power_lies_in_its_band():
    """A sine of amplitude A has a power of A squared over 2; a beat averages nothing here, its midpoint is exact."""
    rr_ms = waves(300.0, 900.0, (40.0, 0.1, 0.0), (20.0, 0.25, 1.0))
    found = hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms)
    assert found.lf_power_ms2 == pytest.approx(800.0, rel=0.03)
    assert found.hf_power_ms2 == pytest.approx(200.0, rel=0.05)


def test_under_slow_breathing_the_rsa_lies_in_lf():
    """Ten bpm peak to trough at 6 a minute: LF holds 98.7 %, HF 1.3 % (to .5 %)."""
    grid_s = np.arange(0.0, 310.0, 0.005)
    phase = (grid_s + 0.0025) % 10.0
    volume = np.where(phase < 4.0, -np.cos(math.pi * phase / 4.0), np.cos(math.pi * (phase - 4.0) / 6.0))
    integral = np.concatenate(([0.0], np.cumsum((65.0 + 5.0 * volume[:-1]) / 60.0 * 0.005)))
    rr_ms = np.diff(np.interp(np.arange(integral[-1]), integral, grid_s)) * 1000.0
    found = hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms)
    both_ms2 = found.lf_power_ms2 + found.hf_power_ms2
    assert 100.0 * found.lf_power_ms2 / both_ms2 == pytest.approx(98.7, abs=0.5)
    assert 100.0 * found.hf_power_ms2 / both_ms2 == pytest.approx(1.3, abs=0.5)


@pytest.mark.shared
@pytest.mark.skipif(not EC57.exists(), reason="the EC57 patterns of ../shared/data are not here")
@pytest.mark.parametrize(
    ("name", "field", "power_ms2"),
    [("HRV256_TP2.txt.gz", "hf_power_ms2", 612.5), ("HRV256_TP3.txt.gz", "lf_power_ms2", 2450.0)],
)
def test_the_ec57_patterns_have_their_expected_power(name, field, power_ms2):
    with gzip.open(EC57 / name, "rt") as file:
        rr_ms = np.loadtxt(file, delimiter=",", max_rows=4000)[:, 1] * 1000.0
    found = hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms)
    # The nearest of five other programs: 606.4 (HF of TP2) and 2451.0 (LF of TP3).
    assert getattr(found, field) == pytest.approx(power_ms2, rel=0.0003)


@pytest.mark.parametrize("heart_rate_bpm", [50.0, 70.0, 100.0])
@pytest.mark.parametrize("frequency_hz", [0.05, 0.10, 0.13, 0.17, 0.25, 0.35])
def test_a_sine_has_its_power_at_every_heart_rate(heart_rate_bpm, frequency_hz):
    """Half the square of its amplitude, to .5 %, away from the bands' edges."""
    rr_ms = waves(300.0, 60000.0 / heart_rate_bpm, (40.0, frequency_hz, 0.3))
    found = hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms)
    power_ms2 = found.lf_power_ms2 if frequency_hz < 0.15 else found.hf_power_ms2
    assert power_ms2 == pytest.approx(800.0, rel=0.005)


def test_bands_divide_the_variance_that_sdnn_has():
    """Waves well inside the bands: VLF, LF and HF together are SDNN squared, to 1 %."""
    rr_ms = waves(1200.0, 900.0, (30.0, 0.02, 0.0), (40.0, 0.1, 0.0), (20.0, 0.25, 1.0))
    found = hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms)
    total_ms2 = found.vlf_power_ms2 + found.lf_power_ms2 + found.hf_power_ms2
    assert total_ms2 == pytest.approx(hrv.sdnn_ms(rr_ms) ** 2, rel=0.01)


def test_intervals_left_out_take_no_power_from_a_wave():
    rr_ms = waves(300.0, 900.0, (40.0, 0.1, 0.0))
    mid_s = _midpoints_s(rr_ms)
    kept = np.arange(len(rr_ms)) % 20 != 7
    whole, thinned = hrv.spectral_measures(mid_s, rr_ms), hrv.spectral_measures(mid_s[kept], rr_ms[kept])
    assert thinned.lf_power_ms2 == pytest.approx(whole.lf_power_ms2, rel=0.01)


def test_neurokit2_finds_the_same_spectrum():
    """Welch on RR interpolated at 4 Hz by cubic splines: LF to 5 %, HF to 8 % (interpolation damps it)."""
    rr_ms = waves(300.0, 800.0, (40.0, 0.1, 0.0), (25.0, 0.22, 1.0), noise_ms=4.0, seed=1)
    with np.errstate(all="ignore"):
        found = neurokit2.hrv_frequency(
            {"RRI": rr_ms, "RRI_Time": np.cumsum(rr_ms) / 1000.0}, normalize=False, psd_method="welch"
        )
    ours = hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms)
    assert ours.lf_power_ms2 == pytest.approx(found["HRV_LF"][0], rel=0.05)
    assert ours.hf_power_ms2 == pytest.approx(found["HRV_HF"][0], rel=0.08)


def test_a_spectrum_grows_with_the_square_of_the_scale_and_does_not_mind_the_clock():
    rr_ms = waves(200.0, 900.0, (40.0, 0.1, 0.0), (20.0, 0.25, 1.0), noise_ms=5.0)
    mid_s = _midpoints_s(rr_ms)
    here = hrv.spectral_measures(mid_s, rr_ms)
    there = hrv.spectral_measures(mid_s + 5000.0, 900.0 + 2.0 * (rr_ms - 900.0))
    # beats count with their length, so that a larger swing changes its own weights a little
    assert there.lf_power_ms2 == pytest.approx(4 * here.lf_power_ms2, rel=0.02)
    assert there.hf_power_ms2 == pytest.approx(4 * here.hf_power_ms2, rel=0.05)
    shifted = hrv.spectral_measures(mid_s + 5000.0, rr_ms)
    assert shifted.lf_power_ms2 == pytest.approx(here.lf_power_ms2)


def test_a_steady_drift_is_no_power():
    rr_ms = waves(300.0, 900.0, (20.0, 0.25, 0.0))
    mid_s = _midpoints_s(rr_ms)
    drifting = hrv.spectral_measures(mid_s, rr_ms + 0.3 * mid_s)
    assert drifting.lf_power_ms2 < 5.0
    assert drifting.vlf_power_ms2 < 5.0


def test_an_hour_is_averaged_over_windows_of_five_minutes():
    rr_ms = waves(1000.0, 900.0, (30.0, 0.02, 0.0), (40.0, 0.1, 0.0), (20.0, 0.25, 1.0))
    found = hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms)
    assert found.vlf_power_ms2 == pytest.approx(450.0, rel=0.06)
    assert found.lf_power_ms2 == pytest.approx(800.0, rel=0.05)
    assert found.hf_power_ms2 == pytest.approx(200.0, rel=0.06)


def test_short_windows_hold_no_vlf_and_very_short_ones_nothing():
    rr_ms = waves(120.0, 900.0, (40.0, 0.1, 0.0))
    found = hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms)
    assert found.vlf_power_ms2 is None
    assert found.lf_power_ms2 is not None
    rr_ms = rr_ms[:50]
    assert hrv.spectral_measures(_midpoints_s(rr_ms), rr_ms) == hrv.SpectralMeasures(None, None, None)


def test_a_few_beats_strewn_over_a_long_time_give_no_spectrum():
    mid_s = np.linspace(0.0, 2000.0, 20)
    assert hrv.spectral_measures(mid_s, np.full(20, 900.0)) == hrv.SpectralMeasures(None, None, None)
