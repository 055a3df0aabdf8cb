"""What the patient's card says, from where the session stands: a bad signal is never the person's fault."""

from dataclasses import dataclass

from biofeedback.core.answers import LOOKS
from biofeedback.core.events import StepKind
from biofeedback.core.results import Answer, Card, CardState, ExhaleResponse, Following, Reason
from biofeedback.core.step_run import StepRun

__all__ = ["SignalNow", "make_card"]

_QUIET = {
    StepKind.BASELINE: CardState.BASELINE,
    StepKind.RECOVERY: CardState.RECOVERY,
    StepKind.REST: CardState.RESTING,
}
_UNASKED = {StepKind.PRACTICE: CardState.PRACTICE}  # else the breathing of a plan's block


@dataclass(frozen=True, slots=True)
class SignalNow:
    """The signal at this moment."""

    has_intervals: bool
    has_contact: bool | None
    is_in_gap: bool
    reasons: tuple[Reason, ...]  # why the last minute is bad; empty when it is not

    @property
    def trouble(self) -> CardState | None:
        """What is wrong with it, the most helpful thing to say first."""
        if not self.has_intervals:
            return CardState.NO_BEAT_INTERVALS
        if self.has_contact is False:
            return CardState.NO_CONTACT
        if Reason.IRREGULAR_BEATS in self.reasons:
            return CardState.IRREGULAR_BEATS
        if self.is_in_gap or self.reasons:
            return CardState.POOR_SIGNAL
        return None


def make_card(t_s: float, run: StepRun | None, signal: SignalNow, *, is_paused: bool, is_finished: bool) -> Card:
    """The card at ``t_s``; ``run`` is the step on the screen, None between steps."""
    response = None if run is None else run.response
    state = _state(run, response, signal, is_paused=is_paused, is_finished=is_finished)
    is_answer = response is not None and state in (CardState.YES, CardState.NO)
    left = None
    if run is not None and state is CardState.MEASURING:
        left = next((look - run.next_breath for look in LOOKS if look > run.next_breath), None)
    return Card(
        t_s=t_s,
        state=state,
        shown=is_answer,
        breaths_until_look=left,
        effect_bpm=response.effect_bpm if response is not None and is_answer else None,
        low_bpm=response.low_bpm if response is not None and is_answer else None,
        high_bpm=response.high_bpm if response is not None and is_answer else None,
        reason=None if response is None else response.reason,
    )


def _state(
    run: StepRun | None, response: ExhaleResponse | None, signal: SignalNow, *, is_paused: bool, is_finished: bool
) -> CardState:
    """Which sentence stands on the card."""
    if is_finished or is_paused:
        return CardState.FINISHED if is_finished else CardState.PAUSED
    if run is None:
        return CardState.WAITING
    if run.pacer is None and run.step.step not in _QUIET:
        # While walking or moving a strap slips; only what it says itself is worth a word.
        said = signal.trouble if signal.trouble in (CardState.NO_CONTACT, CardState.NO_BEAT_INTERVALS) else None
        return said or CardState.MOVING
    if signal.trouble is not None:
        return signal.trouble
    if run.pacer is None:
        return _QUIET[run.step.step]
    return _answer_state(response) if run.is_asked else _UNASKED.get(run.step.step, CardState.COMPARING)


def _answer_state(response: ExhaleResponse | None) -> CardState:
    """Which sentence an exhale answer makes."""
    if response is None:
        return CardState.MEASURING
    if Reason.IRREGULAR_BEATS in response.reasons:
        return CardState.IRREGULAR_BEATS
    if Reason.POOR_SIGNAL in response.reasons:
        return CardState.POOR_SIGNAL
    if response.following is Following.NO:
        return CardState.NOT_FOLLOWING
    return {Answer.YES: CardState.YES, Answer.NO: CardState.NO, Answer.UNKNOWN: CardState.UNKNOWN}[response.answer]
