"""What was said and noted, in words: codes that a page sent are told as the page tells them."""

from dataclasses import replace

import pytest
from hand_made import FACTS, sample

from biofeedback.core.context import Told
from biofeedback.core.events import Mark, MarkKind, Rating
from biofeedback.report.remarks import remarks, with_names
from biofeedback.report.source import Source

MEREL, NOBODY = "01K0000000000000000000MERE", "01K00000000000000000000000"


def told(event, words):
    """The one remark that an event makes."""
    ((_, text),) = remarks(replace(sample(), source=Source(FACTS, (event,))), words)
    return text


@pytest.mark.parametrize("text", list(Told))
def test_what_a_person_told_of_the_day_is_no_code(text, words):
    assert told(Mark(1, 2.0, MarkKind.CONTEXT, text), words) == words(f"mark.context.{text.replace(' ', '_')}")


def test_other_marks_and_ratings_are_told_as_far_as_there_are_words(words):
    assert told(Mark(1, 2.0, MarkKind.CONTEXT, "following"), words) == words("mark.following")
    assert told(Mark(1, 2.0, MarkKind.CONTEXT, "by the window"), words) == "by the window"
    assert told(Mark(1, 2.0, MarkKind.NOTE, ""), words) == words("mark.moment")
    assert told(Mark(1, 2.0, MarkKind.NOTE, "shoulders dropped"), words) == "shoulders dropped"
    assert told(Rating(1, 2.0, "notice", "during", 2), words) == words("rating.notice.2")
    assert told(Rating(1, 2.0, "warmth", "halfway", 2), words) == words(
        "rating.text", scale="warmth", moment="halfway", n=2
    )


@pytest.mark.parametrize(
    ("author", "side"), [("patient", "author.patient"), ("physio", "author.physio"), (NOBODY, "author.physio")]
)
def test_a_note_says_whose_it_is(author, side, words):
    mark = Mark(1, 2.0, MarkKind.NOTE, "shoulders dropped", author)

    def when(events):
        ((when, _),) = remarks(replace(sample(), source=Source(FACTS, events)), words)
        return when

    assert words(side) in when(with_names((mark,), {MEREL: "merel"}))
    assert "merel" in when(with_names((replace(mark, author=MEREL),), {MEREL: "merel"}))
    assert MEREL in when((replace(mark, author=MEREL),))  # a file knows the id
    assert when((replace(mark, author=None),)) == words("report.at", x=2.0)


def test_commands_are_no_remarks(words):
    assert remarks(replace(sample(), source=Source(FACTS, (Mark(1, 2.0, MarkKind.COMMAND, "start"),))), words) == []
