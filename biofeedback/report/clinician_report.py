"""What a physiotherapist keeps of a session: two sheets of A4, quality first, both answers, and how they were made."""

from collections.abc import Sequence

from biofeedback.core.events import StrapInfo
from biofeedback.core.results import ExhaleResponse, Reason
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis
from biofeedback.report.columns import quality_rows, short_step_table
from biofeedback.report.drawings import (
    Drawing,
    block_drawings,
    paced_steps,
    poincare_drawing,
    sign,
    spectrum_drawing,
    tachogram_drawing,
)
from biofeedback.report.edited import edited_sentence
from biofeedback.report.provenance import file_rows, method_rows
from biofeedback.report.remarks import Note, note_rows, remarks
from biofeedback.report.sheet import (
    Block,
    Columns,
    Facts,
    Grid,
    Heading,
    Items,
    Page,
    Panel,
    Picture,
    Sheet,
    Text,
    Tone,
)
from biofeedback.report.trial import plan_results, plan_verdict
from biofeedback.report.wording import Verdict, calmer_verdict, exhale_verdict, number

__all__ = ["clinician_report"]

SIZES_PT = (9.0, 8.6, 8.2, 7.8, 7.4, 7.0, 6.6)
MOST_EARLIER = 6  # answers of breathing steps before the last one
MOST_REMARKS = 10
MOST_GAPS = 8
LONGEST_REMARK = 110  # characters
METHODS = (
    "pipeline", "window", "interpolation", "detrend", "ddof", "artifacts", "bands", "exhale_effect", "intervals",
    "calmer_interval", "calmer_expected", "calmer_p_values",
)  # fmt: skip


def clinician_report(analysis: Analysis, words: Words, note: Note) -> Sheet:
    """Two sheets: what was found and how far it may be trusted; then the figures, what was said, and the methods.

    ``note`` is what the physiotherapist wrote of the session; a file has none.
    """
    facts = analysis.source.facts
    code = facts.subject or words("report.no_subject")
    exercise = f"exercise.{facts.exercise}.title"
    known = [code, words(exercise) if exercise in words else facts.exercise or words("report.no_exercise")]
    known += [words("report.when", at=facts.at_utc)] if facts.at_utc else []
    blocks = (
        (*_label(analysis, words), *_quality(analysis, words), *_answers(analysis, words), *_whole(analysis, words)),
        (*_figures(analysis, words), *_person(analysis, note, words), *_ending(analysis, words)),
    )
    foot = facts.subject or words("report.code.none")
    pages = tuple(Page(one, _foot(foot, place, words)) for place, one in enumerate(blocks, start=1))
    return Sheet(words("report.clinician.title"), " · ".join(known), words.language, SIZES_PT, pages)


def _foot(code: str, page: int, words: Words) -> str:
    """What stands under each page."""
    return words("report.clinician.foot", code=code, page=page, pages=2)


def _label(analysis: Analysis, words: Words) -> list[Block]:
    """That a session is simulated, above all its numbers."""
    return [Text(words("report.simulated"), Tone.LABEL)] if analysis.source.facts.simulated else []


def _quality(analysis: Analysis, words: Words) -> list[Block]:
    """How far the signal may be trusted, where it is missing, and what it came from."""
    rows, why = quality_rows(analysis, words)
    straps = [event for event in analysis.source.events if isinstance(event, StrapInfo)]
    names = dict.fromkeys(" ".join(part for part in (one.model or one.source, one.firmware) if part) for one in straps)
    rows += [(words("report.clinician.strap"), ", ".join(names))] if names else []
    edited = edited_sentence(analysis.source, words) or words("report.clinician.no_edits")
    said = [*why, *_gaps(analysis, words), edited, *analysis.source.facts.warnings]
    return [Heading(words("report.quality")), Facts(tuple(rows), 4), *(Text(text) for text in said)]


def _gaps(analysis: Analysis, words: Words) -> list[str]:
    """Where beats are missing."""
    spans = [
        words(
            "report.range",
            low=number(words, max(0.0, gap.start_s - analysis.begin_s)),
            high=number(words, (gap.end_s or analysis.end_s) - analysis.begin_s),
        )
        for gap in analysis.gaps_since_begin
    ]
    shown = [*spans[:MOST_GAPS], *(["…"] if len(spans) > MOST_GAPS else [])]
    return [words("report.clinician.gaps", spans="; ".join(shown))] if shown else []


def _answers(analysis: Analysis, words: Words) -> list[Block]:
    """What a plan says, where there was one; then both answers, beside each other and never merged."""
    plans = plan_results(analysis)
    responses = [one for one in analysis.exhale_responses if not plans or one.reason is not Reason.PART_OF_PLAN]
    cards = [_said(plan_verdict(one, words)) for one in plans]
    cards += [_card(exhale_verdict(analysis, one, words), words) for one in responses[-1:]]
    cards.append(_card(calmer_verdict(analysis.calmer, words), words))
    pairs = [Columns(tuple((card,) for card in cards[place : place + 2])) for place in range(0, len(cards), 2)]
    return [Heading(words("report.answers")), *pairs, *_earlier(analysis, responses[:-1], words)]


def _earlier(analysis: Analysis, responses: Sequence[ExhaleResponse], words: Words) -> list[Block]:
    """Answers of breathing steps before the last one, a line each."""
    lines = []
    for response in responses[-MOST_EARLIER:]:
        verdict = exhale_verdict(analysis, response, words)
        value = words("report.absent") if verdict.headline is None else verdict.headline[1]
        lines.append(words("report.clinician.earlier", pattern=response.pattern or "", word=verdict.word, value=value))
    return [Items(tuple(lines), Tone.SMALL)] if lines else []


def _card(verdict: Verdict, words: Words) -> Panel:
    """One answer: the person's words first, the numbers under them."""
    why = ((words("report.fact.reason"), " ".join(verdict.reasons)),) if verdict.reasons else ()
    largest: tuple[Block, ...] = ()
    if verdict.headline is not None:
        name, value = verdict.headline
        largest = (Text(name, Tone.SOFT), Text(value, Tone.STRONG))
    return Panel((*_said(verdict).blocks, *largest, Facts((*verdict.facts, *why))))


def _said(verdict: Verdict) -> Panel:
    """One answer in words."""
    return Panel((Text(verdict.question, Tone.SOFT), Text(verdict.word, Tone.STRONG), Text(verdict.sentence)))


def _whole(analysis: Analysis, words: Words) -> list[Block]:
    """The whole session as one line, and its steps side by side."""
    header, rows = short_step_table(analysis, words)
    table = Grid(tuple(header), tuple(tuple(row) for row in rows), words("report.steps.caption"))
    drawn = _picture(tachogram_drawing(analysis, words), words)
    return [drawn, table] if len(header) > 1 else [drawn]


def _picture(drawing: Drawing, words: Words) -> Block:
    """A figure, or why there is none."""
    title = words(f"report.{drawing.name}.title")
    if drawing.svg is None:
        return Panel((Text(title, Tone.SOFT), Text(drawing.caption)))
    return Picture(drawing.svg, title, drawing.caption, tuple((sign(*one[:2]), one[2]) for one in drawing.signs))


def _figures(analysis: Analysis, words: Words) -> list[Block]:
    """Average breath and bars of the last step with a circle; spectrum and Poincare plot."""
    paced = paced_steps(analysis)
    drawn = list(block_drawings(analysis, paced[-1], words)) if paced else []
    drawn += [spectrum_drawing(analysis, words), poincare_drawing(analysis, words)]
    pictures = [_picture(one, words) for one in drawn]
    return [Columns(tuple((one,) for one in pictures[place : place + 2])) for place in range(0, len(pictures), 2)]


def _person(analysis: Analysis, note: Note, words: Words) -> list[Block]:
    """The physiotherapist's note; ratings, circumstances and notes of the session, as many as there is room for."""
    said = [(name, _shortened(text)) for name, text in (*note_rows(note, words), *remarks(analysis, words))]
    left = len(said) - MOST_REMARKS
    more = [Text(words("report.clinician.more", n=left), Tone.SOFT)] if left > 0 else []
    told = Facts(tuple(said[:MOST_REMARKS])) if said else Text(words("report.clinician.no_remarks"))
    return [Heading(words("report.ratings")), told, *more]


def _shortened(text: str) -> str:
    """A note on one line, as far as there is room."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_REMARK else text[:LONGEST_REMARK].rstrip() + "…"


def _ending(analysis: Analysis, words: Words) -> list[Block]:
    """Limits, methods, and which file these numbers come from."""
    methods = [Text(f"{name}: {text}", Tone.SMALL) for name, text in method_rows(words, METHODS)]
    half = -(-len(methods) // 2)
    return [
        Heading(words("report.methods")),
        Columns((tuple(methods[:half]), tuple(methods[half:]))),
        Heading(words("report.file")),
        Facts(tuple(file_rows(analysis.source.facts, words))),
        Text(words("report.limits"), Tone.SMALL),
        Text(words("report.purpose"), Tone.SMALL),
    ]
