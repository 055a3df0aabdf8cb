"""What is found again of an earlier session: one that was cut off, and what it began with."""

import json
import logging
import os
import time
from pathlib import Path

import pytest

from biofeedback.core.events import End, Input, Mark, MarkKind, StrapInfo
from biofeedback.core.noise import NoiseSpectrum
from biofeedback.core.prior import Prior, Sitting
from biofeedback.errors import InputError
from biofeedback.history import prior_json, prior_of, unfinished
from biofeedback.recording import Header, RecordingWriter

NOTE = Mark(2, 1.0, MarkKind.NOTE, "here")


def written(
    folder: Path, session: str, *events: Input, subject: str = "A-17", simulated: bool = False, age_s: float = 0.0
) -> Path:
    path = folder / f"{session}.jsonl"
    writer = RecordingWriter(path, Header(session, "2026-11-22T09:00:00Z", subject, simulated))
    for event in events:
        writer.write(event)
    writer.close()
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def strap(source: str) -> StrapInfo:
    return StrapInfo(1, 0.5, 1, source)


def test_the_newest_session_that_was_cut_off_is_found(tmp_path: Path) -> None:
    written(tmp_path, "01A", strap("ble"), NOTE)
    newest = written(tmp_path, "01B", strap("ble"), NOTE)
    written(tmp_path, "01C", strap("ble"), NOTE, End(3, 2.0, "completed"))
    recording = unfinished(tmp_path, "A-17", "ble", simulated=False)
    assert recording is not None
    assert recording.path == newest


def test_another_person_another_strap_and_another_day_are_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    written(tmp_path, "01A", strap("ble"), NOTE, subject="B-2")
    written(tmp_path, "01B", strap("ble"), NOTE, simulated=True)
    written(tmp_path, "01C", strap("scripted"), NOTE)
    written(tmp_path, "01D", strap("ble"), NOTE, age_s=901)
    (tmp_path / "01E.jsonl").write_text("{damaged\n")
    with caplog.at_level(logging.WARNING):
        assert unfinished(tmp_path, "A-17", "ble", simulated=False) is None
    assert "01E" in caplog.text
    assert unfinished(tmp_path / "none", "A-17", "ble", simulated=False) is None


def test_a_replayed_strap_goes_on_whatever_it_replays(tmp_path: Path) -> None:
    written(tmp_path, "01A", strap("ble"), NOTE)
    assert unfinished(tmp_path, "A-17", "replay", simulated=False) is not None


def test_a_prior_survives_the_header() -> None:
    noise, sitting = NoiseSpectrum((0.075, 0.1), (41.2, 38.9), 4.0, 118.5), Sitting(2.1, 0.7, ("01H", "01J"))
    prior = Prior(noise, ("01J",), 1.8, ("01H", "01J"), sitting)
    for one in (prior, Prior(None, (), 1.8), Prior(sitting=sitting), Prior()):
        header = Header("01K", "2026-11-22T09:00:00Z", prior=json.loads(json.dumps(prior_json(one))))
        assert prior_of(header) == one
    assert prior_json(None) is None
    assert prior_of(Header("01K", "2026-11-22T09:00:00Z")) is None


def test_a_prior_of_an_earlier_program_is_read_as_far_as_it_goes() -> None:
    """It wrote neither sessions of the spread nor anything on sitting."""
    header = Header("01K", "2026-11-22T09:00:00Z", prior={"exhale_noise": None, "heart_rate_sd_bpm": 1.8})
    assert prior_of(header) == Prior(None, (), 1.8, (), None)


@pytest.mark.parametrize(
    "prior",
    [
        {"exhale_noise": {"frequency_hz": "x"}},
        {"heart_rate_sd_bpm": "x"},
        {"heart_rate_sd_sessions": 3},
        {"sitting": {"fall_bpm": "x"}},
        {"exhale_noise": 3},
        {"exhale_noise": {"frequency_hz": [], "power_ms2": [], "white_ms2": 1.0, "span_s": 1.0, "sessions": 3}},
    ],
)
def test_a_damaged_prior_is_said(prior: dict[str, object]) -> None:
    with pytest.raises(InputError, match="prior in the header of session 01K is damaged"):
        prior_of(Header("01K", "2026-11-22T09:00:00Z", prior=prior))
