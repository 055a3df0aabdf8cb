from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biofeedback.core.events import Characteristic, Notification
from tests.fuzz.mutation import session_seeds, spoilt_sessions
from tests.fuzz.whole import OPERATIONS, live_through, live_twice, read_session, write_session

pytestmark = pytest.mark.whole

OPERATION = st.builds(
    lambda operation, ticks, content: bytes([operation, ticks, len(content)]) + content,
    st.integers(0, len(OPERATIONS) - 1), st.integers(0, 255), st.binary(max_size=40),
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPERATION, max_size=60).map(b"".join))
def test_any_payloads_in_any_order_leave_the_pipeline_whole_and_make_no_beat(session):
    live_through(session)


@settings(max_examples=100)
@given(st.binary(max_size=600))
def test_any_bytes_are_a_session(session):
    live_through(session)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPERATION, max_size=60).map(b"".join))
def test_any_payloads_give_the_same_results_whatever_the_ticks(session):
    live_twice(session)


def test_true_sessions_with_some_parts_spoilt():
    for session in islice(spoilt_sessions(1), 60):
        live_through(session)
    for session in islice(spoilt_sessions(2), 20):
        live_twice(session)


def test_true_sessions_have_beats_and_come_back_as_they_were_written():
    for session in session_seeds():
        assert live_through(session) > 60
        inputs = read_session(session)
        assert [event for event in read_session(write_session(inputs)) if isinstance(event, Notification)] == [
            event for event in inputs if isinstance(event, Notification)
        ]
    kinds = {event.characteristic for event in read_session(session_seeds()[0]) if isinstance(event, Notification)}
    assert kinds == set(Characteristic)
