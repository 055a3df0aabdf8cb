import math

import pytest

from biofeedback.core.events import Step, StepKind
from biofeedback.core.pacing import Pattern


@pytest.mark.parametrize("duration_s", [-1.0, math.nan, math.inf])
def test_a_step_of_no_length_that_can_be_is_refused(duration_s):
    with pytest.raises(ValueError, match="duration_s"):
        Step(1, 0.0, StepKind.REST, duration_s)


@pytest.mark.parametrize("breath", [(0.0, 5.0), (4.0, -1.0), (math.nan, 5.0)])
def test_a_varied_breath_of_no_length_is_refused(breath):
    with pytest.raises(ValueError, match="more than 0 s"):
        Step(1, 0.0, StepKind.BREATHE, 60.0, Pattern(4, 6), ((4.0, 6.0), breath))


def test_a_step_may_be_open_or_of_no_length():
    assert Step(1, 0.0, StepKind.REST).duration_s is None
    assert Step(1, 0.0, StepKind.REST, 0.0).duration_s == 0.0
