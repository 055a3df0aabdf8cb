"""Intervals too many: doubled notifications, and intervals that no beat made."""

from dataclasses import replace

import numpy as np
import pytest
from hearts import measured_steps, notified, numbered, of, run, session_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biofeedback.core.artifacts import final_labels
from biofeedback.core.beats import Beats
from biofeedback.core.events import Characteristic, Notification
from biofeedback.core.heart_rate import HeartRateMeasurement, decode, encode
from biofeedback.core.results import Artifact, Beat, BeatLabel, BreathMeasures, Gap, StepMeasures


def _peaks(count=300, mean_s=0.9, seed=0):
    rng = np.random.default_rng(seed)
    return 10.0 + np.cumsum(mean_s + 0.02 * np.sin(np.arange(count)) + 0.008 * rng.standard_normal(count))


def _with_rr(event, rr_1024ths):
    """The same notification with other intervals."""
    return replace(event, value=encode(HeartRateMeasurement(60, rr_1024ths=rr_1024ths)))


def _with_intervals(events, place):
    """Index of the first notification from a place on that has intervals."""
    return next(k for k in range(place, len(events)) if decode(events[k].value).rr_1024ths)


@pytest.mark.parametrize("after_s", [0.0, 0.004, 0.2])
def test_a_notification_that_comes_twice_counts_once(after_s):
    events = notified(_peaks())
    place = _with_intervals(events, 100)
    doubled = [*events, replace(events[place], t_s=round(events[place].t_s + after_s, 6))]
    here, there = run(numbered(doubled)), run(numbered(events))
    assert [beat.rr_ms for beat in of(here, Beat)] == [beat.rr_ms for beat in of(there, Beat)]
    assert [beat.t_s for beat in of(here, Beat)] == [beat.t_s for beat in of(there, Beat)]
    (gap,) = of(here, Gap)
    assert gap.reason == "repeated_notification"
    assert gap.start_s == gap.end_s == pytest.approx(events[place].t_s, abs=2.0)


def test_even_beats_a_second_apart_are_no_copies():
    events = [
        Notification(0, 1.0 + k, 1, Characteristic.HEART_RATE, encode(HeartRateMeasurement(60, rr_1024ths=(1024,))))
        for k in range(60)
    ]
    results = run(numbered(events))
    assert len(of(results, Beat)) == 60
    assert not of(results, Gap)


@pytest.mark.parametrize("mean_s", [0.7, 0.9, 1.1])
@pytest.mark.parametrize("seed", range(4))
def test_an_interval_that_no_beat_made_breaks_the_run_where_it_lies(mean_s, seed):
    events = notified(_peaks(mean_s=mean_s, seed=seed), seed)
    place = _with_intervals(events, 80)
    made_up = round(1024 * mean_s)
    spoilt = [*events]
    spoilt[place] = _with_rr(events[place], (made_up, *decode(events[place].value).rr_1024ths))
    beats, results = Beats(), []
    for k, event in enumerate(spoilt):
        rr_ms = tuple(raw / 1.024 for raw in decode(event.value).rr_1024ths)
        results += beats.take(k, event.t_s, rr_ms)
    gaps = of(results, Gap)
    assert {gap.reason for gap in gaps} == {"extra_intervals"}
    cut = {label.seq for label in of(results, BeatLabel) if label.final and label.artifact is Artifact.EXTRA}
    assert place in cut
    assert max(cut) - min(cut) < 30
    first, second = beats.runs(0.0, 1000.0)
    assert second.times_s[0] - second.rr_ms[0] / 1000.0 >= first.times_s[-1] - 0.3
    # both parts lie where the beats were, a latency and the wait for a notification later
    peaks_s = _peaks(mean_s=mean_s, seed=seed)
    for part in (first, second):
        late_s = part.times_s[:, None] - peaks_s[None, :]
        assert np.median(np.where(late_s >= 0.39, late_s, np.inf).min(axis=1)) < 0.75


def test_a_clean_session_has_nothing_too_many():
    for mean_s in (0.6, 0.9, 0.985, 0.99, 0.995, 1.1):
        for seed in range(3):
            events = notified(_peaks(400, mean_s, seed), seed)
            assert not of(run(numbered(events)), Gap)


def test_a_backlog_is_not_too_many():
    """Held up for a minute and then all at once: late, less late, and in time again."""
    events = notified(_peaks(300))
    held = [replace(event, t_s=max(event.t_s, 100.0 + 0.001 * k)) for k, event in enumerate(events) if event.t_s < 100]
    beats, results = Beats(), []
    for k, event in enumerate([*held, *(event for event in events if event.t_s >= 100)]):
        results += beats.take(k, event.t_s, tuple(raw / 1.024 for raw in decode(event.value).rr_1024ths))
    assert not of(results, Gap)


def test_no_measure_bridges_the_place():
    """Twice as many intervals for ten seconds of the exercise: the breaths there say so, and no difference is made."""
    steps = measured_steps(60.0, 100.0, 0.0)
    events = session_of("responder", 1, steps)
    clean = of(run(events), StepMeasures)
    doubled = []
    for event in events:
        doubled.append(event)
        if isinstance(event, Notification) and 130 < event.t_s < 132 and decode(event.value).rr_1024ths:
            doubled.append(replace(event, t_s=event.t_s + 0.6, value=event.value + b"\x80\x03"))
    spoilt = run(numbered(doubled))
    assert {(gap.reason, gap.start_s) for gap in of(spoilt, Gap)} == {("extra_intervals", of(spoilt, Gap)[0].start_s)}
    breaths = [breath for breath in of(spoilt, BreathMeasures) if breath.final]
    gap = of(spoilt, Gap)[-1]
    for breath in breaths:
        is_there = breath.inhale_start_s < gap.end_s and breath.end_s > gap.start_s
        assert not (is_there and breath.usable)
    assert any(breath.usable for breath in breaths)
    for here, there in zip(of(spoilt, StepMeasures), clean, strict=True):
        assert here.rmssd_ms == pytest.approx(there.rmssd_ms, rel=0.15)


NOTIFICATIONS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.02, 0.5, 0.99, 1.0, 3.0]), st.lists(st.floats(1, 2200), max_size=3)),
    min_size=20, max_size=150,
)  # fmt: skip


@given(NOTIFICATIONS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_beat_times_never_run_back(notifications):
    beats, results, t_s = Beats(), [], 0.0
    for k, (wait_s, rr_ms) in enumerate(notifications):
        t_s += wait_s
        results += beats.take(k, t_s, tuple(rr_ms))
    assert (np.diff([beat.t_s for beat in of(results, Beat)]) >= 0).all()
    runs = beats.runs(-1e9, 1e9)
    assert (np.diff(np.concatenate([run.times_s for run in runs] or [np.empty(0)])) > 0).all()
    cut = {(label.seq, label.index) for label in of(results, BeatLabel) if label.final}
    kept = sum(len(segment.rr_ms) for segment in beats.segments)
    assert kept + len(cut) == len(of(results, Beat))


@given(st.integers(60, 200), st.integers(0, 5), st.floats(0.3, 1.5), st.sampled_from([0.75, 0.9, 1.05]))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_wherever_an_interval_is_made_up_times_go_on(place, seed, extra_s, mean_s):
    events = notified(_peaks(mean_s=mean_s, seed=seed), seed)
    place = _with_intervals(events, place)
    beats, results = Beats(), []
    for k, event in enumerate(events):
        rr = decode(event.value).rr_1024ths
        rr = (*rr, round(1024 * extra_s)) if k == place else rr
        results += beats.take(k, event.t_s, tuple(raw / 1.024 for raw in rr))
    assert (np.diff([beat.t_s for beat in of(results, Beat)]) >= 0).all()
    runs = beats.runs(0.0, 1000.0)
    assert (np.diff(np.concatenate([run.times_s for run in runs])) > 0).all()
    assert all(len(final_labels(run.rr_ms)) == len(run.rr_ms) for run in runs)
