from dataclasses import replace

import numpy as np
import pytest
from chests import breathing, even_turns
from one_step import BREATHE, around_of, beats_of, paced, resting

from biofeedback.core.beats import Beats
from biofeedback.core.events import Step, StepKind
from biofeedback.core.results import RespirationSource, StepMeasures
from biofeedback.core.step_measures import step_measures, step_tonus

CLEAR = around_of(paced(50.0))


def test_measures_of_a_step_come_from_its_cleanbeats_of():
    measures = step_measures(BREATHE, 0.0, 120.0, CLEAR)
    assert measures.heart_rate_bpm == pytest.approx(66.7, abs=0.5)
    assert measures.rsa_ms == pytest.approx(100.0, rel=0.1)
    assert measures.lf_power_ms2 == pytest.approx(1250.0, rel=0.15)
    assert measures.vlf_power_ms2 is None
    assert measures.respiration_hz == pytest.approx(0.1, abs=0.01)
    assert step_measures(Step(1, 0.0, StepKind.REST), 0.0, 60.0, CLEAR).rsa_ms is None


def test_no_difference_of_a_step_bridges_a_gap():
    beats = beats_of(np.resize([990.0, 1010.0], 60))
    beats.open_gap("link_lost")
    beats_of(np.resize([690.0, 710.0], 60), 60.5, beats)
    measures = step_measures(Step(1, 0.0, StepKind.REST), 0.0, 110.0, around_of(beats))
    assert measures.rmssd_ms == pytest.approx(20.0, abs=0.01)
    assert measures.sdnn_ms > 100.0


def test_measures_of_a_step_are_those_of_the_heart_and_not_of_what_the_strap_missed():
    """A beat missed, one made up and one moved, in a heart whose measures are known."""
    rr_ms = 1000.0 + 40.0 * np.sin(np.arange(120) / 2.0)
    spoilt = rr_ms.copy()
    spoilt[90:92] += [-150.0, 150.0]
    spoilt = np.concatenate(
        (spoilt[:30], [spoilt[30:32].sum()], spoilt[32:60], [400.0, spoilt[60] - 400.0], spoilt[61:])
    )
    beats = beats_of(spoilt)
    beats.finish_labels(0.0, 130.0)
    measures = step_measures(Step(1, 0.0, StepKind.REST), 0.0, 130.0, around_of(beats))
    assert measures.beats == 120
    assert measures.heart_rate_bpm == pytest.approx(60000.0 / rr_ms.mean(), rel=1e-9)
    assert measures.rmssd_ms == pytest.approx(np.sqrt(np.mean(np.diff(rr_ms) ** 2)), rel=0.002)
    assert measures.sdnn_ms == pytest.approx(rr_ms.std(ddof=1), rel=0.002)


def test_a_bad_signal_leaves_the_heart_rate_alone():
    beats = beats_of(np.full(20, 1000.0))
    beats.open_gap("silence")
    nothing = *(None,) * 9, RespirationSource.NONE, None
    measures = step_measures(Step(1, 0.0, StepKind.REST), 0.0, 100.0, around_of(beats))
    assert measures == StepMeasures(1, StepKind.REST, 0.0, 100.0, 20, 60.0, *nothing)
    empty = step_measures(Step(1, 0.0, StepKind.REST), 0.0, 100.0, around_of(Beats()))
    assert empty == StepMeasures(1, StepKind.REST, 0.0, 100.0, 0, None, *nothing)


def _quiet(end_s, respiration_hz=None, source=RespirationSource.NONE):
    return StepMeasures(1, StepKind.BASELINE, 0.0, end_s, 0, *(None,) * 9, respiration_hz, source, None)


def test_the_level_of_a_step_is_its_mean_and_its_bins():
    found = step_tonus(_quiet(120.0, 0.25, RespirationSource.RR), beats_of(np.resize([990.0, 1010.0], 130)))
    assert (found.respiration_hz, found.respiration_source) == (0.25, RespirationSource.RR)
    assert found.heart_rate_bpm == pytest.approx(60.0, abs=0.02)
    assert (found.level.start_s, found.level.end_s, len(found.level.bins)) == (0.0, 120.0, 12)
    assert found.ln_rmssd == pytest.approx(np.log(20.0))
    assert found.ln_rmssd_level.values == pytest.approx([np.log(20.0)] * 12)


def test_a_step_that_was_too_short_has_no_level():
    assert step_tonus(_quiet(30.0), beats_of(resting(40.0))) is None
    assert step_tonus(_quiet(30.0), Beats()) is None


FREE = breathing(even_turns(0.0, 140.0, 1.7, 2.5), 130.0)


def test_breathing_is_measured_by_the_chest_where_it_can_be_read_and_else_inferred_from_beats():
    seen = step_measures(BREATHE, 0.0, 120.0, around_of(paced(50.0), chest=FREE))
    assert (seen.respiration_hz, seen.respiration_source) == (pytest.approx(1 / 4.2, abs=0.002), "measured")
    unseen = step_measures(BREATHE, 0.0, 120.0, CLEAR)
    assert unseen.respiration_source is RespirationSource.RR
    assert replace(seen, respiration_hz=unseen.respiration_hz, respiration_source=RespirationSource.RR) == unseen


def test_a_bad_signal_of_the_heart_does_not_hide_the_breath():
    measures = step_measures(Step(1, 0.0, StepKind.REST), 0.0, 100.0, around_of(Beats(), chest=FREE))
    assert measures.heart_rate_bpm is None
    assert measures.respiration_source is RespirationSource.MEASURED


def test_a_step_too_short_for_either_has_no_breathing_rate():
    measures = step_measures(Step(1, 0.0, StepKind.REST), 0.0, 15.0, around_of(paced(50.0), chest=FREE))
    assert (measures.respiration_hz, measures.respiration_source) == (None, "none")
