"""The lines at the end of a session, as the patient's screen has them; ``web/closing_lines.js`` makes the same."""

import math

from biofeedback.core.events import End, Rating, StepKind
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.outages import was_outage
from biofeedback.core.results import Answer, CalmerThanBefore, ExhaleResponse, Reason
from biofeedback.report.analysis import Analysis
from biofeedback.sentences import Sentence, sentences

__all__ = ["AWAY", "calmer_line", "closing_lines", "exhale_line", "tension", "was_stopped"]

SIGNAL = "closing.exhale.signal"
AWAY = "closing.exhale.away"  # the same, where no strap was why
_WHY = {
    Reason.NO_BEAT_INTERVALS: "card.no_beat_intervals.sentence",
    Reason.NO_CONTACT: SIGNAL,
    Reason.IRREGULAR_BEATS: "card.irregular_beats.sentence",
    Reason.POOR_SIGNAL: SIGNAL,
    Reason.NO_BREATHING_STEP: "closing.exhale.not_asked",
    Reason.PART_OF_PLAN: "closing.exhale.not_asked",
    Reason.NOT_FOLLOWING: "closing.exhale.not_following",
    Reason.TOO_FEW_BREATHS: "closing.exhale.few",
}


def closing_lines(analysis: Analysis) -> tuple[Sentence, ...]:
    """Tension, then the exhale, then what came after; of a plan what its blocks allow to be said, and nothing else."""
    results = [result for result in (analysis.trial, analysis.resonance) if result is not None]
    plan = [one for result in results for one in sentences(result)]
    asked = [one for one in analysis.exhale_responses if one.step_seq is not None]
    answers = plan or [exhale_line(analysis, asked[-1] if asked else None), calmer_line(analysis.calmer)]
    return _tension_line(analysis), *answers


def exhale_line(analysis: Analysis, response: ExhaleResponse | None) -> Sentence:
    """What the person reads about the exhale, of an answer of the session; None: there came none."""
    if all(step.started.step is not StepKind.BREATHE for step in analysis.steps):
        planned = EXERCISES.get(analysis.source.facts.exercise or "")
        is_paced = planned is not None and any(step.step is StepKind.BREATHE for step in planned.steps)
        return Sentence("closing.exhale.stopped" if is_paced else "closing.exhale.not_asked")
    said = Sentence(SIGNAL) if response is None else _said(response)
    return Sentence(AWAY) if said.key == SIGNAL and was_outage(analysis.gaps) else said


def calmer_line(calmer: CalmerThanBefore | None) -> Sentence:
    """What the person reads about the time after the exercise."""
    if calmer is None or calmer.answer is not Answer.YES or calmer.delta_heart_rate_bpm is None:
        return Sentence("closing.calmer.unknown")
    fall = _rounded(-calmer.delta_heart_rate_bpm)
    return Sentence("closing.calmer.yes", {"n": fall}) if fall >= 1 else Sentence("closing.calmer.unknown")


def tension(analysis: Analysis, moment: str) -> int | None:
    """The person's own mark for tension, the last one given; None where there is none."""
    given = [one for one in analysis.source.events if isinstance(one, Rating)]
    marks = [one.value for one in given if (one.scale, one.moment) == ("tension", moment)]
    return marks[-1] if marks else None


def was_stopped(analysis: Analysis) -> bool:
    """Whether somebody ended the session before all of it was done."""
    return any(isinstance(event, End) and event.reason == "stopped" for event in analysis.source.events)


def _said(response: ExhaleResponse) -> Sentence:
    """What an answer says by itself."""
    fall_bpm = response.effect_bpm
    if response.answer is not Answer.YES or response.revoked:
        return Sentence("closing.exhale.unclear" if response.reason is None else _why(response.reason))
    if fall_bpm is None or fall_bpm < 0.5:
        return Sentence("closing.exhale.yes_small")
    return Sentence("closing.exhale.yes", {"n": _rounded(fall_bpm)})


def _why(reason: Reason) -> str:
    """Key of the sentence for an answer that is none."""
    return _WHY.get(reason, "closing.exhale.unclear")


def _tension_line(analysis: Analysis) -> Sentence:
    """The person's own tension."""
    marks = {name: value for name in ("before", "after") if (value := tension(analysis, name)) is not None}
    which = "both" if len(marks) == 2 else next(iter(marks), "none")
    return Sentence(f"closing.tension.{which}", dict(marks))


def _rounded(value: float) -> int:
    """A whole number, halves up, as the page rounds."""
    return math.floor(value + 0.5)
