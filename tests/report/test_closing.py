"""The closing lines are those of the patient's screen: ``tests/web`` holds the page to the same table."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hand_made import FACTS, response, sample

from biofeedback.core.events import Rating
from biofeedback.core.results import Answer, Gap, Reason
from biofeedback.report.closing import closing_lines
from biofeedback.report.source import Source

SCREEN = json.loads((Path(__file__).parents[1] / "web" / "fixtures" / "closing.json").read_text(encoding="utf-8"))


def keys(analysis):
    return [one.key for one in closing_lines(analysis)]


def told(row):
    """An analysis in which all this is so."""
    analysis, exhale, calmer = sample(), row["exhale"], row["calmer"]
    ratings = [
        Rating(seq, float(seq), *name.split("."), value) for seq, (name, value) in enumerate(row["ratings"].items(), 1)
    ]
    if exhale is not None:
        answer, reason = Answer(exhale["answer"]), exhale["reason"] and Reason(exhale["reason"])
        exhale = replace(response(answer, reason), effect_bpm=exhale["effect_bpm"], revoked=exhale["revoked"])
    if calmer is not None:
        answer, delta_bpm = Answer(calmer["answer"]), calmer["effect_bpm"]
        calmer = replace(analysis.calmer, answer=answer, delta_heart_rate_bpm=delta_bpm)
    return replace(
        analysis,
        source=Source(replace(FACTS, exercise=row["exercise"]), tuple(ratings)),
        steps=analysis.steps if row["begun"] else analysis.steps[:1],
        exhale_responses=() if exhale is None else (exhale,),
        calmer=calmer,
        gaps=tuple(Gap(**gap) for gap in row.get("gaps", ())),
    )


@pytest.mark.parametrize("row", SCREEN, ids=lambda row: row["what"])
def test_the_lines_are_those_of_the_screen(row):
    assert [[one.key, one.values] for one in closing_lines(told(row))] == row["lines"]


def test_the_last_of_two_marks_counts():
    twice = (Rating(1, 1.0, "tension", "before", 6), Rating(2, 2.0, "tension", "before", 4))

    assert closing_lines(replace(sample(), source=Source(FACTS, twice)))[0].values == {"before": 4}


def test_an_answer_that_was_revoked_is_not_told():
    revoked = replace(response(), revoked=True, reason=Reason.NOT_FOLLOWING)

    assert keys(replace(sample(), exhale_responses=(revoked,)))[1] == "closing.exhale.not_following"
    assert keys(replace(sample(), exhale_responses=(replace(revoked, reason=None),)))[1] == "closing.exhale.unclear"
