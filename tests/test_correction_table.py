"""The short form of docs/artefacts.md: what must not get worse."""

from collections import Counter

import numpy as np
import pytest

from tests.bench import correction
from tests.bench.planted import KINDS, plant
from tests.validation.real import DATA

KINDS_OF_TRUTH = ["simulated", pytest.param("real", marks=pytest.mark.shared)]


def _windows(kind):
    """Windows of one kind."""
    if kind == "real" and not DATA.exists():
        pytest.skip("the recordings of ../shared/data are not here")
    return correction.truths()[kind]


def _shares(nn, classes):
    """Share of the planted intervals of each kind that is flagged, and of the others."""
    hits, total = Counter(), Counter()
    for nn_ms in nn.values():
        planted = plant(nn_ms, 0.03, 7)
        for kind, name in zip(planted.kinds, classes(planted.rr_ms), strict=True):
            total[kind] += 1
            hits[kind] += name is not None
    return {kind: hits[kind] / total[kind] for kind in (*KINDS, None)}


@pytest.mark.parametrize("kind", KINDS_OF_TRUTH)
def test_all_that_neurokit2_finds_is_found_and_less_is_flagged_for_nothing(kind):
    nn = _windows(kind)
    ours, theirs = _shares(nn, correction.our_classes), _shares(nn, correction.neurokit_classes)
    least = {"missed": 1.0, "extra": 0.97, "ectopic": 0.9, "misplaced": 0.8}
    for name in KINDS:
        assert ours[name] >= max(theirs[name], least[name])
    assert ours[None] <= 0.006


@pytest.mark.parametrize("kind", KINDS_OF_TRUTH)
def test_correction_comes_nearer_to_the_truth_than_neurokit2s(kind):
    errors = correction.errors(_windows(kind), 0.03, range(3))
    ours, theirs = (np.median(errors[name], axis=0) for name in ("biofeedback", "neurokit2"))
    assert (ours < theirs).all()
    assert (ours < [3.0, 1.0, 2.0, 6.0]).all()
