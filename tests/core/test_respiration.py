from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hearts import waves

from biofeedback.core.events import Step, StepKind
from biofeedback.core.pacing import Pattern
from biofeedback.core.respiration import breathing_rate
from biofeedback.core.results import StepMeasures
from biofeedback.report.analysis import analyze
from biofeedback.report.source import read_source
from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import Follows, Traits

DATA = Path(__file__).parents[2].parent / "shared" / "data"
RECORDINGS = Path(__file__).parents[2] / "recordings"
# Even breaths in a heart that is a little noisy: what uneven ones do stands in docs/respiration.md
FREE = Traits(
    follows=Follows.NOTHING,
    rsa_bpm=(2.0, 14.0),
    breathing_per_min=(8.0, 20.0),
    breathing_jitter_fraction=0.1,
    breathing_wander_fraction=0.0,
    mayer_sd_bpm=(0.0, 3.0),
    vlf_sd_bpm=(1.0, 2.0),
    noise_sd_bpm=(0.8, 0.8),
)
STRONG_MAYER = replace(FREE, breathing_per_min=(10.0, 18.0), mayer_hz=(0.095, 0.105), mayer_sd_bpm=(1.5, 3.0))
UNEVEN = {"follows": Follows.NOTHING, "rsa_bpm": (2.0, 14.0), "mayer_hz": (0.095, 0.105), "mayer_sd_bpm": (1.5, 3.0)}
PEOPLE = 40


def _midpoints_s(rr_ms):
    return (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0


def _per_min(rr_ms):
    found = breathing_rate(_midpoints_s(rr_ms), rr_ms)
    return None if found is None else found.hz * 60


# Rhythms of known rate


@pytest.mark.parametrize("per_min", [9, 12, 18, 23])
@pytest.mark.parametrize("seconds", [105.0, 120.0])
def test_the_rate_is_that_of_the_one_rhythm(per_min, seconds):
    rr_ms = waves(seconds, 800.0, (25.0, per_min / 60, 0.0), noise_ms=5.0)
    found = breathing_rate(_midpoints_s(rr_ms), rr_ms)
    assert found.hz * 60 == pytest.approx(per_min, abs=0.35)
    assert 0.02 * per_min <= found.sd_hz * 60 < 0.02 * per_min + 0.4


def test_slow_breathing_with_its_harmonic_is_not_its_double():
    rr_ms = waves(240.0, 900.0, (80.0, 0.06, 0.0), (25.0, 0.12, 1.0), noise_ms=8.0)
    assert _per_min(rr_ms) == pytest.approx(3.6, abs=0.25)


def test_a_wave_below_breathing_does_not_hide_it():
    rr_ms = waves(240.0, 900.0, (30.0, 0.09, 0.0), (25.0, 0.25, 1.0), noise_ms=8.0)
    assert _per_min(rr_ms) == pytest.approx(15.0, abs=0.35)


def test_a_rate_that_changes_gives_its_mean():
    slower, faster = (waves(120.0, 900.0, (40.0, per_min / 60, 0.0), noise_ms=5.0) for per_min in (10, 16))
    assert _per_min(np.concatenate((slower, faster))) == pytest.approx(13.0, abs=0.6)


def test_hours_are_looked_at_here_and_there():
    rr_ms = waves(10_000.0, 900.0, (30.0, 0.25, 0.0), noise_ms=5.0)
    assert _per_min(rr_ms) == pytest.approx(15.0, abs=0.2)


def test_the_rate_does_not_mind_the_clock():
    rr_ms = waves(200.0, 900.0, (40.0, 0.1, 0.0), (20.0, 0.25, 1.0), noise_ms=5.0)
    here, there = (breathing_rate(_midpoints_s(rr_ms) + at_s, rr_ms) for at_s in (0.0, 5000.0))
    assert (there.hz, there.sd_hz) == pytest.approx((here.hz, here.sd_hz))


# What cannot be told


@pytest.mark.parametrize("rr_ms", [np.empty(0), np.full(1, 900.0), waves(95.0, 900.0, (40.0, 0.25, 0.0))])
def test_a_short_step_names_no_rate(rr_ms):
    assert _per_min(rr_ms) is None


def test_beats_strewn_over_a_long_time_name_no_rate():
    mid_s = np.linspace(0.0, 2000.0, 500)
    assert breathing_rate(mid_s, np.full(500, 900.0)) is None


def test_a_heart_that_never_varies_shows_no_breathing_rate():
    assert breathing_rate(np.arange(0.5, 120.0), np.full(120, 1000.0)) is None


@pytest.mark.parametrize("seed", range(5))
def test_no_rate_is_named_where_no_rhythm_stands_out(seed):
    assert _per_min(900.0 + 30.0 * np.random.default_rng(seed).standard_normal(200)) is None


def test_no_rate_is_named_that_needs_more_beats_than_there_are():
    for per_min in (15, 18):  # 37.5 bpm: up to 18.75 a minute
        rr_ms = waves(120.0, 1600.0, (60.0, per_min / 60, 0.0), noise_ms=5.0)
        assert _per_min(rr_ms) == pytest.approx(per_min, abs=0.4)
    assert _per_min(waves(120.0, 1600.0, (60.0, 22 / 60, 0.0), noise_ms=5.0)) < 18.75


# Simulated people: each figure's bound is wide, docs/respiration.md has the figures


def _errors(traits, people, length_s):
    """Rate found minus that of the median breath taken, of those who were given one."""
    found = []
    for seed in range(people):
        person = Person(traits, 900 + seed)
        person.watch(Step(1, 0.0, StepKind.BREATHE, 400.0, Pattern(4, 6)), 0.5)
        person.advance(40.0 + length_s)
        beats_s = np.asarray([at_s for at_s in person.beats_s if 30.0 < at_s < 30.0 + length_s])
        rr_ms = np.diff(beats_s) * 1000.0
        rate = breathing_rate(beats_s[1:] - rr_ms / 2000.0, rr_ms)
        starts_s = np.array([breath.inhale_start_s for breath in person.respiration.taken])
        inside = (starts_s[1:] > 30.0) & (starts_s[:-1] < 30.0 + length_s)
        if rate is not None:
            found.append(rate.hz * 60 - np.median(60.0 / np.diff(starts_s)[inside]))
    return np.asarray(found)


@pytest.mark.parametrize("traits", [FREE, STRONG_MAYER], ids=["free", "strong_mayer"])
def test_even_breathing_is_told_in_many_people_and_seldom_wrong(traits):
    errors = _errors(traits, PEOPLE, 120.0)
    assert len(errors) >= 0.4 * PEOPLE
    assert np.median(np.abs(errors)) < 0.6
    assert np.sum(np.abs(errors) > 2.0) <= 2


def test_uneven_breathing_under_strong_mayer_waves_is_left_open_rather_than_wrong():
    for length_s in (120.0, 240.0):
        errors = _errors(replace(Traits(), **UNEVEN), PEOPLE, length_s)
        assert np.sum(np.abs(errors) > 2.0) <= 2


def test_following_the_pacer_shows_its_rate_or_none():
    errors = _errors(replace(Traits(), rsa_bpm=(12.0, 20.0)), 12, 240.0)
    assert len(errors) >= 6
    assert np.all(np.abs(errors) < 0.5)


def test_what_was_asked_for_is_not_found_in_those_who_ignore_it():
    for measures in _measures("not_following"):
        assert measures.respiration_hz is None or measures.respiration_hz * 60 > 8.5


def _measures(name: str) -> list[StepMeasures]:
    steps = analyze(read_source(RECORDINGS / f"{name}.jsonl")).steps
    return [step.measures for step in steps if step.measures is not None]


# Real people


@pytest.mark.shared
@pytest.mark.skipif(not DATA.exists(), reason="needs the real recordings in ../shared/data")
def test_slow_breathing_of_a_real_person_is_named():
    rr_ms = np.loadtxt(DATA / "polar_h10" / "slow_breathing_ibi.csv", delimiter=",")[:, 1]
    assert 3.5 <= _per_min(rr_ms) <= 5.0


@pytest.mark.shared
@pytest.mark.skipif(not DATA.exists(), reason="needs the real recordings in ../shared/data")
def test_at_rest_the_rate_agrees_with_the_belt():
    t_s, rr_ms = np.loadtxt(DATA / "rest_ecg_respiration" / "rr.csv", delimiter=",", skiprows=1).T
    belt = np.loadtxt(DATA / "rest_ecg_respiration" / "breaths.csv", delimiter=",", skiprows=1)
    starts_s = np.append(belt[:, 0], belt[-1, 2])
    mid_s, errors, windows = t_s - rr_ms / 2000.0, [], np.arange(starts_s[0], starts_s[-1] - 120.0, 10.0)
    for start_s in windows.tolist():
        inside = (mid_s >= start_s) & (mid_s < start_s + 120.0)
        found = breathing_rate(mid_s[inside], rr_ms[inside])
        first, last = np.interp([start_s, start_s + 120.0], starts_s, np.arange(len(starts_s)))
        if found is not None:
            errors.append(abs(found.hz * 60 - (last - first) / 2))
    assert len(errors) > 0.4 * len(windows)
    assert np.median(errors) < 1.5
