"""Words: both languages whole and equal in shape, nothing said that must not be, one formatter with the pages."""

import json
import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from biofeedback.core.choices import (
    Answer,
    Artifact,
    BeatSource,
    CardState,
    Following,
    FollowingSource,
    Grade,
    LatencySource,
    NoiseSource,
    Reason,
    RespirationSource,
)
from biofeedback.core.context import Told
from biofeedback.core.events import LinkState, MarkKind, StepKind
from biofeedback.core.exercises import EXERCISES
from biofeedback.lang import LANGUAGES, Words

SERVER = Path(__file__).parents[1] / "biofeedback" / "server"
FIXTURES = Path(__file__).parent / "web" / "fixtures"
QUESTIONS = ("Kalmeert je uitademing je hartslag?", "Does your exhale calm your heartbeat?")
NO_DIAGNOSIS = r"(?i)\b(geen|no|not a) diagnos[ei]s?\b"  # saying that it is none is allowed
BANNED = {
    "nl": "|".join(
        (
            r"zenuwstelsel|kalmeer|nervus vagus|activeert|herstelt\b|behandelt|genees|diagnos",
            r"hartslag zakt|pijn neemt af|\bstress\b.*\b(verlaag|daalt|minder)|verlaagt.*stress",
            r"gezond|te laag\b|te hoog\b",
            r"\bscore|punten\b|niveau|goed zo|mislukt|gefaald",
        )
    ),
    "en": "|".join(
        (
            r"nervous system|\bcalm(s|ed|ing) your|vagus|activates|\btreats\b|\bcures?\b|\bheals\b|diagnos",
            r"heart rate drops|pain decreases|less pain|reduces stress|stress reduc|\b(un)?healthy|too low|too high",
            r"\bscore|\bpoints\b|\blevel\b|well done|\bfailed\b",
        )
    ),
}
ENUMS: dict[str, type[StrEnum]] = {
    "step.{}": StepKind,
    "link.{}": LinkState,
    "mark.{}": MarkKind,
    "answer.{}": Answer,
    "following.{}": Following,
    "following_source.{}": FollowingSource,
    "respiration_source.{}": RespirationSource,
    "grade.{}": Grade,
    "artifact.{}": Artifact,
    "reason.{}": Reason,
    "noise_source.{}": NoiseSource,
    "latency_source.{}": LatencySource,
    "beat_source.{}": BeatSource,
    "card.{}.word": CardState,
    "card.{}.sentence": CardState,
}


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param)


def texts(words: Words) -> dict[str, str]:
    return {key: words.raw(key) for key in words}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\s*(\w+)\s*(?=[,}])", text))


def test_both_languages_have_the_same_keys() -> None:
    assert set(Words("nl")) == set(Words("en"))


def test_both_languages_have_the_same_placeholders() -> None:
    dutch, english = Words("nl"), Words("en")
    differing = [key for key in dutch if placeholders(dutch.raw(key)) != placeholders(english.raw(key))]
    assert differing == []


def test_no_text_is_empty_and_none_is_padded_for_glueing(words: Words) -> None:
    assert [key for key, text in texts(words).items() if not text or text != text.strip()] == []


def test_every_text_can_be_formatted(words: Words) -> None:
    for key, text in texts(words).items():
        for n in (1, 2):
            values = dict.fromkeys(placeholders(text), n)
            dates = set(re.findall(r"\{(\w+), (?:date|time|offset)\}", text))
            words(key, **{name: "2026-11-22" if name in dates else value for name, value in values.items()})


def test_all_that_can_be_told_of_the_day_has_words(words: Words) -> None:
    told = {f"mark.context.{text.replace(' ', '_')}" for text in Told}
    assert told == {key for key in words if key.startswith("mark.context.")}


def test_nothing_is_said_that_must_not_be_said(words: Words) -> None:
    found = {}
    for key, text in texts(words).items():
        checked = re.sub(NO_DIAGNOSIS, "", text)
        for question in QUESTIONS:
            checked = checked.replace(question, "")
        if match := re.search(BANNED[words.language], checked, re.IGNORECASE):
            found[key] = match.group()
    assert found == {}


def test_the_banned_words_are_found_where_they_stand() -> None:
    for language, text in (
        ("nl", "Je zenuwstelsel herstelt."),
        ("nl", "Dit kalmeert je."),
        ("en", "Your heart rate drops."),
    ):
        assert re.search(BANNED[language], text, re.IGNORECASE)


@pytest.mark.parametrize("pattern", ENUMS)
def test_every_value_that_a_person_reads_has_words(words: Words, pattern: str) -> None:
    assert [value for value in ENUMS[pattern] if pattern.format(value) not in words] == []


def test_every_exercise_and_movement_has_words(words: Words) -> None:
    keys = [f"exercise.{name}.{part}" for name in EXERCISES for part in ("title", "intro")]
    movements = {step.movement for exercise in EXERCISES.values() for step in exercise.steps if step.movement}
    keys += [f"movement.{name}.{part}" for name in movements for part in ("title", "how")]
    assert [key for key in keys if key not in words] == []


def test_every_state_of_the_strap_has_words(words: Words) -> None:
    states = ("searching", "connecting", "waiting_for_beats", "beats", "lost", "ended")
    assert [state for state in states if f"strap.{state}" not in words] == []


def test_everything_that_is_refused_has_words(words: Words) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SERVER.rglob("*.py"))
    said = re.findall(r'(?:Refused\(\s*\d+|Error\(code=|_refuse\(socket),?\s*"(\w+)"', source)
    assert {"wrong_sign_in", "bad_message", "busy"} <= set(said)
    assert [code for code in said if f"error.{code}" not in words] == []


def test_the_formatter_makes_of_each_phrase_what_is_expected() -> None:
    expected = {
        "{x, number, 1}|{x, number, 0}": ("2,3|2", "2.3|2"),
        "{n, plural, one {one of {all}} other {{n} of {all}}}": ("3 of 12", "3 of 12"),
        "{d, date}": ("22 november 2026", "22 November 2026"),
    }
    rows = {row["text"]: row for row in json.loads((FIXTURES / "phrases.json").read_text(encoding="utf-8"))}
    for text, found in expected.items():
        assert (rows[text]["nl"], rows[text]["en"]) == found


@pytest.mark.parametrize(
    ("at", "zone", "told"),
    [
        ("2026-11-22T00:10:00Z", "America/St_Johns", "21 November 2026, 20:40 (UTC−3:30)"),
        ("2026-11-22T23:10:00", "Asia/Kolkata", "23 November 2026, 04:40 (UTC+5:30)"),  # says none: UTC
        ("2026-11-22T23:10:00Z", "UTC", "22 November 2026, 23:10 (UTC)"),
    ],
)
def test_a_moment_is_told_where_it_is_read_and_says_how_far_from_utc(at: str, zone: str, told: str) -> None:
    assert Words("en", ZoneInfo(zone))("report.when", at=at) == told


def test_numbers_read_as_in_their_language() -> None:
    assert Words("nl")("format.one", x=-3.25) == "−3,3"
    assert Words("en")("format.one", x=-0.04) == "0.0"


def test_a_missing_key_or_value_is_an_error() -> None:
    words = Words("en")
    with pytest.raises(KeyError):
        words("no.such.key")
    with pytest.raises(KeyError):
        words("patient.percent")


@pytest.mark.parametrize(("text", "message"), [("{n", "not closed"), ("{n, colour}", "unknown kind")])
def test_a_text_with_a_fault_is_an_error(text: str, message: str) -> None:
    words = Words("en")
    words._texts["faulty"] = text
    with pytest.raises(ValueError, match=message):
        words("faulty", n=1)


def test_the_fixtures_shared_with_the_pages_are_up_to_date() -> None:
    made = run_python(
        "import make_fixtures, json; print(json.dumps({n: make_fixtures.text(n) for n in make_fixtures.FIXTURES}))"
    )
    stale = [name for name, text in made.items() if (FIXTURES / f"{name}.json").read_text(encoding="utf-8") != text]
    assert stale == [], "run python tests/web/fixtures/make_fixtures.py"


def run_python(code: str) -> Any:
    """What the code prints, as JSON, run where the fixtures are made."""
    ran = subprocess.run([sys.executable, "-c", code], cwd=FIXTURES, capture_output=True, check=True, text=True)
    return json.loads(ran.stdout)


def test_the_page_says_only_what_the_server_understands() -> None:
    import msgspec

    from biofeedback import viewer_messages

    for said in json.loads((FIXTURES / "viewer.json").read_text(encoding="utf-8")):
        assert msgspec.to_builtins(msgspec.convert(said, viewer_messages.FromViewer)) == said
