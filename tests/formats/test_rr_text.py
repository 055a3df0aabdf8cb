"""Beats as other programs read them."""

from biofeedback.core.results import Beat
from biofeedback.formats.rr_file import read_rr_file
from biofeedback.formats.rr_text import hrv_logger_csv, plain_rr

BEATS = (
    Beat(1, 0, 1.0, 900.390625, 66.6, 0),
    Beat(2, 0, 1.9, 899.4140625, 66.7, 0),
    Beat(3, 0, 9.9, 1000.0, 60.0, 1),
)


def test_plain_rr_keeps_every_digit_and_says_where_beats_are_missing():
    assert plain_rr(BEATS).splitlines()[2:] == ["900.390625", "899.4140625", "# gap: beats are missing here", "1000.0"]


def test_plain_rr_says_how_much_later_than_its_session_it_begins():
    assert "0.100 s after the start of the session" in plain_rr(BEATS).splitlines()[1]
    assert len(plain_rr(()).splitlines()) == 1


def test_csv_gives_wall_time_where_it_is_known():
    lines = hrv_logger_csv(BEATS, "2026-11-22T09:00:00Z").splitlines()

    assert lines[:2] == ["date,rr,since start", "2026-11-22 09:00:01.000+00:00,900.390625,1000.000"]
    assert hrv_logger_csv(BEATS, None).splitlines()[1] == ",900.390625,1000.000"


def test_both_are_read_again(tmp_path):
    for name, text in (("rr.txt", plain_rr(BEATS)), ("rr.csv", hrv_logger_csv(BEATS, None))):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert read_rr_file(path).rr_ms == tuple(beat.rr_ms for beat in BEATS)
