"""Reports on paper: as many pages as they promise, the same words in every form, the same bytes for the same file."""

import io
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hand_made import FACTS, sample
from pypdf import PdfReader
from reading import html_text, pdf_pages, squeezed

from biofeedback.core.events import Mark, MarkKind
from biofeedback.lang import LANGUAGES, Words
from biofeedback.report.analysis import analyze
from biofeedback.report.printed import Form, Kind, printed, written
from biofeedback.report.sheet import texts
from biofeedback.report.source import Source, read_source

RECORDINGS = sorted(path for path in (Path(__file__).parents[2] / "recordings").glob("*.jsonl"))
PAGES = {Kind.PATIENT: 1, Kind.CLINICIAN: 2}
LARGEST_BYTES = 300_000
LONGEST_S = 2.0


@pytest.fixture(scope="module", params=RECORDINGS, ids=lambda path: path.stem)
def analysis(request):
    return analyze(read_source(str(request.param)))


@pytest.fixture(params=list(Kind))
def kind(request):
    return request.param


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_recording_fits_its_pages_and_says_in_pdf_and_html_what_it_has_to_say(analysis, kind, language):
    said = [squeezed(text) for text in texts(written(analysis, kind, Words(language)))]
    begun_s = time.process_time()
    pdf = printed(analysis, kind, Words(language), Form.PDF)
    took_s = time.process_time() - begun_s
    pages, html = pdf_pages(pdf), html_text(printed(analysis, kind, Words(language), Form.HTML))

    assert len(pages) == PAGES[kind]
    assert [text for text in said if text not in "".join(pages)] == []
    assert [text for text in said if text not in html] == []
    assert pages[-1].endswith(said[-1])
    assert len(pdf) < LARGEST_BYTES
    assert took_s < LONGEST_S


def test_the_same_file_gives_the_same_bytes(kind, words):
    for form in Form:
        assert printed(sample(), kind, words, form) == printed(sample(), kind, words, form)
    assert not re.search(rb"CreateDate|CreationDate|ModDate", printed(sample(), kind, words, Form.PDF))


def test_a_pdf_has_its_fonts_its_language_its_title_and_its_tags(kind, words):
    reader = PdfReader(io.BytesIO(printed(sample(), kind, words, Form.PDF)))
    root = reader.trailer["/Root"]

    assert root["/Lang"] == words.language
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == written(sample(), kind, words).title
    assert b"<pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "AtkinsonHyperlegibleNext" in font["/BaseFont"]
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_figures_have_their_words_in_the_pdf(words):
    reader = PdfReader(io.BytesIO(printed(sample(), Kind.PATIENT, words, Form.PDF)))
    alternatives = [one["/Alt"] for number in range(1, len(reader.xref[0]) + 1) if (one := _tag(reader, number))]

    assert len(alternatives) == 1
    assert "4" in alternatives[0]


def _tag(reader, number):
    """An object of the PDF that says in words what is to be seen; None for others."""
    found = reader.get_object(number)
    return found if isinstance(found, dict) and "/Alt" in found else None


def test_html_asks_nothing_of_the_network(kind, words):
    html = printed(sample(), kind, words, Form.HTML).decode()

    assert not re.search(r"https?://|url\((?!data:)|@import|<script|src=|href=", html)
    assert f'<html lang="{words.language}">' in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_text_from_outside_is_only_text(kind, words):
    evil = '<script>alert(1)</script> #panic() *x* " \\ $'
    facts = replace(FACTS, subject=evil, exercise=evil, file=evil)
    analysis = replace(sample(facts), source=Source(facts, (Mark(1, 3.0, MarkKind.NOTE, evil),)))

    assert b"<script" not in printed(analysis, kind, words, Form.HTML)
    assert squeezed(evil) in "".join(pdf_pages(printed(analysis, kind, words, Form.PDF)))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("\N{SLIGHTLY SMILING FACE}!", "[U+1F642 SLIGHTLY SMILING FACE]!"),
        ("\u4e2d \u017c \u03a9", "[U+4E2D] \u017c \u03a9"),
        ("\U0001f468\u200d\U0001f469 \ue000.", "[U+1F468 MAN][U+1F469 WOMAN] [U+E000]."),
        ("\N{SLIGHTLY SMILING FACE}" * 20, "[U+1F642]" * 12),  # as far as a remark goes
    ],
    ids=["emoji", "no letter of ours", "joined", "many"],
)
def test_a_sign_that_no_font_has_is_named_and_not_lost(typed, shown, words):
    note = Mark(1, 3.0, MarkKind.NOTE, typed)
    analysis = replace(sample(), source=Source(FACTS, (note,)))

    pdf = printed(analysis, Kind.CLINICIAN, words, Form.PDF)

    assert squeezed(shown) in pdf_pages(pdf)[1]


def test_a_report_is_dated_by_the_exercise_and_not_by_the_room_that_was_open_the_day_before(kind, words):
    waited = sample(replace(FACTS, started_utc="2026-11-22T22:00:00Z", begun_utc="2026-11-24T12:00:00Z"))
    day = words("report.patient.title_of", d="2026-11-24T12:00:00Z")
    when = words("report.when", at="2026-11-24T12:00:00Z")

    assert squeezed(when if kind is Kind.CLINICIAN else day) in pdf_pages(printed(waited, kind, words, Form.PDF))[0]


def test_a_file_without_anything_has_its_reports_too(kind, words):
    nothing = analyze(Source(replace(FACTS, started_utc=None, begun_utc=None, subject="", exercise=None), ()))
    pages = pdf_pages(printed(nothing, kind, words, Form.PDF))

    assert len(pages) == PAGES[kind]
    assert squeezed(words("report.no_subject" if kind is Kind.CLINICIAN else "report.code.none")) in pages[0]
