"""The bench still runs. What it measures is read by people and never tested."""

from pathlib import Path

import pytest

from tests.bench import machine, process, session


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
