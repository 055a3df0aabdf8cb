from dataclasses import replace

import pytest

from biofeedback.core.breathing import own_breathing_goes_on
from biofeedback.core.events import Characteristic, Notification
from biofeedback.core.locked import fit_locked
from biofeedback.core.results import Answer, Following
from biofeedback.straps.presets import Streams
from tests.validation.classes import CLASSES
from tests.validation.following import ROWS, Found, answer_figures, following_figures, measure, page, rate_figures
from tests.validation.looks import see
from tests.validation.motion import with_chest
from tests.validation.sessions import simulate

pytestmark = pytest.mark.whole

YES = Found((Answer.UNKNOWN, Answer.YES), (Following.NO, Following.YES), Answer.YES, True, False, (6.0, 0.1, 6.15))
NO = replace(YES, answers=(Answer.UNKNOWN,), following=(Following.UNKNOWN,), answer=Answer.NO, rate=None, was_held=True)


def test_a_chest_adds_its_frames_to_a_session_and_changes_nothing_else():
    session = simulate(CLASSES["responder_8_12"], 1)
    events = with_chest(session, Streams(lost_fraction=0.1), 1)
    frames = [e for e in events if isinstance(e, Notification) and e.characteristic is Characteristic.PMD_DATA]
    assert 0.8 * 365 / 0.72 < len(frames) < 0.97 * 365 / 0.72
    assert [event.seq for event in events] == list(range(len(events)))
    assert [replace(e, seq=0) for e in events if e not in frames] == [replace(e, seq=0) for e in session.events]


@pytest.mark.parametrize("name", ["quick", "holds, still"])
def test_measured_breathing_tells_who_does_not_follow(name):
    from_rr, from_chest = measure(ROWS[name], 1)
    assert not from_rr.is_measured
    assert from_chest.is_measured
    assert from_chest.following[-1] is Following.NO
    assert from_chest.was_held is (name == "holds, still")


def test_figures_count_what_was_said():
    assert [cell.split(" ")[0] for cell in answer_figures([YES, NO])] == ["0.0", "50.0", "50.0", "50.0", "50.0"]
    told = [cell.split(" ")[0] for cell in following_figures([YES, NO], Following.YES)]
    assert told == ["0.0", "50.0", "0.0", "50.0", "100.0", "50.0"]
    assert [cell.split(" ")[0] for cell in rate_figures([YES, NO])] == ["50.0", "0.15", "100.0", "100.0"]
    assert rate_figures([NO])[1] == "–"


def test_the_page_has_a_line_for_each_way_of_telling():
    text = page({"quick": [(NO, YES)], "own_slow, restless": [(NO, YES)]}, 1)
    assert text.count("| breathes 12-15/min | RR |") == 1
    assert "| own slow breathing, 5.2-6.8/min at any phase, restless | no | chest |" in text


def test_what_turns_leave_of_the_pacers_wave_is_not_ones_own_breathing() -> None:
    """Of a large wave in a quiet heart it lies in the band of breathing, above all that the baseline has there."""
    beats = see(CLASSES["responder_8_12_quiet"], 20_073)[-1].beats
    assert beats is not None
    fit = fit_locked(beats.pacer, beats.noise, beats.mid_s, beats.nn_ms, None)
    found = (beats.pacer, beats.noise, beats.mid_s, beats.nn_ms)
    assert not own_breathing_goes_on(*found, fit)
    assert own_breathing_goes_on(*found, replace(fit, amplitude_ms=0.0))
