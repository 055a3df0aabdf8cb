"""From a file's inputs to what stands at its end."""

from dataclasses import replace
from pathlib import Path

from hand_made import FACTS, response

from biofeedback.core.beats import Beats
from biofeedback.core.events import End, Rating, StepKind
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Answer, Artifact, Beat, BeatLabel, Breathing, Gap, Reason, StepEnded, StepStarted
from biofeedback.report.analysis import analyze, settle
from biofeedback.report.source import Source, read_source

RECORDINGS = Path(__file__).parents[2] / "recordings"
SOURCE = Source(FACTS, ())
STARTED = StepStarted(1, StepKind.BASELINE, 0.0, 120.0, None, None, None, None, None, (), None, None)


def test_the_last_word_about_a_beat_a_gap_and_an_answer_counts():
    results = [
        Beat(4, 0, 1.0, 900.0, 66.7, 0),
        BeatLabel(4, 0, Artifact.ECTOPIC, False),
        Gap(2.0, None, "silence"),
        response(Answer.UNKNOWN, Reason.INCONCLUSIVE),
        Beat(4, 0, 1.1, 900.0, 66.7, 1),
        BeatLabel(4, 0, Artifact.NORMAL, True),
        Gap(2.0, 5.0, "silence"),
        response(Answer.YES),
    ]

    analysis = settle(SOURCE, results, 9.0, Beats())

    assert [beat.t_s for beat in analysis.beats] == [1.1]
    assert analysis.artifacts == (Artifact.NORMAL,)
    assert analysis.gaps == (Gap(2.0, 5.0, "silence"),)
    assert [one.answer for one in analysis.exhale_responses] == [Answer.YES]


def test_a_step_that_was_never_closed_ends_with_the_file():
    analysis = settle(SOURCE, [STARTED], 33.0, Beats())

    assert [(step.end_s, step.ended_by, step.measures) for step in analysis.steps] == [(33.0, None, None)]


def test_a_step_ends_where_the_pipeline_says():
    analysis = settle(SOURCE, [STARTED, StepEnded(1, 20.0, "skip")], 33.0, Beats())

    assert [(step.end_s, step.ended_by) for step in analysis.steps] == [(20.0, "skip")]


def test_nothing_at_all_is_an_empty_analysis():
    analysis = analyze(SOURCE)

    assert analysis.beats == ()
    assert analysis.steps == ()
    assert analysis.end_s == 0.0
    assert [one.answer for one in analysis.exhale_responses] == [Answer.UNKNOWN]


def test_a_recording_gives_the_results_of_its_own_pipeline(responder):
    source = read_source(str(responder))
    pipeline = Pipeline(source.prior)
    live = [result for event in source.events for result in pipeline.feed(event)]

    assert analyze(source) == settle(source, live, source.events[-1].t_s, pipeline.beats)


def test_the_wave_of_the_chest_that_nobody_watches_changes_nothing():
    source = read_source(str(RECORDINGS / "h10_plain.jsonl"))
    pipeline = Pipeline(source.prior)
    live = [result for event in source.events for result in pipeline.feed(event)]

    assert any(isinstance(result, Breathing) for result in live)
    assert analyze(source) == settle(source, live, source.events[-1].t_s, pipeline.beats)


def test_a_recording_without_its_end_is_measured_to_its_last_time(responder):
    source = read_source(str(responder))
    cut = replace(
        source, events=tuple(event for event in source.events if event.t_s < 200 and not isinstance(event, End))
    )

    analysis = analyze(cut)

    assert analysis.end_s == cut.events[-1].t_s
    assert [step.started.step for step in analysis.steps] == [StepKind.BASELINE, StepKind.BREATHE]
    assert analysis.steps[1].measures is not None
    assert analysis.quality is not None


def test_a_rating_after_the_end_changes_nothing(responder):
    source = read_source(str(responder))
    end = source.events[-1]
    rated = replace(source, events=(*source.events, Rating(end.seq + 1, end.t_s + 60, "tension", "after", 3)))

    assert analyze(rated).end_s == end.t_s
    assert analyze(rated).exhale_responses == analyze(source).exhale_responses
