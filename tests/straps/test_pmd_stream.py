import itertools
import json

import numpy as np
import pytest
from streamed import stream

from biofeedback.core.events import Characteristic
from biofeedback.core.heart_rate import decode
from biofeedback.core.pmd import START, WANTED, PmdKind, decode_reply, start_command, started_settings
from biofeedback.straps.presets import PRESETS

STREAMING = sorted(name for name, preset in PRESETS.items() if preset.streams is not None)
SAMPLES = {PmdKind.ECG: 73, PmdKind.ACCELERATION: 36}


@pytest.mark.parametrize("seed", range(3))
def test_the_commands_and_replies_of_a_real_session_come_first(seed):
    found = stream("h10_responder", seed, 10.0)
    asked = found.payloads(Characteristic.PMD_CONTROL)
    assert [value for _, value in asked[::2]] == [start_command(kind, WANTED[kind]) for kind in PmdKind]
    assert [started_settings(value) for _, value in asked[::2]] == [(kind, WANTED[kind]) for kind in PmdKind]
    replies = [decode_reply(value) for _, value in asked[1::2]]
    assert [(reply.op_code, reply.kind, reply.status) for reply in replies] == [(START, 0, 0), (START, 2, 0)]
    assert [t_s for t_s, _ in asked] == sorted(t_s for t_s, _ in asked)
    first_frame_s = found.payloads(Characteristic.PMD_DATA)[0][0]
    assert asked[1][0] < first_frame_s


@pytest.mark.parametrize("kind", PmdKind)
@pytest.mark.parametrize("preset", ["h10_responder", "h10_skewed"])
@pytest.mark.parametrize("seed", range(3))
def test_frames_are_stamped_on_the_straps_clock_at_its_own_rate(kind, preset, seed):
    found = stream(preset, seed, 60.0)
    truth = found.truth.streams
    frames = found.frames(kind)
    assert {frame.samples.shape for _, frame in frames} == {(SAMPLES[kind], 1 if kind is PmdKind.ECG else 3)}
    steps_ns = np.diff([frame.end_ns for _, frame in frames])
    rate_hz = truth.ecg_hz if kind is PmdKind.ECG else truth.acceleration_hz
    assert steps_ns == pytest.approx(SAMPLES[kind] / rate_hz * 1e9, abs=2)
    assert abs(rate_hz / WANTED[kind].rate_hz - 1) <= 0.02
    assert abs(truth.clock_error_fraction) <= (0.02 if preset == "h10_skewed" else 1e-4)
    for t_s, frame in frames:
        taken_s = (frame.end_ns - truth.clock_start_ns) / 1e9 / (1 + truth.clock_error_fraction)
        assert 0.06 - 1e-6 <= t_s - taken_s <= 0.8
    arrivals_s = [t_s for t_s, _ in frames]
    assert arrivals_s == sorted(arrivals_s)


def test_straps_differ_in_clock_and_rates():
    truths = [stream("h10_skewed", seed, 3.0, ()).truth.streams for seed in range(8)]
    assert len({truth.clock_start_ns for truth in truths}) == 8
    errors = [truth.clock_error_fraction for truth in truths]
    assert min(errors) < -0.005
    assert max(errors) > 0.005
    assert len({truth.ecg_hz / truth.acceleration_hz for truth in truths}) == 8


def test_lost_frames_leave_the_jump_that_the_truth_names():
    found = stream("h10_lossy", 2)
    for kind, name in ((PmdKind.ECG, "ecg"), (PmdKind.ACCELERATION, "acceleration")):
        lost_ns = {frame.end_ns for frame in found.truth.streams.lost_frames if frame.kind == name}
        stamps_ns = [frame.end_ns for _, frame in found.frames(kind)]
        assert 0.02 < len(lost_ns) / len(stamps_ns) < 0.1
        everything = sorted(lost_ns | set(stamps_ns))
        assert len(everything) == len(lost_ns) + len(stamps_ns)
        assert np.ptp(np.diff(everything)) <= 2
    assert not stream("h10_responder", 2, 60.0).truth.streams.lost_frames


def test_a_refused_stream_sends_nothing_and_the_heart_rate_comes_all_the_same():
    found = stream("h10_refused", 1, 60.0)
    replies = [decode_reply(value) for _, value in found.payloads(Characteristic.PMD_CONTROL)[1::2]]
    assert [reply.status for reply in replies] == [3, 3]
    assert found.payloads(Characteristic.PMD_DATA) == []
    assert found.truth.streams.streamed_s == ()
    assert len(found.payloads(Characteristic.HEART_RATE)) > 55


@pytest.mark.parametrize("seed", range(3))
def test_a_stalled_stream_falls_silent_in_mid_session_without_a_word(seed):
    found = stream("h10_stalled", seed)
    ((_, end_s),) = found.truth.streams.streamed_s
    assert 150 < end_s < 215
    assert end_s - 1.5 < found.payloads(Characteristic.PMD_DATA)[-1][0] <= end_s
    assert found.payloads(Characteristic.HEART_RATE)[-1][0] > 358
    assert len(found.payloads(Characteristic.PMD_CONTROL)) == 4


def test_a_lost_link_ends_the_streams_and_the_next_one_asks_anew():
    found = stream("h10_drop_outs", 1)
    streamed_s, outages_s = found.truth.streams.streamed_s, found.truth.outages_s
    assert len(streamed_s) == len(outages_s) + 1 == 4
    assert [end_s for _, end_s in streamed_s[:-1]] == [start_s for start_s, _ in outages_s]
    assert len(found.payloads(Characteristic.PMD_CONTROL)) == 16
    for t_s, _ in found.payloads(Characteristic.PMD_DATA) + found.payloads(Characteristic.PMD_CONTROL):
        assert not any(start_s < t_s < end_s for start_s, end_s in outages_s)
    stamps_ns = [frame.end_ns for _, frame in found.frames(PmdKind.ECG)]
    assert sum(np.diff(stamps_ns) > 5e9) == 3


@pytest.mark.parametrize(("plain", "streaming"), [("responder", "h10_responder"), ("own_slow_rhythm", "h10_own_slow")])
@pytest.mark.parametrize("seed", range(4))
def test_electrodes_change_nothing_in_the_person(plain, streaming, seed):
    with_streams, without = stream(streaming, seed), stream(plain, seed)
    assert with_streams.truth.beats_s == without.truth.beats_s
    assert without.payloads(Characteristic.PMD_CONTROL) == without.payloads(Characteristic.PMD_DATA) == []
    assert without.truth.streams is None
    assert "streams" not in json.loads(without.truth.to_json())


def test_intervals_of_such_a_strap_are_up_to_four_seconds_old():
    latencies_s = [stream("h10_flat", seed, 3.0, ()).truth.strap_latency_s for seed in range(12)]
    assert 0.2 <= min(latencies_s) < 1.2
    assert 3.0 < max(latencies_s) <= 4.0


def test_it_does_not_say_whether_it_has_contact():
    heard = [decode(value) for _, value in stream("h10_restless", 1, 90.0).payloads(Characteristic.HEART_RATE)]
    assert {measurement.contact for measurement in heard} == {None}


def test_the_truth_names_r_peaks_on_both_clocks_and_every_breath():
    truth = stream("h10_skewed", 4).truth
    streams = truth.streams
    assert len(streams.r_peaks_ns) == len(truth.beats_s)
    for peak_ns, beat_s in zip(streams.r_peaks_ns, truth.beats_s, strict=True):
        on_clock_s = (peak_ns - streams.clock_start_ns) / 1e9
        assert on_clock_s == pytest.approx(beat_s * (1 + streams.clock_error_fraction), abs=1e-8)
    starts_s = [breath.inhale_start_s for breath in streams.breaths]
    assert all(early < late for early, late in itertools.pairwise(starts_s))
    assert streams.breathing_per_min(125.0, 235.0) == pytest.approx(6.0, abs=0.15)
    assert streams.breathing_per_min(0.0, 115.0) > 9
    assert np.isnan(streams.breathing_per_min(1000.0, 1010.0))
    written = json.loads(truth.to_json())["streams"]
    assert set(written["breaths"][0]) == {
        "inhale_start_s", "inhale_end_s", "exhale_start_s", "exhale_end_s", "depth",
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_a_held_breath_lasts_twenty_to_thirty_seconds(seed):
    breaths = stream("h10_hold", seed).truth.streams.breaths
    pauses_s = [late.inhale_start_s - early.exhale_end_s for early, late in itertools.pairwise(breaths)]
    held_s = [pause_s for pause_s in pauses_s if pause_s > 5]
    assert len(held_s) >= 3
    assert max(held_s) < 41  # the pacer's next inhale is waited for
    assert sum(19 < pause_s < 31 for pause_s in held_s) >= 2


@pytest.mark.parametrize("preset", STREAMING)
def test_every_streaming_strap_keeps_the_session_going(preset):
    found = stream(preset, 5, 30.0)
    assert found.payloads(Characteristic.HEART_RATE)[-1][0] > 28
