"""A recording with edits beside it: they are taken in, said with every result, and refused where they do not fit."""

import hashlib
import io
import json
import shutil

import pytest

from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit, Undo
from biofeedback.core.results import Artifact
from biofeedback.edit_log import encode_edits, path_beside
from biofeedback.errors import InputError, NoSuchBeat
from biofeedback.ids import ulid
from biofeedback.report.analysis import analyze
from biofeedback.report.document import document, encode_document
from biofeedback.report.edited import Edited, edited_by_hand, edited_sentence
from biofeedback.report.page import page
from biofeedback.report.review import review
from biofeedback.report.source import read_source
from biofeedback.report.terminal import print_analysis

IDS = [ulid(1_800_000_000_000 + place, bytes(10)) for place in range(9)]
AT = "2026-11-23T09:00:0{}.000+00:00"
MEREL = "01K00000000000000000000001"


@pytest.fixture
def recording(responder, tmp_path):
    """A copy of the simulated recording, beside which edits may be laid."""
    return shutil.copy(responder, tmp_path / "session.jsonl")


def lay(recording, *entries, sha256=None):
    """Edits beside a recording."""
    found = sha256 or hashlib.sha256(recording.read_bytes()).hexdigest()
    path_beside(recording).write_bytes(encode_edits(entries, found, "s"))


def edit(place, kind, *beats, author=MEREL):
    return Edit(IDS[place], AT.format(place), author, kind, beats)


def beats_of(recording):
    return [(beat.seq, beat.index) for beat in analyze(read_source(str(recording))).beats]


def test_edits_beside_a_file_are_taken_in_and_said(recording, validator, words):
    plain = analyze(read_source(str(recording)))
    ids = beats_of(recording)
    lay(
        recording,
        edit(0, EditKind.EXCLUDE, ids[40], ids[41]),
        edit(1, EditKind.INTERPOLATE, ids[150], author=None),
        edit(2, EditKind.ACCEPT, ids[41]),
        edit(3, EditKind.EXCLUDE, ids[60]),
        Undo(IDS[4], AT.format(4), MEREL, IDS[3]),
    )
    analysis = analyze(read_source(str(recording)))
    assert edited_by_hand(analysis.source) == Edited(1, 1, 1, (MEREL, None), AT.format(2))
    value = json.loads(encode_document(document(analysis)))
    validator.validate(value)
    assert (value["edits"], value["edited"]["excluded"], value["edited"]["authors"]) == (3, 1, [MEREL, None])
    assert analysis.artifacts[40] is Artifact.EXCLUDED
    assert analysis.artifacts[150] is Artifact.INTERPOLATED
    assert analysis.artifacts[60] is plain.artifacts[60]
    assert analysis.steps[0].measures.rmssd_ms != plain.steps[0].measures.rmssd_ms
    said = edited_sentence(analysis.source, words)
    assert words("report.edited.somebody") in said
    assert said in page(analysis, words)
    assert words("artifact.excluded") in page(analysis, words)
    out = io.StringIO()
    print_analysis(analysis, words, out)
    assert said[:60] in out.getvalue()


def test_what_was_all_undone_changes_nothing(recording):
    plain = document(analyze(read_source(str(recording))))
    lay(recording, edit(0, EditKind.EXCLUDE, beats_of(recording)[40]), Undo(IDS[1], AT.format(1), None, IDS[0]))
    source = read_source(str(recording))
    assert edited_by_hand(source) is None
    assert encode_document(document(analyze(source))) == encode_document(plain)


def test_a_beat_that_is_not_there_is_named(recording):
    lay(recording, edit(0, EditKind.ACCEPT, (3, 7)))
    with pytest.raises(NoSuchBeat, match=r"session\.jsonl: beat \[3, 7\] was edited") as raised:
        analyze(read_source(str(recording)))
    assert raised.value.beat == (3, 7)


def test_edits_of_another_recording_are_not_taken_in(recording):
    lay(recording, sha256="00" * 32)
    with pytest.raises(InputError, match="made on another recording"):
        read_source(str(recording))


def test_a_torn_line_is_a_warning_of_the_file(recording):
    lay(recording, edit(0, EditKind.EXCLUDE, beats_of(recording)[40]))
    beside = path_beside(recording)
    beside.write_bytes(beside.read_bytes()[:-4])
    assert "torn off" in read_source(str(recording)).facts.warnings[0]


def test_the_review_shows_what_was_found_and_what_was_made_of_it(recording):
    ids = beats_of(recording)
    log = [
        edit(0, EditKind.EXCLUDE, ids[40]),
        edit(1, EditKind.INTERPOLATE, ids[50]),
        edit(2, EditKind.ACCEPT, ids[-1]),
        edit(3, EditKind.EXCLUDE, ids[60]),
        Undo(IDS[4], AT.format(4), MEREL, IDS[3]),
    ]
    shown = json.loads(review(recording.read_bytes(), "s.jsonl", log))
    beats = shown["beats"]
    assert [beats["edit"][place] for place in (40, 50, 60)] == ["exclude", "interpolate", None]
    assert beats["edit"][-1] == "accept"
    assert (beats["artifact"][40], beats["nn_ms"][40]) == ("normal", None)
    assert beats["nn_ms"][50] != beats["rr_ms"][50]
    assert beats["nn_ms"][60] == beats["rr_ms"][60]
    assert [(line["kind"], line["undone"], line["author"]) for line in shown["edits"]] == [
        ("exclude", False, MEREL), ("interpolate", False, MEREL), ("accept", False, MEREL), ("exclude", True, MEREL),
        ("undo", False, MEREL),
    ]  # fmt: skip
    assert shown["edits"][0]["beats"] == [list(ids[40])]
    assert shown["document"]["edits"] == 3
