from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from heard_strap import SET_S, HeardStrap

from biofeedback.core.events import Characteristic, Link, LinkState, Notification, StrapInfo
from biofeedback.core.pmd import decode_frame
from biofeedback.core.results import BeatSource, Gap

STRAP, ECG = BeatSource.STRAP_RR, BeatSource.ECG


def once(counted: list[int]) -> bool:
    return all(after > before for before, after in pairwise(counted))


def test_beats_come_from_the_ecg_once_its_clock_is_known() -> None:
    strap = HeardStrap().run()
    assert [source for source, _ in strap.sources] == [STRAP, ECG]
    assert strap.sources[0][1] < 16
    counted = strap.counted()
    assert once(counted)
    assert len(counted) >= len(strap.beats_s) - 5  # the last ones are still to come
    assert {beat.beat_source for beat in strap.beats} == {STRAP, ECG}
    assert strap.intake.beats.source is ECG
    assert strap.gaps == []


@pytest.mark.parametrize("skew", [-0.02, 0.0, 0.02])
def test_beats_of_the_ecg_lie_where_the_heart_beat(skew: float) -> None:
    strap = HeardStrap(skew=skew).run()
    segment = strap.intake.beats.segments[-1]
    times_s = segment.times_s()[20:]
    late_s = np.array([at_s - strap.beats_s[np.abs(strap.beats_s - at_s).argmin()] for at_s in times_s])
    assert np.median(late_s) == pytest.approx(0.05, abs=0.01)  # the shortest way of a frame
    assert np.median(np.abs(late_s - np.median(late_s))) < 0.002
    true_ms = np.diff(strap.beats_s)[-len(segment.rr_ms) - 3 :] * 1000.0
    errors_ms = [np.abs(true_ms - rr_ms).min() for rr_ms in segment.rr_ms[20:]]
    assert np.median(errors_ms) < 1.0


@pytest.mark.parametrize("latency_s", [0.3, 1.5, 3.5])
def test_the_straps_latency_is_calibrated(latency_s: float) -> None:
    strap = HeardStrap(latency_s=latency_s).run()
    assert strap.intake.contact.latency_s == pytest.approx(latency_s, abs=0.3)
    compared = strap.intake.compare_sources()
    assert compared is not None
    assert compared.latency_s == strap.intake.contact.latency_s
    assert (compared.missing_s, compared.made_up_s) == ((), ())
    assert compared.ecg_beats == pytest.approx(len(strap.beats_s), abs=3)
    assert compared.strap_beats == pytest.approx(len(strap.beats_s), abs=8)


@pytest.mark.parametrize("latency_s", [0.3, 3.5])
def test_when_frames_stop_the_straps_own_intervals_go_on_and_none_is_lost(latency_s: float) -> None:
    strap = HeardStrap(latency_s=latency_s, no_frames_s=((70.0, 999.0),)).run()
    assert [source for source, _ in strap.sources] == [STRAP, ECG, STRAP]
    counted = strap.counted()
    assert once(counted)
    assert set(range(counted[20], counted[-1])) <= set(counted)
    assert all(gap.end_s - gap.start_s < 1.1 for gap in strap.gaps)
    first = next(beat for beat in strap.beats if beat.beat_source is STRAP and beat.t_s > 69.0)
    assert first.seq <= next(event.seq for event in strap.events if event.t_s > 73.5)
    late_s = [
        at_s - strap.beats_s[np.abs(strap.beats_s - at_s).argmin()]
        for at_s in strap.intake.beats.segments[-1].times_s()
    ]
    assert abs(float(np.median(late_s))) < 0.3  # moved back by what the ECG has shown


def test_the_ecg_takes_over_again_when_it_is_whole() -> None:
    strap = HeardStrap(until_s=140.0, no_frames_s=((70.0, 80.0),)).run()
    assert [source for source, _ in strap.sources] == [STRAP, ECG, STRAP, ECG]
    assert once(strap.counted())
    assert strap.gaps == []  # each goes on where the other ends


def test_an_ecg_that_cannot_be_read_gives_way() -> None:
    strap = HeardStrap(until_s=140.0, noise_s=((60.0, 75.0),)).run()
    assert [source for source, _ in strap.sources][:3] == [STRAP, ECG, STRAP]
    assert strap.intake.beats.source is ECG
    assert once(strap.counted())


def test_one_lost_frame_breaks_the_run_and_no_more() -> None:
    strap = HeardStrap(no_frames_s=((60.0, 60.5),)).run()
    assert [source for source, _ in strap.sources] == [STRAP, ECG, ECG]
    assert strap.gaps[-1].reason == "ecg_broken"
    assert strap.gaps[-1].end_s - strap.gaps[-1].start_s < 3.5
    assert once(strap.counted())


def test_of_two_lost_frames_the_straps_own_intervals_spare_the_second() -> None:
    strap = HeardStrap(until_s=150.0, no_frames_s=((60.0, 60.5), (75.0, 75.5))).run()
    assert [source for source, _ in strap.sources] == [STRAP, ECG, ECG, STRAP, ECG]
    assert strap.sources[3][1] > 55  # for a minute
    assert once(strap.counted())


def test_lost_frames_in_one_movement_are_one_break() -> None:
    strap = HeardStrap(no_frames_s=((60.0, 60.5), (63.0, 63.5))).run()
    assert [source for source, _ in strap.sources] in ([STRAP, ECG, ECG], [STRAP, ECG, ECG, ECG])


def test_without_its_own_intervals_a_strap_with_ecg_has_beats() -> None:
    strap = HeardStrap(sends_intervals=False).run()
    assert [source for source, _ in strap.sources] == [ECG]
    assert strap.gaps == []
    assert strap.intake.contact.has_intervals
    assert strap.intake.contact.is_connected
    compared = strap.intake.compare_sources()
    assert compared is not None
    assert (compared.strap_beats, compared.latency_s, compared.latency_sd_s) == (0, None, None)


def test_without_contact_neither_counts_and_nothing_is_made_up() -> None:
    strap = HeardStrap(until_s=140.0, no_contact_s=(60.0, 75.0)).run()
    counted = strap.counted()
    assert once(counted)
    inside = [k for k in counted if 61.0 < strap.beats_s[k] < 74.0]
    assert inside == []


def test_a_stall_before_the_latency_is_known_counts_no_beat_twice() -> None:
    strap = HeardStrap(until_s=60.0, latency_s=3.0, no_frames_s=((16.5, 999.0),)).run()
    assert strap.intake.contact.latency_s is None
    assert [source for source, _ in strap.sources] == [STRAP, ECG, STRAP]
    assert once(strap.counted())
    assert strap.gaps[-1].end_s - strap.gaps[-1].start_s < 6.0


def test_what_was_held_up_and_came_at_once_does_not_count_again_when_the_ecg_stalls() -> None:
    strap = HeardStrap(until_s=60.0, latency_s=0.3, no_frames_s=((0.0, 5.0), (20.5, 999.0)))
    for event in strap.events:
        strap.feed(replace(event, t_s=max(event.t_s, 20.0)))
    assert "ecg_takes_over" not in [gap.reason for gap in strap.gaps]
    assert strap.intake.beats.source is STRAP
    assert once(strap.counted())


def test_a_lost_link_begins_with_the_straps_own_intervals_and_keeps_its_latency() -> None:
    strap = HeardStrap()
    half = len(strap.events) // 2
    for event in strap.events[:half]:
        strap.feed(event)
    assert strap.intake.beats.source is ECG
    latency_s = strap.intake.contact.latency_s
    lost_s = strap.events[half].t_s
    strap.results += strap.intake.take(Link(900, lost_s, 1, LinkState.LOST))
    for event in strap.events[half:]:
        strap.feed(event)
    assert [source for source, _ in strap.sources] == [STRAP, ECG, STRAP, ECG]
    assert strap.intake.beats.segments[2].latency_s == 0.0  # moved back by what is known
    assert latency_s is not None
    assert strap.intake.contact.latency_s == pytest.approx(latency_s, abs=0.1)
    compared = strap.intake.compare_sources()
    assert compared is not None
    assert compared.latency_s == strap.intake.contact.latency_s


LOSSES = [(latency_s, seed) for latency_s in (0.3, 1.5, 3.5, None) for seed in range(5)]


@pytest.mark.parametrize("is_silent", [False, True], ids=["lost", "silent"])
@pytest.mark.parametrize(("latency_s", "seed"), LOSSES)
def test_a_gap_begins_at_the_last_beat_that_came(latency_s: float | None, seed: int, is_silent: bool) -> None:
    """Half of them came less than half a second before the end of the last frame, too late to count by themselves."""
    strap = HeardStrap(60.0, seed, latency_s or 0.0, sends_intervals=latency_s is not None)
    lost_s = np.random.default_rng(seed).uniform(40.0, 60.0)
    came = [event for event in strap.events if event.t_s < lost_s]
    for event in came:
        strap.feed(event)
    assert strap.intake.beats.source is ECG
    strap.results += strap.intake.fall_silent() if is_silent else []
    strap.results += strap.intake.take(Link(9000, lost_s, 1, LinkState.LOST, "out_of_range"))
    frame = next(event for event in reversed(came) if event.characteristic is Characteristic.PMD_DATA)
    measured_s = decode_frame(frame.value).end_ns * 1e-9 - SET_S
    told_s = max(event.t_s for event in came if event.characteristic is Characteristic.HEART_RATE) if latency_s else 0.0
    end_s = max(measured_s - 0.12, told_s - (latency_s or 0.0))
    last = int(np.searchsorted(strap.beats_s, end_s)) - 1
    (gap,) = [result for result in strap.results if isinstance(result, Gap) and result.end_s is None]
    assert gap.reason == ("silence" if is_silent else "out_of_range")
    assert np.abs(strap.beats_s[last : last + 2] - gap.start_s + 0.05).min() < 0.15
    assert once(strap.counted())
    assert strap.counted()[-1] in (last, last + 1)
    ids = [(beat.seq, beat.index) for beat in strap.beats]
    assert len(set(ids)) == len(ids)


def test_an_ecg_that_goes_on_after_a_silence_counts_no_beat_twice() -> None:
    strap = HeardStrap(90.0)
    for event in strap.events:
        if not 50.0 < event.t_s < 54.0:
            strap.feed(event)
        elif strap.gaps == [] and not strap.intake.beats.is_in_gap:
            strap.results += strap.intake.fall_silent()
    assert once(strap.counted())
    assert [gap.reason for gap in strap.gaps] == ["silence"]
    assert strap.intake.beats.source is ECG


def test_another_strap_has_another_latency() -> None:
    strap = HeardStrap().run()
    assert strap.intake.contact.latency_s is not None
    strap.intake.take(StrapInfo(900, 121.0, 2, "ble"))
    assert strap.intake.contact.latency_s is None
    strap.intake.take(Notification(901, 122.0, 2, Characteristic.HEART_RATE, bytes.fromhex("10449203")))
    assert strap.intake.beats.segments[-1].latency_s is None


def test_a_repeated_notification_is_passed_over_silently_while_the_ecg_counts() -> None:
    strap = HeardStrap()
    twice = next(k for k, event in enumerate(strap.events) if event.t_s > 60.0 and len(event.value) in (4, 6))
    for k, event in enumerate(strap.events):
        strap.feed(event)
        if k == twice:
            strap.feed(event)
    assert strap.gaps == []
    compared = strap.intake.compare_sources()
    assert compared is not None
    assert compared.made_up_s == ()


def test_how_often_time_is_told_changes_nothing_and_ids_are_unique() -> None:
    strap = HeardStrap(until_s=140.0, no_frames_s=((60.0, 60.5), (70.0, 80.0))).run()
    ids = [(beat.seq, beat.index) for beat in strap.beats]
    assert len(set(ids)) == len(ids)
    again = HeardStrap(until_s=140.0, no_frames_s=((60.0, 60.5), (70.0, 80.0))).run()
    assert again.results == strap.results


def test_a_strap_without_ecg_has_nothing_to_compare() -> None:
    strap = HeardStrap(no_frames_s=((0.0, 999.0),)).run()
    assert strap.intake.compare_sources() is None
    assert [source for source, _ in strap.sources] == [STRAP]
