"""The tables in the terminal."""

import io
from dataclasses import replace
from pathlib import Path

from hand_made import FACTS, sample

from biofeedback.lang import Words
from biofeedback.report.analysis import analyze
from biofeedback.report.source import Source, read_source
from biofeedback.report.terminal import print_analysis


def shown(analysis, words):
    out = io.StringIO()
    print_analysis(analysis, words, out)
    return out.getvalue()


def test_quality_comes_first_then_steps_then_answers_then_breaths():
    text = shown(sample(), Words("en"))

    places = [text.index(part) for part in ("Grade: Good", "RMSSD (ms)", "Yes", "Cannot tell", "of 12 breaths")]
    assert places == sorted(places)
    assert "Fall of heart rate within the exhale: 6.2 bpm (95 % interval 4.3 to 8.1)" in text
    assert "\x1b" not in text


def test_patterns_that_are_compared_have_a_line_each():
    recording = Path(__file__).parents[2] / "recordings" / "trial_exhale.jsonl"

    text = shown(analyze(read_source(str(recording))), Words("en"))

    assert "Breaths 6-4: 19 of 20 breaths usable" in text
    assert "Breaths 4-6: 20 of 20 breaths usable" in text
    assert "of 60 breaths" not in text


def test_a_simulated_session_is_labelled(words):
    assert words("report.simulated") in shown(sample(), words)


def test_unit_and_warnings_are_printed(words):
    facts = replace(FACTS, unit="ms", simulated=None, warnings=("line 7 is left out",))

    text = shown(sample(facts), words)

    assert words("report.unit_note", unit="ms") in text
    assert "line 7 is left out" in text


def test_a_file_without_anything_is_said_to_be_unusable(words):
    text = shown(replace(analyze(Source(FACTS, ())), quality=None, calmer=None), words)

    assert words("grade.bad") in text
    assert words("report.breaths.none") in text


def test_nothing_from_a_file_can_steer_the_terminal():
    text = shown(sample(replace(FACTS, file="a[bold]b\x1b[2Jc")), Words("en"))

    assert "\x1b" not in text
    assert "[bold]" in text
