"""What a person takes home: one sheet of A4, in plain words, with one picture."""

from biofeedback.core.events import StepKind
from biofeedback.core.results import Answer, ExhaleResponse, Reason
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.breath_picture import breath_picture
from biofeedback.report.closing import AWAY, closing_lines, exhale_line, was_stopped
from biofeedback.report.course_picture import course_picture, moving_steps
from biofeedback.report.folded import fold
from biofeedback.report.plan_picture import plan_picture
from biofeedback.report.sheet import Block, Columns, Heading, Items, Page, Panel, Picture, Sheet, Space, Text, Tone
from biofeedback.report.trial import plan_results

__all__ = ["patient_report"]

LATE_MIN_S = 0.05  # a strap that is later than that is said to be late
SIZES_PT = (11.5, 11.0, 10.5, 10.0, 9.5)
# What to try another time, by the reason why there was nothing to see; of all others that nothing need be done.
_TRY = {
    Reason.NO_BEAT_INTERVALS: "strap",
    Reason.NO_CONTACT: "signal",
    Reason.POOR_SIGNAL: "signal",
    Reason.IRREGULAR_BEATS: "irregular",
    Reason.NOT_FOLLOWING: "pace",
}


def patient_report(analysis: Analysis, words: Words) -> Sheet:
    """One sheet: what was done, what was seen, what that does not mean, and how to go on."""
    facts = analysis.source.facts
    title = words("report.patient.title")
    if facts.at_utc:
        title = words("report.patient.title_of", d=facts.at_utc)
    blocks = (
        *([Text(words("report.simulated"), Tone.LABEL)] if facts.simulated else []),
        *_done(analysis, words),
        *_seen(analysis, words),
        Columns((_limits(words), _next(analysis, words))),
        Panel((Heading(words("report.patient.stop")), Text(words("safety.line")), Text(words("safety.urgent")))),
        Space(words("report.patient.space")),
    )
    code = facts.subject or words("report.code.none")
    foot = words("report.patient.foot", code=code)
    return Sheet(title, words("report.patient.code", code=code), words.language, SIZES_PT, (Page(blocks, foot),))


def _done(analysis: Analysis, words: Words) -> list[Block]:
    """The exercise, and how many breaths of it there were."""
    intro = f"exercise.{analysis.source.facts.exercise}.intro"
    told = [words(intro)] if intro in words else []
    if analysis.breaths:
        told.append(words("report.patient.breaths", n=len(analysis.breaths)))
    if was_stopped(analysis):
        told.append(words("report.patient.stopped"))
    return [Heading(words("report.patient.done")), *(Text(text) for text in told or [words("report.patient.rested")])]


def _seen(analysis: Analysis, words: Words) -> list[Block]:
    """The lines of the screen, and the picture or why there is none."""
    lines = tuple(words(one.key, **one.values) for one in closing_lines(analysis))
    return [Heading(words("report.patient.seen")), Items(lines, Tone.LARGE), _picture(analysis, words)]


def _picture(analysis: Analysis, words: Words) -> Block:
    """What was measured, in one picture, or why there is none."""
    plans = plan_results(analysis)
    response, step = _answered(analysis)
    if plans:
        drawn = plan_picture(plans[0], words)
    elif moving_steps(analysis):
        drawn = course_picture(analysis, words)
    elif response is None or step is None:
        return Text(words("report.patient.no_picture.exercise"), Tone.SOFT)
    else:
        drawn = _average_breath(analysis, response, step, words)
    return drawn or Text(words("report.patient.no_picture.measurement"), Tone.SOFT)


def _average_breath(analysis: Analysis, response: ExhaleResponse, step: ReviewedStep, words: Words) -> Picture | None:
    """The average breath of the step that the answer is about."""
    # The sentence beside it tells of the heart itself: what was found to be the strap's delay is taken off.
    late_s = response.latency_s if response.answer is Answer.YES else None
    folded = None if response.reason in _TRY else fold(analysis, step, late_s or 0.0)
    if folded is None:
        return None
    key = _caption(response.answer, late_s)
    caption = words(f"report.patient.picture.{key}", n=folded.breaths, late=late_s or 0.0)
    return Picture(breath_picture(folded, words), words("report.patient.picture.title"), caption)


def _caption(answer: Answer, late_s: float | None) -> str:
    """Which words stand under the average breath."""
    if answer is not Answer.YES:
        return "unclear"
    if late_s is None:
        return "yes"
    return "yes_late" if late_s >= LATE_MIN_S else "yes_prompt"


def _answered(analysis: Analysis) -> tuple[ExhaleResponse | None, ReviewedStep | None]:
    """The last exhale answer, and its step."""
    steps = {step.started.step_seq: step for step in analysis.steps if step.started.step is StepKind.BREATHE}
    found = [(one, steps[one.step_seq]) for one in analysis.exhale_responses if one.step_seq in steps]
    return found[-1] if found else (None, None)


def _limits(words: Words) -> tuple[Block, ...]:
    """What all this does not mean."""
    said = ("no_diagnosis", "no_better", "depends")
    return Heading(words("report.patient.not")), Items(tuple(words(f"report.patient.not.{name}") for name in said))


def _next(analysis: Analysis, words: Words) -> tuple[Block, ...]:
    """How to go on; after a measurement that did not work, what to try."""
    response, _ = _answered(analysis)
    reason = None if response is None or response.answer is Answer.YES else response.reason
    name = "go_on" if reason is None or plan_results(analysis) else _TRY.get(reason, "again")
    if name == "signal" and exhale_line(analysis, response).key == AWAY:
        name = "again"  # the sheet says that it was no fault of the strap's
    tips = [words(key) for key in (f"report.patient.try.{name}", f"report.patient.try.{name}.more") if key in words]
    said = (*tips, words("report.patient.next.agreed"), words("report.patient.next.ask"))
    return Heading(words("report.patient.next")), Items(said)
