import numpy as np
import pytest

from biofeedback.core.events import Characteristic, Notification
from biofeedback.core.pmd import PmdFrame, PmdKind, PmdReply, Settings, encode_frame, encode_reply, start_command
from biofeedback.core.streams import Streams

DATA, CONTROL = Characteristic.PMD_DATA, Characteristic.PMD_CONTROL
START_S = 7e8


def send(streams: Streams, t_s: float, value: bytes, characteristic: Characteristic = DATA) -> list[object]:
    return list(streams.take(Notification(1, t_s, 1, characteristic, value)))


def ecg(end_s: float, count: int = 73) -> bytes:
    return encode_frame(PmdFrame(PmdKind.ECG, round(end_s * 1e9), np.zeros((count, 1), np.int32)))


def test_both_streams_share_the_straps_clock() -> None:
    streams = Streams()
    for k in range(40):
        send(streams, k * 0.5615 + 0.05, ecg(START_S + k * 0.5615))
        acceleration = PmdFrame(PmdKind.ACCELERATION, round((START_S + k * 0.72) * 1e9), np.ones((36, 3), np.int32))
        [*_, block] = send(streams, k * 0.72 + 0.05, encode_frame(acceleration)) or [None]
    assert block.kind is PmdKind.ACCELERATION
    assert block.samples.shape == (36, 3)
    assert streams.clock.session_s(block.strap_s)[-1] == pytest.approx(39 * 0.72 + 0.05, abs=1e-5)


def test_a_start_command_says_the_rate_and_a_reply_says_nothing() -> None:
    streams = Streams()
    send(streams, 0.0, start_command(PmdKind.ECG, Settings(100, 14)), CONTROL)
    send(streams, 0.1, encode_reply(PmdReply(2, 0, 0)), CONTROL)
    assert send(streams, 1.0, ecg(START_S)) == []
    first, _ = send(streams, 1.73, ecg(START_S + 0.73))
    assert np.diff(first.strap_s) == pytest.approx(0.01, abs=1e-6)


@pytest.mark.parametrize("characteristic", [DATA, CONTROL])
@pytest.mark.parametrize("value", [b"", b"\x02", b"\x00" * 10, b"\x02\x07\x00\x01\x82\x00", b"\xff" * 30])
def test_bytes_that_cannot_be_read_give_nothing(value: bytes, characteristic: Characteristic) -> None:
    assert send(Streams(), 0.0, value, characteristic) == []


def test_nothing_joins_across_a_restart() -> None:
    streams = Streams()
    for k in range(30):
        send(streams, k * 0.5615, ecg(START_S + k * 0.5615))
    assert streams.clock.is_known
    streams.restart()
    assert not streams.clock.is_known
    assert send(streams, 30 * 0.5615, ecg(START_S + 30 * 0.5615)) == []
    first, _ = send(streams, 31 * 0.5615, ecg(START_S + 31 * 0.5615))
    assert first.begins_run


def test_a_clock_set_back_is_read_anew() -> None:
    streams = Streams()
    for k in range(30):
        send(streams, k * 0.5615, ecg(START_S + k * 0.5615))
    for k in range(30, 33):
        blocks = send(streams, k * 0.5615, ecg(100.0 + k * 0.5615))
    assert not streams.clock.is_known
    assert streams.clock.session_s(blocks[-1].strap_s)[-1] == pytest.approx(32 * 0.5615, abs=1e-6)
