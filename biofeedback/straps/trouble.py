"""What goes wrong with Bluetooth, as states that tell a person what to do (keys of the language files)."""

import asyncio
import logging
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, TypeVar

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from biofeedback.errors import StrapError

__all__ = ["POLLED", "Detail", "Trouble", "attempt", "detail_of"]

GRACE_S = 5.0  # a cancelled call may still have a link to take down; after that it is left alone

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Detail(StrEnum):
    """What the collector does or lacks."""

    SEARCHING = "strap.searching"
    CONNECTING = "strap.connecting"
    READING = "strap.reading"
    WAITING_FOR_BEATS = "strap.waiting_for_beats"
    BLUETOOTH_OFF = "strap.bluetooth_off"
    NO_ADAPTER = "strap.no_adapter"
    NO_PERMISSION = "strap.no_permission"
    NO_SERVICE = "strap.no_service"
    NOT_FOUND = "strap.not_found"
    BUSY = "strap.busy"
    STUCK = "strap.stuck"
    REFUSED = "strap.refused"
    NO_HEART_RATE = "strap.no_heart_rate"
    SILENT = "strap.silent"
    RETRYING = "strap.retrying"


POLLED = frozenset({Detail.BLUETOOTH_OFF, Detail.NO_ADAPTER, Detail.NO_PERMISSION, Detail.NO_SERVICE})
"""Troubles of the machine, not of a strap: looked at again every two seconds until someone has mended them."""


class Trouble(StrapError):
    """A call to Bluetooth failed; ``detail`` is the sentence that a person should see."""

    def __init__(self, detail: Detail, cause: object = None) -> None:
        self.detail = detail
        what = detail.removeprefix("strap.").replace("_", " ")
        super().__init__(f"Bluetooth: {what} ({cause!r}). Run `biofeedback doctor` for the cure.")


_Reason = BleakBluetoothNotAvailableReason
_UNAVAILABLE = {
    _Reason.NO_BLUETOOTH: Detail.NO_ADAPTER,
    _Reason.NO_BLE_CENTRAL_ROLE: Detail.NO_ADAPTER,
    _Reason.DENIED_BY_USER: Detail.NO_PERMISSION,
    _Reason.DENIED_BY_SYSTEM: Detail.NO_PERMISSION,
    _Reason.DENIED_BY_UNKNOWN: Detail.NO_PERMISSION,
}
_Code = BleakGATTProtocolErrorCode
_SECURITY = {
    _Code.INSUFFICIENT_AUTHENTICATION,
    _Code.INSUFFICIENT_AUTHORIZATION,
    _Code.INSUFFICIENT_ENCRYPTION,
    _Code.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
}
_BY_DBUS_NAME = {
    "org.bluez.Error.NotReady": Detail.BLUETOOTH_OFF,
    "org.bluez.Error.InProgress": Detail.BUSY,
    "org.bluez.Error.AlreadyConnected": Detail.BUSY,
    "org.bluez.Error.AuthenticationFailed": Detail.REFUSED,
    "org.bluez.Error.AuthenticationCanceled": Detail.REFUSED,
    "org.bluez.Error.AuthenticationRejected": Detail.REFUSED,
    "org.bluez.Error.AuthenticationTimeout": Detail.REFUSED,
    "org.bluez.Error.NotAuthorized": Detail.REFUSED,
    "org.bluez.Error.NotPermitted": Detail.REFUSED,
    "org.bluez.Error.DoesNotExist": Detail.NOT_FOUND,
    "org.freedesktop.DBus.Error.UnknownObject": Detail.NOT_FOUND,
    "org.freedesktop.DBus.Error.ServiceUnknown": Detail.NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": Detail.NO_SERVICE,
    "org.freedesktop.DBus.Error.AccessDenied": Detail.NO_PERMISSION,
}


def detail_of(error: BaseException) -> Detail:  # noqa: PLR0911  one line a kind of error
    """What to tell a person about an error of bleak, of D-Bus or of the operating system."""
    match error:
        case Trouble():
            return error.detail
        case BleakBluetoothNotAvailableError():
            return _UNAVAILABLE.get(error.reason, Detail.BLUETOOTH_OFF)
        case BleakDeviceNotFoundError():
            return Detail.NOT_FOUND
        case BleakCharacteristicNotFoundError():
            return Detail.NO_HEART_RATE
        case BleakGATTProtocolError():
            return Detail.REFUSED if error.code in _SECURITY else Detail.RETRYING
        case BleakDBusError():
            return _of_dbus(error.dbus_error)
        case TimeoutError():
            return Detail.BUSY
        case PermissionError():
            return Detail.NO_PERMISSION
        case FileNotFoundError() | ConnectionError():
            return Detail.NO_SERVICE  # the socket of D-Bus
        case NotImplementedError() | ImportError():
            return Detail.NO_ADAPTER
    return Detail.RETRYING


def _of_dbus(name: str) -> Detail:
    """What to tell about an error reply."""
    if name.startswith("org.freedesktop.DBus.Error.Spawn"):
        return Detail.NO_SERVICE
    return _BY_DBUS_NAME.get(name, Detail.RETRYING)


async def attempt(work: Coroutine[Any, Any, T], limit_s: float, unanswered: Detail = Detail.BUSY) -> T:
    """The result of a call to Bluetooth, or a Trouble: whatever it raises, and however long it hangs.

    ``unanswered`` is what to tell of one that hangs: a strap that is asked may be busy elsewhere, this machine's own
    Bluetooth is stuck. A time-out inside the call would not do: bleak itself waits for bluetoothd while it cleans up.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())  # an abandoned one must not complain
    try:
        await asyncio.wait({task}, timeout=limit_s)
        if not task.done():
            raise Trouble(unanswered, f"no reply in {limit_s:g} s")
        if task.cancelled():
            raise Trouble(Detail.RETRYING, "cut off")
        if (error := task.exception()) is not None:
            logger.debug("bluetooth: %r", error)
            raise Trouble(detail_of(error), error) from error
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=GRACE_S)
