import math
from dataclasses import replace

import numpy as np
import pytest
from streamed import stream

from biofeedback.core.pmd import PmdKind
from biofeedback.straps.chest_motion import ChestMotion
from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import PRESETS, Streams
from biofeedback.straps.stretches import Stretches

QUIET = Streams(heart_mg=(0.0, 0.0), motion_noise_mg=0.0, chest_mg=(25.0, 25.0))
SEEDS = range(4)


def never():
    return Stretches(iter([(math.inf, math.inf)]))


def once(start_s, end_s):
    return Stretches(iter([(start_s, end_s), (math.inf, math.inf)]))


def chest(person, streams=QUIET, bursts=None, postures=None, seed=1):
    return ChestMotion(person, streams, bursts or never(), postures or never(), np.random.default_rng([seed, 12]))


def lived(preset="responder", seed=1, until_s=90.0):
    person = Person(PRESETS[preset].traits, seed)
    person.advance(until_s)
    return person


@pytest.mark.parametrize("seed", SEEDS)
def test_a_still_chest_feels_gravity_tilted_by_the_breath(seed):
    person = lived(seed=seed)
    t_s = np.arange(5.0, 85.0, 0.02)
    felt_mg = chest(person, seed=seed).measure(t_s)
    assert np.linalg.norm(felt_mg, axis=1) == pytest.approx(1000.0, abs=1e-6)
    volume = person.respiration.volume(t_s)
    main = np.linalg.svd(felt_mg - felt_mg.mean(axis=0), full_matrices=False)[2][0]
    along_mg = felt_mg @ main
    assert abs(np.corrcoef(along_mg, volume)[0, 1]) > 0.999
    assert np.ptp(along_mg) / np.ptp(volume) == pytest.approx(25.0, rel=0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_lung_volume_is_steady_and_never_jumps(seed):
    for preset in ("responder", "not_following", "h10_hold"):
        t_s = np.arange(0.0, 85.0, 0.01)
        volume = lived(preset, seed).respiration.volume(t_s)
        assert volume.min() > -1e-9
        assert 0.3 < volume.max() < 2.0
        assert np.abs(np.diff(volume)).max() < 0.06


def test_each_heart_beat_gives_a_short_push():
    person = lived()
    t_s = np.arange(5.0, 85.0, 0.02)
    still, beating = (chest(person, replace(QUIET, heart_mg=(size, size))) for size in (0.0, 6.0))
    pushes_mg = np.linalg.norm(beating.measure(t_s) - still.measure(t_s), axis=1)
    since_s = t_s - np.array(person.beats_s)[np.searchsorted(person.beats_s, t_s) - 1]
    assert 5.0 < pushes_mg.max() < 7.0
    assert pushes_mg[(since_s > 0.12) & (since_s < 0.24)].max() == pushes_mg.max()
    assert pushes_mg[since_s > 0.55].max() < 0.3


def test_a_change_of_posture_stays_and_gravity_keeps_its_size():
    person = lived()
    t_s = np.arange(5.0, 85.0, 0.02)
    before = chest(person).measure(t_s)
    after = chest(person, postures=once(40.0, 42.0)).measure(t_s)
    turned = np.degrees(np.arccos(np.clip(np.sum(before * after, axis=1) / 1e6, -1, 1)))
    assert turned[t_s < 40].max() < 1e-3
    assert turned[t_s > 42] == pytest.approx(turned[-1], abs=0.5)
    assert 1.5 < turned[-1] < 11
    assert np.linalg.norm(after, axis=1) == pytest.approx(1000.0, abs=1e-6)


def test_a_movement_is_as_long_as_it_should_be_and_large():
    person = lived()
    t_s = np.arange(30.0, 50.0, 0.02)
    moved_mg = chest(person, bursts=once(40.0, 43.0)).measure(t_s) - chest(person).measure(t_s)
    assert np.abs(moved_mg[(t_s < 40) | (t_s >= 43)]).max() < 1e-9
    assert 20 < moved_mg[(t_s > 40.5) & (t_s < 42.5)].std() < 150


def test_the_sensor_has_noise():
    person = lived()
    t_s = np.arange(5.0, 85.0, 0.02)
    noise_mg = chest(person, replace(QUIET, motion_noise_mg=3.0)).measure(t_s) - chest(person).measure(t_s)
    assert noise_mg.std() == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize("seed", SEEDS)
def test_in_the_frames_breathing_has_the_rate_of_the_truth(seed):
    found = stream("h10_responder", seed)
    t_s, felt_mg = found.signal(PmdKind.ACCELERATION)
    turns_s = [start_s for start_s, _ in found.truth.streams.posture_changes_s if start_s > 130]
    end_s = min([230.0, *turns_s])
    paced = (t_s > 130) & (t_s < end_s)
    felt_mg = felt_mg[paced] - felt_mg[paced].mean(axis=0)
    grid_hz = np.arange(0.05, 0.5, 0.002)
    waves = np.exp(-2j * math.pi * np.multiply.outer(grid_hz, t_s[paced]))
    power = (np.abs(waves @ felt_mg) ** 2).sum(axis=1)
    true_per_min = found.truth.streams.breathing_per_min(130.0, end_s)
    assert 60 * grid_hz[np.argmax(power)] == pytest.approx(true_per_min, abs=0.5)
