"""Runs in the guest: puts our emulated straps in the place of the tool's own, then the tests.

The tool's start program has emulated one strap on /dev/vhci by then; it is ended, by its number, and its adapter goes.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from emulation_socket import SOCKET

NOT_READY = 90  # exit status: the guest is not what the tests need, for a reason that is none of theirs
READY = "guest: our straps are on the air"
PACKAGES = (
    "bleak",
    "bumble",
    "msgspec",
    "numpy",
    "platformdirs",
    "pytest",
    "pytest_asyncio",
    "pytest_timeout",
    "rich",
    "scipy",
)
BLUETOOTHD = "/usr/libexec/bluetooth/bluetoothd"
THEIR_STRAP = "/opt/vm/strap.py"
HCI0 = Path("/sys/class/bluetooth/hci0")
LOG = Path("/out/straps.log")
PATIENCE_S = 240.0


def process(argument: str) -> int | None:
    """Number of the process that was started with an argument."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if argument in arguments:
            return int(folder.name)
    return None


def power(on: bool = True) -> bool:
    """Switch the adapter; whether it is so now."""
    call = ["dbus-send", "--system", "--print-reply", "--dest=org.bluez", "/org/bluez/hci0"]
    powered = ["string:org.bluez.Adapter1", "string:Powered"]
    value = str(on).lower()
    put = [*call, "org.freedesktop.DBus.Properties.Set", *powered, f"variant:boolean:{value}"]
    subprocess.run(put, capture_output=True, check=False)
    get = [*call, "org.freedesktop.DBus.Properties.Get", *powered]
    return f"boolean {value}" in subprocess.run(get, capture_output=True, text=True, check=False).stdout


def not_ready(why: str) -> None:
    """End the run with the reason."""
    print(f"guest: not ready: {why}", flush=True)
    if LOG.exists():
        print(LOG.read_text(errors="replace")[-2000:], flush=True)
    sys.exit(NOT_READY)


def wait_until(what: str, true: Callable[[], bool]) -> None:
    """Wait, or end the run with what was waited for."""
    end_s = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end_s:
            not_ready(f"no {what} in {PATIENCE_S:g} s")
        time.sleep(0.1)


def main() -> int:
    """Exit status of the tests."""
    if missing := [name for name in PACKAGES if find_spec(name) is None]:
        not_ready(f"packages were not installed: {', '.join(missing)}")
    theirs = process(THEIR_STRAP)
    if theirs is not None:
        os.kill(theirs, signal.SIGKILL)
        wait_until("end of the tool's own strap", lambda: not HCI0.exists())
    with LOG.open("wb") as log:
        path = os.pathsep.join((os.environ["PYTHONPATH"], str(Path(__file__).parents[1] / "straps")))
        command = [sys.executable, Path(__file__).with_name("emulation.py")]
        subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"PYTHONPATH": path})
    wait_until("emulated straps", Path(SOCKET).exists)
    wait_until("adapter", power)
    os.environ |= {"BLUEZ_GUEST": "1", "PYTHONPYCACHEPREFIX": "/run/bytecode"}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print(f"{READY} at {time.monotonic():.1f} s", flush=True)
    return subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
