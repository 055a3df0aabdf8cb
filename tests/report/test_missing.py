"""Why something of a step is not shown."""

from dataclasses import replace

from hand_made import sample

from biofeedback.core.results import Artifact
from biofeedback.lang import LANGUAGES, Words
from biofeedback.report.missing import Missing, no_fall, no_overlay, no_spectrum


def with_breaths(**changes):
    analysis = sample()
    return replace(analysis, breaths=tuple(replace(one, **changes) for one in analysis.breaths))


def test_a_step_without_a_minute_of_beats_is_short_empty_torn_or_full_of_odd_beats():
    analysis = sample()
    step = analysis.steps[0]
    torn = tuple(replace(beat, segment=place // 30) for place, beat in enumerate(analysis.beats))
    odd = (Artifact.ECTOPIC,) * len(analysis.beats)

    assert no_spectrum(analysis, replace(step, end_s=55.0)) is Missing.SHORT
    assert no_spectrum(replace(analysis, beats=(), artifacts=()), step) is Missing.NO_BEATS
    assert no_spectrum(replace(analysis, beats=torn), step) is Missing.GAP
    assert no_spectrum(replace(analysis, artifacts=odd), step) is Missing.ARTIFACT


def test_breaths_that_cannot_be_measured_say_what_holds_most_often():
    lost = with_breaths(usable=False, reason="artifact")
    mixed = replace(lost, breaths=tuple(replace(one, reason="gap") for one in lost.breaths[:7]) + lost.breaths[7:])
    step = lost.steps[1]

    assert (no_overlay(lost, step), no_fall(lost, step)) == (Missing.ARTIFACT, Missing.ARTIFACT)
    assert (no_overlay(mixed, step), no_fall(mixed, step)) == (Missing.GAP, Missing.GAP)
    few = with_breaths(usable=False, reason="too_few_beats")
    assert (no_overlay(few, step), no_fall(few, step)) == (Missing.NO_BEATS, Missing.NO_BEATS)


def test_a_step_that_ended_early_is_short():
    analysis = sample()
    step = analysis.steps[1]

    assert no_overlay(replace(analysis, breaths=analysis.breaths[:2]), step) is Missing.SHORT
    assert no_fall(replace(analysis, breaths=()), step) is Missing.SHORT


def test_usable_exhales_in_broken_breaths_say_what_breaks_them():
    analysis = with_breaths(usable=True)
    step = analysis.steps[1]
    odd = (Artifact.ECTOPIC,) * len(analysis.beats)
    normal = (Artifact.NORMAL,) * len(analysis.beats)

    assert no_overlay(replace(analysis, artifacts=odd), step) is Missing.ARTIFACT
    assert no_overlay(replace(analysis, artifacts=normal), step) is Missing.GAP


def test_every_reason_has_its_sentence():
    told = {"overlay": {*Missing, "no_pacer"}, "fall": {*Missing, "no_pacer"}, "spectrum": {*Missing, "no_step"}}
    for language in LANGUAGES:
        words = Words(language)
        for what, reasons in told.items():
            assert {f"report.missing.{what}.{one}" for one in reasons} == {
                key for key in words if key.startswith(f"report.missing.{what}.")
            }
