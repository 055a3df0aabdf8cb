"""What the analyst's page shows: the analysis as it is printed, every beat, and quartiles over the breaths."""

import json
import re
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from biofeedback.errors import RecordingCorrupt
from biofeedback.report.analysis import analyze
from biofeedback.report.document import document, encode_document
from biofeedback.report.folded import fold
from biofeedback.report.review import review
from biofeedback.report.source import read_source

RECORDINGS = Path(__file__).parents[2] / "recordings"


def shown_of(name: str):
    content = (RECORDINGS / name).read_bytes()
    return analyze(read_source(name, content=content)), json.loads(review(content, name))


@pytest.fixture(scope="module")
def reviewed():
    return shown_of("responder.jsonl")


def test_the_document_is_the_one_that_analyze_prints(reviewed) -> None:
    analysis, shown = reviewed
    assert shown["document"] == json.loads(encode_document(document(analysis)))
    assert shown["edits"] == []


def test_every_beat_is_there_as_measured_and_as_put_right() -> None:
    analysis, shown = shown_of("h10_ectopy.jsonl")
    beats = shown["beats"]
    assert {len(column) for column in beats.values()} == {len(analysis.beats)}
    assert beats["ids"] == [[beat.seq, beat.index] for beat in analysis.beats]
    assert beats["rr_ms"] == [beat.rr_ms for beat in analysis.beats]
    assert set(beats["edit"]) == {None}
    moved = 0
    for rr_ms, nn_ms, artifact in zip(beats["rr_ms"], beats["nn_ms"], beats["artifact"], strict=True):
        if artifact == "normal":
            assert nn_ms == rr_ms
        else:
            moved += nn_ms != rr_ms
    assert moved > 3


def test_the_overlay_holds_half_of_the_breaths_around_their_median(reviewed) -> None:
    analysis, shown = reviewed
    (one,) = shown["overlays"]
    step = analysis.steps[one["step_index"]]
    folded = fold(analysis, step)
    assert folded is not None
    assert (one["breaths"], one["inhale_s"], one["period_s"]) == (folded.breaths, 4.0, 10.0)
    assert one["position_s"] == folded.position_s.tolist()
    low, middle, high = (np.array(one[name]) for name in ("q25_ms", "median_ms", "q75_ms"))
    assert np.all(low <= middle)
    assert np.all(middle <= high)
    assert np.abs(middle - folded.mean_ms).max() < np.max(high - low)


def test_each_step_of_a_minute_has_a_spectrum_and_the_paced_one_its_line(reviewed) -> None:
    _, shown = reviewed
    assert [one["pacer_hz"] for one in shown["spectra"]] == [None, pytest.approx(0.1), None]
    for one in shown["spectra"]:
        assert len(one["frequency_hz"]) == len(one["density_ms2_per_hz"])
    assert shown["missing"] == []


def test_of_a_practice_nothing_is_missing() -> None:
    content = (RECORDINGS / "responder.jsonl").read_bytes().replace(b'"step":"breathe"', b'"step":"practice"')
    shown = json.loads(review(content, "practised.jsonl"))
    assert [step["step"] for step in shown["document"]["steps"]] == ["baseline", "practice", "recovery"]
    assert shown["overlays"] == []
    assert shown["missing"] == []


def test_what_is_not_shown_of_a_step_says_why() -> None:
    content = (RECORDINGS / "bad_contact.jsonl").read_bytes()
    missing = json.loads(review(content, "bad_contact.jsonl"))["missing"]
    assert [(one["step_index"], one["what"], one["reason"]) for one in missing] == [
        (0, "spectrum", "gap"),
        (1, "overlay", "gap"),
        (1, "fall", "gap"),
        (1, "spectrum", "gap"),
        (2, "spectrum", "gap"),
    ]


def test_marks_and_ratings_stand_as_the_recording_has_them(tmp_path: Path) -> None:
    lines = [
        b'{"type":"header","format":"biofeedback-recording","version":1,"session":"s","started_utc":"2026-11-22T09:00:00Z"}',
        b'{"type":"step","seq":1,"t_s":0.0,"step":"rest"}',
        b'{"type":"rr","seq":2,"t_s":1.0,"rr_ms":[900.0]}',
        b'{"type":"mark","seq":3,"t_s":1.5,"kind":"note","text":"shoulders dropped","author":"u"}',
        b'{"type":"rating","seq":4,"t_s":2.0,"scale":"tension","moment":"after","value":3}',
    ]
    shown = json.loads(review(b"\n".join(lines) + b"\n", "s.jsonl"))
    assert [(mark["t_s"], mark["text"], mark["author"]) for mark in shown["marks"]] == [(1.5, "shoulders dropped", "u")]
    by_user = [line.replace(b'"author":"u"', b'"author":"01K00000000000000000000009"') for line in lines]
    for names, author in (({}, "physio"), ({"01K00000000000000000000009": "merel"}, "merel")):
        (mark,) = json.loads(review(b"\n".join(by_user) + b"\n", "s.jsonl", (), names))["marks"]
        assert mark["author"] == author
    assert [(one["t_s"], one["scale"], one["value"]) for one in shown["ratings"]] == [(2.0, "tension", 3)]
    assert (shown["overlays"], shown["spectra"], shown["beats"]["nn_ms"]) == ([], [], [900.0])
    with pytest.raises(RecordingCorrupt, match=r"s\.jsonl, line 3"):
        review(b"\n".join([*lines[:2], b"}", *lines[2:]]), "s.jsonl")


def test_the_two_numbers_that_the_documentation_names_are_those_of_the_recordings() -> None:
    text = (RECORDINGS.parent / "docs" / "review.md").read_text(encoding="utf-8")
    (named,) = re.findall(
        r"In `recordings/(\w+).jsonl` they are (\S+) and (\S+), in `(\w+).jsonl` (\S+) and (\S+) beats", text
    )
    for name, fall, effect in (named[:3], named[3:]):
        found = json.loads((RECORDINGS / f"{name}.expected.json").read_text(encoding="utf-8"))
        falls = [one["exhale_fall_bpm"] for one in found["breaths"] if one["exhale_fall_bpm"] is not None]
        (response,) = found["exhale_responses"]
        assert (f"{median(falls):.1f}", f"{response['effect_bpm']:.1f}") == (fall, effect), name
