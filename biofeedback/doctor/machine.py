"""What ``serve`` needs of the machine: Python, pages, a folder, a port, a clock, and that it stays awake."""

import errno
import os
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from biofeedback.doctor.check import Check
from biofeedback.lang import Value

__all__ = [
    "check_clock",
    "check_data",
    "check_pages",
    "check_port",
    "check_python",
    "check_sleep",
    "has_battery",
    "pages_folder",
    "slept_s",
]

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 50_000_000  # an hour's recording takes less than 1 MB
LITTLE_FREE_BYTES = 500_000_000
SLEPT_S = 5.0  # the two clocks differ by microseconds while a machine is awake


def check_python(version: tuple[int, int, int]) -> Check:
    """Whether this Python is new enough."""
    said = ".".join(str(part) for part in version)
    if version[:2] < OLDEST_PYTHON:
        return Check.fail("doctor.python", "old", version=said)
    return Check.ok("doctor.python", version=said)


def pages_folder() -> Path | None:
    """Folder with the pages: in the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    candidates = (package / "web", package.parent / "web")
    return next((folder for folder in candidates if any(folder.glob("*.html"))), None)


def check_pages(folder: Path | None) -> Check:
    """Whether the pages are there."""
    if folder is None:
        return Check.fail("doctor.pages", "missing")
    return Check.ok("doctor.pages", folder=str(folder))


def check_data(folder: Path) -> Check:
    """Whether recordings can be written, by this user alone, and how much room there is."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir() or not _is_writable(there):
        return Check.fail("doctor.data", "not_writable", folder=str(there))
    free = shutil.disk_usage(there).free
    values: dict[str, Value] = {"folder": str(folder), "free_gb": free / 1e9}
    if free < LEAST_FREE_BYTES:
        return Check.fail("doctor.data", "full", **values)
    if there == folder and _is_open_to_others(folder):
        return Check.warn("doctor.data", "open", **values)
    if free < LITTLE_FREE_BYTES:
        return Check.warn("doctor.data", "little", **values)
    return Check.ok("doctor.data", "ok" if there == folder else "new", **values)


def _is_writable(folder: Path) -> bool:
    """Whether a file can really be made there: rights alone do not tell on a read-only disk."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _is_open_to_others(folder: Path) -> bool:
    """Whether other users of this machine may look into the folder."""
    return os.name == "posix" and bool(stat.S_IMODE(folder.stat().st_mode) & 0o077)


def check_port(port: int, answers: Callable[[int], bool], host: str = "127.0.0.1") -> Check:
    """Whether the server's port is free, or a server of ours ``answers`` there."""
    try:
        with socket.socket() as listener:
            if os.name == "posix":  # as the server does: a port that was closed a moment ago is free
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(1)
    except PermissionError:
        return Check.fail("doctor.port", "forbidden", port=str(port))
    except OverflowError:
        return Check.fail("doctor.port", "no_port", port=str(port))
    except OSError as error:
        case = "busy" if error.errno == errno.EADDRINUSE else "unusable"
        if case == "busy" and answers(port):
            return Check.ok("doctor.port", "ours", port=str(port))
        return Check.fail("doctor.port", case, port=str(port), next=str(port % 65535 + 1))
    return Check.ok("doctor.port", port=str(port))


def check_clock(platform: str, has_boottime: bool) -> Check:
    """Whether there is a clock that never steps and counts the time this machine sleeps."""
    if platform == "linux":
        return Check.ok("doctor.clock") if has_boottime else Check.warn("doctor.clock", "stops")
    return Check.ok("doctor.clock", "other")


def slept_s() -> float | None:
    """Seconds this machine slept since it was started; None where that cannot be seen."""
    if sys.platform != "linux" or not hasattr(time, "CLOCK_BOOTTIME"):
        return None
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()


def has_battery(folder: Path = Path("/sys/class/power_supply")) -> bool:
    """Whether this machine can run on a battery (Linux; elsewhere False)."""
    kinds = [file.read_text(encoding="utf-8").strip() for file in folder.glob("*/type")]
    scopes = [file.read_text(encoding="utf-8").strip() for file in folder.glob("*/scope")]
    return kinds.count("Battery") > scopes.count("Device")  # a mouse's battery has the scope of a device


def check_sleep(asleep_s: float | None, on_battery: bool) -> Check:
    """Whether this machine may fall asleep in a session."""
    if asleep_s is not None and asleep_s > SLEPT_S:
        return Check.warn("doctor.sleep", "slept", minutes=max(1, round(asleep_s / 60)))
    if on_battery:
        return Check.warn("doctor.sleep", "battery")
    return Check.ok("doctor.sleep", "ok" if asleep_s is not None else "unseen")
