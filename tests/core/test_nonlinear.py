import math

import neurokit2
import numpy as np
import pytest
from hearts import waves

from biofeedback.core.nonlinear import dfa_alpha1, sample_entropy


def _midpoints_s(rr_ms):
    return (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0


def _entropy(rr_ms, is_followed=None):
    followed = np.ones(len(rr_ms), dtype=bool) if is_followed is None else is_followed
    return sample_entropy(_midpoints_s(rr_ms), rr_ms, followed)


def _alpha1(rr_ms, is_followed=None):
    return dfa_alpha1(rr_ms, np.ones(len(rr_ms), dtype=bool) if is_followed is None else is_followed)


def _five_minutes(seed=2):
    return waves(290.0, 900.0, (40.0, 0.1, 0.0), (20.0, 0.25, 1.0), noise_ms=15.0, seed=seed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_neurokit2_finds_the_same_entropy_and_scaling(seed):
    rr_ms = _five_minutes(seed)
    entropy = neurokit2.entropy_sample(rr_ms, dimension=2, tolerance=0.2 * rr_ms.std(ddof=1))[0]
    alpha = neurokit2.fractal_dfa(rr_ms, scale=np.arange(4, 17), overlap=False)[0]
    assert _entropy(rr_ms) == pytest.approx(entropy, rel=1e-12)
    assert _alpha1(rr_ms) == pytest.approx(alpha, rel=1e-9)


def test_entropy_counted_pair_by_pair_is_the_same():
    """The definition taken literally, over templates that bridge no interval left out."""
    rr_ms = _five_minutes()
    is_followed = np.arange(len(rr_ms)) % 17 != 5
    starts = [k for k in range(len(rr_ms) - 2) if is_followed[k] and is_followed[k + 1]]
    tolerance_ms = 0.2 * rr_ms.std(ddof=1)

    def pairs(beats):
        return sum(
            max(abs(rr_ms[i + k] - rr_ms[j + k]) for k in range(beats)) <= tolerance_ms
            for place, i in enumerate(starts)
            for j in starts[place + 1 :]
        )

    assert _entropy(rr_ms, is_followed) == pytest.approx(math.log(pairs(2) / pairs(3)), rel=1e-12)


def test_entropy_of_an_hour_is_the_mean_of_its_windows():
    """A quarter of an hour of waves, then one of noise: between the two, and the same however long either lasts."""
    waving, noisy = waves(900.0, 900.0, (40.0, 0.1, 0.0), noise_ms=4.0), waves(900.0, 900.0, noise_ms=30.0)
    low, high = _entropy(waving), _entropy(noisy)
    assert low < 1.0
    assert high > 2.0
    assert _entropy(np.concatenate((waving, noisy))) == pytest.approx((low + high) / 2, abs=0.15)


def test_noise_without_memory_scales_with_one_half_and_its_running_sum_with_three_halves():
    noise = np.random.default_rng(1).standard_normal(20000)
    # Short boxes know their own straight line too well: .04 above one half, .03 below three halves.
    assert _alpha1(900.0 + 20.0 * noise) == pytest.approx(0.5, abs=0.1)
    assert _alpha1(900.0 + np.cumsum(noise)) == pytest.approx(1.5, abs=0.1)


def test_neither_minds_level_scale_or_direction():
    rr_ms = _five_minutes()
    changed = 500.0 + 3.0 * rr_ms[::-1]
    assert _alpha1(changed) == pytest.approx(_alpha1(rr_ms), abs=0.06)  # boxes begin at the other end
    assert _alpha1(500.0 + 3.0 * rr_ms) == pytest.approx(_alpha1(rr_ms))
    stretched = sample_entropy(_midpoints_s(rr_ms), 500.0 + 3.0 * rr_ms, np.ones(len(rr_ms), dtype=bool))
    assert stretched == pytest.approx(_entropy(rr_ms), rel=0.02)  # a tie may fall to either side


def test_no_box_bridges_an_interval_left_out():
    """A jump of level between two runs is no fluctuation within either."""
    rr_ms = np.concatenate((_five_minutes(1), _five_minutes(2) + 0.0))
    is_followed = np.ones(len(rr_ms), dtype=bool)
    is_followed[len(_five_minutes(1)) - 1] = False
    halves = [_alpha1(_five_minutes(seed)) for seed in (1, 2)]
    assert _alpha1(rr_ms, is_followed) == pytest.approx(np.mean(halves), abs=0.03)


def test_too_few_or_unvarying_intervals_give_none():
    flat = np.full(200, 900.0)
    assert _entropy(np.empty(0)) is _entropy(flat[:50]) is _entropy(flat) is None
    assert _alpha1(np.empty(0)) is _alpha1(flat) is _alpha1(_five_minutes()[:63]) is None
    assert _alpha1(_five_minutes()[:64]) is not None


def test_templates_of_which_no_two_are_alike_give_no_entropy():
    rr_ms = 900.0 + 50.0 * np.random.default_rng(887).uniform(-1.0, 1.0, 102)  # one such draw in a thousand
    assert _entropy(rr_ms) is None


def test_broken_everywhere_there_is_no_entropy_and_no_scaling():
    rr_ms = _five_minutes()
    nowhere = np.zeros(len(rr_ms), dtype=bool)
    assert _entropy(rr_ms, nowhere) is _alpha1(rr_ms, nowhere) is None
