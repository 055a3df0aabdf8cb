"""Real recordings of other people's: their published numbers, and no traceback on any file."""

import json
from pathlib import Path

import pytest

from biofeedback.cli import main

DATA = Path(__file__).parents[3] / "shared" / "data"
FILES = sorted(str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file()) if DATA.is_dir() else []
EC57 = ("HRV256_TP2.txt.gz", "HRV256_TP3.txt.gz")  # a day each: measured once, below
STEPS = ["--baseline", "0-120", "--breathe", "120-240:4-6", "--recovery", "240-360"]

pytestmark = [
    pytest.mark.shared,
    pytest.mark.whole,
    pytest.mark.skipif(not FILES, reason="../shared/data is not on this machine"),
]


def analyzed(capsys, name, *options):
    """Exit status and JSON of one file."""
    status = main(["analyze", "--json", str(DATA / name), *options])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(EC57)])
def test_every_file_is_measured_or_refused_in_one_line(name, capsys, validator):
    status, value = analyzed(capsys, name)

    validator.validate(value)
    assert status == (2 if "error" in value else 0)
    if "error" in value:
        assert "\n" not in value["error"]


def test_slow_breathing_has_the_numbers_of_five_other_programs(capsys):
    status, value = analyzed(capsys, "polar_h10/slow_breathing_ibi.csv")

    (step,) = value["steps"]
    assert status == 0
    assert step["rmssd_ms"] == pytest.approx(37.3606, abs=0.0001)
    assert step["sdnn_ms"] == pytest.approx(80.2172, abs=0.0001)
    assert value["quality"]["corrected_fraction"] == 0
    assert value["quality"]["grade"] == "good"


@pytest.mark.parametrize("options", [[], STEPS])
def test_frequent_ectopy_is_refused_as_irregular(options, capsys):
    _, value = analyzed(capsys, "polar_h10/frequent_pvc_rr.csv", *options)

    assert value["quality"]["grade"] == "bad"
    assert value["quality"]["reasons"][0] == "irregular_beats"
    for answer in (*value["exhale_responses"], value["calmer_than_before"]):
        assert (answer["answer"], answer["reason"]) == ("unknown", "irregular_beats")


@pytest.mark.parametrize(
    ("name", "band", "expected_ms2"),
    [("ec57/HRV256_TP2.txt.gz", "hf_power_ms2", 612.5), ("ec57/HRV256_TP3.txt.gz", "lf_power_ms2", 2450.0)],
)
def test_ec57_patterns_have_their_power(name, band, expected_ms2, capsys, validator):
    status, value = analyzed(capsys, name)

    validator.validate(value)
    assert status == 0
    assert value["steps"][0][band] == pytest.approx(expected_ms2, rel=0.0003)


@pytest.mark.parametrize("name", ["polar_h10/slow_breathing_ibi.csv", "polar_h10/frequent_pvc_rr.csv"])
def test_a_real_file_has_a_report_in_both_languages(name, tmp_path):
    for language in ("nl", "en"):
        out = tmp_path / f"{language}.html"
        assert main(["analyze", str(DATA / name), *STEPS, "--html", str(out), "--lang", language]) == 0
        assert out.stat().st_size > 20_000
