import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.ids import ulid


def test_the_example_of_the_ulid_specification_has_its_time() -> None:
    assert ulid(1469918176385, bytes(10)) == "01ARYZ6S41" + "0" * 16


@given(st.integers(0, 2**48 - 2), st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_ulids_sort_by_their_time(time_ms: int, one: bytes, other: bytes) -> None:
    assert ulid(time_ms, one) < ulid(time_ms + 1, other)
    assert len(ulid(time_ms, one)) == 26


def test_a_ulid_needs_ten_random_bytes_and_a_time() -> None:
    with pytest.raises(ValueError, match="ten random bytes"):
        ulid(1, b"")
    with pytest.raises(ValueError, match="48-bit"):
        ulid(-1, bytes(10))
