"""The short form of ``python -m tests.validation.latency``, with bounds so wide that only what is broken trips them."""

from pathlib import Path

import pytest

from tests.validation import latency
from tests.validation.latency import main, measure

pytestmark = pytest.mark.whole


def test_an_unknown_latency_widens_the_interval_and_a_known_one_is_used() -> None:
    widths = []
    for seed in range(6):
        unknown, known = measure("responder_8_12", (2.5, 4.0), seed)
        assert unknown.latency_s == known.latency_s >= 2.5
        assert not unknown.is_calibrated
        assert known.is_calibrated
        if unknown.interval_ms and known.interval_ms:
            widths.append(
                (unknown.interval_ms[2] - unknown.interval_ms[1], known.interval_ms[2] - known.interval_ms[1])
            )
    assert len(widths) >= 4
    assert sum(wide > narrow for wide, narrow in widths) >= len(widths) - 1


def test_the_page_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(latency, "ROOT", tmp_path)
    monkeypatch.setattr(latency, "NAMES", ("flat",))
    monkeypatch.setattr(latency, "RANGES_S", ((0.2, 1.0),))
    assert main(["--sessions", "1", "--workers", "1"]) == 0
    page = (tmp_path / "docs" / "latency.md").read_text(encoding="utf-8")
    assert "| breathes along, RSA flat (0-.5 bpm) | 0.2-1 | calibrated |" in page
