"""Answers and numbers in words."""

from dataclasses import replace

import pytest
from hand_made import response, sample

from biofeedback.core.results import Answer, BeatSources, Following, FollowingSource, Gap, Reason, RespirationSource
from biofeedback.lang import Words
from biofeedback.report.wording import calmer_verdict, exhale_verdict, interval, number, sources_sentence

EN = Words("en")


def test_a_number_that_is_missing_is_a_dash_and_never_0(words):
    assert number(words, None) == "–"
    assert interval(words, "ms", None, None, None) is None


def test_numbers_follow_the_language():
    assert number(Words("nl"), -1.25, 1) == "−1,3"
    assert interval(EN, "bpm", 6.2, 4.3, 8.1) == "6.2 bpm (95 % interval 4.3 to 8.1)"
    assert interval(EN, "ms", 88.2, None, None) == "88.2 ms"
    assert interval(EN, "ln", 0.08, -0.2, 0.36) == "0.08 (95 % interval −0.20 to 0.36)"


def test_both_sources_of_beats_are_compared_in_a_sentence():
    assert sources_sentence(BeatSources(798, 801, (8.96, 85.19), (), 1.304, 0.14), EN) == (
        "The strap sent 798 beats of its own and its ECG shows 801; 2 beats in the ECG were not sent (at 9.0; 85.2 s); "
        "the strap's beats come 1.30 s late (SD 0.14 s)."
    )
    assert sources_sentence(BeatSources(390, 390, (), (), None, None), EN) == (
        "The strap sent 390 beats of its own and its ECG shows 390; no beat in the ECG was left out by the strap; "
        "how late the strap's beats come could not be told."
    )


def test_of_many_beats_that_were_not_sent_the_first_are_named(words):
    said = sources_sentence(BeatSources(300, 340, tuple(float(k) for k in range(40)), (), 1.0, 0.1), words)
    assert "40" in said
    assert said.count(";") == 14
    assert "…" in said


def test_yes_says_what_was_seen():
    verdict = exhale_verdict(sample(), response(), EN)

    assert verdict.word == "Yes"
    assert "about 6 beats per minute slower" in verdict.sentence
    assert verdict.headline == ("Fall of heart rate within the exhale", "6.2 bpm (95 % interval 4.3 to 8.1)")
    assert ("p", "< 0.001") in verdict.facts


def test_a_small_yes_is_not_rounded_to_0_beats():
    verdict = exhale_verdict(sample(), replace(response(), effect_bpm=0.4), EN)

    assert "by less than 1 beat per minute" in verdict.sentence


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_sentence_in_both_languages(reason, words):
    unknown = replace(response(Answer.UNKNOWN, reason), effect_ms=None, effect_bpm=None, following=Following.UNKNOWN)

    verdict = exhale_verdict(sample(), unknown, words)

    assert verdict.sentence
    assert verdict.headline is None
    assert verdict.reasons == (words(f"reason.{reason}"),)


def test_irregular_beats_are_no_diagnosis_and_say_whom_to_call(words):
    sentence = exhale_verdict(sample(), response(Answer.UNKNOWN, Reason.IRREGULAR_BEATS), words).sentence

    assert "112" in sentence
    assert "diagnos" in sentence


def test_a_no_without_a_reason_is_said_as_unclear(words):
    assert exhale_verdict(sample(), response(Answer.NO), words).sentence == words("closing.exhale.unclear")


def test_a_revoked_answer_says_so(words):
    verdict = exhale_verdict(sample(), replace(response(Answer.UNKNOWN, Reason.POOR_SIGNAL), revoked=True), words)

    assert words("physio.revoked") in dict(verdict.facts).values()


def test_where_the_computer_was_away_the_strap_is_not_blamed(words):
    spoilt = replace(sample(), gaps=(Gap(130.0, 190.0, "restart"),))
    verdict = exhale_verdict(spoilt, response(Answer.UNKNOWN, Reason.POOR_SIGNAL), words)

    assert verdict.sentence == words("closing.exhale.away")
    assert verdict.reasons == (words("reason.poor_signal"), words("reason.away"))
    of_strap = exhale_verdict(sample(), response(Answer.UNKNOWN, Reason.POOR_SIGNAL), words)
    assert of_strap.sentence == words("closing.exhale.signal")
    assert of_strap.reasons == (words("reason.poor_signal"),)


def test_who_stopped_before_the_circle_is_told_that_and_not_of_another_exercise(words):
    stopped = replace(sample(), steps=sample().steps[:1])
    verdict = exhale_verdict(stopped, response(Answer.UNKNOWN, Reason.NO_BREATHING_STEP), words)

    assert verdict.sentence == words("closing.exhale.stopped")


def test_calmer_says_how_much_and_that_sitting_still_does_it_too():
    calm = replace(sample().calmer, answer=Answer.YES, reasons=(), delta_heart_rate_bpm=-4.4)

    assert "4 beats per minute slower" in calmer_verdict(calm, EN).sentence
    assert "sitting still" in calmer_verdict(calm, EN).sentence
    assert "1 beat per minute slower" in calmer_verdict(replace(calm, delta_heart_rate_bpm=-0.6), EN).sentence


def test_calmer_says_what_sitting_still_alone_does():
    facts = dict(calmer_verdict(sample().calmer, EN).facts)
    assert facts["After sitting still alone"] == "−1.5 bpm (95 % interval −6.2 to 3.2)"
    assert (facts["p"], facts["p of ln RMSSD"]) == ("0.310", "0.620")


def test_calmer_that_was_never_asked_is_unknown(words):
    verdict = calmer_verdict(None, words)

    assert verdict.answer is Answer.UNKNOWN
    assert verdict.headline is None


def test_a_breathing_rate_that_is_not_known_is_a_dash():
    facts = dict(calmer_verdict(replace(sample().calmer, respiration_after_hz=None), EN).facts)

    assert facts["Breaths per minute before, after"] == "14.4 (inferred from the heartbeats), –"


def test_nothing_known_gives_no_facts():
    empty = replace(
        sample().calmer,
        delta_heart_rate_bpm=None,
        delta_ln_rmssd=None,
        respiration_before_hz=None,
        respiration_after_hz=None,
        p_value=None,
        ln_rmssd_p_value=None,
        expected_bpm=None,
    )

    assert calmer_verdict(empty, EN).facts == ()


@pytest.mark.parametrize("source", FollowingSource)
def test_following_says_where_it_is_from(source, words):
    facts = dict(exhale_verdict(sample(), replace(response(), following_source=source), words).facts)
    assert facts[words("report.fact.following")].endswith(f"({words(f'following_source.{source}')})")


def test_following_that_nothing_was_looked_at_for_has_no_source():
    facts = dict(exhale_verdict(sample(), replace(response(), following_source=None), EN).facts)
    assert facts["Breath and circle"] == "Breathes along"


def test_breathing_rates_say_where_they_are_from():
    calmer = sample().calmer
    one = replace(calmer, respiration_after_hz=None, respiration_after_source=RespirationSource.NONE)
    none = replace(one, respiration_before_hz=None, respiration_before_source=RespirationSource.NONE)
    measured = replace(calmer, respiration_before_source=RespirationSource.MEASURED)
    name = "Breaths per minute before, after"
    told = "14.4 (measured on the chest), 13.2 (inferred from the heartbeats)"
    assert dict(calmer_verdict(measured, EN).facts)[name] == told
    assert dict(calmer_verdict(one, EN).facts)[name] == "14.4 (inferred from the heartbeats), –"
    assert name not in dict(calmer_verdict(none, EN).facts)
