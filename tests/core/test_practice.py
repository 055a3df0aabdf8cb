"""A practice before the baseline: nothing is measured of it, and nothing that follows is other than without it."""

from dataclasses import replace

import pytest
from hearts import FOUR_SIX, end_of, measured_steps, notified, of, peaks_of, run, session_of, strapped

from biofeedback.core.card import SignalNow, make_card
from biofeedback.core.events import Mark, MarkKind, Step, StepKind
from biofeedback.core.results import (
    BreathMeasures,
    CalmerThanBefore,
    Card,
    CardState,
    ExhaleResponse,
    Quality,
    Reason,
    RsaTrend,
    StepEnded,
    StepMeasures,
    StepStarted,
)
from biofeedback.core.step_run import StepRun

PRACTICE = Step(0, 0.0, StepKind.PRACTICE, 60.0, FOUR_SIX)
LATER = [replace(step, t_s=step.t_s + 60.0) for step in measured_steps()]
MEASURED = (BreathMeasures, CalmerThanBefore, ExhaleResponse, Quality, RsaTrend, StepMeasures)


def practised(preset, seed):
    """Inputs of a session with a practice first."""
    return session_of(preset, seed, [PRACTICE, *LATER])


def without(events):
    """The same inputs where the practice was no step."""
    return [
        Mark(event.seq, event.t_s, MarkKind.NOTE) if getattr(event, "step", None) is StepKind.PRACTICE else event
        for event in events
    ]


@pytest.mark.parametrize("preset", ["responder", "not_following", "frequent_ectopy", "drop_outs"])
def test_what_is_measured_after_a_practice_is_what_is_measured_without_it(preset):
    events = practised(preset, 3)
    with_it, without_it = run(events), run(without(events))
    for kind in MEASURED:
        assert of(with_it, kind) == of(without_it, kind), kind


def test_nothing_is_measured_in_a_practice():
    results = run(practised("responder", 3))
    started = of(results, StepStarted)
    assert [step.step for step in started] == ["practice", "baseline", "breathe", "recovery"]
    measured = [one for kind in (BreathMeasures, RsaTrend, StepMeasures, ExhaleResponse) for one in of(results, kind)]
    assert started[0].step_seq not in {one.step_seq for one in measured}
    assert of(results, StepEnded)[0].t_s == 60.0


def test_a_session_that_ends_in_its_practice_was_asked_nothing():
    events = strapped([PRACTICE, *notified(peaks_of("responder", 3, [PRACTICE], 40.0), 3)], 35.0)
    results = run(events)
    (response,) = of(results, ExhaleResponse)
    assert (response.step_seq, response.reasons[-1]) == (None, Reason.NO_BREATHING_STEP)
    assert [end.reason for end in of(results, StepEnded)] == ["end"]


def test_the_card_says_that_it_is_practice_and_nothing_comes_between_it_and_the_baseline():
    cards = [card for card in of(run(practised("responder", 3)), Card) if card.t_s <= 70.0]
    states = [card.state for card in cards]
    assert states[-2:] == [CardState.PRACTICE, CardState.BASELINE]
    assert end_of([PRACTICE]) == cards[-1].t_s


def test_a_strap_without_contact_is_said_before_anything_is_measured():
    lost = SignalNow(has_intervals=True, has_contact=False, is_in_gap=False, reasons=())
    card = make_card(5.0, StepRun(PRACTICE, 60.0), lost, is_paused=False, is_finished=False)
    assert card.state is CardState.NO_CONTACT
