"""Several files of one person together: which, and what is said of them."""

import json
from dataclasses import replace

import pytest
from hand_made import FACTS, sample

from biofeedback.core.events import StepKind
from biofeedback.core.results import Answer
from biofeedback.lang import Words
from biofeedback.report.document import SCHEMA, encode_document
from biofeedback.report.pool_page import pool_page, pool_table
from biofeedback.report.pooled import member_of, pool_document, pools_of
from biofeedback.report.wording import pooled_verdict

EN = Words("en")
MINE = replace(FACTS, subject="A-17", simulated=False, exercise="measured_4_6")


def _member(session, delta_bpm=-3.0, facts=MINE, error_bpm=1.0, kinds=None, **changes):
    """A file with a change of its own."""
    analysis = sample(replace(facts, session=session, file=f"{session}.jsonl", **changes))
    calmer = replace(analysis.calmer, delta_heart_rate_bpm=delta_bpm, standard_error_bpm=error_bpm)
    steps = analysis.steps
    if kinds is not None:
        steps = tuple(
            replace(step, started=replace(step.started, step=kind)) for step, kind in zip(steps, kinds, strict=True)
        )
    return member_of(replace(analysis, calmer=calmer, steps=steps))


QUIET = (StepKind.BASELINE, StepKind.REST, StepKind.RECOVERY)


def test_sessions_of_one_person_are_pooled_and_those_of_others_are_not():
    members = [_member("1"), _member("2"), _member("3", subject="B-2"), _member("4", simulated=True), _member("5")]
    (pool,) = pools_of(members)
    assert pool.calmer.sessions == ("1", "2", "5")
    assert pool.calmer.delta_heart_rate_bpm == pytest.approx(-3.0)


def test_files_of_nobody_and_single_files_have_no_pool():
    assert pools_of([_member("1", subject=""), _member("2", subject=""), _member("3")]) == []
    assert pools_of([_member("1", subject=None), _member("2", subject=None)]) == []
    assert pools_of([]) == []


def test_a_session_that_is_given_twice_counts_once():
    assert pools_of([_member("1"), _member("1")]) == []
    (pool,) = pools_of([_member("1"), _member("2"), _member("2")])
    assert pool.calmer.sessions == ("1", "2")


def test_exercises_are_not_mixed_and_quiet_sessions_teach_all_of_them():
    members = [
        _member("1"), _member("2"), _member("3", exercise="walk"), _member("4", exercise="walk"),
        _member("5", -4.0, exercise="rest", kinds=QUIET), _member("6", None, exercise="rest", kinds=QUIET),
    ]  # fmt: skip
    breathing, walking, rest = pools_of(members)
    assert (breathing.calmer.sessions, walking.calmer.sessions, rest.calmer.sessions) == (("1", "2"), ("3", "4"), ())
    assert {pool.calmer.sitting_sessions for pool in (breathing, walking, rest)} == {("5",)}


def test_a_file_without_a_change_is_left_out_and_named(validator):
    (pool,) = pools_of([_member("1"), _member("2", None), _member("3"), _member("4", error_bpm=None)])
    value = json.loads(encode_document(pool_document(pool, SCHEMA)))
    validator.validate(value)
    assert value["pooled"]["files"] == ["1.jsonl", "2.jsonl", "3.jsonl", "4.jsonl"]
    assert value["pooled"]["left_out"] == ["2.jsonl", "4.jsonl"]
    assert value["pooled"]["calmer_than_before"]["sessions"] == ["1", "3"]


def test_sessions_stand_in_the_order_of_their_start():
    (pool,) = pools_of([_member("1", begun_utc="2026-11-23T09:00:00Z"), _member("2", started_utc=None, begun_utc=None),
                        _member("3", begun_utc="2026-11-22T09:00:00Z")])  # fmt: skip
    assert [member.facts.session for member in pool.members] == ["2", "3", "1"]
    header, rows = pool_table(pool, EN)
    assert rows[0][0] == "2.jsonl"
    assert all(len(row) == len(header) for row in rows)


def test_an_analysis_without_a_calmer_answer_is_a_row_without_numbers():
    member = replace(_member("1"), calmer=None, change=None)
    (pool,) = pools_of([member, _member("2")])
    assert pool_table(pool, EN)[1][0][1:] == ["–", "–", "Cannot tell"]
    assert pool.calmer.delta_heart_rate_bpm is None


@pytest.mark.parametrize(
    ("deltas_bpm", "answer", "said"),
    [
        ([-8.0] * 6, Answer.YES, "8 beats per minute slower"),
        ([-3.0] * 3, Answer.UNKNOWN, "more sessions are needed"),
        ([-1.5] * 40, Answer.UNKNOWN, "no difference shows"),
        ([5.0] * 6, Answer.NO, "did not beat more slowly"),
    ],
)
def test_what_is_said_of_them(deltas_bpm, answer, said):
    (pool,) = pools_of([_member(str(k), delta, error_bpm=0.5) for k, delta in enumerate(deltas_bpm)])
    verdict = pooled_verdict(pool.calmer, EN)
    assert verdict.answer is answer
    assert said in verdict.sentence
    assert str(len(deltas_bpm)) in verdict.question


def test_without_two_changes_nothing_is_claimed(words):
    (pool,) = pools_of([_member("1", None), _member("2", None)])
    verdict = pooled_verdict(pool.calmer, words)
    assert (verdict.answer, verdict.headline) == (Answer.UNKNOWN, None)
    assert "0" in verdict.sentence


def test_the_page_holds_every_person_and_stands_on_its_own(words):
    members = [_member("1"), _member("2"), _member("3", simulated=True), _member("4", simulated=True)]
    html = pool_page(pools_of(members), words)
    assert html.startswith("<!doctype html>")
    assert html.count('class="simulated"') == 1
    assert html.count(words("report.pooled.sessions")) == 2
    assert words("safety.urgent") in html
    assert "http" not in html.replace("http-equiv", "")


def test_names_from_outside_are_not_markup(words):
    name = "<script>"
    html = pool_page(pools_of([_member("1", subject=name), _member("2", subject=name)]), words)
    assert name not in html
