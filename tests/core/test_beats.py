import numpy as np
import pytest

from biofeedback.core.beats import Beats
from biofeedback.core.results import Artifact, Beat, BeatLabel, Gap


def _take(beats, rr_ms, start_s=0.0, seq=1):
    """Feed one interval a notification, each arriving with its beat; return all results."""
    results, t_s = [], start_s
    for k, rr in enumerate(rr_ms):
        t_s += rr / 1000.0
        results += beats.take(seq + k, t_s, (float(rr),))
    return results


def _even(count, rr_ms=1000.0):
    return np.full(count, rr_ms)


def test_a_beat_carries_its_own_heart_rate_and_its_inputs_number():
    (beat,) = Beats().take(4, 12.0, (750.0,))
    assert beat == Beat(4, 0, 12.0, 750.0, 80.0, 0)


def test_no_intervals_say_nothing():
    beats = Beats()
    assert beats.take(1, 5.0, ()) == []
    assert beats.last_arrival_s is None
    assert beats.last_beat_s is None
    assert beats.recent_heart_rate_bpm() is None
    assert beats.is_in_gap


def test_the_time_before_the_first_beat_is_not_covered_but_no_gap_is_told_of():
    beats = Beats()
    assert beats.open_gap("link_lost") == []
    assert [type(result) for result in beats.take(1, 8.0, (1000.0,))] == [Beat]
    assert beats.gap_s(0.0, 10.0) == pytest.approx([7.0])
    assert not beats.is_in_gap


def test_a_gap_goes_from_the_last_beat_to_the_start_of_the_next_interval():
    beats = Beats()
    _take(beats, _even(5))
    assert beats.open_gap("silence") == [Gap(5.0, None, "silence")]
    assert beats.open_gap("link_lost") == []
    assert beats.recent_heart_rate_bpm() is None
    assert beats.gap_s(4.0, 20.0) == pytest.approx([15.0])
    results = beats.take(9, 30.0, (800.0,))
    assert results[0] == Gap(5.0, pytest.approx(29.2), "silence")
    assert beats.gap_s(4.0, 40.0) == pytest.approx([24.2])
    assert beats.gap_s(6.0, 7.0) == pytest.approx([1.0])
    assert beats.gap_s(29.5, 40.0) == []


def test_backlog_after_a_break_gives_a_gap_of_no_length_and_never_a_negative_one():
    beats = Beats()
    _take(beats, _even(5))
    beats.open_gap("link_lost")
    (gap, *_) = beats.take(9, 7.0, (1000.0,) * 4)
    assert gap == Gap(5.0, 5.0, "link_lost")


def test_runs_never_join_what_a_gap_parts():
    beats = Beats()
    _take(beats, _even(5))
    beats.open_gap("silence")
    _take(beats, _even(5), start_s=20.0)
    first, second = beats.runs(0.0, 100.0)
    assert (first.segment, second.segment) == (0, 1)
    assert first.times_s == pytest.approx([1, 2, 3, 4, 5])
    assert second.times_s == pytest.approx([21, 22, 23, 24, 25])
    assert second.span_s == pytest.approx(5.0)


def test_a_beat_belongs_to_the_window_that_holds_the_middle_of_its_interval():
    beats = Beats()
    _take(beats, _even(10))
    (run,) = beats.runs(2.5, 5.5)
    assert run.times_s == pytest.approx([3.0, 4.0, 5.0, 6.0])
    assert run.mid_s == pytest.approx([2.5, 3.5, 4.5, 5.5])
    assert run.first == 2
    assert beats.runs(50.0, 60.0) == []
    assert beats.runs(2.6, 2.7) == []


def test_only_normal_beats_are_nn():
    beats = Beats()
    _take(beats, [*_even(20), 2000.0, *_even(20)])
    (run,) = beats.runs(0.0, 100.0)
    assert run.labels[20] is Artifact.MISSED
    assert run.labels[-2:] == (None, None)
    assert len(run.nn_ms) == len(run.clean_mid_s) == 41 - 3
    assert run.nn_ms.max() == 1000.0


def test_a_label_follows_two_beats_later_and_only_when_it_is_not_normal():
    beats = Beats()
    results = _take(beats, [*_even(20), 2000.0, 1000.0, 1000.0])
    assert [result for result in results if isinstance(result, BeatLabel)] == [
        BeatLabel(21, 0, Artifact.MISSED, final=False)
    ]
    assert isinstance(results[-1], BeatLabel)


def test_final_labels_tell_of_those_that_changed():
    beats = Beats()
    rr_ms = [*_even(60), 2000.0, *_even(20)]
    _take(beats, rr_ms)
    assert beats.finish_labels(0.0, 50.0) == []
    # the last two have no provisional label; that they are normal is not worth a word
    assert beats.finish_labels(0.0, 100.0) == []
    (run,) = beats.runs(0.0, 100.0)
    assert run.labels.count(None) == 0
    assert run.labels[60] is Artifact.MISSED


def test_a_final_label_that_takes_a_provisional_one_back_is_told():
    beats = Beats()
    _take(beats, _even(60))
    segment = beats.segments[0]
    segment.labels[30] = Artifact.SHORT
    assert beats.finish_labels(0.0, 60.0) == [BeatLabel(31, 0, Artifact.NORMAL, final=True)]
    assert segment.labels[30] is Artifact.NORMAL


def test_a_last_beat_that_is_not_normal_is_told_when_the_step_ends():
    beats = Beats()
    _take(beats, [*_even(60), 2500.0])
    assert beats.finish_labels(0.0, 100.0) == [BeatLabel(61, 0, Artifact.RANGE, final=True)]


def test_final_labels_lean_on_beats_outside_the_step():
    """A step of five beats alone has too few for any class; its surroundings give it one."""
    beats = Beats()
    _take(beats, [*_even(30), 2000.0, *_even(30)])
    beats.segments[0].labels[30] = Artifact.NORMAL
    assert beats.finish_labels(29.5, 33.0) == [BeatLabel(31, 0, Artifact.MISSED, final=True)]


def test_a_loss_is_a_gap_of_its_own():
    beats = Beats()
    _take(beats, _even(40, 900.0))
    results = []
    for k in range(10):
        results += beats.take(100 + k, 41.0 + 0.9 * k, (900.0,))
    gaps = [result for result in results if isinstance(result, Gap)]
    assert len(gaps) == 1
    assert gaps[0].reason == "lost_intervals"
    assert gaps[0].start_s == pytest.approx(36.0)
    assert gaps[0].end_s == pytest.approx(40.1)
    assert [len(run.rr_ms) for run in beats.runs(0.0, 100.0)] == [40, 10]
    assert not beats.is_in_gap
    # labels go on in the new run, and the newest two wait
    labels = beats.segments[1].labels
    assert labels[-2:] == [None, None]
    assert None not in labels[:-2]
    assert beats.take(120, 50.0, (900.0,))[0].segment == 1


def test_recent_counts_reach_back_over_gaps():
    beats = Beats()
    _take(beats, [*_even(30), 2000.0, *_even(10)])
    beats.open_gap("silence")
    _take(beats, _even(5), start_s=60.0)
    assert beats.recent_counts(0.0) == (46, 1, 1)
    assert beats.recent_counts(60.0) == (5, 0, 0)
    assert beats.recent_counts(500.0) == (0, 0, 0)


def test_the_heart_rate_on_the_screen_is_that_of_the_newest_eight_beats():
    beats = Beats()
    _take(beats, [*_even(20), *[600.0] * 8])
    assert beats.recent_heart_rate_bpm() == pytest.approx(100.0)


def test_beats_after_a_time_are_counted_over_a_gap_too():
    beats = Beats()
    _take(beats, _even(5))
    beats.open_gap("silence")
    _take(beats, _even(2), start_s=20.0)
    assert [beats.beats_after(t_s) for t_s in (3.5, 5.0, 21.5, 22.0)] == [4, 2, 1, 0]
