"""Edits beside a recording: what is written is read, what is damaged is named, what is another's is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit, Undo, standing
from biofeedback.edit_log import decode_entry, encode_edits, encode_entry, parse_edits, path_beside, read_edits
from biofeedback.errors import EditsCorrupt, InputError
from biofeedback.ids import ulid

SHA = "5f" * 32
AT = "2026-11-23T09:00:00.000+00:00"
IDS = [ulid(1_800_000_000_000 + place, bytes(10)) for place in range(9)]
FIRST = Edit(IDS[0], AT, "01K00000000000000000000001", EditKind.EXCLUDE, ((12, 0), (12, 1)))
SECOND = Edit(IDS[1], AT, None, EditKind.ACCEPT, ((12, 0),))
BACK = Undo(IDS[2], AT, None, IDS[1])
PATH = Path("a.edits.jsonl")


def lines(*entries) -> list[bytes]:
    return encode_edits(entries, SHA, "s").splitlines(keepends=True)


def refusal(content: bytes, error: type[Exception] = InputError) -> str:
    with pytest.raises(error) as raised:
        parse_edits(content, PATH, SHA)
    return str(raised.value)


@given(
    st.lists(
        st.builds(
            Edit,
            st.sampled_from(IDS),
            st.just(AT),
            st.none() | st.text(max_size=9),
            st.sampled_from(EditKind),
            st.lists(st.tuples(st.integers(1, 2**31), st.integers(0, 9)), min_size=1, max_size=3).map(tuple),
        ),
        unique_by=lambda edit: edit.id,
        max_size=5,
    )
)
def test_what_is_written_is_read(entries) -> None:
    undone = [Undo(ulid(5 + place, bytes(10)), AT, None, entry.id) for place, entry in enumerate(entries)]
    log = parse_edits(encode_edits([*entries, *undone], SHA, "s"), PATH, SHA)
    assert (log.entries, log.warnings) == ((*entries, *undone), ())


def test_a_line_says_what_was_done_in_its_type() -> None:
    assert encode_entry(FIRST).startswith(b'{"type":"exclude","id":"')
    assert encode_entry(BACK).startswith(b'{"type":"undo","id":"')
    assert decode_entry(encode_entry(FIRST)) == FIRST


def test_a_torn_last_line_is_left_out_and_said(tmp_path) -> None:
    path = tmp_path / "a.edits.jsonl"
    whole = encode_edits([FIRST, SECOND], SHA, "s")
    for cut in range(1, len(encode_entry(SECOND)) - 1):
        path.write_bytes(whole[:-cut] if cut > 1 else whole[:-2])
        log = read_edits(path, SHA)
        assert log.entries == (FIRST,)
        assert "line 3: the last line was torn off" in log.warnings[0]
    path.write_bytes(whole[:-1])
    assert read_edits(path, SHA).entries == (FIRST, SECOND)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"}", "the line is no JSON"),
        (b'{"type":"delete"}', "missing required field|Invalid enum value"),
        (encode_entry(FIRST), "was there before"),
        (encode_entry(Undo(IDS[4], AT, None, IDS[5])), "there is no edit"),
        (encode_entry(Edit("x", AT, None, EditKind.ACCEPT, ((1, 0),))), "is no id"),
        (encode_entry(Edit(IDS[4], "yesterday", None, EditKind.ACCEPT, ((1, 0),))), "isoformat"),
        (encode_entry(Edit(IDS[4], AT, None, EditKind.ACCEPT, ())), r"\[seq, index\]"),
        (encode_entry(Edit(IDS[4], AT, None, EditKind.ACCEPT, ((0, 0),))), r"\[seq, index\]"),
        (encode_entry(Edit(IDS[4], AT, None, EditKind.ACCEPT, ((1, -1),))), r"\[seq, index\]"),
    ],
)
def test_a_damaged_line_is_named(line: bytes, reason: str) -> None:
    header, first, second = lines(FIRST, SECOND)
    with pytest.raises(EditsCorrupt, match=reason) as raised:
        parse_edits(b"".join([header, first, line.rstrip() + b"\n", second]), PATH, SHA)
    assert (raised.value.path, raised.value.line) == ("a.edits.jsonl", 3)


@given(st.integers(0, 10_000), st.binary(max_size=3), st.integers(0, 3))
def test_a_file_that_was_spoilt_is_read_or_refused_with_a_line(place, instead, gone) -> None:
    whole = encode_edits([FIRST, SECOND, BACK], SHA, "s")
    place %= len(whole)
    spoilt = whole[:place] + instead + whole[place + gone :]
    said = refusal_or_none(spoilt)
    if said is None:
        standing(parse_edits(spoilt, PATH, SHA).entries)
    else:
        assert str(PATH) in said
        assert "\n" not in said


def refusal_or_none(content: bytes) -> str | None:
    try:
        parse_edits(content, PATH, SHA)
    except InputError as error:
        return str(error)
    return None


def test_what_is_no_edits_is_refused() -> None:
    for content in (b"", b"900\n901\n", b'{"type":"header","format":"biofeedback-recording","version":1}\n'):
        assert "these are no edits" in refusal(content)


def test_edits_of_a_later_version_are_refused() -> None:
    later = encode_edits([], SHA, "s").replace(b'"version":1', b'"version":2')
    assert "edits of version 2; this program reads version 1" in refusal(later)


def test_edits_of_another_recording_are_refused() -> None:
    said = refusal(encode_edits([FIRST], "00" * 32, "s"))
    assert "made on another recording" in said
    assert "00" * 32 in said
    assert SHA in said


def test_a_file_that_cannot_be_read_is_said(tmp_path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_edits(tmp_path / "none.edits.jsonl", SHA)
    large = tmp_path / "large.edits.jsonl"
    with large.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(InputError, match="too large"):
        read_edits(large, SHA)


def test_edits_lie_beside_their_recording() -> None:
    assert path_beside(Path("x/a.jsonl")) == Path("x/a.edits.jsonl")
    assert path_beside(Path("a")) == Path("a.edits.jsonl")
