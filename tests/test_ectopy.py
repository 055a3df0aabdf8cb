"""A strap's own ECG as the judge of the labels: very frequent ventricular beats."""

import numpy as np
import pytest

from tests.bench import ectopy
from tests.validation.real import DATA

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not on this machine")]


@pytest.fixture(scope="module")
def found():
    return ectopy.compare()


def _flagged(counts):
    return 1 - counts["normal"] / sum(counts.values())


def test_strap_and_ecg_are_laid_side_by_side(found):
    assert (found.strap_beats, found.ecg_beats) == (798, pytest.approx(808, abs=3))
    assert sum(sum(counts.values()) for counts in found.classes.values()) > 760
    assert np.quantile(np.abs(found.differences_ms), 0.99) < 16.0  # two samples of the ECG


def test_what_is_ventricular_in_the_ecg_is_flagged_and_what_is_not_is_left_alone(found):
    before, after, other = (found.classes[name] for name in ectopy.NAMES)
    assert min(sum(before.values()), sum(after.values()), sum(other.values())) > 200
    assert _flagged(before) > 0.92
    assert _flagged(after) > 0.95
    assert _flagged(other) < 0.02


def test_the_beats_that_the_strap_left_out_were_ventricular(found):
    assert 8 <= len(found.left_out) <= 12
    assert sum(found.left_out) >= len(found.left_out) - 1
    assert _flagged(found.merged) >= 0.8


def test_the_section_of_the_page_tells_every_kind(found):
    told = "\n".join(ectopy.lines(found))
    assert all(name in told for name in ectopy.NAMES)
