from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.core.heart_rate import decode
from tests.fuzz.mutation import payload_seeds, spoilt_payloads
from tests.fuzz.parsers import PARSERS, parse_everything

pytestmark = pytest.mark.whole

HEADS = st.sampled_from([b"", b"\x10", b"\x00", b"\x02", b"\x02\x00", b"\x02\x02", b"\xf0", b"\x00\x01"])


@pytest.mark.parametrize("check", PARSERS, ids=lambda check: check.__name__)
@given(HEADS, st.binary(max_size=64))
def test_any_bytes_are_read_or_refused_with_the_one_error_for_it(check, head, body):
    check(head + body)


@given(st.sampled_from([b"\x00", b"\x02"]), st.binary(min_size=8, max_size=8), st.integers(0, 255), st.binary())
def test_frames_of_any_length_stamp_and_type(first, stamp, frame_type, body):
    parse_everything(first + stamp + bytes([frame_type]) + body)


def test_true_payloads_with_some_bytes_spoilt():
    for payload in islice(spoilt_payloads(1), 3000):
        parse_everything(payload)


def test_the_seeds_hold_every_kind_of_payload():
    assert {payload[:1].hex() for payload in payload_seeds()} >= {"", "00", "01", "02", "03", "10", "f0"}


def test_an_interval_that_stands_in_no_payload_would_be_found():
    """The check itself: a decoder that rounded would fail it."""
    payload = bytes.fromhex("104372038a03")
    raw = decode(payload).rr_1024ths
    assert all(number.to_bytes(2, "little") in payload for number in raw)
    assert (raw[0] + 1).to_bytes(2, "little") not in payload
