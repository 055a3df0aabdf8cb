"""The two sheets for the physiotherapist: quality first, both answers with what stands behind them, and the methods."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from hand_made import FACTS, response, sample
from reading import pdf_pages, squeezed

from biofeedback.core.events import Mark, MarkKind, Rating, StrapInfo
from biofeedback.core.results import Answer, Gap, Look, Reason
from biofeedback.lang import Words
from biofeedback.report.analysis import analyze
from biofeedback.report.clinician_report import clinician_report
from biofeedback.report.printed import Form, Kind, printed
from biofeedback.report.remarks import NOTE_FIELDS
from biofeedback.report.sheet import Columns, Grid, Heading, Picture, texts
from biofeedback.report.source import Source, read_source
from biofeedback.report.trial import plan_results, plan_verdict
from biofeedback.store.session_notes import Posture, SessionNote

RECORDINGS = Path(__file__).parents[2] / "recordings"


def said(analysis, words):
    """All that the sheets say."""
    return texts(clinician_report(analysis, words, {}))


def pictures(analysis, words):
    """Figures of both sheets, in their order."""
    blocks = [block for page in clinician_report(analysis, words, {}).pages for block in page.blocks]
    inside = [one for block in blocks if isinstance(block, Columns) for column in block.columns for one in column]
    return [one for one in [*blocks, *inside] if isinstance(one, Picture)]


def test_quality_comes_before_the_answers(words):
    headings = [one.text for one in clinician_report(sample(), words, {}).pages[0].blocks if isinstance(one, Heading)]

    assert headings == [words("report.quality"), words("report.answers")]
    for key in ("report.grade", "report.coverage", "report.corrected"):
        assert words(key) in said(sample(), words)


def test_an_answer_has_its_interval_looks_noise_and_following_with_its_source(words):
    looks = tuple(
        Look(n, answer, None, 80.0, 50.0, 110.0, 160.0) for n, answer in ((3, Answer.UNKNOWN), (6, Answer.YES))
    )
    told = said(replace(sample(), exhale_responses=(replace(response(), looks=looks),)), words)

    assert any("6.2" in text.replace(",", ".") and "4.3" in text.replace(",", ".") for text in told)
    assert words("noise_source.session") in told
    assert any(words("following_source.rr") in text for text in told)
    shown = told[told.index(words("report.fact.looks")) + 1]
    assert words("report.look", breaths=6, answer=words("answer.yes")) in shown


def test_reasons_are_said_for_both_answers(words):
    told = said(replace(sample(), exhale_responses=(response(Answer.UNKNOWN, Reason.NOT_FOLLOWING),)), words)

    assert words("reason.not_following") in told
    assert words("reason.inconclusive") in told


def test_figures_are_those_of_the_long_report(words):
    titles = [one.title for one in pictures(sample(), words)]

    assert titles == [words(f"report.{name}.title") for name in ("tachogram", "folded", "bars", "spectrum", "poincare")]


def test_a_figure_that_cannot_be_drawn_says_why(words):
    nothing = analyze(Source(FACTS, ()))

    assert pictures(nothing, words) == []
    for key in ("report.tachogram.empty", "report.missing.spectrum.no_step", "report.poincare.none"):
        assert words(key) in said(nothing, words)
    assert not any(isinstance(one, Grid) for page in clinician_report(nothing, words, {}).pages for one in page.blocks)


def test_ratings_circumstances_and_notes_are_told(words):
    events = (
        Mark(1, 1.0, MarkKind.CONTEXT, "sitting"),
        Rating(2, 3.0, "tension", "before", 6),
        Rating(3, 160.0, "notice", "during", 2),
        Mark(4, 200.0, MarkKind.NOTE, "shoulders dropped"),
    )
    told = said(replace(sample(), source=Source(FACTS, events)), words)

    assert {"sitting", "shoulders dropped", words("rating.notice.2")} <= set(told)
    assert words("rating.text", scale=words("rating.tension"), moment=words("rating.before"), n=6) in told
    assert words("report.clinician.no_remarks") in said(sample(), words)


def test_the_file_its_hash_the_versions_and_the_strap_are_told(words):
    strap = StrapInfo(1, 0.0, 1, "ble", "Polar H10", "5.0.0")
    told = said(replace(sample(), source=Source(FACTS, (strap, strap))), words)

    assert {FACTS.sha256, FACTS.file, FACTS.software, "Polar H10 5.0.0"} <= set(told)
    for name in ("window", "interpolation", "ddof", "intervals"):
        assert any(text.startswith(words(f"report.method.{name}")) for text in told)
    assert said(sample(), words)[-1] == words("report.clinician.foot", code="A-17", page=2, pages=2)


@pytest.mark.parametrize("name", ["trial_exhale", "resonance"])
def test_a_plan_is_told_in_its_sentences_alone(words, name):
    analysis = analyze(read_source(str(RECORDINGS / f"{name}.jsonl")))
    (verdict,) = (plan_verdict(result, words) for result in plan_results(analysis))
    told = said(analysis, words)

    assert verdict.sentence in told
    assert words("card.question") not in told
    assert not {value for _, value in verdict.facts} & set(told)


def test_however_much_there_is_it_fits_two_pages_and_says_what_it_leaves_out(words):
    notes = tuple(Mark(n, float(n), MarkKind.NOTE, f"{n} " + "een lange aantekening " * 30) for n in range(1, 41))
    gaps = tuple(Gap(10.0 * n, 10.0 * n + 4, "lost") for n in range(30))
    looks = tuple(Look(n, Answer.UNKNOWN, None, 80.0, 50.0, 110.0, 160.0) for n in (3, 6, 12))
    unclear = replace(response(Answer.UNKNOWN, Reason.POOR_SIGNAL), looks=looks, reasons=tuple(Reason)[:4])
    analysis = sample(replace(FACTS, file="a" * 120, subject="B" * 60))
    analysis = replace(
        analysis,
        source=Source(analysis.source.facts, notes),
        gaps=gaps,
        exhale_responses=(unclear,) * 5,
        steps=tuple(replace(step) for _ in range(4) for step in analysis.steps),
    )

    earlier = words("report.clinician.earlier", pattern="4-6", word=words("answer.unknown"), value="")
    note = dict.fromkeys(NOTE_FIELDS, "heel veel woorden " * 100)
    pages = pdf_pages(printed(analysis, Kind.CLINICIAN, words, Form.PDF, note))

    assert len(pages) == 2
    assert squeezed(words("report.clinician.more", n=38)) in pages[1]
    assert pages[0].count(squeezed(earlier)) == 4
    assert pages[1].endswith(squeezed(said(analysis, words)[-1]))


def test_the_note_of_the_physiotherapist_is_told_without_what_was_left_empty(words):
    note = {"posture": "lying", "medication": "", "strap_cleaned": True, "text": "rustig\nbegonnen", "author": "01K"}
    told = texts(clinician_report(sample(), words, note))

    assert told[told.index(words("report.note.posture")) + 1] == words("report.note.posture.lying")
    assert told[told.index(words("report.note.strap_cleaned")) + 1] == words("report.note.strap_cleaned.true")
    assert told[told.index(words("report.note.text")) + 1] == "rustig begonnen"
    assert not {words("report.note.medication"), words("report.note.adverse"), "01K"} & set(told)


def test_every_field_of_a_session_note_is_told():
    assert set(NOTE_FIELDS) == {field.name for field in fields(SessionNote)} - {"author", "at_utc"}
    for posture in Posture:
        assert f"report.note.posture.{posture}" in Words("nl")
