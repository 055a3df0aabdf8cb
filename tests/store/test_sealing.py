import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.errors import SealBroken
from biofeedback.store.sealing import KEY_BYTES, Seal, new_key

KEY = bytes(range(KEY_BYTES))


@given(st.binary(max_size=300), st.text(max_size=40))
def test_a_sealed_line_opens_in_its_place(line: bytes, where: str) -> None:
    assert Seal(KEY).open(Seal(KEY).close(line, where), where) == line


@given(st.binary(max_size=60), st.data())
def test_any_changed_bit_is_seen(line: bytes, data: st.DataObject) -> None:
    sealed = bytearray(Seal(KEY).close(line, "inputs|A|1"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken, match=r"inputs\|A\|1"):
        Seal(KEY).open(bytes(sealed), "inputs|A|1")


@pytest.mark.parametrize("length", range(28))
def test_what_is_too_short_to_be_sealed_is_refused(length: int) -> None:
    with pytest.raises(SealBroken):
        Seal(KEY).open(bytes(length), "inputs|A|1")


def test_a_line_moved_to_another_row_is_refused() -> None:
    with pytest.raises(SealBroken):
        Seal(KEY).open(Seal(KEY).close(b"line", "inputs|A|1"), "inputs|A|2")


def test_another_key_does_not_open() -> None:
    with pytest.raises(SealBroken):
        Seal(new_key()).open(Seal(KEY).close(b"line", "inputs|A|1"), "inputs|A|1")


def test_the_same_line_is_never_sealed_to_the_same_bytes() -> None:
    assert len({Seal(KEY).close(b"line", "inputs|A|1") for _ in range(100)}) == 100
