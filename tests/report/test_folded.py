"""The breath-locked average."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import sample

from biofeedback.core.results import Artifact
from biofeedback.report.folded import BINS, fold, normal_runs


@pytest.fixture
def analysis():
    return sample()


def test_a_sine_that_is_locked_to_the_breath_comes_out_as_it_is(analysis):
    folded = fold(analysis, analysis.steps[1])

    assert folded.breaths == 10  # of twelve, one is not usable and one holds a missed beat
    half_beat_s = 0.46  # an interval of the hand-made file has the length of the moment at which it begins
    truth = 60 * np.sin(2 * np.pi * ((folded.position_s - half_beat_s) / 10 - 0.45))
    assert np.corrcoef(folded.mean_ms, truth)[0, 1] > 0.99
    assert np.ptp(folded.mean_ms) == pytest.approx(115, abs=10)
    assert (folded.inhale_s, folded.period_s) == (4.0, 10.0)
    assert len(folded.mean_ms) == BINS


def test_the_interval_holds_the_mean_and_is_the_same_every_time(analysis):
    first, second = fold(analysis, analysis.steps[1]), fold(analysis, analysis.steps[1])

    assert np.all(first.low_ms <= first.mean_ms)
    assert np.all(first.mean_ms <= first.high_ms)
    assert np.array_equal(first.low_ms, second.low_ms)


def test_a_steady_drift_of_heart_rate_does_not_widen_the_interval(analysis):
    drifting = replace(
        analysis, beats=tuple(replace(beat, rr_ms=beat.rr_ms + 0.3 * (beat.t_s - 180)) for beat in analysis.beats)
    )
    width = np.ptp([fold(analysis, analysis.steps[1]).low_ms, fold(analysis, analysis.steps[1]).high_ms], axis=0).mean()
    drifted = np.ptp([fold(drifting, analysis.steps[1]).low_ms, fold(drifting, analysis.steps[1]).high_ms], axis=0)

    assert drifted.mean() < 1.3 * width


def test_a_step_without_a_pacer_has_no_average(analysis):
    assert fold(analysis, analysis.steps[0]) is None


def test_too_few_breaths_have_no_average(analysis):
    assert fold(replace(analysis, breaths=analysis.breaths[:2]), analysis.steps[1]) is None


def test_no_run_bridges_a_gap_or_a_beat_that_is_not_normal(analysis):
    runs = normal_runs(analysis)

    assert sum(len(run) for run in runs) == len(analysis.beats) - 3
    assert len(runs) == 4  # two ectopic neighbours, one missed beat, one gap
    odd = [beat.rr_ms for beat, one in zip(analysis.beats, analysis.artifacts, strict=True) if one != Artifact.NORMAL]
    assert not set(odd) & {float(rr) for run in runs for rr in run[:, 1]}
