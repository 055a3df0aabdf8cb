import numpy as np
import pytest
from hearts import listed, numbered, of, run

from biofeedback.core.events import Characteristic, End, Link, LinkState, Notification, Resumed
from biofeedback.core.heart_rate import HeartRateMeasurement, encode
from biofeedback.core.outages import was_outage
from biofeedback.core.results import Gap

BEATS = listed(np.full(20, 1000.0))  # the last is at 20 s
AGAIN = listed(np.full(20, 1000.0), 40.0)
WITHOUT_BEATS = [
    Notification(0, t_s, 1, Characteristic.HEART_RATE, encode(HeartRateMeasurement(60, contact=False, rr_1024ths=())))
    for t_s in np.arange(21.0, 38.0)
]
RESTART = Resumed(0, 39.0, "2026-11-22T09:02:51.900Z", "restart")


def gap_of(*between):
    """The one gap of a session that was interrupted, as told last."""
    told = of(run(numbered([*BEATS, *between, *AGAIN, End(0, 62.0, "finished")])), Gap)
    assert len({gap.start_s for gap in told}) == 1
    return told[-1]


@pytest.mark.parametrize(
    ("back", "reason"),
    [
        (RESTART, "restart"),
        (Link(0, 35.0, 1, LinkState.LOST, "browser_away"), "browser_away"),
        (Link(0, 35.0, 1, LinkState.LOST, "remote_away"), "remote_away"),
        (Link(0, 35.0, 1, LinkState.LOST, "out_of_range"), "silence"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_nothing_came_while_the_server_or_the_way_to_it_was_away_and_that_is_why(back, reason):
    gap = gap_of(back)
    assert gap.reason == reason
    assert gap.end_s - gap.start_s > 12.0
    assert was_outage([gap]) is (reason != "silence")


def test_a_strap_that_sent_no_beats_before_the_restart_was_silent():
    assert gap_of(*WITHOUT_BEATS, RESTART).reason == "silence"


def test_a_link_that_was_lost_before_the_restart_stays_the_reason():
    assert gap_of(Link(0, 21.0, 1, LinkState.LOST, "out_of_range"), RESTART).reason == "out_of_range"


def test_a_restart_before_the_first_beat_is_no_gap():
    assert of(run(numbered([RESTART, *AGAIN, End(0, 62.0, "finished")])), Gap) == []
