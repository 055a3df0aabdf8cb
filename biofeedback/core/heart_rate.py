"""Heart Rate Measurement 0x2A37: bytes to a measurement, and back for the simulated strap; 0x2A38: its place."""

import struct
from dataclasses import dataclass

from biofeedback.core.choices import SensorPlace
from biofeedback.errors import MalformedPayload

__all__ = ["HeartRateMeasurement", "decode", "decode_place", "encode"]

# Flags of Heart Rate Service 1.0, Heart Rate Measurement; bits 5-7 are reserved and ignored.
_WIDE_HEART_RATE = 0x01
_CONTACT_SEEN = 0x02
_CONTACT_SUPPORTED = 0x04
_ENERGY = 0x08
_RR = 0x10


@dataclass(frozen=True, slots=True)
class HeartRateMeasurement:
    """One notification of a strap; RR intervals oldest first, in the strap's own 1/1024 s.

    ``contact`` is None when the strap cannot tell, which is not "no contact". ``rr_rejected`` counts RR of 0;
    ``odd_tail`` says that the RR part was no whole number of values and was rejected.
    """

    heart_rate_bpm: int
    contact: bool | None = None
    energy_kj: int | None = None
    rr_1024ths: tuple[int, ...] = ()
    rr_rejected: int = 0
    odd_tail: bool = False


def decode(payload: bytes) -> HeartRateMeasurement:
    """Heart rate measurement in the bytes of one notification.

    Raises
    ------
    MalformedPayload
        If the payload is empty, or ends before the heart rate or the announced energy is complete.
    """
    if not payload:
        raise MalformedPayload(payload, "no bytes")
    flags = payload[0]
    heart_rate_end = 3 if flags & _WIDE_HEART_RATE else 2
    rr_start = heart_rate_end + (2 if flags & _ENERGY else 0)
    if len(payload) < rr_start:
        raise MalformedPayload(
            payload, "heart rate is cut off" if len(payload) < heart_rate_end else "energy is cut off"
        )
    tail = payload[rr_start:] if flags & _RR else b""
    odd_tail = len(tail) % 2 == 1
    values = () if odd_tail else struct.unpack(f"<{len(tail) // 2}H", tail)
    rr_1024ths = tuple(value for value in values if value)
    return HeartRateMeasurement(
        heart_rate_bpm=int.from_bytes(payload[1:heart_rate_end], "little"),
        contact=bool(flags & _CONTACT_SEEN) if flags & _CONTACT_SUPPORTED else None,
        energy_kj=int.from_bytes(payload[heart_rate_end:rr_start], "little") if flags & _ENERGY else None,
        rr_1024ths=rr_1024ths,
        rr_rejected=len(values) - len(rr_1024ths),
        odd_tail=odd_tail,
    )


def decode_place(value: bytes) -> SensorPlace | None:
    """Where a sensor says that it sits (Body Sensor Location 0x2A38); None where that makes no sense.

    Elsewhere than on the chest it sees the pulse, mostly with light, and not the heart's own current. Intervals from
    pulse to pulse are near RR intervals at rest, less so in movement.

    Notes
    -----
    Schäfer A, Vagedes J. How accurate is pulse rate variability as an estimate of heart rate variability?
    Int J Cardiol 2013;166:15-29. DOI 10.1016/j.ijcard.2012.03.119.
    """
    places = list(SensorPlace)
    return places[value[0]] if len(value) == 1 and value[0] < len(places) else None


def encode(measurement: HeartRateMeasurement) -> bytes:
    """Bytes that a strap sends for the measurement; heart rates up to 255 take one byte.

    What ``decode`` rejected is not written again.

    Raises
    ------
    ValueError
        If a number does not fit its field, or an RR interval is 0.
    """
    numbers = (measurement.heart_rate_bpm, measurement.energy_kj or 0, *measurement.rr_1024ths)
    if not all(0 <= number <= 0xFFFF for number in numbers) or 0 in measurement.rr_1024ths:
        raise ValueError(f"heart rate, energy and RR must fit 16 bits, RR must not be 0: {measurement}")
    wide = measurement.heart_rate_bpm > 0xFF
    flags = _WIDE_HEART_RATE if wide else 0
    if measurement.contact is not None:
        flags |= _CONTACT_SUPPORTED | (_CONTACT_SEEN if measurement.contact else 0)
    payload = measurement.heart_rate_bpm.to_bytes(2 if wide else 1, "little")
    if measurement.energy_kj is not None:
        flags |= _ENERGY
        payload += measurement.energy_kj.to_bytes(2, "little")
    if measurement.rr_1024ths:
        flags |= _RR
        payload += struct.pack(f"<{len(measurement.rr_1024ths)}H", *measurement.rr_1024ths)
    return bytes([flags]) + payload
