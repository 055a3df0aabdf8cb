"""Plots as inline SVG."""

import xml.etree.ElementTree as ET

import pytest

from biofeedback.report.svg import Axis, Plot, nice_ticks


@pytest.fixture
def plot():
    return Plot(200, 100, Axis(0, 10), Axis(0, 100), (10, 10, 10, 10))


@pytest.mark.parametrize(
    ("axis", "wanted", "ticks"),
    [
        (Axis(0, 10), 5, [0, 2, 4, 6, 8, 10]),
        (Axis(-0.3, 0.4), 3, [-0.25, 0, 0.25]),
        (Axis(812, 1043), 5, [850, 900, 950, 1000]),
        (Axis(0, 0.4), 4, [0, 0.1, 0.2, 0.3, 0.4]),
    ],
)
def test_ticks_are_round_numbers_within_the_axis(axis, wanted, ticks):
    assert nice_ticks(axis, wanted) == ticks


def test_an_axis_does_not_blow_noise_up():
    assert Axis.around([900, 901], 200) == Axis(788.5, 1012.5)
    assert Axis.around([]).high > Axis.around([]).low


def test_values_land_on_the_edges_of_the_drawing(plot):
    assert (plot.x(0), plot.x(10)) == (10, 190)
    assert (plot.y(0), plot.y(100)) == (90, 10)


def test_a_band_stays_within_the_drawing(plot):
    plot.band(-5, 5, "exhale")

    assert plot.parts == ['<rect class="exhale" x="10.0" y="10.0" width="90.0" height="80.0"/>']


def test_a_single_point_is_no_line(plot):
    plot.line([(1, 1)], "rr")
    plot.area([(1, 1)], [(1, 2)], "interval")

    assert plot.parts == []


def test_text_is_escaped_and_the_drawing_has_a_text_alternative(plot):
    plot.text(1, 1, "a < b & c")

    root = ET.fromstring(plot.svg("name", "Title <1>", "Description & more"))

    title, description, text = root
    assert (title.text, description.text, text.text) == ("Title <1>", "Description & more", "a < b & c")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
