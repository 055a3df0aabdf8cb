import numpy as np
import pytest
from hearts import FOUR_SIX, waves
from scipy import stats

from biofeedback.core.evidence import Band, LockedWaves, locked_waves, log_mean, own_rhythm
from biofeedback.core.noise import Whitened, covariance, learn_noise
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.core.rsa import phases_rad, turns_s

PACER = Pacer(0.0, FOUR_SIX)
MID_S = np.cumsum(np.full(130, 0.9)) - 0.5


def _noise():
    rr_ms = waves(180.0, 900.0, (12.0, 0.095, 0.4), (25.0, 0.23, 0.0), noise_ms=12.0, seed=0)
    return learn_noise([((np.cumsum(rr_ms) - rr_ms / 2) / 1000.0, rr_ms)])


NOISE = _noise()
ROOT = np.linalg.cholesky(covariance(NOISE, MID_S))


def _band(rr_ms, mid_s=MID_S):
    return Band(Whitened(NOISE, mid_s, rr_ms), mid_s, 0.1)


def _drawn(seed):
    return 900.0 + ROOT @ np.random.default_rng(seed).standard_normal(len(MID_S))


def test_the_band_sees_the_baselines_noise_with_variance_one():
    power = [float(np.mean(_band(_drawn(seed)).y ** 2)) for seed in range(40)]
    assert np.mean(power) == pytest.approx(1.0, abs=0.1)


def test_the_band_sees_waves_as_it_sees_beats_and_no_drift():
    wave = np.cos(phases_rad(PACER, MID_S))
    assert _band(900.0 + 30.0 * wave).y == pytest.approx(30.0 * _band(wave).of(wave[:, None])[:, 0], abs=1e-6)
    assert _band(700.0 + 2.0 * MID_S - 0.01 * MID_S**2).y == pytest.approx(np.zeros(_band(wave).size), abs=1e-6)


def test_the_likelihood_is_that_of_students_t():
    """Up to the constant that all explanations share, against scipy."""
    band = _band(_drawn(1))
    shape = np.diag(np.linspace(1.0, 3.0, band.size))
    expected = stats.multivariate_t(np.zeros(band.size), shape, df=band.scale_df).logpdf(band.y)
    base = stats.multivariate_t(np.zeros(band.size), np.eye(band.size), df=band.scale_df).logpdf(np.zeros(band.size))
    misfit = np.asarray(band.y @ np.linalg.solve(shape, band.y))
    found = band.log_likelihood(misfit, np.asarray(np.linalg.slogdet(shape)[1]))
    assert float(found) == pytest.approx(float(expected - base))
    assert band.silence == pytest.approx(float(band.log_likelihood(np.asarray(band.y @ band.y), np.zeros(()))))


def test_no_amplitude_is_silence_at_any_delay():
    band = _band(_drawn(2))
    found = locked_waves(band, PACER, MID_S, np.array([0.0, 1.0, 2.5]))
    assert found.by_amplitude.shape == (3, len(LockedWaves.amplitudes_ms()))
    assert found.by_amplitude[:, len(LockedWaves.amplitudes_ms()) // 2] == pytest.approx([band.silence] * 3)


def test_the_amplitude_and_delay_of_a_wave_are_the_likeliest():
    rr_ms = _drawn(3) + 50.0 * np.cos(phases_rad(PACER, MID_S - 1.0))
    found = locked_waves(_band(rr_ms), PACER, MID_S, np.array([-1.0, 1.0, 3.0]))
    delay, amplitude = np.unravel_index(np.argmax(found.by_amplitude), found.by_amplitude.shape)
    assert delay == 1
    assert LockedWaves.amplitudes_ms()[amplitude] == pytest.approx(50.0, rel=0.3)
    assert found.amplitude_ms[1] == pytest.approx(50.0, abs=3 * found.sd_ms[1])


@pytest.mark.parametrize("pattern", [Pattern(4, 6, 1, 1), Pattern(3, 7), Pattern(6, 4)])
def test_turns_that_come_early_or_late_are_not_taken_for_noise(pattern):
    """Each turn off by 7 % of a breath: likelier than as a wave without any change, whose misfit would be noise."""
    pacer = Pacer(0.0, pattern)
    turn_s = turns_s(pacer, -5.0, 125.0)
    rng = np.random.default_rng(5)
    late_s = np.interp(MID_S, turn_s, rng.normal(0.0, 0.07 * pattern.period_s, len(turn_s)))
    band = _band(900.0 + 60.0 * np.cos(phases_rad(pacer, MID_S - late_s)))
    found = locked_waves(band, pacer, MID_S, np.zeros(1))
    rigid = band.y - 60.0 * band.of(np.cos(phases_rad(pacer, MID_S))[:, None])[:, 0]
    assert found.by_amplitude.max() > band.log_likelihood(rigid @ rigid, np.zeros(())) + 5.0
    assert found.amplitude_ms[0] == pytest.approx(60.0, rel=0.35)


@pytest.mark.parametrize(("tempo", "is_near"), [(0.5, False), (0.9, True), (1.0, True), (1.14, True), (1.5, False)])
def test_a_steady_rhythm_is_found_at_its_tempo(tempo, is_near):
    rr_ms = _drawn(4) + 40.0 * np.cos(0.2 * np.pi * tempo * MID_S + 2.0)
    own = own_rhythm(_band(rr_ms), MID_S, 0.1)
    assert own.tempo == pytest.approx(tempo, abs=0.03 if is_near else 0.06)
    assert (own.near > own.far) == is_near


def test_the_mean_of_likelihoods_is_taken_without_running_over():
    values = np.array([-1000.0, -1001.0])
    assert log_mean(values, np.ones(2)) == pytest.approx(-1000.0 + np.log((1 + np.exp(-1)) / 2))
    assert log_mean(values, np.array([1.0, 0.0])) == pytest.approx(-1000.0)
