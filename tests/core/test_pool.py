"""Sessions together, by hand and against what seeded persons do."""

import math

import numpy as np
import pytest
from scipy import stats

from biofeedback.core.pool import pool_changes
from biofeedback.core.prior import Change
from biofeedback.core.results import Answer, Reason


def changes(deltas_bpm, errors_bpm=1.0, is_quiet=False):
    errors = np.broadcast_to(errors_bpm, np.shape(deltas_bpm))
    letter = "Q" if is_quiet else "S"
    return [
        Change(f"{letter}{k}", float(d), float(e), is_quiet)
        for k, (d, e) in enumerate(zip(deltas_bpm, errors, strict=True))
    ]


def test_sessions_of_the_same_error_have_the_plain_mean_and_t_interval():
    deltas_bpm = [-6.0, -2.0, -5.0, 1.0, -3.0]
    found = pool_changes(changes(deltas_bpm))
    half = stats.t.isf(0.025, 4) * np.std(deltas_bpm, ddof=1) / math.sqrt(5)
    assert found.delta_heart_rate_bpm == pytest.approx(-3.0)
    assert (found.low_bpm, found.high_bpm) == (pytest.approx(-3.0 - half), pytest.approx(-3.0 + half))
    assert found.between_sd_bpm == pytest.approx(math.sqrt(np.var(deltas_bpm, ddof=1) - 1.0))
    assert found.sessions == ("S0", "S1", "S2", "S3", "S4")
    assert (found.expected_bpm, found.expected_sd_bpm, found.sitting_sessions) == (-1.5, 1.0, ())


def test_a_surer_session_counts_more():
    found = pool_changes(changes([-4.0, 0.0], [0.5, 2.0]))
    assert found.delta_heart_rate_bpm < -2.1


def test_sessions_that_agree_by_chance_are_no_surer_than_their_own_errors():
    found = pool_changes(changes([-3.0] * 4, 1.2))
    assert found.between_sd_bpm == 0.0
    assert found.high_bpm + 3.0 == pytest.approx(stats.t.isf(0.025, 3) * 0.6)


@pytest.mark.parametrize(
    ("deltas_bpm", "answer"),
    [([-8.0] * 6, Answer.YES), ([-3.0] * 6, Answer.UNKNOWN), ([4.0] * 6, Answer.NO), ([-8.0, 2.0], Answer.UNKNOWN)],
)
def test_what_many_sessions_say(deltas_bpm, answer):
    found = pool_changes(changes(deltas_bpm))
    assert found.answer is answer
    assert (found.reason is None) == (answer is not Answer.UNKNOWN)
    assert (found.more_sessions is None) == (answer is not Answer.UNKNOWN)
    assert (found.p_value < 0.025) == (answer is Answer.YES)


def test_quiet_sessions_of_the_person_say_what_sitting_does():
    """Six sessions at -6: calmer than anybody who sits, but not than this person."""
    sits = changes([-6.0] * 8, 0.5, is_quiet=True)
    assert pool_changes(changes([-6.0] * 6, 0.5)).answer is Answer.YES
    found = pool_changes([*changes([-6.0] * 6, 0.5), *sits])
    assert found.answer is Answer.UNKNOWN
    assert found.expected_bpm < -4.0
    assert found.sitting_sessions == tuple(f"Q{k}" for k in range(8))
    assert len(found.sessions) == 6


@pytest.mark.parametrize("deltas_bpm", [[], [-9.0]])
def test_one_session_is_no_series(deltas_bpm):
    found = pool_changes(changes(deltas_bpm))
    assert (found.answer, found.reason, found.delta_heart_rate_bpm) == (Answer.UNKNOWN, Reason.INCONCLUSIVE, None)
    assert found.p_value is found.low_bpm is None
    assert found.more_sessions == found.sessions_needed - len(deltas_bpm)


def test_sessions_needed_are_those_of_the_formula():
    """Science.md 5B: 31 at a spread of 2.0 bpm in all, here 1.6 between days and 1.2 within one."""
    assert pool_changes(changes([-2.0], 1.2)).sessions_needed == math.ceil(7.85 * (1.6**2 + 1.2**2))
    assert pool_changes(changes([-1.0, -2.0, 0.0] * 15, 0.1)).more_sessions == 0


@pytest.mark.parametrize("sessions", [3, 6, 12])
def test_the_interval_holds_the_persons_mean_and_sitting_is_seldom_called_calmer(sessions):
    rng = np.random.default_rng(sessions)
    hits, yes = [], []
    for _ in range(120):
        errors_bpm = rng.uniform(0.8, 2.5, sessions)
        fall_bpm = 1.5 + rng.standard_normal()
        deltas_bpm = -fall_bpm + rng.normal(0.0, np.hypot(1.6, errors_bpm))
        found = pool_changes(changes(deltas_bpm, errors_bpm))
        hits.append(found.low_bpm <= -fall_bpm <= found.high_bpm)
        yes.append(found.answer is Answer.YES)
    assert np.mean(hits) >= 0.92  # of three sessions nearly all: their own errors are a floor
    assert np.mean(yes) <= 0.05
