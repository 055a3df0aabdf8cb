"""``analyze --json`` keeps its contract on every kind of input."""

import json
import math
from dataclasses import replace

import pytest
from hand_made import FACTS, sample

from biofeedback.core.exercises import EXERCISES, PRACTICE
from biofeedback.lang import Words
from biofeedback.report.analysis import analyze
from biofeedback.report.document import document, encode_document, failure
from biofeedback.report.page import page
from biofeedback.report.source import Source, read_source
from biofeedback.report.steps import parse_steps
from biofeedback.straps.presets import PRESETS
from biofeedback.unattended import simulate

PLAIN = EXERCISES["plain_4_6"]


def printed(analysis):
    """What a reader of the JSON gets."""
    return json.loads(encode_document(document(analysis)))


@pytest.mark.whole
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_keeps_the_contract(preset, tmp_path, validator):
    path = tmp_path / f"{preset}.jsonl"
    simulate(preset, 1, EXERCISES["measured_4_6"], path)

    value = printed(analyze(read_source(str(path))))

    validator.validate(value)
    assert value["recording"]["simulated"] is True
    assert [step["step"] for step in value["steps"]] == ["baseline", "breathe", "recovery"]


@pytest.mark.parametrize("exercise", ["plain_4_6", "micro_pause", "gentle_movements", "varied_4_6"])
def test_every_exercise_keeps_the_contract(exercise, tmp_path, validator):
    path = tmp_path / "session.jsonl"
    simulate("responder", 1, EXERCISES[exercise], path)

    validator.validate(printed(analyze(read_source(str(path)))))


def test_a_practice_is_told_without_measures_and_is_in_no_table_or_figure(tmp_path, validator):
    path = tmp_path / "session.jsonl"
    simulate("responder", 1, replace(PLAIN, steps=(PRACTICE, *PLAIN.steps)), path)

    analysis = analyze(read_source(str(path)))
    value = printed(analysis)

    validator.validate(value)
    assert [(step["step"], step["heart_rate_bpm"] is None) for step in value["steps"]] == [
        ("practice", True),
        ("breathe", False),
    ]
    assert value["exhale_responses"][0]["step_index"] == 1
    assert len(value["breaths"]) == 12
    assert [step.started.step for step in analysis.measured_steps] == ["breathe"]
    assert (
        page(analysis, Words("en")).count(Words("en")("step.practice")) == 1
    )  # named over the whole line, and no more


def test_a_plain_rr_file_keeps_the_contract(tmp_path, validator):
    path = tmp_path / "rr.txt"
    path.write_text("".join(f"{950 + 40 * math.sin(k / 3):.1f}\n" for k in range(400)))

    plain = printed(analyze(read_source(str(path))))
    spans = parse_steps(["0-120"], ["120-240:4-6"], ["240-360"])
    with_steps = printed(analyze(read_source(str(path), spans=spans)))

    validator.validate(plain)
    validator.validate(with_steps)
    assert plain["exhale_responses"][0]["step_index"] is None
    assert plain["exhale_responses"][0]["reason"] == "no_breathing_step"
    assert with_steps["exhale_responses"][0]["step_index"] == 1
    assert len(with_steps["breaths"]) == 12


def test_an_empty_session_keeps_the_contract_and_has_no_zero_for_what_is_missing(validator):
    value = printed(analyze(Source(FACTS, ())))

    validator.validate(value)
    assert value["quality"]["grade"] == "bad"
    assert value["quality"]["corrected_fraction"] is None


def test_what_was_never_judged_is_bad_and_says_why(validator):
    value = printed(replace(sample(), quality=None, calmer=None))

    validator.validate(value)
    assert value["quality"]["grade"] == "bad"
    assert value["quality"]["reasons"] == ["no_beat_intervals"]
    assert value["calmer_than_before"] is None


def test_a_step_that_could_not_be_measured_has_null_measures(validator):
    analysis = sample()
    value = printed(replace(analysis, steps=tuple(replace(step, measures=None) for step in analysis.steps)))

    validator.validate(value)
    assert value["steps"][0]["rmssd_ms"] is None
    assert value["steps"][0]["beats"] is None


def test_no_number_that_is_none_is_printed():
    assert encode_document({"a": math.nan, "b": math.inf}) == '{"a":null,"b":null}'


def test_a_failure_keeps_the_contract(validator):
    value = failure("x.csv", "x.csv: the file is empty")

    validator.validate(value)
    assert value["recording"] == {"file": "x.csv"}


def test_the_contract_is_strict(validator):
    value = printed(sample())
    validator.validate(value)
    value["quality"]["score"] = 7

    assert not validator.is_valid(value)
