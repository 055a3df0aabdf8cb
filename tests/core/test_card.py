from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hearts import FOUR_SIX, listed, measured_steps, notified, numbered, of, peaks_of, run, session_of

from biofeedback.core.card import SignalNow, make_card
from biofeedback.core.events import (
    Characteristic,
    End,
    Link,
    LinkState,
    Mark,
    MarkKind,
    Notification,
    Step,
    StepKind,
    StrapInfo,
)
from biofeedback.core.heart_rate import HeartRateMeasurement, encode
from biofeedback.core.results import Answer, Card, CardState, ExhaleResponse, Following, Quality, Reason
from biofeedback.core.step_run import StepRun, unasked
from biofeedback.straps.presets import Traits

GOOD = SignalNow(has_intervals=True, has_contact=None, is_in_gap=False, reasons=())
BREATHE = Step(1, 0.0, StepKind.BREATHE, 120.0, FOUR_SIX)
WITHOUT_RR = encode(HeartRateMeasurement(70))


def _card(step=None, signal=GOOD, response=None, breaths=0, is_paused=False, is_finished=False):
    run = None
    if step is not None:
        run = StepRun(step, step.t_s + (step.duration_s or 0.0), response=response)
        run.next_breath = breaths
    return make_card(5.0, run, signal, is_paused=is_paused, is_finished=is_finished)


def _response(answer=Answer.UNKNOWN, *reasons, following=Following.UNKNOWN):
    return replace(
        unasked(()), answer=answer, reasons=reasons, reason=reasons[0] if reasons else None, following=following,
        effect_bpm=7.0, low_bpm=4.0, high_bpm=10.0,
    )  # fmt: skip


def _states(results):
    """States of the card in their order, each once as long as it stays."""
    states = [card.state for card in of(results, Card)]
    return [state for place, state in enumerate(states) if place == 0 or states[place - 1] is not state]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (StepKind.BASELINE, CardState.BASELINE), (StepKind.RECOVERY, CardState.RECOVERY),
        (StepKind.REST, CardState.RESTING), (StepKind.WALK, CardState.MOVING), (StepKind.MOVE, CardState.MOVING),
    ],
)  # fmt: skip
def test_a_step_that_is_not_paced_says_what_it_is(kind, state):
    assert _card(Step(1, 0.0, kind, 60.0)).state is state


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"has_intervals": False, "has_contact": False, "is_in_gap": True}, CardState.NO_BEAT_INTERVALS),
        ({"has_contact": False, "is_in_gap": True}, CardState.NO_CONTACT),
        ({"has_contact": True, "is_in_gap": True}, CardState.POOR_SIGNAL),
        ({"reasons": (Reason.POOR_SIGNAL,)}, CardState.POOR_SIGNAL),
        ({"reasons": (Reason.NO_CONTACT, Reason.POOR_SIGNAL)}, CardState.POOR_SIGNAL),
        ({"reasons": (Reason.IRREGULAR_BEATS, Reason.POOR_SIGNAL)}, CardState.IRREGULAR_BEATS),
    ],
)
def test_trouble_with_the_signal_hides_any_answer(changes, state):
    card = _card(BREATHE, replace(GOOD, **changes), _response(Answer.YES), breaths=3)
    assert card.state is state
    assert not card.shown
    assert card.effect_bpm is card.low_bpm is card.high_bpm is None


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"is_in_gap": True, "reasons": (Reason.IRREGULAR_BEATS,)}, CardState.MOVING),
        ({"has_contact": False}, CardState.NO_CONTACT),
        ({"has_intervals": False}, CardState.NO_BEAT_INTERVALS),
    ],
)
def test_while_moving_only_what_the_strap_says_itself_counts(changes, state):
    assert _card(Step(1, 0.0, StepKind.WALK, 60.0), replace(GOOD, **changes)).state is state


@pytest.mark.parametrize(("breaths", "left"), [(0, 3), (2, 1), (3, 3), (5, 1), (6, 6), (11, 1), (12, None), (20, None)])
def test_a_step_without_an_answer_counts_the_breaths_until_the_next_look(breaths, left):
    card = _card(BREATHE, breaths=breaths)
    assert (card.state, card.breaths_until_look) == (CardState.MEASURING, left)


@pytest.mark.parametrize(
    ("response", "state"),
    [
        (_response(Answer.YES), CardState.YES),
        (_response(Answer.NO), CardState.NO),
        (_response(Answer.UNKNOWN, Reason.INCONCLUSIVE), CardState.UNKNOWN),
        (_response(Answer.UNKNOWN, Reason.NOT_FOLLOWING, following=Following.NO), CardState.NOT_FOLLOWING),
        (_response(Answer.UNKNOWN, Reason.IRREGULAR_BEATS, Reason.POOR_SIGNAL), CardState.IRREGULAR_BEATS),
        (_response(Answer.UNKNOWN, Reason.POOR_SIGNAL, Reason.TOO_FEW_BREATHS), CardState.POOR_SIGNAL),
    ],
)
def test_an_answer_says_what_was_found(response, state):
    card = _card(BREATHE, response=response, breaths=6)
    assert card.state is state
    assert card.shown is (state in (CardState.YES, CardState.NO))
    assert (card.effect_bpm, card.low_bpm, card.high_bpm) == ((7.0, 4.0, 10.0) if card.shown else (None,) * 3)
    assert card.reason is response.reason


def test_pause_and_end_stand_above_everything():
    bad = replace(GOOD, has_intervals=False)
    assert _card(BREATHE, bad, _response(Answer.YES), is_paused=True).state is CardState.PAUSED
    assert _card(BREATHE, bad, is_paused=True, is_finished=True).state is CardState.FINISHED
    assert _card(None, bad).state is CardState.WAITING


# As the session goes


def test_the_card_of_a_session_that_goes_well():
    results = run(session_of(Traits(rsa_bpm=(16.0, 20.0)), 2))
    states = _states(results)
    assert states[0] is CardState.BASELINE
    assert states[-2:] == [CardState.RECOVERY, CardState.FINISHED]
    assert states.index(CardState.MEASURING) < states.index(CardState.YES) < states.index(CardState.RECOVERY)
    (first,) = [card for card in of(results, Card) if card.state is CardState.YES][:1]
    (look,) = [response for response in of(results, ExhaleResponse) if response.answer is Answer.YES][:1]
    assert first.t_s == look.shown_at_s
    assert first.effect_bpm == look.effect_bpm


def test_a_card_is_made_only_when_it_says_something_new():
    cards = of(run(session_of("responder", 1)), Card)
    assert all(replace(after, t_s=0.0) != replace(before, t_s=0.0) for before, after in pairwise(cards))


def test_before_any_step_the_card_waits():
    results = run([StrapInfo(1, 0.0, 1, "ble"), Link(2, 0.1, 1, LinkState.CONNECTED)])
    assert _states(results) == [CardState.WAITING]


def test_a_strap_that_came_late_is_no_poor_signal():
    """Half a minute of looking for the strap lies in the first minute's window, and says nothing of the signal."""
    beats = listed(np.resize([890.0, 910.0], 40), start_s=30.0)
    results = run(numbered([*beats, Step(0, 33.0, StepKind.BASELINE, 120.0)]))
    assert _states(results) == [CardState.WAITING, CardState.BASELINE]
    assert {quality.grade for quality in of(results, Quality) if quality.beats} == {"good"}


def test_a_pause_shows_until_the_step_goes_on():
    steps = [
        Step(0, 0.0, StepKind.BASELINE, 60.0), Mark(0, 20.0, MarkKind.PAUSE), Mark(0, 30.0, MarkKind.RESUME),
        Step(0, 30.1, StepKind.BASELINE, 40.0, continues=1), Mark(0, 50.0, MarkKind.STOP), End(0, 59.0, "stopped"),
    ]  # fmt: skip
    results = run(numbered([*steps, *listed(np.resize([890.0, 910.0], 64))]))
    times = {card.state: card.t_s for card in of(results, Card)}
    assert _states(results)[-4:] == [CardState.BASELINE, CardState.PAUSED, CardState.BASELINE, CardState.FINISHED]
    assert times[CardState.PAUSED] == 20.0
    assert times[CardState.BASELINE] == 30.1
    assert times[CardState.FINISHED] == 59.0


def test_a_gap_shows_as_poor_signal_and_the_answer_comes_back_after_it():
    traits = Traits(rsa_bpm=(16.0, 20.0))
    steps = measured_steps(120.0, 120.0, 0.0)
    events = [*steps, *notified(peaks_of(traits, 2, steps, 250.0), 2), End(0, 242.0, "completed")]
    kept = [event for event in events if not 195.0 < event.t_s < 199.0 or not isinstance(event, Notification)]
    cards = of(run(numbered(kept)), Card)
    inside = [card for card in cards if 190.0 < card.t_s < 203.0]
    assert [card.state for card in inside][:2] == [CardState.POOR_SIGNAL, CardState.YES]
    assert [card.shown for card in inside][:2] == [False, True]
    assert inside[0].t_s == pytest.approx(195.0 + 2.5, abs=1.1)


def test_a_dry_strap_says_no_contact_and_takes_it_back():
    def told(t_s, contact, *rr_1024ths):
        payload = encode(HeartRateMeasurement(60, contact, rr_1024ths=rr_1024ths))
        return Notification(0, t_s, 1, Characteristic.HEART_RATE, payload)

    events = [Step(0, 0.5, StepKind.BASELINE, 120.0)]
    events += [told(1.0 + k, True, 1000 + 20 * (k % 2)) for k in range(20)]
    events += [told(21.0 + k, False) for k in range(15)]
    events += [told(36.0 + k, True, 1000 + 20 * (k % 2)) for k in range(60)]
    states = [(card.t_s, card.state) for card in of(run(numbered(events)), Card)]
    assert (21.0, CardState.NO_CONTACT) in states
    assert CardState.NO_BEAT_INTERVALS not in [state for _, state in states]
    assert states[-1][1] is CardState.BASELINE
    assert states[-1][0] > 36.0


@pytest.mark.parametrize("seed", range(1, 8))
def test_a_card_of_irregular_beats_never_calls_them_a_poor_signal(seed):
    states = _states(run(session_of("irregular_rhythm", seed)))
    assert CardState.IRREGULAR_BEATS in states
    assert CardState.POOR_SIGNAL not in states[2:]


@pytest.mark.parametrize("seed", [1, 5])
def test_a_card_of_a_strap_that_misses_beats_never_calls_them_irregular(seed):
    def missing(peaks_s):
        return [peak for place, peak in enumerate(peaks_s) if place % 7 or place < 20]

    states = _states(run(session_of("responder", seed, spoil=missing)))
    assert CardState.POOR_SIGNAL in states[2:]
    assert CardState.IRREGULAR_BEATS not in states


def test_a_strap_without_intervals_shows_in_every_step():
    silent = [Notification(0, float(k), 1, Characteristic.HEART_RATE, WITHOUT_RR) for k in range(1, 40)]
    states = _states(
        run(numbered([Step(0, 0.0, StepKind.WALK, 30.0), *silent, Step(0, 30.0, StepKind.BREATHE, 30.0, FOUR_SIX)]))
    )
    assert states == [CardState.MOVING, CardState.NO_BEAT_INTERVALS]
