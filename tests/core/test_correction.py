import numpy as np
import pytest

from biofeedback.core.artifacts import final_labels
from biofeedback.core.correction import corrected_by_beat_ms, corrected_nn_ms
from biofeedback.core.results import Artifact

NORMAL, ECTOPIC, MISSED, EXTRA = Artifact.NORMAL, Artifact.ECTOPIC, Artifact.MISSED, Artifact.EXTRA
EVEN = np.resize([890.0, 900.0, 910.0, 900.0], 40)
SLOPE = np.arange(800.0, 1000.0, 10.0)


def _put(rr_ms, place, instead, taken):
    return np.concatenate((rr_ms[:place], instead, rr_ms[place + taken :]))


def test_beats_that_are_normal_stay_as_they_are():
    assert corrected_nn_ms(EVEN, [NORMAL] * 40) == pytest.approx(EVEN, abs=0)


def test_an_extra_beat_is_taken_out_to_the_bit():
    spoilt = _put(EVEN, 20, [400.0, EVEN[20] - 400.0], 1)
    assert corrected_nn_ms(spoilt, final_labels(spoilt)).tolist() == EVEN.tolist()


@pytest.mark.parametrize("instead", [[SLOPE[10] + SLOPE[11]], [SLOPE[10] - 200.0, SLOPE[11] + 200.0]])
def test_on_a_slope_a_missed_beat_is_put_in_and_a_moved_one_put_back_where_it_was(instead):
    label = MISSED if len(instead) == 1 else ECTOPIC
    labels = [NORMAL] * 10 + [label] * len(instead) + [NORMAL] * 8
    assert corrected_nn_ms(_put(SLOPE, 10, instead, 2), labels) == pytest.approx(SLOPE)


@pytest.mark.parametrize("place", [0, 1, 17, 18])
def test_near_the_edges_it_is_put_back_as_well(place):
    spoilt = SLOPE.copy()
    spoilt[place : place + 2] += [-150.0, 150.0]
    labels = [NORMAL] * 20
    labels[place] = labels[place + 1] = ECTOPIC
    found = corrected_nn_ms(spoilt, labels)
    assert found == pytest.approx(SLOPE, abs=10.1)
    assert found.sum() == pytest.approx(SLOPE.sum())


def test_a_lone_long_interval_takes_the_length_of_its_neighbours():
    spoilt = SLOPE.copy()
    spoilt[10] = 1300.0
    labels = [NORMAL] * 20
    labels[10] = Artifact.LONG
    assert corrected_nn_ms(spoilt, labels) == pytest.approx(SLOPE)


def test_an_interval_that_no_heart_makes_holds_as_many_beats_as_fit():
    spoilt = _put(EVEN, 20, [EVEN[20:23].sum()], 3)
    assert len(corrected_nn_ms(spoilt, final_labels(spoilt))) == len(EVEN)
    spoilt = _put(EVEN, 20, [250.0, EVEN[20] - 250.0], 1)
    assert corrected_nn_ms(spoilt, final_labels(spoilt)).tolist() == EVEN.tolist()


def test_without_a_normal_beat_nothing_is_better_than_equal_parts():
    assert corrected_nn_ms(np.asarray([1800.0]), [MISSED]).tolist() == [900.0, 900.0]
    assert corrected_nn_ms(np.empty(0), []).tolist() == []
    assert corrected_nn_ms(np.asarray([250.0]), [Artifact.RANGE]).tolist() == []


def test_each_interval_is_shown_with_what_stands_for_it():
    rr_ms = np.array([900.0, 500.0, 400.0, 900.0, 1800.0, 900.0, 700.0, 1100.0, 900.0])
    labels = [Artifact.NORMAL] * 9
    labels[1] = labels[2] = Artifact.EXTRA
    labels[4] = Artifact.MISSED
    labels[6] = labels[7] = Artifact.ECTOPIC
    shown_ms = corrected_by_beat_ms(rr_ms, labels)
    np.testing.assert_allclose(shown_ms, [900, 900, np.nan, 900, 900, 900, 900, 900, 900])
    assert corrected_by_beat_ms(rr_ms, [Artifact.NORMAL] * 9).tolist() == rr_ms.tolist()
    assert np.isnan(corrected_by_beat_ms(np.array([4000.0]), [Artifact.SHORT])).tolist() == [False]
    assert np.isnan(corrected_by_beat_ms(np.array([900.0]), [Artifact.SHORT])).all()
