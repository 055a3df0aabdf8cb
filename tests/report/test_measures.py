"""The page of measures is the one that its program writes, and leaves no measure out."""

import importlib.util
from dataclasses import fields
from pathlib import Path

import pytest

from biofeedback.core.details import StepDetails
from biofeedback.core.results import StepMeasures

DOCS = Path(__file__).resolve().parents[2] / "docs"
NO_MEASURE = {"respiration_source", "step_seq", "step", "start_s", "end_s", "beats"}


@pytest.fixture(scope="module")
def program():
    spec = importlib.util.spec_from_file_location("docs_measures", DOCS / "measures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(program):
    assert (DOCS / "measures.md").read_text(encoding="utf-8") == program.page(), "run: make measures"


def test_every_measure_of_a_step_has_its_row(program):
    said = {measure.field for measure in program.MEASURES}
    measures = {field.name for kind in (StepMeasures, StepDetails) for field in fields(kind)}
    assert measures - NO_MEASURE <= said


def test_measures_do_what_the_page_says_when_only_the_breathing_rate_changes(program):
    slow, middle, fast = (program._measured(rate) for rate in (6.0, 10.0, 18.0))
    assert fast["RMSSD (ms)"] > 1.6 * slow["RMSSD (ms)"]
    assert slow["LF/HF"] > 5.0
    assert fast["LF/HF"] < 0.5
    for name, slack in (("RSA, locked, peak to trough (ms)", 0.15), ("SDNN (ms)", 0.1)):
        assert fast[name] == pytest.approx(slow[name], rel=slack)
    assert fast["rate-corrected amplitude (ms)"] == pytest.approx(middle["rate-corrected amplitude (ms)"], rel=0.1)
    assert fast["power around breathing (ms²)"] == pytest.approx(middle["power around breathing (ms²)"], rel=0.25)
    assert fast["DFA alpha 1"] < middle["DFA alpha 1"] < slow["DFA alpha 1"]
