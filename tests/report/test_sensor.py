"""A sensor that is not on the chest is no chest strap, and each result says so."""

import io
from dataclasses import replace

import pytest
from hand_made import FACTS, sample

from biofeedback.core.events import Characteristic, Notification
from biofeedback.report.clinician_report import clinician_report
from biofeedback.report.document import document
from biofeedback.report.page import page
from biofeedback.report.sheet import texts
from biofeedback.report.source import Source
from biofeedback.report.terminal import print_analysis


def worn(*values: bytes):
    """A session whose sensors said this of their place."""
    told = tuple(Notification(n, float(n), 1, Characteristic.BODY_LOCATION, value) for n, value in enumerate(values, 1))
    return replace(sample(), source=Source(FACTS, told))


def in_terminal(analysis, words):
    out = io.StringIO()
    print_analysis(analysis, words, out)
    return out.getvalue()


def on_sheet(analysis, words):
    return " ".join(texts(clinician_report(analysis, words, {})))


@pytest.mark.parametrize("shown", [in_terminal, on_sheet, page])
def test_a_sensor_that_is_not_on_the_chest_is_said_to_be_none(shown, words):
    sentence = words("sensor.not_chest", place=words("sensor.wrist"))
    flat = " ".join(shown(worn(b"\x02"), words).split())
    assert sentence in flat
    assert sentence not in " ".join(shown(worn(b"\x01"), words).split())


def test_each_place_is_told_once_and_what_makes_no_sense_is_none():
    assert document(worn(b"\x01", b"\x00", b"\x01", b"\x07", b"\x02\x00"))["quality"]["sensor_places"] == [
        "chest",
        "other",
    ]
    assert document(sample())["quality"]["sensor_places"] == []
