"""What must hold for any bytes that claim to be a payload: each check takes them and says nothing when all is well."""

from collections.abc import Callable
from typing import TypeVar

from biofeedback.core import heart_rate, pmd
from biofeedback.errors import MalformedPayload

__all__ = ["PARSERS", "parse_everything"]

Found = TypeVar("Found")


def _read(decode: Callable[[bytes], Found], payload: bytes) -> Found | None:
    """What is decoded; None where it is refused, as it should be."""
    try:
        return decode(payload)
    except MalformedPayload as exc:
        refused = exc
    assert refused.payload == payload
    return None


def heart_rate_measurement(payload: bytes) -> None:
    """No interval is made up: each stands in the payload, in order, and none is 0."""
    found = _read(heart_rate.decode, payload)
    if found is None:
        return
    assert 2 * (len(found.rr_1024ths) + found.rr_rejected) <= len(payload) - 2
    place = 2
    for raw in found.rr_1024ths:
        assert 0 < raw <= 0xFFFF
        place = payload.index(raw.to_bytes(2, "little"), place) + 2
    assert 0 <= found.heart_rate_bpm <= 0xFFFF
    again = heart_rate.decode(heart_rate.encode(found))
    assert (again.heart_rate_bpm, again.contact, again.energy_kj, again.rr_1024ths) == (
        found.heart_rate_bpm, found.contact, found.energy_kj, found.rr_1024ths,
    )  # fmt: skip


def pmd_frame(payload: bytes) -> None:
    """A frame that is taken holds all of its payload and nothing else."""
    found = _read(pmd.decode_frame, payload)
    if found is None:
        return
    assert found.samples.shape[1] == (1 if found.kind is pmd.PmdKind.ECG else 3)
    assert len(found.samples) > 0
    assert pmd.encode_frame(found) == payload


def pmd_settings(payload: bytes) -> None:
    """Every value of settings stands in them."""
    found = _read(pmd.decode_settings, payload)
    if found is None:
        return
    assert sum(len(values) for values in found.values()) <= len(payload)
    assert all(value >= 0 for values in found.values() for value in values)
    for kind in pmd.PmdKind:  # whatever is on offer, a start command can be made of it that we can read ourselves
        nearest = pmd.nearest_settings(pmd.WANTED[kind], found)
        assert pmd.started_settings(pmd.start_command(kind, nearest)) == (kind, nearest)


def pmd_reply(payload: bytes) -> None:
    """A reply that is written again is the same reply."""
    found = _read(pmd.decode_reply, payload)
    if found is None:
        return
    assert pmd.decode_reply(pmd.encode_reply(found)) == found


def pmd_command(payload: bytes) -> None:
    """A start command that is written again starts the same."""
    try:
        found = pmd.started_settings(payload)
    except MalformedPayload:
        return
    if found is None:
        return
    kind, settings = found
    assert settings.rate_hz > 0
    assert pmd.started_settings(pmd.start_command(kind, settings)) == found


PARSERS: tuple[Callable[[bytes], None], ...] = (
    heart_rate_measurement, pmd_frame, pmd_settings, pmd_reply, pmd_command,
)  # fmt: skip


def parse_everything(payload: bytes) -> None:
    """One payload through every parser, whatever it claims to be."""
    for check in PARSERS:
        check(payload)
