"""The rate of largest RSA: found where there is one, doubted where there is none."""

import numpy as np
import pytest

from biofeedback.core.choices import Answer, Reason
from biofeedback.core.events import Plan
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import BlockMeasures
from biofeedback.core.resonance import find_peak, resonance_result
from biofeedback.draw import draw_blocks

DESIGN = EXERCISES["resonance"].design
PLAN = Plan(1, 0.0, "resonance", 3, draw_blocks(DESIGN, 3), "resonance")
RATES = np.array([60.0 / arm.steps[0].pattern.period_s for arm in DESIGN.arms])
SD_MS = 8.0


def curve(peak, sharpness=0.4, level_ms=120.0):
    return level_ms * (1 - sharpness * (RATES - peak) ** 2)


def searched(rsa_ms, signal=()):
    blocks = [
        BlockMeasures(
            k, arm.name, 140.0 * k, 140.0 * k + 120.0, breaths_per_min=rate, rsa_ms=rsa,
            low_ms=None if rsa is None else rsa - 1.96 * SD_MS, high_ms=None if rsa is None else rsa + 1.96 * SD_MS,
        )
        for k, (arm, rate, rsa) in enumerate(zip(DESIGN.arms, RATES.tolist(), rsa_ms, strict=True))
    ]  # fmt: skip
    return resonance_result(PLAN, blocks, signal)


@pytest.mark.parametrize("peak", [5.2, 5.5, 5.9])
def test_a_clear_peak_is_found_between_the_rates(peak):
    found = searched(curve(peak, 0.6).tolist())
    assert (found.answer, found.reasons) == (Answer.YES, ())
    assert found.peak_per_min == pytest.approx(peak, abs=0.15)
    assert found.low_per_min < peak < found.high_per_min


def test_rates_that_are_alike_tell_nothing():
    found = searched([120.0] * 5)
    assert (found.answer, found.reasons) == (Answer.UNKNOWN, (Reason.INCONCLUSIVE,))
    assert found.p_value == pytest.approx(1.0)
    assert found.high_per_min - found.low_per_min > 1.2


def test_a_peak_at_the_slowest_rate_may_lie_below_it():
    found = searched(curve(4.0, 0.15).tolist())
    assert found.answer is Answer.UNKNOWN
    assert found.peak_per_min == pytest.approx(RATES.min(), abs=0.03)


def test_too_few_rates_or_a_bad_signal_say_only_so():
    few = searched([120.0, None, 130.0, None, 110.0])
    assert (few.answer, few.reasons, few.peak_per_min) == (Answer.UNKNOWN, (Reason.TOO_FEW_BLOCKS,), None)
    four = searched([120.0, None, 130.0, 120.0, 110.0])
    assert four.peak_per_min is not None
    bad = searched(curve(5.5).tolist(), (Reason.IRREGULAR_BEATS,))
    assert (bad.reasons, bad.peak_per_min) == ((Reason.IRREGULAR_BEATS,), None)


def test_the_peak_does_not_depend_on_the_order_or_the_unit():
    rsa_ms, sd_ms = curve(5.4), np.full(5, SD_MS)
    once, turned = find_peak(RATES, rsa_ms, sd_ms), find_peak(RATES[::-1], rsa_ms[::-1], sd_ms)
    scaled = find_peak(RATES, 3 * rsa_ms, 3 * sd_ms)
    for other in (turned, scaled):
        assert other.per_min == pytest.approx(once.per_min)
        assert other.p_value == pytest.approx(once.p_value)


def test_two_hundred_searches():
    """Without a peak, or with one beyond the rates, one in twenty at most is told of one; intervals hold the truth."""
    rng, people, sd_ms = np.random.default_rng(11), 200, np.hypot(SD_MS, 12.0)
    told = beyond = covered = found = 0
    for _ in range(people):
        told += searched(rng.normal(120.0, sd_ms, 5).tolist()).answer is Answer.YES
        slower = 120.0 / (
            1 + rng.uniform(0.2, 1.2) * (RATES - rng.uniform(3.8, 4.5)) ** 2
        )  # no parabola: like a resonator
        beyond += searched((slower + rng.normal(0.0, sd_ms, 5)).tolist()).answer is Answer.YES
        peak = rng.uniform(4.8, 6.2)
        inside = 120.0 / (1 + rng.uniform(0.2, 1.2) * (RATES - peak) ** 2)
        one = searched((inside + rng.normal(0.0, sd_ms, 5)).tolist())
        covered += one.low_per_min - 0.02 <= peak <= one.high_per_min + 0.02
        found += one.answer is Answer.YES
    assert told <= 0.05 * people
    assert beyond <= 0.05 * people
    assert covered >= 0.95 * people
    assert found >= 0.3 * people
