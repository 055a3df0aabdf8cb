"""A plain RR file analysed all at once gives what the pipeline gives input by input, to the last bit."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import FACTS
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core.events import End, RrIntervals, Step, StepKind
from biofeedback.report.analysis import analyze
from biofeedback.report.source import Source

LISTED, RECORDED = replace(FACTS, format="rr"), FACTS  # a recording is always fed input by input


def _events(rr_ms):
    end_ms = np.cumsum(rr_ms)
    step = Step(1, 0.0, StepKind.REST)
    beats = [
        RrIntervals(seq, round(float(t_ms) / 1000.0, 6), (float(rr),))
        for seq, (t_ms, rr) in enumerate(zip(end_ms, rr_ms, strict=True), start=2)
    ]
    return (step, *beats, End(len(beats) + 2, beats[-1].t_s, "file_ended"))


def _both(events):
    """All at once, and input by input, under the same facts."""
    at_once, in_order = analyze(Source(LISTED, events)), analyze(Source(RECORDED, events))
    return at_once, replace(in_order, source=at_once.source)


def _heart(seed, beats, silence_fraction, odd_fraction):
    """Intervals with a breath and noise in them, some too short or too long, some silences."""
    rng = np.random.default_rng(seed)
    rr_ms = 900.0 + 40.0 * np.sin(np.arange(beats) / 2.0) + 15.0 * rng.standard_normal(beats)
    odd = rng.random(beats) < odd_fraction
    rr_ms[odd] *= rng.uniform(0.3, 2.0, int(odd.sum()))
    silent = rng.random(beats) < silence_fraction
    rr_ms[silent] = rng.choice([2499.9, 2500.0, 2500.1, 4000.0, 20000.0], int(silent.sum()))
    return rr_ms


@given(st.integers(0, 10_000), st.integers(1, 400), st.sampled_from([0.0, 0.01, 0.1]), st.sampled_from([0, 0.02, 0.2]))
@settings(max_examples=60)
def test_at_once_is_input_by_input_to_the_last_bit(seed, beats, silence_fraction, odd_fraction):
    at_once, in_order = _both(_events(_heart(seed, beats, silence_fraction, odd_fraction)))
    assert at_once == in_order


def test_an_hour_with_silences_is_the_same_and_has_its_gaps():
    at_once, in_order = _both(_events(_heart(5, 4000, 0.005, 0.01)))
    assert at_once == in_order
    assert len(at_once.gaps) > 5
    assert at_once.steps[0].details.sample_entropy is not None


@pytest.mark.parametrize("change", ["planned", "short", "pair", "endless"])
def test_what_is_no_plain_list_is_fed_input_by_input(change):
    events = list(_events(_heart(1, 120, 0.0, 0.0)))
    if change == "planned":
        events[0] = replace(events[0], duration_s=60.0)
    elif change == "short":
        events[3] = replace(events[3], rr_ms=(0.5,))  # shorter than any strap can say: no interval
    elif change == "pair":
        events.insert(3, Step(0, events[3].t_s, StepKind.REST))
        events = [replace(event, seq=place) for place, event in enumerate(events, start=1)]
    else:
        events.pop()
    at_once, in_order = _both(tuple(events))
    assert at_once == in_order
