"""Plans in ``analyze``: contract, words, tables, and several sessions of one person together."""

import io
import json
from dataclasses import replace

import pytest
from hand_made import FACTS

from biofeedback.cli import main
from biofeedback.core.choices import Direction, Outcome, Reason
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import BlockMeasures, TrialOutcome, TrialResult
from biofeedback.core.results import Answer
from biofeedback.draw import draw_blocks
from biofeedback.lang import Words
from biofeedback.report.analysis import analyze
from biofeedback.report.document import document, encode_document
from biofeedback.report.page import page
from biofeedback.report.pool_page import pool_page
from biofeedback.report.pooled import member_of, pools_of
from biofeedback.report.source import Source, read_source
from biofeedback.report.terminal import print_analysis, print_pool
from biofeedback.report.trial import block_table, plan_verdict
from biofeedback.unattended import simulate

DESIGNED = [name for name, one in EXERCISES.items() if one.design is not None and one.design.varied is None]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A simulated recording of each exercise with a plan."""
    folder = tmp_path_factory.mktemp("planned")
    for name in DESIGNED:
        simulate("responder", 7, EXERCISES[name], folder / f"{name}.jsonl")
    return folder


@pytest.fixture(scope="module")
def analysed(recorded):
    """What is found in each of them."""
    return {name: analyze(read_source(str(recorded / f"{name}.jsonl"))) for name in DESIGNED}


def shown(analysis, words):
    out = io.StringIO()
    print_analysis(analysis, words, out)
    return " ".join(out.getvalue().split())


@pytest.mark.parametrize("name", DESIGNED)
def test_every_plan_keeps_the_contract_and_is_told_in_both_languages(name, analysed, validator, words):
    analysis = analysed[name]
    value = json.loads(encode_document(document(analysis)))

    validator.validate(value)
    found = value["resonance" if name == "resonance" else "trial"]
    assert value["trial" if name == "resonance" else "resonance"] is None
    assert (found["exercise"], found["seed"], len(found["blocks"])) == (name, 7, len(found["plan"]))
    assert [block["arm"] for block in found["blocks"]] == found["plan"]
    html, text = page(analysis, words), shown(analysis, words)
    for said in found["sentences"]:
        beginning = words.raw(said).split("{")[0].strip()
        assert beginning in text
        assert beginning.replace("'", "&#x27;") in html
    assert words("report.trial.title") in html
    assert words("report.simulated") in html
    assert words("report.simulated") in text
    assert html.count("<figure") < 6  # none for each of a dozen blocks


def test_a_plan_that_is_read_again_draws_the_same_blocks(analysed):
    for name, analysis in analysed.items():
        result = analysis.trial or analysis.resonance
        assert draw_blocks(EXERCISES[name].design, result.seed) == result.plan


def outcome(direction, difference=-3.25, kind=Outcome.HEART_RATE):
    return TrialOutcome(kind, True, 4, 0.975, difference, -5.0, -1.5, 0.01, direction)


def trial(*outcomes, exercise="trial_exhale", **changes):
    blocks = (BlockMeasures(0, "4-6", 1.0, 51.0, heart_rate_bpm=61.25, rsa_ms=120.4, low_ms=90.0, high_ms=150.0),)
    result = TrialResult(exercise, 7, ("4-6", "6-4"), "4-6", "6-4", (), outcomes, blocks)
    return replace(result, **changes)


def test_a_difference_that_was_shown_is_said_with_its_interval():
    verdict = plan_verdict(trial(outcome(Direction.LOWER), outcome(Direction.UNKNOWN, 9.0, Outcome.RSA)), Words("en"))

    assert (verdict.answer, verdict.word) == (Answer.YES, "Yes")
    assert "3.3 beats per minute slower" in verdict.sentence
    assert verdict.headline == ("Heart rate, 4-6 minus 6-4", "−3.3 bpm (97.5% interval −5.0 to −1.5)")
    assert verdict.facts[0] == ("RSA, 4-6 minus 6-4", "9.0 ms (97.5% interval −5.0 to −1.5)")
    assert ("Order that was drawn", "4-6, 6-4") in verdict.facts


def test_a_broken_trial_has_no_number():
    silent = replace(outcome(Direction.UNKNOWN), difference=None, low=None, high=None, p_value=None)
    verdict = plan_verdict(trial(silent, reasons=(Reason.TOO_FEW_BLOCKS,)), Words("en"))

    assert (verdict.answer, verdict.headline) == (Answer.UNKNOWN, None)
    assert verdict.sentence == "This comparison did not stay whole. So we say nothing about the difference. " + (
        "There are too few whole blocks."
    )


def test_blocks_show_what_was_measured_and_why_something_was_not():
    blocks = (*trial().blocks, BlockMeasures(1, "quiet", 51.0, 101.0, "gap"))

    header, rows = block_table(blocks, Words("en"))

    assert header == ["Block", "What", "Heart rate (bpm)", "RSA (ms)", "Why not"]
    assert rows == [["1", "4-6", "61.3", "120 (90 to 150)", ""], ["2", "sitting still", "–", "–", "gap in the beats"]]


def analysis_of(name, session, subject="A-17", simulated=True, change_bpm=-6.0):
    facts = replace(
        FACTS, file=name, session=session, subject=subject, simulated=simulated, exercise="trial_recovery"
    )  # fmt: skip
    outcomes = [outcome(Direction.UNKNOWN, change_bpm, kind) for kind in (Outcome.CHANGE_60, Outcome.CHANGE_120)]
    return replace(analyze(Source(facts, ())), trial=trial(*outcomes, exercise="trial_recovery"))


def pools(*analyses):
    return pools_of([member_of(analysis) for analysis in analyses])


def test_sessions_of_one_person_count_together_and_nobody_elses(words):
    mine = [analysis_of(f"{k}.jsonl", f"S{k}", change_bpm=-6.0 + 0.1 * k) for k in range(6)]
    others = [analysis_of("b.jsonl", "S9", "B-2"), analysis_of("real.jsonl", "S10", simulated=False)]
    (pool,) = pools(*mine, *others, analysis_of("copy.jsonl", "S5"))

    assert (pool.trial.sessions, pool.trial.outcomes[0].direction) == (6, Direction.LOWER)
    verdict = plan_verdict(pool.trial, Words("en"))
    assert "For you, in 6 sessions together: one minute after marching" in verdict.sentence
    assert verdict.facts[-1] == ("Sessions together", "6")
    assert words("trial.trial_recovery.question") in pool_page([pool], words)
    out = io.StringIO()
    print_pool(pool, words, out)
    assert words("trial.trial_recovery.question") in " ".join(out.getvalue().split())


def test_a_trial_that_says_enough_alone_is_not_pooled():
    two = [replace(analysis_of(f"{k}.jsonl", f"S{k}"), trial=trial(outcome(Direction.LOWER))) for k in range(2)]
    assert [pool.trial for pool in pools(*two)] == [None]
    assert [pool.trial for pool in pools(*(replace(one, trial=None) for one in two))] == [None]


def test_analyze_says_what_the_sessions_of_one_person_say_together(recorded, tmp_path, capsys, validator):
    original = recorded / "trial_recovery.jsonl"
    session = json.loads(original.read_text(encoding="utf-8").split("\n")[0])["session"]
    other = tmp_path / "other.jsonl"
    other.write_text(original.read_text(encoding="utf-8").replace(session, session[::-1]), encoding="utf-8")

    assert main(["analyze", "--json", str(original), str(other)]) == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        validator.validate(line)
    one, _, together = lines
    assert one["trial"]["sessions"] == 1
    assert together["pooled"]["trial"]["sessions"] == 2
    difference = one["trial"]["outcomes"][0]["difference"]
    assert together["pooled"]["trial"]["outcomes"][0]["difference"] == pytest.approx(difference)
