import numpy as np
import pytest
from hearts import waves
from scipy import signal

from biofeedback.core.noise import BAND_HZ, NoiseSpectrum, Whitened, covariance, learn_noise, pool_noise


def _parts(rr_ms, start_s=0.0):
    """One unbroken run of intervals."""
    return [(start_s + (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0, rr_ms)]


def _resting(seed=0, seconds=180.0):
    return waves(seconds, 900.0, (20.0, 0.1, 0.4), (25.0, 0.23, 0.0), noise_ms=12.0, seed=seed)


def _flat(white_ms2=100.0, power_ms2=0.0):
    """A spectrum that is the same at all frequencies."""
    frequency_hz = tuple(((np.arange(64) + 0.5) * BAND_HZ).tolist())
    return NoiseSpectrum(frequency_hz, (power_ms2,) * 64, white_ms2, 120.0)


def test_the_density_is_power_over_the_width_of_its_band():
    noise = _flat(power_ms2=2.0)
    assert noise.density_at(0.1) == pytest.approx(2.0 / BAND_HZ)
    assert noise.density_at(0.0) == noise.density_at(0.001)


def test_the_bands_hold_the_variance_of_what_was_learned():
    rr_ms = _resting()
    noise = learn_noise(_parts(rr_ms))
    assert sum(noise.power_ms2) + noise.white_ms2 == pytest.approx(rr_ms.var(), rel=0.25)
    assert noise.span_s == pytest.approx(180.0, abs=2.0)
    assert len(noise.power_ms2) == len(noise.frequency_hz) == 64


def test_a_rhythm_stands_out_where_it_is():
    noise = learn_noise(_parts(_resting(1)))
    band = np.asarray(noise.frequency_hz) > 0.16
    peak_hz = np.asarray(noise.frequency_hz)[band][np.argmax(np.asarray(noise.power_ms2)[band])]
    assert peak_hz == pytest.approx(0.23, abs=0.012)


@pytest.mark.parametrize("seed", range(3))
def test_scipys_periodogram_finds_the_same_power_around_the_pacer(seed):
    """An autoregression against Welch on the same 2 Hz grid, over .075 to .125 Hz: within a factor of 1.6."""
    rng = np.random.default_rng(seed)
    drive = rng.standard_normal(1200)
    slow = signal.lfilter([1.0], [1.0, -1.85, 0.93], drive)[-700:] * 4.0
    beats_s = np.arange(0.0, 300.0, 0.9)
    rr_ms = 900.0 + np.interp(beats_s, np.arange(700) / 2.0, slow)
    noise = learn_noise([(beats_s, rr_ms)])
    grid_s = np.arange(0.0, 299.0, 0.5)
    frequency_hz, density = signal.welch(np.interp(grid_s, beats_s, rr_ms), fs=2.0, nperseg=200, detrend="linear")
    near = (frequency_hz > 0.07) & (frequency_hz < 0.13)
    ours = np.mean([noise.density_at(float(f)) for f in frequency_hz[near]])
    assert 1 / 1.6 < ours / density[near].mean() < 1.6


def test_noise_grows_with_the_square_of_the_scale_and_does_not_mind_the_clock():
    rr_ms = _resting()
    (here,) = [learn_noise(_parts(rr_ms))]
    there = learn_noise([(_parts(rr_ms)[0][0] + 5000.0, 900.0 + 3 * (rr_ms - 900.0))])
    assert there.power_ms2 == pytest.approx([9 * power for power in here.power_ms2], rel=1e-3)


def test_a_drift_is_not_learned_as_noise():
    (mid_s, rr_ms), = _parts(_resting())  # fmt: skip
    steady, drifting = learn_noise([(mid_s, rr_ms)]), learn_noise([(mid_s, rr_ms + 1.0 * mid_s)])
    assert drifting.power_ms2 == pytest.approx(steady.power_ms2, rel=0.02)


@pytest.mark.parametrize("rr_ms", [900.0, 601 / 1.024, 606 / 1.024, 620 / 1.024])
def test_a_heart_that_never_varies_still_has_the_straps_own_jitter(rr_ms):
    noise = learn_noise(_parts(np.full(150, rr_ms)))
    assert max(noise.power_ms2) < 1e-9
    assert noise.white_ms2 > 0


def test_too_little_teaches_nothing():
    assert learn_noise([]) is None
    assert learn_noise(_parts(_resting(seconds=60.0))) is None
    assert learn_noise([(np.linspace(0.0, 200.0, 20), np.full(20, 900.0))]) is None


def test_unbroken_parts_are_averaged_by_their_length_and_short_ones_left_out():
    first, second = _resting(1, 100.0), _resting(2, 50.0)
    both = learn_noise([*_parts(first), *_parts(second, 200.0), *_parts(second[:10], 300.0)])
    assert both.span_s == pytest.approx(150.0, abs=3.0)
    swapped = learn_noise([*_parts(second), *_parts(first, 200.0)])
    assert both.power_ms2 == pytest.approx(swapped.power_ms2)


def test_white_noise_has_no_covariance_between_beats():
    matrix = covariance(_flat(), np.asarray([0.0, 0.9, 1.9]))
    assert matrix == pytest.approx(100.0 * np.eye(3))


def test_the_covariance_of_one_band_is_a_cosine_that_fades():
    power_ms2 = [0.0] * 64
    power_ms2[12] = 50.0
    noise = NoiseSpectrum(tuple(((np.arange(64) + 0.5) * BAND_HZ).tolist()), tuple(power_ms2), 4.0, 120.0)
    mid_s = np.asarray([0.0, 1.0, 2.5, 40.0])
    matrix = covariance(noise, mid_s)
    lags_s = np.abs(mid_s[:, None] - mid_s[None, :])
    expected = 50.0 * np.cos(2 * np.pi * 12.5 * BAND_HZ * lags_s) * np.sinc(BAND_HZ * lags_s) + 4.0 * np.eye(4)
    assert matrix == pytest.approx(expected, abs=0.15)  # linear between lags of .1 s
    assert matrix == pytest.approx(matrix.T)


@pytest.mark.parametrize("seed", range(5))
def test_a_covariance_is_positive_whatever_the_noise_and_the_beats(seed):
    rng = np.random.default_rng(seed)
    frequency_hz = tuple(((np.arange(64) + 0.5) * BAND_HZ).tolist())
    noise = NoiseSpectrum(frequency_hz, tuple((10.0 ** rng.uniform(-3, 5, 64)).tolist()), 4.0, 120.0)
    mid_s = np.cumsum(rng.choice([0.0, 0.02, 0.6, 1.0, 30.0], 80))
    assert np.linalg.eigvalsh(covariance(noise, mid_s)).min() > 0


def test_whitened_noise_is_white():
    """Noise drawn from the covariance, whitened: unit variance, less what the drift's three waves take."""
    noise = learn_noise(_parts(_resting()))
    rng = np.random.default_rng(0)
    mid_s = np.cumsum(rng.uniform(0.8, 1.0, 100))
    root = np.linalg.cholesky(covariance(noise, mid_s))
    power = [float(np.sum(Whitened(noise, mid_s, 900.0 + root @ rng.standard_normal(100)).y ** 2)) for _ in range(40)]
    assert np.mean(power) == pytest.approx(97.0, rel=0.1)


def test_whitening_takes_level_and_drift_out():
    noise = learn_noise(_parts(_resting()))
    mid_s = np.arange(10.0, 70.0, 0.9)
    plain = Whitened(noise, mid_s, 900.0 + 30.0 * np.sin(mid_s))
    moved = Whitened(noise, mid_s, 700.0 + 2.0 * mid_s - 0.02 * mid_s**2 + 30.0 * np.sin(mid_s))
    assert moved.y == pytest.approx(plain.y, abs=1e-6)


def test_beats_are_seen_along_a_whitened_wave_as_the_whitened_beats_are():
    noise = learn_noise(_parts(_resting()))
    mid_s = np.arange(0.0, 60.0, 0.9)
    rr_ms = 900.0 + 30.0 * np.sin(2 * np.pi * 0.1 * mid_s)
    white = Whitened(noise, mid_s, rr_ms)
    waves = white.of(np.stack((np.sin(2 * np.pi * 0.1 * mid_s), np.cos(2 * np.pi * 0.31 * mid_s)), axis=1))
    assert white.back(waves).T @ rr_ms == pytest.approx(waves.T @ white.y)


def test_spectra_are_pooled_by_the_time_they_were_learned_from():
    one, two = _flat(100.0, 1.0), NoiseSpectrum(_flat().frequency_hz, (4.0,) * 64, 10.0, 60.0)
    pooled = pool_noise([one, two])
    assert pooled.power_ms2 == pytest.approx((2.0,) * 64)
    assert pooled.white_ms2 == pytest.approx(70.0)
    assert pooled.span_s == 180.0
    assert pool_noise([one]) == one
