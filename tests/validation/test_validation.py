"""The short form of ``make validate``, with bounds so wide that only something broken trips them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from biofeedback.core.events import Step
from tests.validation import real
from tests.validation.classes import CLASSES, Target
from tests.validation.outcome import measure
from tests.validation.page import write_page
from tests.validation.run import open_tasks
from tests.validation.sessions import simulate
from tests.validation.store import Run, Store, fingerprint
from tests.validation.tallies import Share, Tally, count

pytestmark = pytest.mark.whole

SESSIONS = 20


def tally(name: str, sessions: int = SESSIONS) -> Tally:
    return count(name, [measure(name, 50_000 + seed) for seed in range(sessions)])


def test_a_heart_that_answers_is_seen_with_its_size() -> None:
    found = tally("responder_8_12")
    assert found.ever_yes[3].hits >= SESSIONS // 2
    assert found.final["yes"].hits >= SESSIONS - 2
    assert found.coverage.hits >= SESSIONS - 4
    assert abs(found.bias_ms) < 0.2 * found.truth_ms


def test_free_breathing_is_seldom_called_an_answer() -> None:
    assert tally("free").ever_yes[12].hits <= 4  # of 20; .01 % of runs at 3.5 % each


def test_a_mayer_wave_at_the_pacer_is_seldom_called_an_answer() -> None:
    assert tally("mayer_at_pacer").ever_yes[12].hits <= 5


def test_frequent_ectopic_beats_are_refused() -> None:
    found = tally("ectopy_frequent", 10)
    assert found.final["yes"].hits == 0
    assert found.refused.hits >= 8


def test_sitting_still_is_seldom_called_calmer() -> None:
    assert tally("calmer_sits").calmer["yes"].hits <= 4


def test_real_people_without_a_pacer_are_seldom_called_an_answer() -> None:
    if real.read_rr_ms("rest") is None:
        pytest.skip("needs the real recordings in ../shared/data")
    outcomes = [measure("real:nn_1h", seed) for seed in range(10)]
    assert count("real:nn_1h", outcomes).ever_yes[12].hits <= 4


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_makes_a_session_that_its_seed_repeats(name: str) -> None:
    one, again, other = simulate(CLASSES[name], 1), simulate(CLASSES[name], 1), simulate(CLASSES[name], 2)
    assert one == again
    assert one.events != other.events
    times_s = [event.t_s for event in one.events]
    assert times_s == sorted(times_s)
    assert sum(isinstance(event, Step) for event in one.events) == 3


def test_what_pushes_the_heart_rate_is_in_the_truth_and_in_the_beats() -> None:
    drifts = [measure("drift", seed) for seed in range(5)]
    free = [measure("free", seed) for seed in range(5)]
    assert np.mean([one.delta_truth_bpm for one in drifts]) == pytest.approx(free[0].delta_truth_bpm - 6, abs=0.1)
    assert np.median([one.delta_bpm or 0 for one in drifts]) < -3


def test_a_share_has_wilsons_limits() -> None:
    low, high = Share(5, 100).limits
    assert (low, high) == (pytest.approx(0.0215, abs=5e-4), pytest.approx(0.1118, abs=5e-4))
    assert Share(0, 0).limits == (0.0, 1.0)


def test_a_target_is_judged_by_what_was_seen_and_by_chance() -> None:
    target = Target("ever_yes", high=0.05)
    assert Share(0, 1000).judge(target) == "holds"
    assert Share(48, 1000).judge(target) == "holds, by chance perhaps"
    assert Share(55, 1000).judge(target) == "**misses**, by chance perhaps"
    assert Share(200, 1000).judge(target) == "**misses**"


def test_a_stopped_run_goes_on_from_its_last_whole_line(tmp_path: Path) -> None:
    store = Store("state", tmp_path)
    assert store.read() == []
    outcome = measure("calmer_level", 3)
    answered = measure("flat", 3)
    store.append([outcome, answered])
    with store.path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"name": "cut"})[:9])
    assert store.read() == [outcome, answered]
    run = Run("2026-01-01T00:00+00:00", "abc", False, 0.5, 1, 2, 0.1)
    store.note_run(run)
    assert store.runs() == [run]


def test_another_class_or_seed_is_another_person() -> None:
    session = simulate(replace(CLASSES["free"], name="other"), 1)
    assert session.events != simulate(CLASSES["free"], 1).events
    assert fingerprint() == fingerprint()


def test_the_page_says_what_was_held_and_what_was_missed(tmp_path: Path) -> None:
    outcomes = {name: [measure(name, seed) for seed in range(2)] for name in ("flat", "responder_8_12", "calmer_by_8")}
    write_page(outcomes, Store("state", tmp_path), tmp_path)
    page = (tmp_path / "validation.md").read_text(encoding="utf-8")
    assert "**2 sessions of each simulated class" in page
    assert "| responder_8_12 | ever yes by 12 breaths >= 99 % |" in page
    picture = (tmp_path / "validation_answers.svg").read_bytes()
    write_page(outcomes, Store("state", tmp_path), tmp_path)
    assert (tmp_path / "validation_answers.svg").read_bytes() == picture


def test_only_what_is_not_measured_is_measured() -> None:
    known = {("free", seed) for seed in range(20)}
    assert open_tasks(["free", "flat"], 30, known) == [("flat", 0, 20), ("free", 20, 30), ("flat", 20, 30)]
