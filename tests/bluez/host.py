"""Runs the end-to-end tests over real BlueZ in a guest, or says why not: ``host.py [--long] [TOOL]``.

``--long`` runs a session of ten minutes with twenty lost links instead, in the time that it takes.
TOOL is the program that boots the guest. It is not part of this project and downloads what it boots, so everything
that fails before our straps are on the guest's air is a reason to skip; what fails after that is ours.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from guest import NOT_READY, READY

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT.parent / "shared/tools/bluez-guest/run.sh"
PROGRAMS = ("bash", "apt-get", "dpkg-deb", "tar", "gzip", "chroot", "awk")  # what the tool uses
BUMBLE = "bumble==0.0.236"  # whose gaps emulated_air.py fills
EXTRA = f"pytest-asyncio pytest-timeout {BUMBLE}"  # beside what the tool has in its guest
LONGEST_S = 900  # twice what it takes on a busy machine; each test has a limit of its own
LONG_S = 2400  # ten minutes of session, which may take twice that, and the guest's start
OPTIONS = "--color=no -p no:cacheprovider -W default --durations=5"
COMMAND = f"python3 tests/bluez/guest.py tests/bluez {OPTIONS}"
TALKATIVE = "-s -o log_cli=true -o log_cli_level=INFO -o timeout=0 -o faulthandler_timeout=0"
LONG_COMMAND = f"BLUEZ_LONG=1 python3 tests/bluez/guest.py tests/bluez/test_long.py {TALKATIVE} {OPTIONS}"
LONG = "--long"


def reason_to_skip(tool: Path) -> str | None:
    """What this machine lacks; None: nothing."""
    if not tool.exists():
        return f"there is no {tool.name} in ../shared/tools/bluez-guest"
    if not sys.platform.startswith("linux") or os.uname().machine != "x86_64":
        return "the guest is a Debian on x86-64, and this machine is not"
    if os.geteuid() != 0:
        return "the guest's files are unpacked by root, and this is not root"
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"it needs {', '.join(missing)}" if missing else None


def skip(reason: str) -> int:
    """Say so; no failure."""
    print(f"SKIPPED tests/bluez over real BlueZ: {reason}", flush=True)
    return 0


def run(tool: Path, *, is_long: bool = False) -> tuple[int, bool]:
    """Exit status of the tool, and whether it came as far as our tests; its output is passed on."""
    environment = os.environ | {"TIMEOUT": str(LONG_S if is_long else LONGEST_S), "EXTRA": EXTRA}
    environment["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), environment["PATH"]))  # has pip
    is_ready = False
    command = ["bash", str(tool), str(ROOT), LONG_COMMAND if is_long else COMMAND]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as guest:
        assert guest.stdout is not None
        for line in guest.stdout:
            text = line.decode("utf-8", "replace").rstrip()
            is_ready = is_ready or text.startswith(READY)
            print(text, flush=True)
    return guest.returncode, is_ready


def main(*words: str | Path) -> int:
    """Exit status: 0 as well where the tests could not be begun."""
    tool = next((Path(word) for word in words if word != LONG), TOOL)
    if (reason := reason_to_skip(tool)) is not None:
        return skip(reason)
    status, is_ready = run(tool, is_long=LONG in words)
    if status == NOT_READY or not is_ready:
        return skip(f"the guest did not come up (exit status {status}); its last lines are above")
    print(f"tests/bluez over real BlueZ: {'passed' if status == 0 else f'FAILED, exit status {status}'}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
