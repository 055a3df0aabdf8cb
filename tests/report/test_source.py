"""Files on their way into the pipeline."""

import hashlib
import os

import pytest

from biofeedback.core.events import End, RrIntervals, Step, StepKind
from biofeedback.core.pacing import Pattern
from biofeedback.errors import InputError
from biofeedback.report.source import read_source
from biofeedback.report.steps import parse_steps


@pytest.fixture
def rr_file(tmp_path):
    path = tmp_path / "rr.txt"
    path.write_text("1000\n" * 300)
    return str(path)


def test_a_plain_rr_file_is_one_step_of_rest(rr_file):
    source = read_source(rr_file)

    assert source.events[0] == Step(1, 0.0, StepKind.REST)
    assert source.events[1] == RrIntervals(2, 1.0, (1000.0,))
    assert source.events[-1] == End(302, 300.0, "file_ended")
    assert [event.seq for event in source.events] == list(range(1, 303))


def test_a_plain_rr_file_is_given_its_steps(rr_file):
    source = read_source(rr_file, spans=parse_steps(["0-120"], ["120-240:4-6"], []))

    steps = [event for event in source.events if isinstance(event, Step)]
    assert [(step.t_s, step.step, step.duration_s, step.pattern) for step in steps] == [
        (0.0, StepKind.BASELINE, 120.0, None),
        (120.0, StepKind.BREATHE, 120.0, Pattern(4, 6)),
    ]
    times = [event.t_s for event in source.events]
    assert times == sorted(times)
    assert [event.seq for event in source.events] == list(range(1, 304))


def test_the_facts_of_an_rr_file_say_what_is_known_and_nothing_more(rr_file):
    facts = read_source(rr_file).facts

    assert (facts.format, facts.unit) == ("rr", "ms")
    assert facts.sha256 == hashlib.sha256(b"1000\n" * 300).hexdigest()
    assert facts.simulated is None
    assert facts.session is None


def test_a_given_unit_is_taken(tmp_path):
    path = tmp_path / "rr.txt"
    path.write_text("0.9\n1.1\n" * 20)

    source = read_source(str(path), unit="s")

    assert source.events[1].rr_ms == (900.0,)
    assert source.facts.unit == "s"


def test_a_step_behind_the_end_of_the_file_is_refused(rr_file):
    with pytest.raises(InputError, match=r"--recovery begins at 400 s, but the last beat is at 300.0 s"):
        read_source(rr_file, spans=parse_steps([], [], ["400-500"]))


def test_a_recording_has_its_header_in_the_facts(responder):
    facts = read_source(str(responder)).facts

    assert (facts.format, facts.version, facts.simulated) == ("biofeedback-recording", 1, True)
    assert facts.exercise == "measured_4_6"
    assert facts.unit is None
    assert (facts.begun_utc, facts.at_utc) == ("2026-01-01T00:00:02.547Z", facts.begun_utc)


def test_a_recording_is_dated_by_its_first_step_and_named_by_the_exercise_that_was_started(responder, tmp_path):
    header, *_ = responder.read_text().splitlines()
    start = '{"type":"mark","seq":1,"t_s":86399.0,"kind":"command","text":"start walk"}'
    step = '{"type":"step","seq":2,"t_s":86400.0,"step":"move","duration_s":60.0}'
    end = '{"type":"end","seq":3,"t_s":86410.0,"reason":"stopped"}'
    path = tmp_path / "waited.jsonl"
    path.write_text("\n".join([header, start, step, end]) + "\n")

    facts = read_source(str(path)).facts

    assert (facts.exercise, facts.started_utc[:10], facts.at_utc[:10]) == ("walk", "2026-01-01", "2026-01-02")


def test_a_recording_is_not_given_steps_or_a_unit(responder):
    for options in ({"unit": "ms"}, {"spans": parse_steps(["0-120"], [], [])}):
        with pytest.raises(InputError, match="a recording has its own unit and steps"):
            read_source(str(responder), **options)


def test_a_damaged_recording_is_repaired_when_asked(responder, tmp_path):
    lines = responder.read_bytes().splitlines(keepends=True)
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_bytes(b"".join([*lines[:50], b"{broken\n", *lines[51:]]))

    with pytest.raises(InputError, match="line 51"):
        read_source(str(damaged))
    source = read_source(str(damaged), repair=True)

    assert any("line 51" in warning for warning in source.facts.warnings)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_refused_before_anything_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(InputError, match="a pipe can be read once"):
        read_source(str(tmp_path / "pipe"))
