import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core.events import Step, StepKind
from biofeedback.core.pacing import Breath, Pacer, Pattern

LENGTHS = st.floats(0.5, 20.0)


def test_a_breath_of_4_6_lasts_ten_seconds_and_exhales_after_four():
    assert Pacer(100.0, Pattern(4, 6)).breath(2) == Breath(2, 120.0, 124.0, 130.0, 130.0)


def test_holds_lie_between_inhale_and_exhale_and_after_the_exhale():
    assert Pacer(0.0, Pattern(4, 6, 1, 2)).breath(1) == Breath(1, 13.0, 18.0, 24.0, 26.0)


def test_a_varied_pacer_takes_its_own_lengths_and_then_the_pattern():
    pacer = Pacer(5.0, Pattern(4, 6), ((3.0, 5.0), (5.0, 7.0)))
    assert [pacer.breath(index).inhale_start_s for index in range(4)] == [5.0, 13.0, 25.0, 35.0]
    assert pacer.breath(1) == Breath(1, 13.0, 18.0, 25.0, 25.0)


def test_a_pacer_is_steady_until_a_breath_is_longer_or_shorter_than_the_pattern():
    assert Pacer(0.0, Pattern(4, 6)).steady_breaths is None
    assert Pacer(0.0, Pattern(4, 6), ((4.0, 6.0), (4.0, 6.0))).steady_breaths is None
    assert Pacer(0.0, Pattern(4, 6), ((4.0, 6.0), (3.6, 5.4), (4.0, 6.0))).steady_breaths == 1
    assert Pacer(0.0, Pattern(4, 6), ((6.0, 4.0),)).steady_breaths == 0


@given(st.floats(0, 1000), LENGTHS, LENGTHS, st.lists(st.tuples(LENGTHS, LENGTHS), max_size=3), st.integers(0, 6))
@settings(max_examples=50)
def test_each_breath_begins_where_the_one_before_ends(start_s, inhale_s, exhale_s, breaths, index):
    pacer = Pacer(start_s, Pattern(inhale_s, exhale_s), tuple(breaths))
    assert pacer.breath(index).end_s == pytest.approx(pacer.breath(index + 1).inhale_start_s, abs=1e-9)


@given(st.floats(-500, 500), st.integers(0, 20))
@settings(max_examples=30)
def test_a_later_start_moves_every_time_alike(shift_s, index):
    here, there = Pacer(0.0, Pattern(4, 6)).breath(index), Pacer(shift_s, Pattern(4, 6)).breath(index)
    for name in ("inhale_start_s", "exhale_start_s", "exhale_end_s", "end_s"):
        assert getattr(there, name) - getattr(here, name) == pytest.approx(shift_s, abs=1e-9)


def test_only_whole_breaths_are_counted_to_a_millisecond():
    pacer = Pacer(0.0, Pattern(4, 6))
    assert [len(pacer.breaths_before(end_s)) for end_s in (9.99, 9.9995, 10.0, 29.9, 120.0)] == [0, 1, 1, 2, 12]


@pytest.mark.parametrize(("text", "pattern"), [("4-6", Pattern(4, 6)), ("4-1-6-2", Pattern(4, 6, 1, 2))])
def test_a_pattern_is_written_as_it_is_read(text, pattern):
    assert Pattern.parse(text) == pattern
    assert pattern.name == text


def test_half_seconds_stand_in_the_name():
    assert Pattern(3.5, 4.5).name == "3.5-4.5"


@pytest.mark.parametrize(
    "text",
    ["", "4", "4-6-8", "4-6-", "a-b", "0-6", "4-0", "-4-6", "nan-6", "4-inf", "4-1-6-nan", "4-61", "1e308-1e308"],
)
def test_what_is_no_pattern_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # the message is for a person and names the text or the numbers
        Pattern.parse(text)


def test_a_negative_hold_is_refused():
    with pytest.raises(ValueError, match="or more"):
        Pattern(4, 6, -1)


def test_the_period_is_the_sum_of_the_parts():
    assert math.isclose(Pattern(4, 6, 0.5, 1.5).period_s, 12.0)


def test_only_a_paced_step_has_a_pacer():
    assert Step(1, 3.0, StepKind.BREATHE, 60.0, Pattern(4, 6)).pacer == Pacer(3.0, Pattern(4, 6))
    assert Step(1, 3.0, StepKind.REST).pacer is None
