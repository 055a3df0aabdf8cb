import numpy as np
import pytest
from hearts import waves

from biofeedback.core.provisional import LABEL_DELAY_BEATS, ProvisionalLabels
from biofeedback.core.results import Artifact

NORMAL, ECTOPIC, LONG, SHORT = Artifact.NORMAL, Artifact.ECTOPIC, Artifact.LONG, Artifact.SHORT


def _labels(rr_ms):
    """Labels of all beats that have one."""
    live = ProvisionalLabels()
    return [live.push(float(rr)) for rr in rr_ms][LABEL_DELAY_BEATS:]


def test_the_first_beats_of_a_run_are_flagged_only_when_they_stand_far_out():
    rr_ms = np.resize([890.0, 900.0, 910.0, 900.0], 40)
    early, far = rr_ms.copy(), rr_ms.copy()
    early[10:12] += [-60.0, 60.0]
    far[10:12] += [-300.0, 300.0]
    assert set(_labels(early)) == {NORMAL}
    assert _labels(far)[10:12] == [ECTOPIC, ECTOPIC]


def test_what_was_flagged_does_not_widen_the_threshold():
    """Four premature beats a minute for three minutes, each found."""
    rr_ms = waves(200.0, 900.0, (30.0, 0.25, 0.0), noise_ms=5.0)
    places = range(30, len(rr_ms) - 4, 16)
    for place in places:
        rr_ms[place : place + 2] += [-180.0, 180.0]
    labels = _labels(rr_ms)
    assert all(labels[place : place + 2] == [ECTOPIC, ECTOPIC] for place in places)


def test_a_heart_that_begins_to_vary_more_is_learned():
    """Where most beats are flagged it is not they that are spoilt: the threshold follows within a minute."""
    rng = np.random.default_rng(3)
    rr_ms = np.concatenate((900 + 4 * rng.standard_normal(120), 900 + 60 * rng.standard_normal(200)))
    labels = _labels(rr_ms)
    assert labels[120:150].count(NORMAL) < 20
    assert labels[-100:].count(NORMAL) > 85


@pytest.mark.parametrize(("rr_ms", "label"), [(1230.0, LONG), (640.0, SHORT)])
def test_a_lone_interval_is_long_or_short(rr_ms, label):
    beats = np.resize([895.0, 905.0], 60)
    beats[40] = rr_ms
    labels = _labels(beats)
    assert labels[40] is label
    assert labels.count(NORMAL) == len(labels) - 1
