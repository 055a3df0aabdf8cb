import math
from dataclasses import replace

import numpy as np
import pytest
from streamed import stream

from biofeedback.core.pmd import PmdKind
from biofeedback.straps.electrocardiogram import RAIL_UV, Electrocardiogram
from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import PRESETS, Streams, Traits
from biofeedback.straps.stretches import Stretches

CLEAN = Streams(noise_uv=(0.0, 0.0), wander_uv=(0.0, 0.0), burst_every_s=None, r_uv=(1000.0, 1000.0))
FINE_S = 1e-4
SEEDS = range(4)


def never():
    return Stretches(iter([(math.inf, math.inf)]))


def electrodes(person, streams=CLEAN, bursts=None, no_contact=None, seed=1):
    return Electrocardiogram(
        person, streams, bursts or never(), no_contact or never(), np.random.default_rng([seed, 11])
    )


def lived(preset="responder", seed=1, until_s=60.0):
    person = Person(PRESETS[preset].traits if isinstance(preset, str) else preset, seed)
    person.advance(until_s)
    return person


def around(person, beat_s, streams=CLEAN):
    """Times about an R peak, from it on, and the voltage there."""
    since_s = np.arange(-0.2, 0.6, FINE_S)
    return since_s, electrodes(person, streams).measure(beat_s + since_s)[:, 0]


@pytest.mark.parametrize("preset", ["responder", "frequent_ectopy", "irregular_rhythm"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_highest_point_of_each_beat_is_where_the_beat_is(preset, seed):
    person = lived(preset, seed)
    for beat_s in person.beats_s[2:-3]:
        near_s = np.arange(-0.03, 0.03, FINE_S)
        voltage_uv = electrodes(person).measure(beat_s + near_s)[:, 0]
        assert abs(near_s[np.argmax(voltage_uv)]) < 5e-4


def test_a_beat_has_five_waves_of_the_right_sign_order_and_size():
    person = lived()
    since_s, voltage_uv = around(person, person.beats_s[20])
    height_uv = voltage_uv.max()
    within = {
        "p": (-0.2, -0.1), "q": (-0.04, -0.01), "s": (0.015, 0.06), "t": (0.12, 0.45),
    }  # fmt: skip
    part = {name: voltage_uv[(since_s > low) & (since_s < high)] for name, (low, high) in within.items()}
    assert 900 < height_uv < 1300
    assert 0.05 < part["p"].max() / height_uv < 0.2
    assert part["q"].min() < 0
    assert -0.5 < part["s"].min() / height_uv < -0.1
    assert 0.1 < part["t"].max() / height_uv < 0.5
    above = since_s[voltage_uv > height_uv / 2]
    assert 0.015 < np.ptp(above) < 0.04


def test_an_ectopic_beat_is_wide_and_its_t_wave_points_down():
    person = lived("frequent_ectopy", 3, 120.0)
    ectopic_s = next(beat_s for beat_s in person.ectopic_s if beat_s > 10)
    since_s, wide_uv = around(person, ectopic_s)
    _, normal_uv = around(person, next(b for b in person.beats_s[5:] if b not in set(person.ectopic_s)))
    assert np.sum(wide_uv > wide_uv.max() / 2) > 2 * np.sum(normal_uv > normal_uv.max() / 2)
    t_wave = (since_s > 0.22) & (since_s < 0.35)
    assert wide_uv[t_wave].min() < -0.25 * normal_uv.max()
    before = (since_s < -0.12) & (since_s > -0.18)
    assert abs(wide_uv[before]).max() < 0.08 * normal_uv[before].max() + 60


def test_the_t_wave_follows_the_rate():
    tops_s = []
    for heart_rate_bpm in (50.0, 100.0):
        traits = replace(Traits(), heart_rate_bpm=(heart_rate_bpm, heart_rate_bpm), rsa_bpm=(0.0, 0.0))
        person = lived(traits)
        since_s, voltage_uv = around(person, person.beats_s[20])
        late = (since_s > 0.12) & (since_s < 0.4)
        tops_s.append(since_s[late][np.argmax(voltage_uv[late])])
    assert tops_s[0] / tops_s[1] == pytest.approx(math.sqrt(2), rel=0.1)


def test_breathing_makes_the_r_peak_higher_and_lower():
    person = lived("responder", 2, 120.0)
    beats_s = np.array(person.beats_s[3:-3])
    heights_uv = np.array([electrodes(person).measure(np.array([beat_s]))[0, 0] for beat_s in beats_s])
    volumes = np.array([person.respiration.volume(np.array([beat_s]))[0] for beat_s in beats_s])
    assert 20 < np.ptp(heights_uv) < 300
    assert abs(np.corrcoef(heights_uv, volumes)[0, 1]) > 0.9


def test_noise_and_wandering_are_as_large_as_they_should_be():
    person = lived("responder", 1, 100.0)
    between_s = np.array(person.beats_s[5:90]) - 0.25  # just before the P wave there is nothing else
    noisy = replace(CLEAN, noise_uv=(10.0, 10.0))
    noise_uv = electrodes(person, noisy).measure(between_s) - electrodes(person).measure(between_s)
    assert noise_uv.std() == pytest.approx(10.0, rel=0.25)
    wandering = replace(CLEAN, wander_uv=(80.0, 80.0))
    wander_uv = electrodes(person, wandering).measure(between_s) - electrodes(person).measure(between_s)
    assert wander_uv.std() == pytest.approx(80.0, rel=0.4)
    t_s = np.arange(10.0, 90.0, 0.01)
    course_uv = electrodes(person, wandering).measure(t_s) - electrodes(person).measure(t_s)
    assert np.abs(np.diff(course_uv[:, 0])).max() < 20  # slow


def test_a_movement_brings_muscle_noise_and_throws_off_the_baseline_up_to_the_rail():
    person = lived()
    t_s = np.arange(20.0, 24.0, 1 / 130)
    calm = electrodes(person).measure(t_s)[:, 0]
    moved = electrodes(person, CLEAN, Stretches(iter([(21.0, 22.0), (math.inf, math.inf)]))).measure(t_s)[:, 0]
    difference = moved - calm
    assert np.abs(difference[t_s < 21.0]).max() == 0
    inside = difference[(t_s >= 21.0) & (t_s < 22.0)]
    assert 35 < np.diff(inside).std() / math.sqrt(2) < 90
    assert 1000 < inside[:5].mean() < 2000
    assert np.abs(difference[t_s > 22.0] - difference[t_s > 22.0][0]).max() < 600  # and it comes back slowly
    rail = replace(CLEAN, shove_uv=60_000.0)
    railed = electrodes(person, rail, Stretches(iter([(21.0, 22.0), (math.inf, math.inf)]))).measure(t_s)[:, 0]
    assert np.sum(railed == RAIL_UV) > 60


def test_without_contact_there_is_a_flat_line_or_the_rail():
    person = lived()
    off = Stretches(iter([(10.0, 12.0), (20.0, 22.0), (math.inf, math.inf)]))
    voltage_uv = electrodes(person, no_contact=off)
    flat_uv = voltage_uv.measure(np.arange(10.0, 12.0, 1 / 130))
    railed_uv = voltage_uv.measure(np.arange(20.0, 22.0, 1 / 130))
    assert np.abs(flat_uv).max() < 12
    assert railed_uv.min() > RAIL_UV - 12
    assert railed_uv.max() == RAIL_UV
    assert voltage_uv.measure(np.arange(22.0, 26.0, 1 / 130)).max() < 2000


def test_before_the_first_beat_there_is_only_the_baseline():
    person = Person(Traits(), 1)
    assert np.ptp(electrodes(person).measure(np.arange(0.0, 0.2, 1 / 130))) < 100


@pytest.mark.parametrize("seed", SEEDS)
def test_in_the_frames_each_true_beat_has_its_peak(seed):
    """To half a sample: finding it more exactly is for those who read the frames."""
    found = stream("h10_ectopy", seed, 120.0)
    t_s, voltage_uv = found.signal(PmdKind.ECG)
    calm = [
        beat_s
        for beat_s in found.truth.beats_s
        if t_s[0] + 1 < beat_s < t_s[-1] - 1
        and not any(start_s - 1 < beat_s < end_s + 4 for start_s, end_s in found.truth.streams.movements_s)
    ]
    assert len(calm) > 50
    for beat_s in calm:
        near = np.abs(t_s - beat_s) < 0.1
        assert abs(t_s[near][np.argmax(voltage_uv[near, 0])] - beat_s) < 0.6 / 130 + 0.003


def test_samples_are_whole_numbers_of_the_size_of_a_chest_lead():
    _, voltage_uv = stream("h10_responder", 2, 60.0).signal(PmdKind.ECG)
    assert 600 < np.quantile(voltage_uv, 0.999) < 2500
    assert -800 < np.quantile(voltage_uv, 0.02) < 0


@pytest.mark.parametrize("preset", ["responder", "frequent_ectopy"])
def test_samples_taken_as_the_person_lives_are_those_of_hindsight(preset):
    """P, Q and the way up to R are there before the beat itself is known."""
    living, lived_on = Person(PRESETS[preset].traits, 5), lived(preset, 5)
    at_once, later = electrodes(living), electrodes(lived_on)
    differences_uv = []
    for end_s in np.arange(2.0, 50.0, 0.56):
        living.advance(end_s + 0.06)
        t_s = np.arange(end_s - 0.56, end_s, 1 / 130)
        differences_uv.append(at_once.measure(t_s)[:, 0] - later.measure(t_s)[:, 0])
    errors_uv = np.abs(np.concatenate(differences_uv))
    assert errors_uv.max() < 60
    assert np.quantile(errors_uv, 0.99) < 8
