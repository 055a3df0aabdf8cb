"""What may be said of a plan: nothing of a broken one, of a whole one no more than was shown, and words for it all."""

from dataclasses import replace
from itertools import product

import pytest

from biofeedback.core.choices import Answer, Direction, Outcome, Reason
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import ResonanceResult, TrialOutcome, TrialResult
from biofeedback.lang import LANGUAGES, Words
from biofeedback.sentences import answer_of, sentences

SEARCH = ResonanceResult("resonance", 7, ("4-6",), Answer.YES, (), 5.5, 5.1, 5.9, 0.01, ())
TRIALS = {
    name: exercise.design.comparison
    for name, exercise in EXERCISES.items()
    if exercise.design is not None and exercise.design.comparison is not None
}


def outcome(kind: Outcome, direction: Direction, *, is_primary: bool = True) -> TrialOutcome:
    return TrialOutcome(kind, is_primary, 4, 0.95, -3.2, -5.0, -1.4, 0.01, direction)


def trial(exercise: str, *outcomes: TrialOutcome, reasons: tuple[Reason, ...] = ()) -> TrialResult:
    return TrialResult(exercise, 7, (), "4-6", "6-4", reasons, outcomes, ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_for_all_that_any_trial_can_say(language: str) -> None:
    words = Words(language)
    for name, comparison in TRIALS.items():
        assert f"trial.{name}.question" in words
        for one in (*comparison.primary, *comparison.secondary):
            assert f"report.trial.{one}" in words
        for kind, direction in product(comparison.primary, Direction):
            for said in sentences(trial(name, outcome(kind, direction))):
                assert words(said.key, **said.values)
        for said in sentences(replace(trial(name, outcome(comparison.primary[0], Direction.LOWER)), sessions=3)):
            assert words(said.key, **said.values)
    for reason in Reason:
        for said in sentences(trial("trial_blocks", reasons=(reason,))):
            assert words(said.key)
    for search in (SEARCH, replace(SEARCH, answer=Answer.UNKNOWN), _broken_search()):
        for said in sentences(search):
            assert words(said.key, **said.values)


def _broken_search() -> ResonanceResult:
    return replace(
        SEARCH, answer=Answer.UNKNOWN, reasons=(Reason.TOO_FEW_BLOCKS,), peak_per_min=None, low_per_min=None,
        high_per_min=None,
    )  # fmt: skip


def test_a_broken_trial_says_only_why() -> None:
    broken = trial(
        "trial_blocks", outcome(Outcome.HEART_RATE, Direction.UNKNOWN),
        reasons=(Reason.POOR_SIGNAL, Reason.TOO_FEW_BLOCKS),
    )  # fmt: skip
    assert [one.key for one in sentences(broken)] == ["trial.broken", "reason.poor_signal"]
    assert answer_of(broken) is Answer.UNKNOWN


def test_a_secondary_outcome_has_no_sentence() -> None:
    result = trial(
        "trial_blocks", outcome(Outcome.HEART_RATE, Direction.LOWER),
        outcome(Outcome.LN_RMSSD, Direction.UNKNOWN, is_primary=False),
    )  # fmt: skip
    (said,) = sentences(result)
    assert (said.key, said.values) == ("trial.trial_blocks.heart_rate_bpm.lower", {"n": 3.2, "sessions": 1})


@pytest.mark.parametrize(
    ("rate", "rsa", "answer"),
    [
        (Direction.LOWER, Direction.UNKNOWN, Answer.YES),
        (Direction.UNKNOWN, Direction.HIGHER, Answer.UNKNOWN),
        (Direction.HIGHER, Direction.UNKNOWN, Answer.NO),
        (Direction.LOWER, Direction.LOWER, Answer.YES),
        (Direction.HIGHER, Direction.HIGHER, Answer.NO),
        (Direction.UNKNOWN, Direction.UNKNOWN, Answer.UNKNOWN),
    ],
)
def test_yes_means_slower_and_nothing_else(rate: Direction, rsa: Direction, answer: Answer) -> None:
    result = trial("trial_exhale", outcome(Outcome.HEART_RATE, rate), outcome(Outcome.RSA, rsa))
    assert answer_of(result) is answer


def test_a_search_always_asks_for_another() -> None:
    for search in (SEARCH, replace(SEARCH, answer=Answer.UNKNOWN), _broken_search()):
        assert sentences(search)[-1].key == "resonance.retest"
    assert answer_of(SEARCH) is Answer.YES
    assert sentences(SEARCH)[0].values == {"n": 5.5, "low": 5.1, "high": 5.9}


def test_calmer_is_said_of_a_trial_alone_and_only_when_it_was_shown() -> None:
    """The one place where breathing may be said to calm the heartbeat."""
    for language, word in (("nl", "rustiger,"), ("en", "calmer,")):
        words = Words(language)
        keys = [key for key in words if word in words.raw(key)]
        assert keys == ["trial.trial_blocks.heart_rate_bpm.lower"]
