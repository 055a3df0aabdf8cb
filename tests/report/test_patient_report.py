"""The sheet that a person takes home: the screen's own words, one picture, and never a name or a bare number."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hand_made import FACTS, response, sample

from biofeedback.core.choices import Direction, Outcome
from biofeedback.core.events import End, Rating
from biofeedback.core.findings import BlockMeasures
from biofeedback.core.results import Answer, Gap, Reason
from biofeedback.report.analysis import analyze
from biofeedback.report.breath_picture import breath_picture
from biofeedback.report.folded import BINS, fold
from biofeedback.report.patient_report import patient_report
from biofeedback.report.sheet import Picture, texts
from biofeedback.report.source import Source, read_source

RECORDINGS = Path(__file__).parents[2] / "recordings"
TENSION = (Rating(1, 3.0, "tension", "before", 6), Rating(2, 350.0, "tension", "after", 3))
JARGON = r"(?i)\bRR\b|RMSSD|RSA|SDNN|\bms\b|interval|spectrum|artefact|artifact|\bp\b|95|Hz|nan|None"


def answered(answer, reason=None, events=TENSION):
    """The sample with another exhale answer."""
    given = response(answer, reason)
    return replace(sample(), source=Source(FACTS, events), exhale_responses=(given,))


def said(analysis, words):
    """All that the sheet says."""
    return "\n".join(texts(patient_report(analysis, words)))


def pictures(analysis, words):
    """Figures of the sheet."""
    return [one for page in patient_report(analysis, words).pages for one in page.blocks if isinstance(one, Picture)]


def test_it_says_the_lines_of_the_screen(words):
    text = said(answered(Answer.YES), words)

    assert words("closing.tension.both", before=6, after=3) in text
    assert words("closing.exhale.yes", n=6) in text
    assert words("closing.calmer.unknown") in text


def test_it_has_one_picture_with_words_on_it_and_no_numbers(words):
    (picture,) = pictures(answered(Answer.YES), words)
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg)

    assert {words(f"report.patient.picture.{name}") for name in ("inhale", "exhale", "faster", "slower")} == set(shown)
    assert 'class="exhale"' in picture.svg
    assert words("report.patient.picture.yes", n=10) == picture.caption


def test_what_was_found_to_be_the_straps_delay_is_taken_off_the_picture_of_a_yes_and_said(words):
    late, at_once = answered(Answer.YES), answered(Answer.YES)
    (given,) = late.exhale_responses
    late = replace(late, exhale_responses=(replace(given, latency_s=1.5),))
    at_once = replace(at_once, exhale_responses=(replace(given, latency_s=0.0),))
    unclear = answered(Answer.UNKNOWN, Reason.INCONCLUSIVE)
    unclear = replace(unclear, exhale_responses=(replace(unclear.exhale_responses[0], latency_s=1.5),))

    captions = [pictures(one, words)[0].caption for one in (late, at_once, unclear)]
    assert captions == [
        words("report.patient.picture.yes_late", n=10, late=1.5),
        words("report.patient.picture.yes_prompt", n=10),
        words("report.patient.picture.unclear", n=10),
    ]
    shown = fold(late, late.steps[1], 1.5)
    assert breath_picture(shown, words) == pictures(late, words)[0].svg
    as_it_came = fold(late, late.steps[1])
    bins = round(1.5 / (as_it_came.period_s / BINS))
    assert np.corrcoef(shown.mean_ms, np.roll(as_it_came.mean_ms, -bins))[0, 1] > 0.98


SAID_IN = {
    "trial_exhale": ("faster", "slower", "trial_exhale.arm", "trial_exhale.other"),
    "trial_blocks": ("faster", "slower", "trial_blocks.arm", "trial_blocks.other"),
    "trial_recovery": ("faster", "slower", *(f"trial_recovery.{one}" for one in ("arm", "other", "start", "end"))),
    "resonance": tuple(f"resonance.{one}" for one in ("more", "less", "slow", "fast")),
    "walk": ("faster", "slower", "course.begin", "course.end"),
}


def compared(analysis, exercise, primary, blocks):
    """A comparison of breathing with sitting still, made by hand."""
    trial = analysis.trial
    outcomes = tuple(replace(trial.outcomes[0], outcome=one, sets=len(blocks) // 2) for one in primary)
    changes = {"exercise": exercise, "arm": "4-6", "other": "quiet", "outcomes": outcomes, "blocks": tuple(blocks)}
    return replace(analysis, trial=replace(trial, **changes))


@pytest.fixture(scope="module")
def moved_and_compared():
    """A session of each exercise whose picture is no average breath."""
    recorded = ("trial_exhale", "resonance", "walk")
    found = {name: analyze(read_source(str(RECORDINGS / f"{name}.jsonl"))) for name in recorded}
    trial = found["trial_exhale"]
    marched = [
        BlockMeasures(at, arm, 0.0, 240.0, change_60_bpm=-20.0 - at, change_120_bpm=-25.0)
        for at, arm in enumerate(("quiet", "4-6"))
    ]
    sat = [
        BlockMeasures(at, arm, 0.0, 90.0, heart_rate_bpm=65.0 + at)
        for at, arm in enumerate(("quiet", "4-6", "4-6", "quiet"))
    ]
    found["trial_recovery"] = compared(trial, "trial_recovery", (Outcome.CHANGE_60, Outcome.CHANGE_120), marched)
    found["trial_blocks"] = compared(trial, "trial_blocks", (Outcome.HEART_RATE,), sat)
    return found


@pytest.mark.parametrize("name", SAID_IN)
def test_every_other_exercise_has_a_picture_of_its_own(words, moved_and_compared, name):
    (picture,) = pictures(moved_and_compared[name], words)
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg)

    assert {words(f"report.patient.picture.{one}") for one in SAID_IN[name]} == set(shown)
    end = "course.caption" if name == "walk" else f"{name}.unclear"
    assert picture.caption == words(f"report.patient.picture.{end}")
    assert re.findall(JARGON, f"{picture.title} {picture.caption} {picture.alternative}") == []


def test_a_line_goes_from_one_arm_to_the_other_for_each_whole_round(words, moved_and_compared):
    analysis = moved_and_compared["trial_exhale"]
    (picture,) = pictures(analysis, words)
    rates = {(one.block // 3, one.arm): one.heart_rate_bpm for one in analysis.trial.blocks}
    down = sum(rates[number, "4-6"] < rates[number, "6-4"] for number in range(4))

    assert picture.svg.count('class="round"') == 4
    assert picture.alternative == words("report.patient.picture.trial_exhale.text", n=4, down=down)
    outcomes = tuple(replace(one, direction=Direction.LOWER) for one in analysis.trial.outcomes)
    (clear,) = pictures(replace(analysis, trial=replace(analysis.trial, outcomes=outcomes)), words)
    assert clear.caption == words("report.patient.picture.trial_exhale.clear")


def test_a_plan_that_did_not_stay_whole_has_no_picture(words, moved_and_compared):
    trial, search = moved_and_compared["trial_exhale"], moved_and_compared["resonance"]
    outcomes = tuple(replace(one, sets=3) for one in trial.trial.outcomes)
    for analysis in (
        replace(trial, trial=replace(trial.trial, reasons=(Reason.TOO_FEW_BLOCKS,))),
        replace(trial, trial=replace(trial.trial, outcomes=outcomes)),
        replace(search, resonance=replace(search.resonance, peak_per_min=None)),
    ):
        assert pictures(analysis, words) == []
        assert words("report.patient.no_picture.measurement") in said(analysis, words)


def test_a_walk_is_drawn_in_pieces_where_beats_are_missing_and_not_at_all_without_a_minute(words, moved_and_compared):
    walk = moved_and_compared["walk"]
    kept = [at for at, beat in enumerate(walk.beats) if not 100 < beat.t_s < 200]
    torn = replace(walk, beats=tuple(walk.beats[at] for at in kept), artifacts=tuple(walk.artifacts[at] for at in kept))
    (picture,) = pictures(torn, words)

    assert picture.svg.count('class="pulse"') == 2
    assert pictures(replace(walk, beats=walk.beats[:50], artifacts=walk.artifacts[:50]), words) == []


def test_a_picture_of_an_unclear_session_says_that_it_is_unclear(words):
    (picture,) = pictures(answered(Answer.UNKNOWN, Reason.INCONCLUSIVE), words)

    assert picture.caption == words("report.patient.picture.unclear", n=10)
    assert words("report.patient.try.again") in said(answered(Answer.UNKNOWN, Reason.INCONCLUSIVE), words)


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        (Reason.NO_CONTACT, "signal"),
        (Reason.POOR_SIGNAL, "signal"),
        (Reason.NOT_FOLLOWING, "pace"),
        (Reason.IRREGULAR_BEATS, "irregular"),
        (Reason.NO_BEAT_INTERVALS, "strap"),
    ],
)
def test_what_could_not_be_measured_has_no_picture_and_says_what_to_try(words, reason, advice):
    analysis = answered(Answer.UNKNOWN, reason)
    text = said(analysis, words)

    assert pictures(analysis, words) == []
    assert words("report.patient.no_picture.measurement") in text
    assert words(f"report.patient.try.{advice}") in text


def test_who_could_not_be_measured_as_the_server_was_away_is_not_sent_to_the_strap(words):
    analysis = replace(answered(Answer.UNKNOWN, Reason.POOR_SIGNAL), gaps=(Gap(60.0, 90.0, "restart"),))
    text = said(analysis, words)

    assert words("closing.exhale.away") in text
    assert words("report.patient.try.again") in text
    assert words("report.patient.try.signal") not in text


def test_it_always_says_when_to_stop_and_whom_to_ask(words):
    for analysis in (answered(Answer.YES), answered(Answer.UNKNOWN, Reason.NO_CONTACT), analyze(Source(FACTS, ()))):
        text = said(analysis, words)
        for key in ("safety.line", "safety.urgent", "report.patient.next.ask", "report.patient.not.no_diagnosis"):
            assert words(key) in text


def test_a_session_that_was_stopped_is_shown_as_far_as_it_went(words):
    stopped = answered(Answer.YES, events=(*TENSION, End(3, 360.0, "stopped")))

    assert words("report.patient.stopped") in said(stopped, words)
    assert words("report.patient.stopped") not in said(answered(Answer.YES), words)


def test_a_session_without_an_exercise_says_that_the_person_rested(words):
    resting = analyze(Source(replace(FACTS, exercise=None), ()))

    assert words("report.patient.rested") in said(resting, words)
    assert words("report.patient.no_picture.exercise") in said(resting, words)


def test_it_uses_no_jargon(words):
    for analysis in (answered(Answer.YES), answered(Answer.UNKNOWN, Reason.INCONCLUSIVE)):
        assert re.findall(JARGON, said(analysis, words)) == []
        for picture in pictures(analysis, words):
            assert re.findall(JARGON, picture.alternative) == []


def test_a_simulated_session_is_labelled_and_a_real_one_is_not(words):
    real = replace(sample(replace(FACTS, simulated=False)))

    assert words("report.simulated") in said(sample(), words)
    assert words("report.simulated") not in said(real, words)
