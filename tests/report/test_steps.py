"""Steps of a plain RR file as words on the command line."""

import pytest

from biofeedback.core.events import StepKind
from biofeedback.core.pacing import Pattern
from biofeedback.errors import InputError
from biofeedback.report.steps import StepSpan, parse_steps


def test_steps_come_in_the_order_of_their_start():
    spans = parse_steps(["0-120"], ["240-300:5-5", "120-240"], ["300-420.5"])

    assert spans == (
        StepSpan(StepKind.BASELINE, 0, 120),
        StepSpan(StepKind.BREATHE, 120, 240, Pattern(4, 6)),
        StepSpan(StepKind.BREATHE, 240, 300, Pattern(5, 5)),
        StepSpan(StepKind.RECOVERY, 300, 420.5),
    )


@pytest.mark.parametrize(
    ("baseline", "breathe"),
    [
        (["120-0"], []),
        (["0"], []),
        (["a-b"], []),
        (["0-1-2"], []),
        (["0-inf"], []),
        (["nan-3"], []),
        (["0-120:4-6"], []),
        ([], ["0-120:"]),
        ([], ["0-120:4"]),
        ([], ["0-120:0-6"]),
        ([], ["0-120:4-x"]),
    ],
)
def test_a_step_that_is_none_is_refused_with_an_example(baseline, breathe):
    with pytest.raises(InputError, match=r"not a stretch of seconds; write for example --"):
        parse_steps(baseline, breathe, [])


def test_overlapping_steps_are_refused():
    with pytest.raises(InputError, match="--baseline 0-130 and --breathe 120-240 overlap"):
        parse_steps(["0-130"], ["120-240"], [])
