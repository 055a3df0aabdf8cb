import numpy as np
import pytest

from biofeedback.core.pmd import (
    WANTED,
    PmdFrame,
    PmdKind,
    PmdReply,
    Settings,
    decode_frame,
    decode_reply,
    decode_settings,
    encode_frame,
    encode_reply,
    encode_settings,
    nearest_settings,
    settings_command,
    start_command,
    started_settings,
    stop_command,
)
from biofeedback.errors import MalformedPayload

STAMP_NS = 599_616_000_123_456_789
STAMP = STAMP_NS.to_bytes(8, "little")
COMMANDS = [
    (start_command(PmdKind.ECG, WANTED[PmdKind.ECG]), "02 00 00 01 82 00 01 01 0E 00"),
    (start_command(PmdKind.ACCELERATION, WANTED[PmdKind.ACCELERATION]), "02 02 00 01 32 00 01 01 10 00 02 01 02 00"),
    (stop_command(PmdKind.ECG), "03 00"),
    (stop_command(PmdKind.ACCELERATION), "03 02"),
    (settings_command(PmdKind.ECG), "01 00"),
    (settings_command(PmdKind.ACCELERATION), "01 02"),
]
FRAMES = [
    (PmdKind.ECG, "00", "00", "00 00 00", [[0]]),
    (PmdKind.ECG, "00", "00", "e8 03 00 18 fc ff", [[1000], [-1000]]),
    (PmdKind.ECG, "00", "00", "ff ff 7f 00 00 80 01 02 03", [[8388607], [-8388608], [0x030201]]),
    (PmdKind.ACCELERATION, "02", "01", "64 00 18 fc fb 00", [[100, -1000, 251]]),
    (PmdKind.ACCELERATION, "02", "01", "ff 7f 00 80 00 00 01 00 02 00 03 00", [[32767, -32768, 0], [1, 2, 3]]),
]


def frame(kind, samples, end_ns=STAMP_NS):
    return PmdFrame(kind, end_ns, np.array(samples, np.int32))


@pytest.mark.parametrize(("command", "hexed"), COMMANDS)
def test_commands_are_those_of_the_protocol(command, hexed):
    assert command == bytes.fromhex(hexed)


@pytest.mark.parametrize(("kind", "first", "frame_type", "body", "samples"), FRAMES)
def test_frames_both_ways(kind, first, frame_type, body, samples):
    payload = bytes.fromhex(first) + STAMP + bytes.fromhex(frame_type) + bytes.fromhex(body)
    found = decode_frame(payload)
    assert (found.kind, found.end_ns) == (kind, STAMP_NS)
    assert found.samples.dtype == np.int32
    assert found.samples.tolist() == samples
    assert encode_frame(found) == encode_frame(frame(kind, samples)) == payload


def test_a_sample_too_large_for_its_bytes_is_clipped_as_by_a_converter():
    assert decode_frame(encode_frame(frame(PmdKind.ECG, [[1 << 24], [-(1 << 24)]]))).samples.tolist() == [
        [(1 << 23) - 1], [-(1 << 23)],
    ]  # fmt: skip
    clipped = decode_frame(encode_frame(frame(PmdKind.ACCELERATION, [[40_000, -40_000, 5]])))
    assert clipped.samples.tolist() == [[32767, -32768, 5]]


@pytest.mark.parametrize(
    ("kind", "stamp_ns"), [(PmdKind.ECG, 0), (PmdKind.ECG, (1 << 64) - 1), (PmdKind.ACCELERATION, 1)]
)
def test_every_stamp_of_64_bits_comes_back(kind, stamp_ns):
    samples = np.arange(6).reshape(-1, 1 if kind is PmdKind.ECG else 3)
    assert decode_frame(encode_frame(frame(kind, samples, stamp_ns))).end_ns == stamp_ns


@pytest.mark.parametrize("kind", PmdKind)
def test_every_truncation_of_a_frame_is_refused_or_holds_fewer_whole_samples(kind):
    whole = frame(kind, np.arange(12).reshape(-1, 1 if kind is PmdKind.ECG else 3))
    payload = encode_frame(whole)
    width = 3 if kind is PmdKind.ECG else 6
    for length in range(len(payload)):
        body = length - 10
        if body > 0 and body % width == 0:
            cut = decode_frame(payload[:length])
            assert cut.samples.tolist() == whole.samples[: body // width].tolist()
        else:
            with pytest.raises(MalformedPayload) as caught:
                decode_frame(payload[:length])
            assert caught.value.payload == payload[:length]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "cut off"),
        (b"\x00" + STAMP + b"\x00", "whole number"),
        (b"\x01" + STAMP + b"\x00" + b"\x00" * 6, "measurement 1 is not known"),
        (b"\x03" + STAMP + b"\x01" + b"\x00" * 6, "measurement 3 is not known"),
        (b"\x00" + STAMP + b"\x80" + b"\x00" * 6, "0x80 is compressed"),
        (b"\x02" + STAMP + b"\x81" + b"\x00" * 6, "0x81 is compressed"),
        (b"\x00" + STAMP + b"\x01" + b"\x00" * 6, "0x01 is not known"),
        (b"\x02" + STAMP + b"\x00" + b"\x00" * 6, "0x00 is not known"),
        (b"\x02" + STAMP + b"\x01" + b"\x00" * 7, "whole number"),
    ],
)
def test_what_an_h10_does_not_send_is_refused_with_the_reason(payload, reason):
    with pytest.raises(MalformedPayload, match=reason):
        decode_frame(payload)


SETTINGS = [
    (Settings(130, 14), "00 01 82 00 01 01 0e 00", {0: (130,), 1: (14,)}),
    (Settings(50, 16, 2), "00 01 32 00 01 01 10 00 02 01 02 00", {0: (50,), 1: (16,), 2: (2,)}),
    (Settings(200, 16, 8, 3), "00 01 c8 00 01 01 10 00 02 01 08 00 04 01 03", {0: (200,), 1: (16,), 2: (8,), 4: (3,)}),
]


@pytest.mark.parametrize(("settings", "hexed", "values"), SETTINGS)
def test_settings_both_ways(settings, hexed, values):
    assert encode_settings(settings) == bytes.fromhex(hexed)
    assert decode_settings(bytes.fromhex(hexed)) == values
    assert started_settings(start_command(PmdKind.ACCELERATION, settings)) == (PmdKind.ACCELERATION, settings)


def test_settings_on_offer_have_several_values_each():
    on_offer = bytes.fromhex("00 04 19 00 32 00 64 00 c8 00 01 01 10 00 02 03 02 00 04 00 08 00")
    assert decode_settings(on_offer) == {0: (25, 50, 100, 200), 1: (16,), 2: (2, 4, 8)}
    assert decode_settings(bytes.fromhex("03 01 01 02 03 04 05 01 00 00 80 3f")) == {3: (0x04030201,), 5: (0x3F800000,)}
    assert decode_settings(b"") == {}


@pytest.mark.parametrize("hexed", ["00", "00 01", "00 01 82", "00 00", "00 02 82 00", "07 01 00 00", "04 02 03"])
def test_settings_that_are_cut_off_or_not_known_are_refused(hexed):
    with pytest.raises(MalformedPayload, match="settings"):
        decode_settings(bytes.fromhex(hexed))


@pytest.mark.parametrize(
    ("reply", "hexed"),
    [
        (PmdReply(2, 0, 0), "f0 02 00 00 00"),
        (PmdReply(2, 2, 6), "f0 02 02 06 00"),
        (PmdReply(1, 0, 0, bytes.fromhex("00 01 82 00 01 01 0e 00")), "f0 01 00 00 00 00 01 82 00 01 01 0e 00"),
        (PmdReply(3, 2, 0), "f0 03 02 00 00"),
    ],
)
def test_replies_both_ways(reply, hexed):
    assert encode_reply(reply) == bytes.fromhex(hexed)
    assert decode_reply(bytes.fromhex(hexed)) == reply


def test_a_refusal_may_end_with_its_status():
    assert decode_reply(bytes.fromhex("f0 02 00 03")) == PmdReply(2, 0, 3)


@pytest.mark.parametrize("payload", [b"", b"\xf0", b"\xf0\x02\x00", b"\x02\x00\x00\x00", b"\x0f\x02\x00\x00\x00"])
def test_other_bytes_are_no_reply(payload):
    with pytest.raises(MalformedPayload, match="not a reply"):
        decode_reply(payload)


@pytest.mark.parametrize("payload", [b"", b"\x01\x00", b"\x03\x02", b"\xf0\x02\x00\x00\x00"])
def test_only_a_start_command_starts(payload):
    assert started_settings(payload) is None


@pytest.mark.parametrize(
    ("hexed", "reason"),
    [
        ("02", "no stream"),
        ("02 01 00 01 82 00", "no stream"),
        ("02 00", "no rate"),
        ("02 00 00 01 00 00", "no rate"),
        ("02 00 01 01 0e 00", "no rate"),
        ("02 00 00 01 82", "cut off"),
    ],
)
def test_a_start_command_that_makes_no_sense_is_refused(hexed, reason):
    with pytest.raises(MalformedPayload, match=reason):
        started_settings(bytes.fromhex(hexed))


def test_a_start_command_may_leave_out_the_resolution():
    assert started_settings(bytes.fromhex("02 00 00 01 82 00")) == (PmdKind.ECG, Settings(130, 0))


@pytest.mark.parametrize(
    ("kind", "offered", "named"),
    [
        (PmdKind.ECG, {0: (130,), 1: (14,)}, Settings(130, 14)),
        (PmdKind.ACCELERATION, {0: (200, 100, 50, 25), 1: (16,), 2: (2, 4, 8)}, Settings(50, 16, 2)),
        (PmdKind.ACCELERATION, {0: (208, 52), 1: (16,), 2: (8, 4), 4: (3,)}, Settings(52, 16, 4, 3)),
        (PmdKind.ACCELERATION, {0: (26,)}, Settings(26, 16)),
        (PmdKind.ECG, {5: (1,)}, Settings(130, 14)),
    ],
)
def test_settings_on_offer_that_are_nearest_to_what_is_wanted_are_named(
    kind: PmdKind, offered: dict[int, tuple[int, ...]], named: Settings
) -> None:
    assert nearest_settings(WANTED[kind], offered) == named
