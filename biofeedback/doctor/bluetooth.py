"""Whether Bluetooth works here, and if not, what to do. A simulated strap needs none of it."""

from pathlib import Path

from biofeedback.doctor.check import Check
from biofeedback.straps.trouble import Detail, Trouble, attempt

__all__ = ["check_adapter", "check_bus", "check_permission", "reaches_bus", "rfkill"]

BUS_S = 3.0
SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}


async def reaches_bus() -> bool:
    """Whether the system's D-Bus answers (Linux)."""
    from dbus_fast.aio import MessageBus  # noqa: PLC0415  installed on Linux only
    from dbus_fast.constants import BusType  # noqa: PLC0415  installed on Linux only

    async def knock() -> None:
        bus = MessageBus(bus_type=BusType.SYSTEM)
        try:
            await bus.connect()
        finally:
            bus.disconnect()

    try:
        await attempt(knock(), BUS_S)
    except Trouble:
        return False
    return True


def rfkill(folder: Path = Path("/sys/class/rfkill")) -> str | None:
    """``soft`` or ``hard`` when Linux blocks every Bluetooth radio in that way, else None."""
    radios = [kind.parent for kind in folder.glob("*/type") if _read(kind) == "bluetooth"]
    for block in ("hard", "soft"):
        if radios and all(_read(radio / block) == "1" for radio in radios):
            return block
    return None


def _read(file: Path) -> str:
    """What a small file of the kernel says."""
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


def check_bus(is_reached: bool) -> Check:
    """Whether D-Bus, through which Linux offers Bluetooth, can be reached."""
    return Check.ok("doctor.bus") if is_reached else Check.fail("doctor.bus", "unreachable")


def check_adapter(trouble: Detail | None, platform: str, blocked: str | None) -> Check:
    """Whether there is an adapter and it is on."""
    system = SYSTEMS.get(platform, "linux")
    if trouble is None:
        return Check.ok("doctor.adapter")
    if trouble is Detail.BLUETOOTH_OFF:
        return Check.fail("doctor.adapter", f"blocked_{blocked}" if blocked else f"off.{system}")
    if trouble is Detail.NO_ADAPTER:
        return Check.fail("doctor.adapter", f"blocked_{blocked}" if blocked == "hard" else "none")
    if trouble is Detail.NO_SERVICE:
        return Check.fail("doctor.adapter", "no_service")
    if trouble is Detail.STUCK:
        return Check.fail("doctor.adapter", "stuck")
    return Check.warn("doctor.adapter", "unseen")


def check_permission(trouble: Detail | None, platform: str, user: str) -> Check:
    """Whether this program may use Bluetooth."""
    if trouble is Detail.NO_PERMISSION:
        return Check.fail("doctor.permission", f"denied.{SYSTEMS.get(platform, 'linux')}", user=user)
    if trouble in (None, Detail.BLUETOOTH_OFF, Detail.NO_ADAPTER):
        return Check.ok("doctor.permission")
    return Check.warn("doctor.permission", "unseen")
