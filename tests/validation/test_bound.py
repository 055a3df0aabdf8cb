"""What no test could do better: the bound holds in cases known beforehand, and the page has its rows."""

from pathlib import Path

import numpy as np
import pytest

from tests.validation import bound
from tests.validation.bound import KNOWN, best_power, flat_twin, main, weigh
from tests.validation.classes import CLASSES

pytestmark = pytest.mark.whole


def test_the_best_test_of_people_who_are_alike_is_that_of_a_normal_deviate() -> None:
    assert best_power(np.full(3, 2.0), 0.05) == pytest.approx(0.6388, abs=1e-4)  # 2 - 1.645 SD
    assert best_power(np.zeros(3), 0.05) == pytest.approx(0.05, abs=1e-3)


def test_people_who_differ_are_better_told_together_than_each_at_the_same_error() -> None:
    assert best_power(np.array([0.5, 3.0]), 0.05) > (0.1261 + 0.9123) / 2


def test_a_heart_that_does_not_answer_stands_out_by_nothing() -> None:
    strong, flat = (weigh(one, 80_000) for one in (CLASSES["responder_12_20"], flat_twin(CLASSES["responder_12_20"])))
    assert [look.breaths for look in strong] == [3, 6, 12]
    assert all(len(look.evidence) == len(KNOWN) for look in strong)
    assert min(strong[-1].evidence) > 3.0 > max(flat[-1].evidence)
    assert strong[-1].is_yes
    assert not flat[-1].is_yes
    assert strong[-1].stands_out_sd > strong[0].stands_out_sd > 3.0
    assert flat[-1].stands_out_sd < 1e-6


def test_the_page_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(bound, "ROOT", tmp_path)
    monkeypatch.setattr(bound, "NAMES", ("responder_2_5",))
    assert main(["--sessions", "1", "--twins", "1", "--workers", "1"]) == 0
    page = (tmp_path / "docs" / "bound.md").read_text(encoding="utf-8")
    assert "| 2-5 bpm | asked for | - | - | 85.0 |" in page
    assert page.count("\n| ") == 2 + 3 + len(KNOWN) + 1  # with its head and the line below it
