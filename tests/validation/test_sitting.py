"""What sitting still does to a person is learned from quiet sessions, and moves what is expected of the next one."""

import math
from dataclasses import replace

import pytest

from biofeedback.core.calmer import change_of
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.prior import SITTING_FALL_BPM, SITTING_FALL_SD_BPM, Prior, learn_day_sd_bpm, learn_sitting
from biofeedback.core.results import CalmerThanBefore
from tests.validation.classes import CLASSES, Push
from tests.validation.sessions import simulate

pytestmark = pytest.mark.whole

SEEDS = range(1, 7)


def judged(fall_bpm, seed, prior=None):
    """Calmer answer of a quiet session in which the level falls by so much, days differing by 1 bpm; and the truth."""
    quiet = replace(CLASSES["calmer_sits_fully"], push=Push(fall_bpm=-fall_bpm, day_sd_bpm=1.0))
    session, pipeline = simulate(quiet, seed), Pipeline(prior)
    results = [result for event in session.events for result in pipeline.feed(event)]
    (calmer,) = (result for result in results if isinstance(result, CalmerThanBefore))
    return calmer, session.delta_bpm


def learned(fall_bpm):
    """Prior of six quiet sessions, as a new session takes it, and the mean of what they truly did."""
    sessions = [judged(fall_bpm, seed) for seed in SEEDS]
    changes = [change_of(f"S{seed}", calmer, is_quiet=True) for seed, (calmer, _) in zip(SEEDS, sessions, strict=True)]
    day_sd_bpm = learn_day_sd_bpm(changes)
    sitting = learn_sitting(changes, day_sd_bpm)
    prior = Prior(None, (), day_sd_bpm, tuple(change.session for change in changes), sitting)
    return prior, -sum(truth for _, truth in sessions) / len(sessions)


@pytest.mark.parametrize("fall_bpm", [0.0, 5.0])
def test_six_quiet_sessions_move_the_range_towards_what_sitting_does_to_this_person(fall_bpm):
    prior, true_fall_bpm = learned(fall_bpm)
    own, truth_bpm = judged(fall_bpm, 99, prior)
    anybody, _ = judged(fall_bpm, 99)
    assert (own.expected_bpm, anybody.expected_bpm) == (-prior.sitting.fall_bpm, -SITTING_FALL_BPM)
    assert abs(prior.sitting.fall_bpm - true_fall_bpm) < 0.75 * abs(SITTING_FALL_BPM - true_fall_bpm)
    assert prior.sitting.sd_bpm < 0.8 * SITTING_FALL_SD_BPM
    further = math.copysign(1.0, SITTING_FALL_BPM - true_fall_bpm)
    for end in ("expected_low_bpm", "expected_high_bpm"):
        assert further * (getattr(own, end) - getattr(anybody, end)) > 0.3
    assert own.expected_low_bpm < truth_bpm < own.expected_high_bpm
    assert own.delta_heart_rate_bpm == anybody.delta_heart_rate_bpm  # only what is expected was learned
