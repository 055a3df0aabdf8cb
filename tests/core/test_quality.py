import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core.beats import Run
from biofeedback.core.quality import Figures, grade_figures, grade_recent, grade_signal, is_irregular
from biofeedback.core.results import Artifact, Grade, Reason

NORMAL = Artifact.NORMAL


def _run(rr_ms, labels=None):
    """A run of intervals; all of them normal unless labels are given by place."""
    rr_ms = np.asarray(rr_ms, dtype=float)
    found = [NORMAL] * len(rr_ms)
    for place, label in (labels or {}).items():
        found[place] = label
    is_normal = np.asarray([label is NORMAL for label in found])
    return Run(0, 0, np.cumsum(rr_ms) / 1000.0, rr_ms, is_normal, tuple(found))


def _figures(**changes):
    """Figures of a good minute, with changes."""
    good = {
        "beats": 60, "corrected": 0, "strap_faults": 0, "gaps_s": (), "span_s": 60.0, "no_contact_fraction": 0.0,
        "has_intervals": True, "is_irregular": False,
    }  # fmt: skip
    return Figures(**(good | changes))


@pytest.mark.parametrize(
    ("changes", "grade", "reasons"),
    [
        ({}, Grade.GOOD, ()),
        ({"corrected": 3}, Grade.GOOD, ()),
        ({"corrected": 4}, Grade.LIMITED, ()),
        ({"corrected": 6}, Grade.LIMITED, ()),
        ({"corrected": 7, "strap_faults": 5}, Grade.BAD, (Reason.POOR_SIGNAL,)),
        ({"corrected": 7, "strap_faults": 4}, Grade.BAD, (Reason.IRREGULAR_BEATS,)),
        ({"corrected": 7, "beats": 29}, Grade.BAD, (Reason.POOR_SIGNAL,)),
        ({"gaps_s": (2.9,)}, Grade.GOOD, ()),
        ({"gaps_s": (3.1,), "span_s": 100.0}, Grade.LIMITED, ()),
        ({"gaps_s": (2.0, 2.0)}, Grade.LIMITED, ()),
        ({"gaps_s": (13.0,)}, Grade.BAD, (Reason.POOR_SIGNAL,)),
        ({"no_contact_fraction": 0.2}, Grade.GOOD, ()),
        ({"no_contact_fraction": 0.21}, Grade.BAD, (Reason.NO_CONTACT,)),
        ({"is_irregular": True}, Grade.BAD, (Reason.IRREGULAR_BEATS,)),
        ({"beats": 0}, Grade.BAD, (Reason.POOR_SIGNAL,)),
        ({"span_s": 0.0}, Grade.BAD, (Reason.POOR_SIGNAL,)),
    ],
)
def test_a_grade_follows_from_its_figures(changes, grade, reasons):
    verdict = grade_figures(_figures(**changes))
    assert (verdict.grade, verdict.reasons) == (grade, reasons)


def test_reasons_stand_in_the_order_in_which_they_apply():
    verdict = grade_figures(
        _figures(has_intervals=False, no_contact_fraction=0.5, is_irregular=True, corrected=60, gaps_s=(70.0,))
    )
    assert verdict.reasons == (
        Reason.NO_BEAT_INTERVALS, Reason.NO_CONTACT, Reason.IRREGULAR_BEATS, Reason.POOR_SIGNAL,
    )  # fmt: skip
    assert verdict.coverage_fraction == 0.0


def test_without_beats_no_share_of_them_is_given():
    verdict = grade_signal([], [60.0], 60.0, 0.0, has_intervals=True)
    assert verdict.corrected_fraction is None
    assert verdict.beats == 0
    assert verdict.grade is Grade.BAD


def test_a_signal_is_graded_over_all_its_runs():
    runs = [_run([1000.0] * 40), _run([1000.0] * 20, {5: Artifact.MISSED, 9: Artifact.EXTRA, 10: Artifact.EXTRA})]
    verdict = grade_signal(runs, [2.0], 62.0, 0.0, has_intervals=True)
    assert verdict.beats == 60
    assert verdict.corrected_fraction == pytest.approx(2 / 60)
    assert verdict.coverage_fraction == pytest.approx(60 / 62)
    assert verdict.grade is Grade.GOOD


def test_persisting_ectopic_beats_are_irregular():
    places = {place: Artifact.ECTOPIC for k in range(0, 100, 10) for place in (k, k + 1)}
    assert is_irregular([_run([900.0] * 102, places)])
    assert not is_irregular([_run([900.0] * 102, {0: Artifact.ECTOPIC, 1: Artifact.ECTOPIC})])
    assert not is_irregular([_run([900.0] * 24, dict.fromkeys(range(0, 24, 6), Artifact.ECTOPIC))])


def test_what_the_strap_missed_is_its_fault_and_not_the_rhythms():
    """A third of the beats missed: without them the rest is even."""
    rr_ms = np.resize([900.0, 905.0, 1800.0], 120)
    missed = dict.fromkeys(range(2, 120, 3), Artifact.MISSED)
    assert not is_irregular([_run(rr_ms, missed)])
    assert is_irregular([_run(rr_ms)])


def test_an_irregular_rhythm_is_irregular_however_it_is_labelled():
    rng = np.random.default_rng(1)
    assert is_irregular([_run(750.0 * (1 + 0.2 * rng.standard_normal(200)))])


def test_runs_weigh_as_much_as_they_are_long():
    rng = np.random.default_rng(1)
    wild, even = _run(750.0 * (1 + 0.25 * rng.standard_normal(20))), _run([750.0] * 300)
    assert is_irregular([wild])
    assert not is_irregular([wild, even])
    assert not is_irregular([])


@given(
    st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.lists(st.floats(0, 30), max_size=4),
    st.floats(0, 120), st.floats(0, 1), st.booleans(), st.booleans(),
)  # fmt: skip
@settings(max_examples=60)
def test_a_bad_grade_always_has_a_reason_and_no_other_grade_has_one(
    beats, corrected, faults, gaps_s, span_s, no_contact, has_intervals, irregular
):
    corrected = min(beats, corrected)
    figures = Figures(
        beats, corrected, min(corrected, faults), gaps_s, span_s, no_contact, has_intervals, irregular
    )  # fmt: skip
    for verdict in (grade_figures(figures), grade_recent(figures)):
        assert bool(verdict.reasons) is (verdict.grade is Grade.BAD)
        assert 0.0 <= verdict.coverage_fraction <= 1.0
        assert verdict.corrected_fraction == (corrected / beats if beats else None)


@pytest.mark.parametrize(
    ("changes", "grade", "reasons"),
    [
        ({}, Grade.GOOD, ()),
        ({"beats": 0}, Grade.BAD, (Reason.POOR_SIGNAL,)),
        # Few beats, and most that are odd are out of place: too early to say whose fault it is.
        ({"beats": 20, "corrected": 3, "strap_faults": 1}, Grade.LIMITED, ()),
        ({"beats": 29, "corrected": 9, "gaps_s": (13.0,)}, Grade.BAD, (Reason.POOR_SIGNAL,)),
        ({"beats": 30, "corrected": 4, "strap_faults": 1}, Grade.BAD, (Reason.IRREGULAR_BEATS,)),
        # What the strap missed or made up is clear from the first.
        ({"beats": 20, "corrected": 3, "strap_faults": 2}, Grade.BAD, (Reason.POOR_SIGNAL,)),
        # It makes the beats look irregular as well, which they need not be.
        ({"corrected": 8, "strap_faults": 6, "is_irregular": True}, Grade.BAD, (Reason.POOR_SIGNAL,)),
        ({"corrected": 8, "strap_faults": 4, "is_irregular": True}, Grade.BAD, (Reason.IRREGULAR_BEATS,)),
        ({"corrected": 1, "strap_faults": 1, "is_irregular": True}, Grade.BAD, (Reason.IRREGULAR_BEATS,)),
    ],
)
def test_while_beats_come_in_neither_strap_nor_rhythm_is_blamed_for_the_other(changes, grade, reasons):
    verdict = grade_recent(_figures(**changes))
    assert (verdict.grade, verdict.reasons) == (grade, reasons)
