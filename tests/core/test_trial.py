"""Personal trials on numbers made by hand, and on two hundred made up people."""

import numpy as np
import pytest

from biofeedback.core.choices import Direction, Outcome, Reason
from biofeedback.core.events import Plan
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import BlockMeasures
from biofeedback.core.trial import difference_in_sets, pool_trials, trial_result
from biofeedback.draw import draw_blocks

EXHALE, BLOCKS, RECOVERY = (EXERCISES[f"trial_{name}"].design for name in ("exhale", "blocks", "recovery"))


def plan_of(exercise, seed=1):
    design = EXERCISES[exercise].design
    return Plan(1, 0.0, design.kind.value, seed, draw_blocks(design, seed), exercise)


def measured(plan, values, outcome="heart_rate_bpm"):
    """A block a minute, each with the next of its arm's values."""
    left = {arm: list(numbers) for arm, numbers in values.items()}
    return [
        BlockMeasures(place, arm, 60.0 * place, 60.0 * place + 60.0, **{outcome: left[arm].pop(0)})
        for place, arm in enumerate(plan.blocks)
    ]


def exhale_trial(plan, blocks, breaks_s=(), signal=()):
    return trial_result(plan, EXHALE, blocks, breaks_s, signal)


def test_between_two_arms_it_is_the_paired_t_interval():
    found = difference_in_sets(np.array([[60.0, 62.0], [61.0, 64.0], [59.0, 63.0], [60.0, 63.0]]), 0, 1, 0.95)
    sd = np.std([-2.0, -3.0, -4.0, -3.0], ddof=1) / 2
    assert found.value == -3.0
    assert (found.low, found.high) == pytest.approx((-3 - 3.182446 * sd, -3 + 3.182446 * sd), abs=1e-5)
    assert found.p_value == pytest.approx(0.0052, abs=1e-3)


def test_a_third_arm_tells_how_far_blocks_stray():
    """Two-way layout by hand: residuals of [[0, 1, 2], [2, 1, 0]] are all of the arms, none of the sets."""
    found = difference_in_sets(np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]), 0, 2, 0.95)
    assert found.value == 0.0
    assert found.high == pytest.approx(4.302653 * np.sqrt(2 * (4.0 / 2) / 2), abs=1e-5)
    assert found.p_value == pytest.approx(1.0)


def test_a_drift_from_set_to_set_changes_nothing():
    values = np.array([[60.0, 62.0, 61.0], [61.0, 64.0, 63.0], [59.0, 63.0, 60.0]])
    drifted = values + np.array([[0.0], [-5.0], [-9.0]])
    a, b = (difference_in_sets(one, 0, 1, 0.95) for one in (values, drifted))
    assert (a.value, a.low, a.high, a.p_value) == pytest.approx((b.value, b.low, b.high, b.p_value))


def test_blocks_that_are_all_alike_leave_no_doubt():
    found = difference_in_sets(np.array([[60.0, 62.0], [60.0, 62.0]]), 0, 1, 0.95)
    assert (found.value, found.low, found.high, found.p_value) == (-2.0, -2.0, -2.0, pytest.approx(0.0))


def test_a_prior_widens_the_interval_of_a_single_pair():
    found = difference_in_sets(np.array([[-6.0, 0.0]]), 0, 1, 0.975, prior_sd=5.0, prior_df=4)
    assert (found.low, found.high) == pytest.approx((-6 - 3.495406 * 5, -6 + 3.495406 * 5), abs=1e-4)


@pytest.mark.parametrize(
    ("shift", "direction"), [(-4.0, Direction.LOWER), (4.0, Direction.HIGHER), (0.0, Direction.UNKNOWN)]
)
def test_a_trial_says_where_the_difference_lies(shift, direction):
    plan, jitter = plan_of("trial_exhale"), [0.0, 0.3, -0.2, 0.1]
    values = {
        "4-6": [64 + shift + j for j in jitter],
        "5-5": [64 - j for j in jitter],
        "6-4": [64 + j / 2 for j in jitter],
    }
    result = exhale_trial(plan, measured(plan, values))
    rate, rsa = result.outcomes
    assert (rate.outcome, rate.direction, rate.sets, rate.level) == (Outcome.HEART_RATE, direction, 4, 0.975)
    assert rate.low < rate.difference < rate.high
    assert (rsa.difference, rsa.direction, rsa.sets) == (None, Direction.UNKNOWN, 0)  # not one block had it
    assert (result.reasons, result.arm, result.other, result.sessions) == ((), "4-6", "6-4", 1)


def test_of_a_secondary_outcome_only_the_number_is_told():
    plan = plan_of("trial_blocks")
    blocks = measured(plan, {"4-6": [60, 61, 60, 61], "quiet": [66, 66, 67, 66]})
    blocks = [
        BlockMeasures(b.block, b.arm, b.start_s, b.end_s, heart_rate_bpm=b.heart_rate_bpm, ln_rmssd=b.heart_rate_bpm)
        for b in blocks
    ]
    rate, rmssd = trial_result(plan, BLOCKS, blocks, (), ()).outcomes
    assert (rate.is_primary, rate.direction, rate.level) == (True, Direction.LOWER, 0.95)
    assert (rmssd.is_primary, rmssd.direction, rmssd.difference) == (False, Direction.UNKNOWN, rate.difference)


EVEN = {"4-6": [60.0, 60.2, 60.1, 60.0], "5-5": [63.0] * 4, "6-4": [66.0, 66.1, 66.2, 66.0]}


def test_a_set_with_a_pause_in_it_is_left_out():
    plan = plan_of("trial_exhale")
    blocks = measured(plan, EVEN)
    for break_s, sets in ((30.0, 3), (179.0, 3), (180.0, 2), (200.0, 3), (720.5, 4)):
        assert exhale_trial(plan, blocks, [break_s]).outcomes[0].sets == sets
    between = exhale_trial(plan, [b for b in blocks if b.block != 4])
    assert between.outcomes[0].sets == 3


def test_a_broken_trial_says_nothing_but_why():
    plan = plan_of("trial_exhale")
    blocks = measured(plan, EVEN)
    short = exhale_trial(plan, blocks[:8])
    assert short.reasons == (Reason.TOO_FEW_BLOCKS,)
    bad = exhale_trial(plan, blocks, signal=(Reason.POOR_SIGNAL,))
    assert bad.reasons == (Reason.POOR_SIGNAL,)
    for result in (short, bad, exhale_trial(plan, [])):
        for one in result.outcomes:
            assert (one.difference, one.low, one.high, one.p_value) == (None,) * 4
            assert one.direction is Direction.UNKNOWN


def _person(rng, plan, effect_bpm):
    """A heart that drifts and wanders slowly, block after block, and is slower by the effect in one arm."""
    count = len(plan.blocks)
    wander = np.zeros(count)
    for k in range(1, count):
        wander[k] = 0.4 * wander[k - 1] + rng.normal(0, 1.2)
    drift = np.linspace(0.0, rng.uniform(-4.0, 1.0), count)
    rates = 65.0 + wander + drift
    return [
        BlockMeasures(
            k, arm, 60.0 * k, 60.0 * k + 50.0, heart_rate_bpm=rate + effect_bpm * (arm == "4-6"),
            rsa_ms=rng.normal(120, 25),
        )
        for k, (arm, rate) in enumerate(zip(plan.blocks, rates, strict=True))
    ]  # fmt: skip


@pytest.mark.parametrize(("exercise", "power"), [("trial_exhale", 0.8), ("trial_blocks", 0.75)])
def test_two_hundred_people(exercise, power):
    """Without a difference one in twenty at most hears of one; with -4 bpm most do; the interval holds the truth."""
    design, rng, people = EXERCISES[exercise].design, np.random.default_rng(5), 200
    told, found, covered = 0, 0, 0
    for seed in range(people):
        plan = plan_of(exercise, seed)
        null = trial_result(plan, design, _person(rng, plan, 0.0), (), ())
        told += any(one.direction is not Direction.UNKNOWN for one in null.outcomes)
        rate = trial_result(plan, design, _person(rng, plan, -4.0), (), ()).outcomes[0]
        found += rate.direction is Direction.LOWER
        covered += rate.low <= -4.0 <= rate.high
        assert rate.direction is not Direction.HIGHER
    assert told <= 0.05 * people
    assert found >= power * people
    assert covered >= 0.93 * people


def _recovery(change_bpm, seed=1):
    plan = plan_of("trial_recovery", seed)
    blocks = [
        BlockMeasures(
            k, arm, 240.0 * k, 240.0 * k + 240.0, change_60_bpm=-20.0 + change_bpm * (arm == "4-6"),
            change_120_bpm=-25.0,
        )
        for k, arm in enumerate(plan.blocks)
    ]  # fmt: skip
    return trial_result(plan, RECOVERY, blocks, (), ())


def test_one_pair_after_effort_says_nothing_yet_and_eight_do():
    one = _recovery(-6.0)
    assert (one.outcomes[0].sets, one.outcomes[0].direction) == (1, Direction.UNKNOWN)
    eight = pool_trials([_recovery(-6.0 + 0.5 * k, k) for k in range(8)], RECOVERY.comparison)
    after_60, after_120 = eight.outcomes
    assert (eight.sessions, after_60.sets, after_60.direction) == (8, 8, Direction.LOWER)
    assert after_60.difference == pytest.approx(-4.25)
    assert (after_120.direction, after_120.difference) == (Direction.UNKNOWN, 0.0)


def test_one_session_is_no_pool_and_a_broken_one_does_not_count():
    broken = trial_result(plan_of("trial_recovery"), RECOVERY, [], (), ())
    assert pool_trials([_recovery(-6.0), broken], RECOVERY.comparison) is None
    assert pool_trials([_recovery(-6.0), _recovery(-5.0), broken], RECOVERY.comparison).sessions == 2
