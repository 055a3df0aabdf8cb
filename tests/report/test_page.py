"""The HTML report: whole, self-contained, readable without seeing the figures."""

import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hand_made import FACTS, response, sample

from biofeedback.core.events import Mark, MarkKind, Rating, StepKind
from biofeedback.core.results import Answer, Artifact, Reason
from biofeedback.lang import Words
from biofeedback.report.analysis import analyze
from biofeedback.report.page import page
from biofeedback.report.source import Source

VOID = {"meta", "path", "rect", "line"}


class Outline(HTMLParser):
    """Collects what the tests look at, and checks that every element is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.ids, self.images, self.addresses = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.addresses += [given[name] for name in ("src", "href", "action", "srcset") if name in given]
        self.ids += [given["id"]] if "id" in given else []
        self.images += [given] if given.get("role") == "img" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_report_is_whole_and_asks_nothing_of_the_network(words):
    html = page(sample(), words)
    outline = Outline(html)

    assert outline.addresses == []
    assert not re.search(r"https?://|url\(|@import|<script", html)
    assert len(outline.ids) == len(set(outline.ids))
    assert f'<html lang="{words("language.code")}">' in html
    assert "nan" not in re.sub(r"[a-z]+nan|nan[a-z]+", "", html.lower())


def test_every_figure_has_a_text_alternative(words):
    outline = Outline(page(sample(), words))

    assert len(outline.images) == 5
    for image in outline.images:
        assert set(image["aria-labelledby"].split()) <= set(outline.ids)


def test_a_simulated_session_is_labelled_and_a_real_one_is_not(words):
    label = words("report.simulated")

    assert label in page(sample(), words)
    assert label not in page(sample(replace(FACTS, simulated=False)), words)


def test_the_report_says_both_answers_and_where_the_numbers_come_from():
    html = page(sample(), Words("en"))

    assert "about 6 beats per minute slower" in html
    assert "6.2 bpm (95 % interval 4.3 to 8.1)" in html
    assert "−1.1 bpm" in html
    assert FACTS.sha256 in html
    assert "Percentile" not in html
    assert "seed 46" in html


def test_text_from_outside_cannot_become_markup(words):
    evil = "<script>alert(1)</script>"
    facts = replace(FACTS, subject=evil, warnings=(evil,), file=evil, exercise=evil, session=evil, software=evil)
    events = (Mark(1, 3.0, MarkKind.NOTE, evil), Rating(2, 4.0, evil, evil, 3))
    analysis = replace(sample(facts), source=Source(facts, events))

    html = page(analysis, words)

    assert "<script" not in html
    Outline(html)


def test_ratings_and_notes_are_told(words):
    events = (
        Mark(1, 3.0, MarkKind.NOTE, "shoulders dropped"),
        Mark(2, 3.5, MarkKind.COMMAND, "start"),
        Rating(3, 4.0, "tension", "before", 6),
    )
    html = page(replace(sample(), source=Source(FACTS, events)), words)

    assert "shoulders dropped" in html
    assert words("rating.text", scale=words("rating.tension"), moment=words("rating.before"), n=6) in html


def test_a_file_without_anything_still_has_a_report(words):
    html = page(analyze(Source(replace(FACTS, started_utc=None, begun_utc=None, subject="", exercise=None), ())), words)

    Outline(html)
    assert words("report.tachogram.empty") in html
    assert words("report.no_exercise") in html


def test_breaths_that_cannot_be_measured_are_said_and_not_drawn_as_0(words):
    analysis = sample()
    lost = tuple(replace(one, exhale_rise_ms=None, exhale_fall_bpm=None, usable=False) for one in analysis.breaths)

    html = page(replace(analysis, breaths=lost), words)

    assert words("report.bars.none", breaths=12) in html
    assert words("report.missing.overlay.no_beats") in html
    assert 'class="bar' not in html


def test_a_gap_that_never_closed_is_drawn_to_the_end(words):
    analysis = sample()

    html = page(replace(analysis, gaps=(replace(analysis.gaps[0], end_s=None),)), words)

    assert 'class="gap"' in html


def test_every_class_of_beat_has_its_shape_and_its_name(words):
    analysis = sample()
    classes = [one for one in Artifact if one is not Artifact.NORMAL]
    artifacts = (*classes, *analysis.artifacts[len(classes) :])

    html = page(replace(analysis, artifacts=artifacts), words)

    for artifact in classes:
        assert words(f"artifact.{artifact}") in html


def test_only_odd_beats_still_have_a_tachogram(words):
    analysis = sample()

    html = page(replace(analysis, artifacts=(Artifact.ECTOPIC,) * len(analysis.beats)), words)

    assert words("report.poincare.none") in html
    assert words("report.missing.spectrum.artifact") in html


def test_long_and_short_breaths_fit_the_bars(words):
    analysis = sample()
    many = tuple(
        replace(analysis.breaths[0], index=k, exhale_rise_ms=40 * math.sin(k), inhale_start_s=120.0 + 2 * k)
        for k in range(40)
    )

    assert 'class="bar down"' in page(replace(analysis, breaths=many), words)


def test_a_step_with_a_fast_pacer_has_no_pacing_line_outside_the_spectrum(words):
    analysis = sample()
    fast = replace(analysis.steps[1].started, inhale_s=1.0, exhale_s=1.0, pattern="1-1")
    steps = (analysis.steps[0], replace(analysis.steps[1], started=fast), analysis.steps[2])

    assert 'class="pacer"' not in page(replace(analysis, steps=steps), words)


@pytest.mark.parametrize("kind", [StepKind.WALK, StepKind.REST])
def test_a_file_without_breathing_has_no_breath_figures(kind, words):
    analysis = sample(replace(FACTS, exercise=kind.value))
    only = replace(analysis.steps[0], started=replace(analysis.steps[0].started, step=kind))
    unasked = replace(response(Answer.UNKNOWN, Reason.NO_BREATHING_STEP), step_seq=None, pattern=None)

    html = page(replace(analysis, steps=(only,), breaths=(), exhale_responses=(unasked,)), words)

    assert 'class="bar' not in html
    assert words("closing.exhale.not_asked") in html


def test_an_answer_is_never_given_by_colour_alone():
    assert re.search(r'<article class="answer yes">.*?<p class="word">Yes</p>', page(sample(), Words("en")))
