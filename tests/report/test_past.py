"""What is told of a session that is over, and what several of one person say together."""

from dataclasses import replace
from pathlib import Path

import pytest
from hand_made import response, sample

from biofeedback.core.events import End, Mark, MarkKind, Rating, Step, StepKind
from biofeedback.core.results import Following, StepEnded
from biofeedback.header import Header
from biofeedback.recording import Recording
from biofeedback.report.past import bands_of, past_session, pools_of_person

HEADER = Header("01K0000000000000000000000A", "2026-11-22T09:00:00Z", "A-17", exercise="measured_4_6")
DONE = sample()


def past(*events, session="S1", results=None, **changed):
    """A session with the results that were made by hand."""
    made = [DONE.quality, DONE.calmer, *DONE.exhale_responses]
    for step in DONE.steps:
        ended = StepEnded(step.started.step_seq, step.end_s, "planned")
        made += [step.started, ended, step.measures]
    recording = Recording(replace(HEADER, session=session), events, Path("x"))
    return replace(past_session(recording, made if results is None else results), **changed)


def test_a_session_is_told_by_what_stood_at_its_end() -> None:
    ratings = [Rating(seq, 1.0, "tension", moment, value) for seq, moment, value in ((1, "before", 7), (2, "after", 4))]
    corrected = Rating(3, 400.0, "tension", "after", 3)
    one = past(*ratings, corrected, Rating(4, 150.0, "notice", "during", 0))
    assert (one.tension_before, one.tension_after, one.noticed) == (7, 3, 0)
    assert (one.duration_s, one.quality, one.calmer) == (360.0, DONE.quality, DONE.calmer)
    assert (one.exhale, one.baseline, one.is_quiet) == (response(), DONE.steps[0].measures, False)


def test_a_session_is_dated_by_its_exercise_and_not_by_the_room_that_was_open_for_hours() -> None:
    assert past(Step(1, 7200.0, StepKind.BASELINE), Step(2, 7320.0, StepKind.BREATHE)).begun_utc.startswith(
        "2026-11-22T11:00:00"
    )
    assert past().begun_utc == HEADER.started_utc


def test_a_session_in_which_nothing_was_done_has_no_duration() -> None:
    one = past(End(1, 3.0, "stopped"), results=[DONE.quality])
    assert (one.duration_s, one.exhale, one.calmer, one.baseline, one.tension_before) == (None,) * 5


@pytest.mark.parametrize(
    ("texts", "exercise"),
    [
        ([], "measured_4_6"),
        (["start"], "measured_4_6"),
        (["start walk"], "walk"),
        (["start walk", "new resonance"], "walk"),
        (["start of_a_later_program"], "measured_4_6"),
    ],
)
def test_the_exercise_is_the_one_that_was_started(texts, exercise) -> None:
    marks = [Mark(seq, 1.0, MarkKind.COMMAND, text) for seq, text in enumerate(texts, 1)]
    note = Mark(9, 2.0, MarkKind.NOTE, "start resonance")
    assert past(*marks, note).exercise == exercise


def test_bands_leave_out_what_could_not_be_read() -> None:
    poor = replace(DONE.steps[0].measures, rmssd_ms=None, heart_rate_bpm=120.0, respiration_hz=None)
    fast = replace(DONE.steps[0].measures, heart_rate_bpm=70.4, respiration_hz=None)
    rate, rmssd, breathing, _ = (own.band for own in bands_of([past(), past(baseline=fast), past(baseline=poor)]))
    assert (rate.sessions, rate.mean, rate.low, rate.high) == (2, pytest.approx(67.4), 64.4, 70.4)
    assert (rmssd.sessions, breathing.sessions) == (2, 1)


def test_the_band_of_the_exhale_is_that_of_the_exercise_done_most() -> None:
    walk = past(exercise="walk", exhale=replace(response(), effect_bpm=1.0))
    otherwise = past(exhale=replace(response(), effect_bpm=0.5, following=Following.NO))
    unknown = past(exhale=replace(response(), effect_bpm=None))
    strong = past(exhale=replace(response(), effect_bpm=8.2))
    own = bands_of([walk, past(), strong, otherwise, unknown, past(exhale=None)])[-1]
    assert (own.exercise, own.band.sessions, own.band.mean) == ("measured_4_6", 2, pytest.approx(7.2))
    nothing = bands_of([past(exhale=None)])[-1]
    assert (nothing.exercise, nothing.band.sessions) == (None, 0)


def test_sessions_are_pooled_by_exercise_and_quiet_ones_teach_what_sitting_does() -> None:
    quiet = [replace(step.started, step=StepKind.REST) for step in DONE.steps]
    made = [DONE.calmer, *quiet, StepEnded(3, 360.0, "planned")]
    sessions = [past(session=name) for name in "AB"]
    sessions += [past(session="C", exercise="walk"), past(session="Q", results=made, exercise="rest")]
    (pool,) = pools_of_person(sessions)
    assert (pool.facts.exercise, pool.calmer.sessions, pool.calmer.sitting_sessions) == (
        "measured_4_6",
        ("A", "B"),
        ("Q",),
    )
    assert pools_of_person([past(calmer=None), past(session="B", calmer=None)]) == []  # of an exercise without recovery
