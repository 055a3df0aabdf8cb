"""Edited beats: inputs of a session, of which the last word on each beat stands."""

import numpy as np
import pytest
from hearts import listed, measured_steps, of, peaks_of, strapped
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core.choices import EditKind
from biofeedback.core.correction import corrected_nn_ms, unbridged
from biofeedback.core.edits import Edit, Edits, Undo, standing, undoable
from biofeedback.core.events import Step
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import (
    Artifact,
    Beat,
    BeatLabel,
    BreathMeasures,
    ExhaleResponse,
    Grade,
    Quality,
    StepMeasures,
)
from biofeedback.straps.presets import Traits

ACCEPT, INTERPOLATE, EXCLUDE = EditKind.ACCEPT, EditKind.INTERPOLATE, EditKind.EXCLUDE
BEATS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 1)), min_size=1, max_size=4).map(tuple)
WORKS = settings(max_examples=12)


def log_of(kinds_and_beats):
    return [Edit(f"E{place}", "", None, kind, beats) for place, (kind, beats) in enumerate(kinds_and_beats)]


def told(edits=None):
    pipeline, results = Pipeline(edits=edits), []
    for event in SESSION:
        results += pipeline.feed(event)
    return results, pipeline


def session():
    """A minute of baseline, of breathing along and of recovery: of somebody who answers, with one early beat."""
    steps = measured_steps(60.0, 60.0, 60.0)
    rr_ms = np.diff(np.asarray(peaks_of(Traits(rsa_bpm=(14.0, 20.0)), 5, steps, 190.0))) * 1000.0
    rr_ms[30:32] += (-250.0, 250.0)
    return strapped([*steps, *listed(rr_ms)], 188.0)


@given(st.lists(st.tuples(st.sampled_from(EditKind), BEATS), max_size=6))
def test_the_last_word_on_each_beat_stands(kinds_and_beats) -> None:
    expected = {beat: kind for kind, beats in kinds_and_beats for beat in beats}
    assert standing(log_of(kinds_and_beats)).of_beat == expected


@given(st.lists(st.tuples(st.sampled_from(EditKind), BEATS), max_size=6))
def test_undoing_everything_leaves_nothing(kinds_and_beats) -> None:
    log = list(log_of(kinds_and_beats))
    while (newest := undoable(log)) is not None:
        before = standing([line for line in log if line is not newest])
        log.append(Undo(f"U{len(log)}", "", None, newest.id))
        assert standing(log) == before
    assert standing(log) == Edits()
    assert len(log) == 2 * len(kinds_and_beats)


@given(st.lists(st.tuples(st.sampled_from(EditKind), BEATS), max_size=6), st.randoms())
def test_the_order_of_edits_of_different_beats_does_not_matter(kinds_and_beats, random) -> None:
    apart, seen = [], set()
    for kind, beats in kinds_and_beats:
        if not seen & set(beats):
            apart.append((kind, beats))
            seen |= set(beats)
    log = log_of(apart)
    random.shuffle(log)
    assert standing(log) == standing(log_of(apart))


@pytest.mark.parametrize("found", list(Artifact))
def test_what_an_edit_makes_of_a_class(found) -> None:
    edits = Edits({(1, 0): ACCEPT, (2, 0): INTERPOLATE, (3, 0): EXCLUDE})
    put_right = Artifact.INTERPOLATED if found is Artifact.NORMAL else found
    labels = [edits.label((seq, 0), found) for seq in (1, 2, 3, 4)]
    assert labels == [Artifact.NORMAL, put_right, Artifact.EXCLUDED, found]


@pytest.mark.parametrize(
    ("excluded", "stretches"),
    [((), [(0, 5)]), ((2,), [(0, 2), (3, 5)]), ((0, 4), [(1, 4)]), ((1, 2), [(0, 1), (3, 5)]), (range(5), [])],
)
def test_stretches_lie_between_excluded_beats(excluded, stretches) -> None:
    labels = [Artifact.EXCLUDED if place in excluded else Artifact.NORMAL for place in range(5)]
    assert [(part.start, part.stop) for part in unbridged(labels)] == stretches


SESSION = session()
PLAIN, OVER = told()
IDS = [(beat.seq, beat.index) for beat in of(PLAIN, Beat)]


def steps_of(results):
    return list(of(results, StepMeasures))


def test_without_edits_nothing_changes() -> None:
    assert told(Edits())[0] == PLAIN
    assert told(standing([*log_of([(EXCLUDE, (IDS[9],))]), Undo("U", "", None, "E0")]))[0] == PLAIN


def test_no_difference_bridges_an_excluded_beat() -> None:
    results, pipeline = told(Edits({IDS[15]: EXCLUDE}))
    (run,) = pipeline.beats.runs(0.0, 60.0)
    place = pipeline.beats.segments[0].beat_ids.index(IDS[15]) - run.first
    assert run.labels[place] is Artifact.EXCLUDED
    before, after = run.rr_ms[:place], run.rr_ms[place + 1 :]
    plain, edited = steps_of(PLAIN)[0], steps_of(results)[0]
    assert edited.beats == plain.beats
    labels_after = list(run.labels[place + 1 :])
    parts = [before, corrected_nn_ms(after, labels_after)]
    differences = np.concatenate([np.diff(part) for part in parts])
    assert edited.rmssd_ms == pytest.approx(np.sqrt(np.mean(differences**2)))
    assert edited.heart_rate_bpm == pytest.approx(60000.0 / np.concatenate(parts).mean())
    assert pipeline.beats.found[IDS[15]] is Artifact.NORMAL


def test_a_breath_with_an_edited_beat_is_not_measured_and_an_accepted_one_is() -> None:
    breath = of(PLAIN, BreathMeasures)[-1]
    inside = next(
        (beat.seq, beat.index) for beat in of(PLAIN, Beat) if breath.exhale_start_s < beat.t_s - 0.4 < breath.end_s
    )
    for kind, reason in ((EXCLUDE, "artifact"), (INTERPOLATE, "artifact"), (ACCEPT, None)):
        found = of(told(Edits({inside: kind}))[0], BreathMeasures)[-1]
        assert (found.index, found.reason, found.usable) == (breath.index, reason, reason is None)


def test_an_interpolated_beat_takes_the_length_of_its_neighbours_in_measures_alone() -> None:
    results, pipeline = told(Edits({IDS[15]: INTERPOLATE}))
    assert of(results, Beat) == of(PLAIN, Beat)
    plain, edited = steps_of(PLAIN)[0], steps_of(results)[0]
    assert edited.rmssd_ms != plain.rmssd_ms
    assert edited.heart_rate_bpm == pytest.approx(plain.heart_rate_bpm, abs=0.2)
    assert Artifact.INTERPOLATED in pipeline.beats.segments[0].labels


def test_what_was_found_is_accepted_and_excluded_beats_tell_on_the_quality() -> None:
    odd = {(label.seq, label.index) for label in of(PLAIN, BeatLabel) if label.final or label.artifact}
    assert odd
    quality = of(told(Edits(dict.fromkeys(odd, ACCEPT)))[0], Quality)[-1]
    assert (quality.corrected_fraction, quality.grade) == (0.0, Grade.GOOD)
    many = Edits(dict.fromkeys(IDS[40:80], EXCLUDE))
    results, _ = told(many)
    assert of(results, Quality)[-1].grade is Grade.BAD
    assert of(results, Quality)[-1].reasons == ("poor_signal",)
    assert of(results, ExhaleResponse)[-1].answer == "unknown"


def test_a_step_that_is_excluded_whole_has_no_heart_rate() -> None:
    results, _ = told(Edits(dict.fromkeys(IDS, EXCLUDE)))
    assert {step.heart_rate_bpm for step in steps_of(results)} == {None}
    assert [step.beats for step in steps_of(results)] == [step.beats for step in steps_of(PLAIN)]


@WORKS
@given(st.lists(st.tuples(st.sampled_from(EditKind), st.sampled_from(IDS)), max_size=8), st.booleans())
def test_results_with_edits_are_those_of_any_ticks_and_any_order(edits, is_reversed) -> None:
    of_beat = {beat: kind for kind, beat in edits}
    ordered = dict(reversed(of_beat.items())) if is_reversed else of_beat
    results, _ = told(Edits(of_beat))
    ticked, again = Pipeline(edits=Edits(ordered)), []
    for event in SESSION:
        again += ticked.advance(event.t_s / 2)
        again += ticked.advance(event.t_s)
        again += ticked.feed(event)
    assert again == results


@given(st.sets(st.tuples(st.integers(1, 400), st.integers(0, 2)), max_size=4))
@settings(max_examples=20)
def test_beats_that_are_not_there_are_named(beats) -> None:
    pipeline = Pipeline(edits=Edits(dict.fromkeys(beats, ACCEPT)))
    for event in SESSION[:120]:
        pipeline.feed(event)
    there = {beat for segment in pipeline.beats.segments for beat in segment.beat_ids}
    assert pipeline.beats.unknown_edits() == sorted(beats - there)


def test_a_whole_step_is_measured_as_a_stretch_when_all_is_over() -> None:
    measures = steps_of(PLAIN)[1]
    step = next(event for event in SESSION if isinstance(event, Step) and event.seq == measures.step_seq)
    assert OVER.measure(step, measures.start_s, measures.end_s) == measures
    part = OVER.measure(step, measures.start_s + 10.0, measures.end_s)
    assert (part.start_s, part.step) == (measures.start_s + 10.0, measures.step)
    assert part.beats < measures.beats
