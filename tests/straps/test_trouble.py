"""Errors become sentences, and no call to Bluetooth hangs or raises anything else."""

import asyncio

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from biofeedback.errors import StrapError
from biofeedback.lang import Words
from biofeedback.straps import trouble
from biofeedback.straps.link import LossReason
from biofeedback.straps.timings import Timings
from biofeedback.straps.trouble import Detail, Trouble, attempt, detail_of

Reason = BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (BleakBluetoothNotAvailableError("", Reason.NO_BLUETOOTH), Detail.NO_ADAPTER),
        (BleakBluetoothNotAvailableError("", Reason.NO_BLE_CENTRAL_ROLE), Detail.NO_ADAPTER),
        (BleakBluetoothNotAvailableError("", Reason.POWERED_OFF), Detail.BLUETOOTH_OFF),
        (BleakBluetoothNotAvailableError("", Reason.DENIED_BY_USER), Detail.NO_PERMISSION),
        (BleakBluetoothNotAvailableError("", Reason.DENIED_BY_SYSTEM), Detail.NO_PERMISSION),
        (BleakBluetoothNotAvailableError("", Reason.UNKNOWN), Detail.BLUETOOTH_OFF),
        (BleakDeviceNotFoundError("x"), Detail.NOT_FOUND),
        (BleakCharacteristicNotFoundError("2a37"), Detail.NO_HEART_RATE),
        (BleakGATTProtocolError(0x05), Detail.REFUSED),
        (BleakGATTProtocolError(0x0E), Detail.RETRYING),
        (BleakError("anything"), Detail.RETRYING),
        (TimeoutError(), Detail.BUSY),
        (PermissionError(), Detail.NO_PERMISSION),
        (FileNotFoundError(), Detail.NO_SERVICE),
        (ConnectionRefusedError(), Detail.NO_SERVICE),
        (NotImplementedError(), Detail.NO_ADAPTER),
        (KeyError("Roles"), Detail.RETRYING),
        (Trouble(Detail.SILENT), Detail.SILENT),
    ],
)
async def test_every_error_has_its_sentence(error: Exception, detail: Detail) -> None:
    async def raising() -> None:
        raise error

    with pytest.raises(Trouble) as caught:
        await attempt(raising(), 1.0)
    assert caught.value.detail == detail_of(error) == detail
    assert "biofeedback doctor" in str(caught.value)
    assert isinstance(caught.value, StrapError)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_state_and_every_reason_of_a_loss_has_words(lang: str) -> None:
    words = Words(lang)
    keys = [*Detail, *(f"strap.{reason}" for reason in LossReason)]
    assert [key for key in keys if key not in words] == []


async def test_a_call_that_hangs_even_when_cancelled_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trouble, "GRACE_S", 0.01)
    mended = asyncio.Event()

    async def hanging() -> None:
        while not mended.is_set():
            try:
                await mended.wait()
            except asyncio.CancelledError:
                continue

    with pytest.raises(Trouble) as caught:
        await attempt(hanging(), 0.01)
    assert caught.value.detail == Detail.BUSY
    mended.set()


async def test_a_call_that_is_cut_off_from_inside_is_tried_again() -> None:
    async def cut_off() -> None:
        raise asyncio.CancelledError

    with pytest.raises(Trouble) as caught:
        await attempt(cut_off(), 1.0)
    assert caught.value.detail == Detail.RETRYING


def test_pauses_grow_to_eight_seconds_twenty_percent_more_or_less() -> None:
    for failures, wait_s in enumerate([0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0], start=1):
        drawn = [Timings().wait_s(failures) for _ in range(50)]
        assert 0.8 * wait_s <= min(drawn) < max(drawn) <= 1.2 * wait_s
