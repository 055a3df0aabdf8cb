"""What an artefact looks like among its neighbours, in a form that slow waves of any depth hardly move.

The functions are arithmetic alone: single values and arrays of one shape go in alike, so that live and final labels
rest on the same rules. All values are intervals in ms.
"""

from typing import Any

__all__ = ["EXPECTED_MAX", "EXPECTED_MIN", "is_extra", "is_lone", "is_missed", "is_pair", "stray_ms", "swing_ms"]

SWING_SHARE = 0.3  # either interval of a pair lies on its own side of the next one out by so much of the swing
STRAY_SHARE = 0.75  # a lone interval stands out of either neighbour by so much of its stray
MISSED_MIN = 1.4  # of what is expected; the pause after a premature beat is seldom longer
SPLIT_MAX = 0.8  # of what is expected: either part of an interval in which a beat was made up
SLACK = 0.25  # of what is expected: how well half of a long interval, or the sum of two short ones, has to fit
# Of the local median: what neighbours say beyond it they say because they are spoilt themselves.
EXPECTED_MIN, EXPECTED_MAX = 0.85, 1.15

Value = Any  # float or NDArray[np.float64]; of comparisons bool or NDArray[np.bool_]


def swing_ms(before: Value, first: Value, second: Value, after: Value) -> Value:
    """By how much the beat between two intervals is early: the third difference of four intervals, over six."""
    return (before - 3.0 * first + 3.0 * second - after) / 6.0


def stray_ms(before: Value, here: Value, after: Value) -> Value:
    """How far an interval lies from the mean of the two beside it."""
    return here - (before + after) / 2.0


def is_pair(before: Value, first: Value, second: Value, after: Value) -> Value:
    """Whether the two inner intervals lie to opposite sides of the two outer ones, as where one beat was moved."""
    swing = swing_ms(before, first, second, after)
    least = SWING_SHARE * swing * swing
    return ((before - first) * swing >= least) & ((second - after) * swing >= least)


def is_lone(before: Value, here: Value, after: Value) -> Value:
    """Whether an interval stands out of both beside it to the same side; on a flank of a wave it does not."""
    stray = stray_ms(before, here, after)
    least = STRAY_SHARE * stray * stray
    return ((here - before) * stray >= least) & ((here - after) * stray >= least)


def is_missed(expected: Value, here: Value) -> Value:
    """Whether an interval is as long as two."""
    return (here > MISSED_MIN * expected) & (abs(here / 2.0 - expected) < SLACK * expected)


def is_extra(expected: Value, first: Value, second: Value) -> Value:
    """Whether two intervals are as long as one."""
    is_short = (first < SPLIT_MAX * expected) & (second < SPLIT_MAX * expected)
    return is_short & (abs(first + second - expected) < SLACK * expected)
