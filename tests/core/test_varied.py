"""4-6 of varying length: a breathing step whose breaths are drawn, and of which an answer is asked as of any other."""

import pytest
from hearts import end_of, notified, of, peaks_of, run, strapped

from biofeedback.core.events import Plan, Step
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import TrialResult
from biofeedback.core.results import Answer, ExhaleResponse
from biofeedback.draw import draw_blocks
from biofeedback.straps.presets import Traits

VARIED, LATER = EXERCISES["varied_4_6"], EXERCISES["varied_later_4_6"]
CLEAR = Traits(rsa_bpm=(14.0, 20.0))


def steps_of(seed):
    """Steps of a session that this seed draws."""
    found, t_s = [], 0.0
    for one in VARIED.design.steps(draw_blocks(VARIED.design, seed)):
        found.append(Step(0, t_s, one.step, float(one.duration_s), one.pattern, one.breaths, one.block))
        t_s += one.duration_s
    return found


@pytest.mark.parametrize("seed", range(5))
def test_twelve_breaths_a_tenth_to_a_fifth_longer_or_shorter_take_two_minutes_together(seed):
    baseline, breathe, recovery = VARIED.design.steps(draw_blocks(VARIED.design, seed))
    assert (baseline.step, breathe.step, recovery.step) == ("baseline", "breathe", "recovery")
    assert (len(breathe.breaths), breathe.duration_s, breathe.block) == (12, 120.0, None)
    assert sum(inhale_s + exhale_s for inhale_s, exhale_s in breathe.breaths) == pytest.approx(120.0, abs=1e-9)
    for inhale_s, exhale_s in breathe.breaths:
        assert 0.1 <= round(abs(inhale_s / 4 - 1), 6) <= 0.2
        assert exhale_s == pytest.approx(inhale_s * 1.5)


@pytest.mark.parametrize("seed", range(5))
def test_three_breaths_of_4_6_and_one_of_each_length_from_8_to_12_s_take_two_minutes_as_well(seed):
    baseline, breathe, recovery = LATER.design.steps(draw_blocks(LATER.design, seed))
    assert (baseline.step, breathe.step, recovery.step) == ("baseline", "breathe", "recovery")
    assert (len(breathe.breaths), breathe.duration_s, breathe.block) == (12, 120.0, None)
    assert breathe.breaths[:3] == ((4, 6),) * 3
    lengths_s = sorted(inhale_s + exhale_s for inhale_s, exhale_s in breathe.breaths[3:])
    assert lengths_s == pytest.approx([8.0, 8.5, 9.0, 9.5, 10.0, 10.5, 11.0, 11.5, 12.0])
    for inhale_s, exhale_s in breathe.breaths:
        assert exhale_s == pytest.approx(inhale_s * 1.5)


def test_two_draws_are_not_alike():
    assert steps_of(1)[1].breaths != steps_of(2)[1].breaths
    assert steps_of(1)[1].breaths == steps_of(1)[1].breaths


@pytest.mark.parametrize("seed", range(3))
def test_a_heart_that_clearly_answers_ends_in_yes_and_nothing_is_compared(seed):
    steps = steps_of(seed)
    plan = Plan(0, 0.0, "varied", seed, draw_blocks(VARIED.design, seed), "varied_4_6")
    until_s = end_of(steps) + 8.0
    results = run(strapped([plan, *steps, *notified(peaks_of(CLEAR, seed, steps, until_s + 2.0), seed)], until_s))
    assert [response for response in of(results, ExhaleResponse) if response.final][-1].answer is Answer.YES
    assert of(results, TrialResult) == []
