"""Every reference recording replays to its stored results."""

import importlib.util
import json
import math
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "recordings"
_spec = importlib.util.spec_from_file_location("rebuild", FOLDER / "rebuild.py")
rebuild = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(rebuild)

# The last digits of sine and logarithm differ between processors; everything else must be the same.
RELATIVE = 1e-9


def differences(found, expected, place="$"):
    if isinstance(expected, dict) and isinstance(found, dict) and found.keys() == expected.keys():
        return [d for key in expected for d in differences(found[key], expected[key], f"{place}.{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        return [d for k in range(len(expected)) for d in differences(found[k], expected[k], f"{place}[{k}]")]
    numbers = all(isinstance(value, float) for value in (found, expected))
    same = math.isclose(found, expected, rel_tol=RELATIVE, abs_tol=RELATIVE) if numbers else found == expected
    return [] if same else [f"{place}: {found!r} instead of {expected!r}"]


@pytest.mark.parametrize("name", rebuild.REFERENCES)
def test_reference_recording_replays_to_its_stored_results(name):
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert differences(rebuild.results(FOLDER / f"{name}.jsonl"), expected) == []


@pytest.mark.parametrize("name", rebuild.REFERENCES)
def test_reference_recording_is_what_the_simulator_makes_of_its_seed(name, tmp_path):
    preset, seed, exercise = rebuild.REFERENCES[name]
    rebuild.simulate(preset, seed, rebuild.EXERCISES[exercise], tmp_path / "again.jsonl")
    found = (tmp_path / "again.jsonl").read_text(encoding="utf-8").splitlines()
    assert found == (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()


def test_every_stored_recording_has_its_results_and_says_that_it_is_simulated():
    stored = {path.name.removesuffix(".jsonl") for path in FOLDER.glob("*.jsonl")}
    assert stored == set(rebuild.REFERENCES)
    for name in stored:
        assert json.loads((FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")[0])["simulated"] is True


def test_a_difference_is_found_and_named():
    assert differences({"a": [1.0, None]}, {"a": [1.0, 0]}) == ["$.a[1]: None instead of 0"]
    assert differences({"a": 1.0}, {"a": 1.00001}) == ["$.a: 1.0 instead of 1.00001"]
