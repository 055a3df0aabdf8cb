from typing import get_args

import pytest

from biofeedback import messages
from biofeedback.core.choices import Direction, FollowingSource, Outcome, RespirationSource
from biofeedback.core.events import End, Mark, MarkKind, Rating, Step, StepKind
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import ResonanceResult, TrialOutcome, TrialResult
from biofeedback.core.pacing import Pattern
from biofeedback.core.results import (
    Answer,
    Artifact,
    Beat,
    BeatLabel,
    BeatSources,
    Breathing,
    BreathMeasures,
    CalmerThanBefore,
    Card,
    CardState,
    ExhaleResponse,
    Following,
    Gap,
    Grade,
    LatencySource,
    NoiseSource,
    Quality,
    Reason,
    Result,
    RsaTrend,
    StepEnded,
    StepMeasures,
    StepStarted,
)
from biofeedback.course import Course
from biofeedback.translation import Standing, Status, quality, translate, translate_input

CARD = Card(31.0, CardState.MEASURING, True, 2, None, None, None, None)
YES = ExhaleResponse(
    7, "4-6", Answer.YES, None, (), 61.0, 40.0, 80.0, 4.1, 2.5, 5.6, 12.0, Following.YES, FollowingSource.RR,
    NoiseSource.SESSION, LatencySource.PROFILED, None, (), 0.001, 6, 60.0, 61.5, False, False,
)  # fmt: skip
STARTED = StepStarted(7, StepKind.BREATHE, 120.0, 120.0, "4-6", 4.0, 0.0, 6.0, 0.0, (), None, None)
TRIAL = TrialResult(
    "trial_blocks", 7, ("4-6", "quiet"), "4-6", "quiet", (),
    (TrialOutcome(Outcome.HEART_RATE, True, 4, 0.95, -3.25, -5.0, -1.5, 0.01, Direction.LOWER),), (),
)  # fmt: skip
SEARCH = ResonanceResult("resonance", 7, ("4-6",), Answer.YES, (), 5.5, 5.1, 5.9, 0.01, ())
UNTOLD = (RespirationSource.NONE,) * 2
STATUS = Status(61.0, 1.0, "running", 7, "beats", None, "Polar H10", saved=True)


@pytest.fixture
def standing() -> Standing:
    course = Course(EXERCISES["measured_4_6"])
    course.apply(Step(1, 0.0, StepKind.BASELINE, 120.0))
    course.apply(Step(7, 120.0, StepKind.BREATHE, 120.0, Pattern(4, 6)))
    return Standing(course)


def replaced(response: ExhaleResponse, **changes: object) -> ExhaleResponse:
    from dataclasses import replace

    return replace(response, **changes)


def beat(seq: int) -> Beat:
    return Beat(seq, 0, seq + 0.5, 910.0, 65.9, 2)


def test_every_result_has_its_translation(standing: Standing) -> None:
    breath = BreathMeasures(7, 0, 120.0, 124.0, 130.0, 55.0, 4.0, 10, True, None, False)
    measures = StepMeasures(
        1, StepKind.BASELINE, 0.0, 120.0, 110, 66.0, 30.0, 40.0, *[None] * 6, 0.25, RespirationSource.MEASURED, None
    )
    calmer = CalmerThanBefore(Answer.NO, None, (), -1.0, -3.0, 1.0, *[None] * 5, *UNTOLD, 0.4, *[None] * 6)
    results: list[Result] = [
        STARTED,
        beat(8),
        BeatLabel(8, 0, Artifact.ECTOPIC, False),
        Gap(3.0, None, "silence"),
        breath,
        RsaTrend(7, 130.0, 0, 60.0, 50.0, 70.0),
        Breathing(61.0, (58.4,), (3.0,), 0.1),
        StepEnded(7, 240.0, "planned"),
        measures,
        CARD,
        YES,
        calmer,
        TRIAL,
        SEARCH,
        BeatSources(390, 391, (12.5,), (), 1.6, 0.1),
    ]
    assert {type(result) for result in results} | {Quality} == set(get_args(Result))
    kinds = [message.type if (message := translate(result, standing)) else None for result in results]
    assert kinds == [
        "step",
        "beat",
        None,
        "gap",
        "breath",
        "trend",
        "breathing",
        "step",
        "measures",
        "answer",
        None,
        "answer",
        "trial",
        "trial",
        None,  # of the whole session: for its report
    ]


def test_a_trial_says_what_it_allows_and_the_numbers_behind_it(standing: Standing) -> None:
    trial, search = translate(TRIAL, standing), translate(SEARCH, standing)
    assert isinstance(trial, messages.Trial)
    assert isinstance(search, messages.Trial)
    assert (trial.exercise, trial.answer, trial.reasons) == ("trial_blocks", "yes", [])
    (said,) = trial.sentences
    assert (said.key, said.values) == ("trial.trial_blocks.heart_rate_bpm.lower", {"n": 3.25, "sessions": 1})
    (number,) = trial.numbers
    assert (number.outcome, number.value, number.low, number.high) == ("heart_rate_bpm", -3.25, -5.0, -1.5)
    assert [one.key for one in search.sentences] == ["resonance.yes", "resonance.retest"]
    assert (search.numbers[0].value, search.numbers[0].level) == (5.5, 0.95)


def test_labels_travel_with_the_next_beat_and_a_correction_too(standing: Standing) -> None:
    def labels_of_next(*labels: BeatLabel) -> list[tuple[int, int, str]]:
        for label in labels:
            assert translate(label, standing) is None
        message = translate(beat(20), standing)
        assert isinstance(message, messages.Beat)
        return message.labels

    assert labels_of_next(BeatLabel(1, 0, Artifact.NORMAL, False)) == []
    assert labels_of_next(BeatLabel(2, 1, Artifact.MISSED, False), BeatLabel(3, 0, Artifact.EXTRA, False)) == [
        (2, 1, "missed"),
        (3, 0, "extra"),
    ]
    assert labels_of_next() == []
    assert labels_of_next(BeatLabel(2, 1, Artifact.NORMAL, True), BeatLabel(3, 0, Artifact.NORMAL, True)) == [
        (2, 1, "normal"),
        (3, 0, "normal"),
    ]
    assert labels_of_next(BeatLabel(2, 1, Artifact.NORMAL, True)) == []


def test_a_step_knows_its_place_and_is_sent_again_when_it_ends(standing: Standing) -> None:
    step = translate(STARTED, standing)
    assert isinstance(step, messages.Step)
    assert (step.index, step.step, step.pattern, step.ended_s) == (1, "breathe", "4-6", None)
    ended = translate(StepEnded(7, 190.0, "pause"), standing)
    assert isinstance(ended, messages.Step)
    assert (ended.step_seq, ended.start_s, ended.ended_s, ended.ended_by) == (7, 120.0, 190.0, "pause")
    assert translate(StepEnded(99, 190.0, "pause"), standing) is None


def test_the_card_brings_the_numbers_behind_it(standing: Standing) -> None:
    first = translate(CARD, standing)
    assert isinstance(first, messages.Answer)
    assert (first.state, first.answer, first.following, first.breaths_until_look) == (
        "measuring", "unknown", "unknown", 2,
    )  # fmt: skip
    assert first.effect_bpm is None
    assert translate(YES, standing) is None
    card = Card(61.0, CardState.YES, True, 6, 4.0, None, None, None)
    answer = translate(card, standing)
    assert isinstance(answer, messages.Answer)
    assert (answer.which, answer.state, answer.answer, answer.at_s) == ("exhale", "yes", "yes", 61.0)
    assert (answer.effect_bpm, answer.low_bpm, answer.effect_ms) == (4.1, 2.5, 61.0)
    assert (answer.noise_source, answer.latency_source, answer.following) == ("session", "profiled", "yes")
    assert (answer.time_to_answer_s, answer.time_to_live_s, answer.breaths_used) == (60.0, 5.0, 6)


def test_an_answer_that_is_final_or_taken_back_is_told_at_once(standing: Standing) -> None:
    translate(CARD, standing)
    final = translate(replaced(YES, final=True), standing)
    assert isinstance(final, messages.Answer)
    assert final.final
    revoked = translate(
        replaced(
            YES, answer=Answer.UNKNOWN, reason=Reason.NOT_FOLLOWING, reasons=(Reason.NOT_FOLLOWING,), revoked=True
        ),
        standing,
    )
    assert isinstance(revoked, messages.Answer)
    assert (revoked.answer, revoked.reason, revoked.reasons, revoked.revoked) == (
        "unknown", "not_following", ["not_following"], True,
    )  # fmt: skip


def test_an_answer_without_a_card_waits_for_one(standing: Standing) -> None:
    assert translate(replaced(YES, final=True), standing) is None


def test_an_answer_belongs_to_its_own_breathing_step(standing: Standing) -> None:
    translate(YES, standing)
    translate(STARTED, standing)
    answer = translate(CARD, standing)
    assert isinstance(answer, messages.Answer)
    assert answer.answer == "unknown"


def test_the_calmer_answer_is_its_own(standing: Standing) -> None:
    calmer = CalmerThanBefore(
        Answer.YES, None, (), -3.0, -5.0, -1.0, *[None] * 5, *UNTOLD, 0.01, *[None] * 4, -2.5, 1.0
    )
    for at_s, card in ((0.0, None), (31.0, CARD)):
        if card is not None:
            translate(card, standing)
        answer = translate(calmer, standing)
        assert isinstance(answer, messages.Answer)
        assert (answer.which, answer.state, answer.effect_bpm, answer.final, answer.at_s) == (
            "calmer", "yes", -3.0, True, at_s,
        )  # fmt: skip
        assert (answer.expected_low_bpm, answer.expected_high_bpm) == (-2.5, 1.0)


def test_quality_says_what_is_missing_as_missing() -> None:
    unknown = quality(Quality(1.0, Grade.BAD, (Reason.NO_CONTACT,), 0, *[None] * 4, False, None, None), STATUS, 2)
    assert (unknown.usable_percent, unknown.corrected_percent, unknown.beat_age_s) == (None, None, None)
    assert (unknown.grade, unknown.reasons, unknown.viewers, unknown.saved) == ("bad", ["no_contact"], 2, True)
    known = quality(Quality(1.0, Grade.GOOD, (), 60, 0.1, 0.9, True, 80, True, 0.5, 66.0), STATUS, 1)
    assert known.usable_percent == pytest.approx(81.0)
    assert known.corrected_percent == pytest.approx(10.0)
    covered = quality(Quality(1.0, Grade.GOOD, (), 60, None, 0.9, True, 80, True, 0.5, 66.0), STATUS, 1)
    assert covered.usable_percent == pytest.approx(90.0)


def test_marks_and_ratings_are_told_and_nothing_else_that_is_recorded() -> None:
    mark = translate_input(Mark(3, 12.0, MarkKind.NOTE, "sneezed", "physio"))
    assert mark == messages.Mark(at_s=12.0, kind="note", text="sneezed", author="physio")
    by_user = translate_input(Mark(3, 12.0, MarkKind.NOTE, "sneezed", "01K00000000000000000000009"))
    assert by_user == mark  # which of the staff it was is for the review
    rating = translate_input(Rating(4, 13.0, "tension", "before", 6))
    assert rating == messages.Mark(at_s=13.0, kind="rating", text="tension before 6", author=None)
    assert translate_input(End(5, 14.0, "stopped")) is None


def test_the_wave_of_the_chest_is_told_in_points_and_a_rate_a_minute(standing: Standing) -> None:
    told = translate(Breathing(61.0, (58.2, 58.6), (3.0041, -1.5), 0.1), standing)
    assert isinstance(told, messages.Breathing)
    assert (told.at_s, told.wave, told.per_min) == (61.0, [(58.2, 3.0), (58.6, -1.5)], 6.0)
    unread = translate(Breathing(62.0, (), (), None), standing)
    assert isinstance(unread, messages.Breathing)
    assert (unread.wave, unread.per_min) == ([], None)
