"""The level of the heart before and after, in whole sessions."""

import numpy as np
import pytest
from hearts import listed, measured_steps, numbered, of, run, session_of, strapped
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core.events import Link, LinkState, Mark, MarkKind, Step, StepKind
from biofeedback.core.results import Answer, CalmerThanBefore, Gap, Grade, Quality, Reason
from biofeedback.straps.presets import Traits

CLEAR = Traits(rsa_bpm=(14.0, 20.0))


def _calmer(results):
    """The calmer answer, of which there is one."""
    (answer,) = of(results, CalmerThanBefore)
    return answer


def _levels(before_bpm, after_bpm, spoil_s=()):
    """A session of steady hearts before and after, beats missing between some times."""
    rng = np.random.default_rng(3)
    beats = listed(60000.0 / before_bpm + 8.0 * rng.standard_normal(round(before_bpm * 2)))
    beats += listed(60000.0 / after_bpm + 8.0 * rng.standard_normal(round(after_bpm * 2)), beats[-1].t_s)
    steps = [Step(0, 0.0, StepKind.BASELINE, 119.0), Step(0, 121.0, StepKind.RECOVERY, 118.0)]
    kept = [beat for beat in beats if not any(start_s < beat.t_s < end_s for start_s, end_s in spoil_s)]
    return strapped([*steps, *kept], 242.0)


@pytest.mark.parametrize(("after_bpm", "answer"), [(60.0, Answer.YES), (69.0, Answer.UNKNOWN), (76.0, Answer.NO)])
def test_the_level_after_against_the_level_before(after_bpm, answer):
    found = _calmer(run(_levels(70.0, after_bpm)))
    assert found.answer is answer
    assert found.delta_heart_rate_bpm == pytest.approx(after_bpm - 70.0, abs=0.3)
    assert found.low_bpm < found.delta_heart_rate_bpm < found.high_bpm


def test_a_level_that_could_not_be_read_is_a_poor_signal():
    found = _calmer(run(_levels(70.0, 60.0, [(150.0, 165.0)])))
    assert found.reasons == (Reason.POOR_SIGNAL, Reason.NO_RECOVERY)


def test_a_level_without_a_step_is_missing():
    assert _calmer(run(session_of(CLEAR, 1, measured_steps(60.0, 0.0, 0.0)))).reasons == (
        Reason.NO_BASELINE, Reason.NO_RECOVERY,
    )  # fmt: skip


def _stepped(steps, events=None):
    """The same hearts with other steps."""
    return run(numbered([*(event for event in events or _levels(70.0, 60.0) if not isinstance(event, Step)), *steps]))


@pytest.mark.parametrize("at_s", [60.0, 95.0, 119.5, 150.0])
def test_nothing_before_a_pause_is_held_against_what_comes_after(at_s):
    """Who pauses may stand up: whether in the baseline, between the steps or in the recovery."""
    after = [Step(0, at_s + 2.0, StepKind.BASELINE, 119.0 - at_s)] if at_s < 100 else []
    steps = [
        Step(0, 0.0, StepKind.BASELINE, 119.0), Mark(0, at_s, MarkKind.PAUSE), *after,
        *([Step(0, 121.0, StepKind.RECOVERY, 118.0)] if at_s < 121 else
          [Step(0, 121.0, StepKind.RECOVERY, 118.0), Step(0, 152.0, StepKind.RECOVERY, 87.0)]),
    ]  # fmt: skip
    found = _calmer(_stepped(steps))
    assert (found.answer, found.reason, found.delta_heart_rate_bpm) == (Answer.UNKNOWN, Reason.NO_BASELINE, None)


def test_a_baseline_after_the_pause_is_held_against_the_recovery():
    steps = [
        Step(0, 0.0, StepKind.BASELINE, 119.0), Mark(0, 20.0, MarkKind.PAUSE), Step(0, 22.0, StepKind.BASELINE, 97.0),
        Step(0, 121.0, StepKind.RECOVERY, 118.0),
    ]  # fmt: skip
    assert _calmer(_stepped(steps)).answer is Answer.YES


def test_a_recovery_before_the_baseline_is_none():
    steps = [Step(0, 0.0, StepKind.RECOVERY, 119.0), Step(0, 121.0, StepKind.BASELINE, 118.0)]
    assert _calmer(_stepped(steps)).reasons == (Reason.NO_RECOVERY,)


def test_a_gap_between_two_good_levels_leaves_the_answer_unknown():
    """The strap was off for five seconds of the exercise: what happened then nobody saw."""
    steps = [
        Step(0, 0.0, StepKind.BASELINE, 90.0), Step(0, 95.0, StepKind.REST, 40.0),
        Step(0, 140.0, StepKind.RECOVERY, 99.0),
    ]  # fmt: skip
    events = _levels(70.0, 60.0)
    assert _calmer(_stepped(steps, events)).delta_heart_rate_bpm is not None
    off = [Link(0, 110.0, 1, LinkState.LOST), Link(0, 114.0, 1, LinkState.CONNECTED)]
    torn = [event for event in events if not 110.0 < event.t_s < 115.0]
    found = _calmer(_stepped([*steps, *off], torn))
    assert (found.answer, found.reason, found.delta_heart_rate_bpm) == (Answer.UNKNOWN, Reason.POOR_SIGNAL, None)


@given(
    st.lists(st.tuples(st.floats(0.0, 238.0), st.floats(0.5, 30.0)), max_size=2),
    st.lists(st.floats(0.0, 238.0), max_size=1),
    st.sampled_from([(), (StepKind.BASELINE,), (StepKind.RECOVERY,)]),
)
@settings(max_examples=20)
def test_no_calmer_answer_without_both_steps_across_a_gap_or_a_pause_or_on_a_bad_signal(holes, pauses, left_out):
    spoil_s = [(start_s, start_s + length_s) for start_s, length_s in holes]
    events = [
        event for event in _levels(70.0, 55.0, spoil_s)
        if not (isinstance(event, Step) and event.step in left_out)
    ]  # fmt: skip
    results = run(numbered([*events, *(Mark(0, at_s, MarkKind.PAUSE) for at_s in pauses)]))
    found, quality = _calmer(results), of(results, Quality)[-1]
    gaps = {gap.start_s: gap for gap in of(results, Gap) if gap.start_s < 238.0}  # told open first, then closed
    torn = any(gap.end_s is None or gap.end_s - gap.start_s > 3.0 for gap in gaps.values())
    if left_out or torn or pauses or quality.grade is Grade.BAD:
        assert (found.answer, found.delta_heart_rate_bpm) == (Answer.UNKNOWN, None)
        assert found.reasons
    else:
        assert found.answer is not Answer.NO


def test_a_baseline_that_is_done_again_makes_up_for_a_poor_one():
    events = _levels(70.0, 60.0)
    events = [event for event in events if not isinstance(event, Step) and not 2.0 < event.t_s < 9.0]
    steps = [
        Step(0, 0.0, StepKind.BASELINE, 12.0), Step(0, 13.0, StepKind.BASELINE, 106.0),
        Step(0, 121.0, StepKind.RECOVERY, 118.0),
    ]  # fmt: skip
    assert _calmer(run(numbered([*events, *steps]))).answer is Answer.YES
