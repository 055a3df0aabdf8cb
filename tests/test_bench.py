"""The bench still runs. What it measures is read by people and never tested."""

from dataclasses import replace
from pathlib import Path

import pytest

from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Breathing
from tests.bench import comparison, machine, packages, process, session, streams


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[1])


def test_figures_come_with_machine_load_and_versions() -> None:
    text = machine.describe()
    assert [line.split()[0] for line in text.splitlines()] == ["machine", "load", "versions"]
    assert "neurokit2" in text


@pytest.mark.skipif(not hasattr(process.os, "wait4"), reason="needs a system that counts a process' CPU time")
def test_a_whole_process_is_measured_and_a_failing_one_is_said() -> None:
    assert process.cost(["-c", "pass"], times=1).peak_mb > 0
    with pytest.raises(process.subprocess.CalledProcessError):
        process.cost(["-c", "raise SystemExit(3)"], times=1)


def test_a_server_is_started_up_to_its_first_page_and_stopped() -> None:
    assert process.first_page_s(times=1) > 0


def test_pipeline_is_fed_a_simulated_session_beat_by_beat(tmp_path: Path) -> None:
    recording = session.recorded(tmp_path, 300.0)
    cost = session.pipeline_cost(recording)
    assert recording.header.simulated
    assert cost.beats > 200
    assert cost.beats - 2 <= len(session.rr_ms(recording)) <= cost.beats


def test_a_strap_with_ecg_and_acceleration_is_read_at_every_rate_and_has_its_costs(tmp_path: Path) -> None:
    recording = streams.streamed(tmp_path)
    begun = recording.events[:500]
    rates_hz = []
    for rate_hz in streams.RATES_HZ:
        pipeline = Pipeline()
        results = [result for event in streams.at_rate(begun, rate_hz) for result in pipeline.feed(event)]
        rates_hz += [result.rate_hz for result in results if isinstance(result, Breathing)][-1:]
    assert rates_hz == pytest.approx([rates_hz[1]] * 3, rel=0.1)  # of the chest's breaths
    assert 0 < len(streams.at_rate(begun, None)) < len(begun) / 2
    cost = streams.measure(replace(recording, events=begun), 50)
    assert cost.inputs == len(begun)
    assert min(cost.pipeline_us, cost.recording_us, cost.collector_us) > 0


def test_every_row_of_ours_has_its_figures() -> None:
    findings = [comparison._run("biofeedback", "5 min", row, comparison.LIMIT_S) for row in packages.ROWS]
    assert [one.trouble for one in findings] == [None] * len(packages.ROWS)
    whole = comparison._sum("biofeedback", "5 min", findings)
    assert whole.cpu_s == pytest.approx(sum(one.cpu_s or 0.0 for one in findings))


def test_a_peer_that_is_too_slow_is_named_and_given_nothing_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "PACKAGES", {"biofeedback": None})
    findings = list(comparison.compare(limit_s=0.001))
    assert {one.trouble for one in findings} == {"over 0 s at 5 min"}
    shown = list(comparison.tables(findings))
    assert [table.row_count for table in shown] == [3 * (len(packages.ROWS) + 1)] * 2


def test_a_peer_that_dies_or_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert comparison._run("nobody", "5 min", "time", comparison.LIMIT_S).trouble == "import: KeyError at 5 min"
    monkeypatch.setattr(comparison.sys, "executable", "false")
    assert comparison._run("biofeedback", "5 min", "time", comparison.LIMIT_S).trouble == "died at 5 min"
    monkeypatch.setitem(packages.PACKAGES, "nobody", lambda: __import__("nobody_has_this"))
    assert packages._measure("nobody", "time", 300.0) == {"trouble": "not installed"}


def test_a_made_up_day_is_a_day_long() -> None:
    beats_ms = packages.heart_ms(86400.0)
    assert 86390.0 < beats_ms.sum() / 1000.0 <= 86400.0
    assert 90_000 < len(beats_ms) < 115_000
