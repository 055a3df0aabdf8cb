"""Polar measurement data (PMD): an H10's ECG and acceleration frames, and the commands that start and stop them."""

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from biofeedback.errors import MalformedPayload

__all__ = [
    "WANTED",
    "PmdFrame",
    "PmdKind",
    "PmdReply",
    "Settings",
    "decode_frame",
    "decode_reply",
    "decode_settings",
    "encode_frame",
    "encode_reply",
    "encode_settings",
    "nearest_settings",
    "settings_command",
    "start_command",
    "started_settings",
    "stop_command",
]

ASK_SETTINGS, START, STOP, REPLY = 0x01, 0x02, 0x03, 0xF0  # op codes of the control point
COMPRESSED = 0x80  # bit of the frame type
HEAD_BYTES = 10  # measurement type, time, frame type
RATE, RESOLUTION, RANGE, CHANNELS = 0, 1, 2, 4  # settings; range and others that we do not set are passed over
_WIDTHS = {RATE: 2, RESOLUTION: 2, RANGE: 2, 3: 4, CHANNELS: 1, 5: 4}  # bytes of a value; 3: range in mUnit, 5: factor


class PmdKind(IntEnum):
    """What is measured, as PMD numbers it."""

    ECG = 0
    ACCELERATION = 2


_FRAME_TYPE = {PmdKind.ECG: 0, PmdKind.ACCELERATION: 1}
_SAMPLE_BYTES = {PmdKind.ECG: 3, PmdKind.ACCELERATION: 6}


@dataclass(frozen=True, slots=True, eq=False)
class PmdFrame:
    """One frame: ``end_ns`` is the time of its last sample on the strap's clock, ns since 2000-01-01.

    ``samples`` has shape (n_samples, 1) in uV for ECG, (n_samples, 3) in mG for acceleration.
    """

    kind: PmdKind
    end_ns: int
    samples: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a stream is sampled: ``resolution_bit`` of a sample, ``range_g`` and ``channels`` for acceleration."""

    rate_hz: int
    resolution_bit: int
    range_g: int | None = None
    channels: int | None = None


WANTED = {PmdKind.ECG: Settings(130, 14), PmdKind.ACCELERATION: Settings(50, 16, 2)}  # straps.md: what an H10 offers


@dataclass(frozen=True, slots=True)
class PmdReply:
    """The control point's answer to a command; ``status`` 0 is success. ``parameters`` are settings, as bytes."""

    op_code: int
    kind: int
    status: int
    parameters: bytes = b""


def decode_frame(payload: bytes) -> PmdFrame:
    """Frame in the bytes of one notification of the data characteristic.

    Raises
    ------
    MalformedPayload
        If it is too short, of a kind or frame type that an H10 does not send, or holds no whole number of samples.
    """
    if len(payload) < HEAD_BYTES:
        raise MalformedPayload(payload, "a PMD frame is cut off")
    if payload[0] not in _SAMPLE_BYTES:
        raise MalformedPayload(payload, f"PMD measurement {payload[0]} is not known")
    kind = PmdKind(payload[0])
    if payload[9] != _FRAME_TYPE[kind]:
        what = "is compressed" if payload[9] & COMPRESSED else "is not known"
        raise MalformedPayload(payload, f"PMD frame type {payload[9]:#04x} {what}")
    body, width = payload[HEAD_BYTES:], _SAMPLE_BYTES[kind]
    if not body or len(body) % width:
        raise MalformedPayload(payload, "a PMD frame holds no whole number of samples")
    samples = _int24(body) if kind is PmdKind.ECG else np.frombuffer(body, "<i2").astype(np.int32).reshape(-1, 3)
    return PmdFrame(kind, int.from_bytes(payload[1:9], "little"), samples)


def encode_frame(frame: PmdFrame) -> bytes:
    """Bytes that an H10 sends for a frame; samples beyond their width are clipped, as by a converter."""
    head = struct.pack("<BQB", frame.kind, frame.end_ns, _FRAME_TYPE[frame.kind])
    if frame.kind is PmdKind.ECG:
        wide = np.clip(frame.samples, -(1 << 23), (1 << 23) - 1).astype("<i4").reshape(-1, 1)
        return head + np.ascontiguousarray(wide.view(np.uint8)[:, :3]).tobytes()
    return head + np.clip(frame.samples, -(1 << 15), (1 << 15) - 1).astype("<i2").tobytes()


def _int24(body: bytes) -> NDArray[np.int32]:
    """Signed numbers of three bytes each."""
    wide = np.zeros((len(body) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(body, np.uint8).reshape(-1, 3)
    return np.asarray(wide.view("<i4") >> 8, np.int32)


def settings_command(kind: PmdKind) -> bytes:
    """Command that asks which settings a stream can have."""
    return bytes((ASK_SETTINGS, kind))


def start_command(kind: PmdKind, settings: Settings) -> bytes:
    """Command that starts a stream."""
    return bytes((START, kind)) + encode_settings(settings)


def stop_command(kind: PmdKind) -> bytes:
    """Command that stops a stream."""
    return bytes((STOP, kind))


def encode_settings(settings: Settings) -> bytes:
    """Settings as id, count and value each."""
    numbers = (
        (RATE, settings.rate_hz), (RESOLUTION, settings.resolution_bit),
        (RANGE, settings.range_g), (CHANNELS, settings.channels),
    )  # fmt: skip
    return b"".join(
        bytes((number, 1)) + value.to_bytes(_WIDTHS[number], "little") for number, value in numbers if value is not None
    )


def decode_settings(parameters: bytes) -> dict[int, tuple[int, ...]]:
    """Values of each setting: those on offer, or the one that is used.

    Raises
    ------
    MalformedPayload
        If a setting is not known or its values are cut off.
    """
    found: dict[int, tuple[int, ...]] = {}
    place = 0
    while place < len(parameters):
        width = _WIDTHS.get(parameters[place])
        count = parameters[place + 1] if place + 1 < len(parameters) else 0
        values = parameters[place + 2 : place + 2 + count * (width or 0)]
        if width is None or not count or len(values) < count * width:
            raise MalformedPayload(parameters, "PMD settings are cut off or not known")
        found[parameters[place]] = tuple(
            int.from_bytes(values[k : k + width], "little") for k in range(0, len(values), width)
        )
        place += 2 + len(values)
    return found


def nearest_settings(wanted: Settings, offered: dict[int, tuple[int, ...]]) -> Settings:
    """What is wanted where it is on offer, else the nearest; every setting that is on offer has to be named."""

    def nearest(number: int, value: int | None) -> int | None:
        values = offered.get(number, ())
        return min(values, key=lambda one: abs(one - (value or one)), default=None)

    return Settings(
        nearest(RATE, wanted.rate_hz) or wanted.rate_hz,
        nearest(RESOLUTION, wanted.resolution_bit) or wanted.resolution_bit,
        nearest(RANGE, wanted.range_g),
        nearest(CHANNELS, wanted.channels),
    )


def decode_reply(payload: bytes) -> PmdReply:
    """Answer of the control point.

    Raises
    ------
    MalformedPayload
        If it is none.
    """
    if len(payload) < 4 or payload[0] != REPLY:
        raise MalformedPayload(payload, "not a reply of the PMD control point")
    return PmdReply(payload[1], payload[2], payload[3], payload[5:])  # byte 4: whether more follows


def encode_reply(reply: PmdReply) -> bytes:
    """Bytes of an answer of the control point."""
    return bytes((REPLY, reply.op_code, reply.kind, reply.status, 0)) + reply.parameters


def started_settings(payload: bytes) -> tuple[PmdKind, Settings] | None:
    """Stream and settings of a start command; None for any other bytes of the control point.

    Raises
    ------
    MalformedPayload
        If the command is cut off, names no stream that is known, or no rate.
    """
    if not payload or payload[0] != START:
        return None
    if len(payload) < 2 or payload[1] not in _SAMPLE_BYTES:
        raise MalformedPayload(payload, "a PMD command names no stream that is known")
    values = {number: value[0] for number, value in decode_settings(payload[2:]).items()}
    if not values.get(RATE):
        raise MalformedPayload(payload, "a PMD command names no rate")
    settings = Settings(values[RATE], values.get(RESOLUTION, 0), values.get(RANGE), values.get(CHANNELS))
    return PmdKind(payload[1]), settings
