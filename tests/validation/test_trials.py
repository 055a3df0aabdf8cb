"""The short form of ``python -m tests.validation.trials``, with bounds so wide that only what is broken trips them."""

from pathlib import Path

import pytest

from tests.validation import trials
from tests.validation.trials import PEOPLE, measure_people

pytestmark = pytest.mark.whole

BY_WORDS = {people.says: people for people in PEOPLE}


def test_without_a_difference_hardly_anything_is_claimed() -> None:
    for says in ("long exhale against long inhale, no difference", "4-6 against sitting still, no difference"):
        found = measure_people(BY_WORDS[says], 6)
        assert found.wrong.hits <= 2
        assert found.covered.hits >= 4
        assert found.broken == 0


def test_a_true_difference_is_never_told_the_wrong_way_round() -> None:
    found = measure_people(BY_WORDS["4-6 against sitting still, 6 bpm slower with 4-6"], 4)
    assert found.wrong.hits == 0


def test_the_page_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(trials, "ROOT", tmp_path)
    monkeypatch.setattr(trials, "PEOPLE", PEOPLE[-1:])
    assert trials.main(["--sessions", "1"]) == 0
    assert "| resonance, RSA about 9 bpm" in (tmp_path / "docs" / "trials.md").read_text(encoding="utf-8")
