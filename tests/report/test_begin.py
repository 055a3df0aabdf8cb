"""A report counts from the first step: how long the room was open before it is nobody's business."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hand_made import FACTS, sample

from biofeedback.core.events import Mark, MarkKind, Rating
from biofeedback.core.results import Artifact, Gap
from biofeedback.lang import Words
from biofeedback.report.analysis import analyze
from biofeedback.report.columns import breath_table, quality_rows, step_table
from biofeedback.report.printed import Kind, written
from biofeedback.report.remarks import remarks
from biofeedback.report.sheet import texts
from biofeedback.report.source import Source, read_source
from biofeedback.report.tachogram import LEAD_S, tachogram

EN = Words("en")
RECORDING = Path(__file__).parents[2] / "recordings" / "drop_outs.jsonl"
WAITED_S = 4800.0


@pytest.fixture(scope="module")
def prompt():
    return analyze(read_source(str(RECORDING)))


@pytest.fixture(scope="module")
def waited(tmp_path_factory):
    """The same session, in a room that was open for 80 minutes before."""
    header, *lines = [json.loads(line) for line in RECORDING.read_text().splitlines()]
    moved = [line | {"t_s": round(line["t_s"] + WAITED_S, 6)} for line in lines]
    path = tmp_path_factory.mktemp("waited") / RECORDING.name
    path.write_text("".join(json.dumps(line) + "\n" for line in [header, *moved]))
    return analyze(read_source(str(path)))


@pytest.mark.parametrize("kind", Kind)
def test_a_report_of_a_room_that_was_open_for_long_says_what_one_at_once_says(prompt, waited, kind, words):
    said = set(texts(written(waited, kind, words)))
    of_file = {waited.source.facts.sha256, words("report.when", at=waited.source.facts.at_utc)}

    others = said - set(texts(written(prompt, kind, words)))
    assert [text for text in others if not any(one in text for one in of_file)] == []


def test_tables_and_the_tachogram_count_from_the_first_step(prompt, waited):
    assert step_table(waited, EN)[1][0] == step_table(prompt, EN)[1][0]
    starts = [[row[1] for row in breath_table(list(one.breaths), EN, one.begin_s)[1]] for one in (prompt, waited)]
    assert starts[0] == starts[1]
    assert tachogram(waited, EN).count("<text") == tachogram(prompt, EN).count("<text")


def test_what_came_before_it_is_neither_counted_nor_drawn():
    analysis = sample()
    steps = tuple(replace(step, started=replace(step.started, t_s=step.started.t_s + 60.0)) for step in analysis.steps)
    begun = replace(analysis, steps=steps, gaps=(Gap(10.0, 20.0, "lost"), *analysis.gaps))
    beats = [beat for beat in begun.beats if beat.t_s >= 60.0]

    rows = dict(quality_rows(begun, EN)[0])

    assert (rows["Beats"], rows["Gaps"], rows["Length"]) == (str(len(beats)), "1", "5.0 min")
    drawn = replace(begun, beats=beats[:1], artifacts=(Artifact.NORMAL,))
    early = replace(beats[0], t_s=60.0 - LEAD_S - 1.0, seq=9999, rr_ms=beats[0].rr_ms * 1.5)
    both = replace(begun, beats=(early, beats[0]), artifacts=(Artifact.NORMAL,) * 2)
    assert tachogram(both, EN) == tachogram(drawn, EN)


def test_the_seconds_of_a_plain_list_are_its_own():
    analysis = sample(replace(FACTS, format="rr"))
    steps = tuple(replace(step, started=replace(step.started, t_s=step.started.t_s + 60.0)) for step in analysis.steps)

    assert replace(analysis, steps=steps).begin_s == 0.0
    assert replace(analysis, steps=()).begin_s == 0.0


def test_what_was_said_before_the_exercise_is_said_to_have_been_before(words):
    steps = tuple(replace(one, started=replace(one.started, t_s=4800.0)) for one in sample().steps[:1])
    events = (
        Rating(1, 4700.0, "tension", "before", 6),
        Mark(2, 4750.0, MarkKind.NOTE, "sat down", author="physio"),
        Mark(3, 4830.0, MarkKind.NOTE, "coughed", author="physio"),
        Mark(4, 4840.0, MarkKind.NOTE, "sneezed"),
    )
    said = remarks(replace(sample(), source=Source(FACTS, events), steps=steps), words)

    author = words("author.physio")
    assert [when for when, _ in said] == [
        words("report.before"),
        words("report.before_by", author=author),
        words("report.at_by", x=30.0, author=author),
        words("report.at", x=40.0),
    ]
