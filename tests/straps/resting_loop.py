"""Time that passes only when nothing is on its way: real bleak, real D-Bus, real time-outs, and nobody waits.

A ``VirtualLoop`` jumps to its next timer as soon as nothing is ready. With a dbus-daemon in another process that is too
soon: a message may be on its way through it. This loop jumps only when the daemon has read all that was written to it
and sleeps again. So ten minutes pass in seconds, and a busy machine costs no time of the test's clock.
"""

import asyncio
import fcntl
import os
import selectors
import socket
import struct
import termios
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from biofeedback.clock import STUCK_S, VirtualLoop

T = TypeVar("T")
LOOK_S = 0.0002  # between looks at a daemon that is at work: about what a message takes


class _Resting(selectors.DefaultSelector):
    """Waits as long as anything is on its way; what would be waited for after that is counted instead."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped_s = 0.0
        self._daemons: dict[str, int] = {}

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready, once the daemon is at rest."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        while not ready and not self._is_at_rest():
            ready = super().select(LOOK_S)
        ready = ready or super().select(0 if timeout is not None else STUCK_S)
        if not ready:
            assert timeout is not None, "everything waits for something that cannot happen"
            self.skipped_s += timeout
        return ready

    def _is_at_rest(self) -> bool:
        """Whether all that was written has been read, and the daemon, which answers before it sleeps, sleeps."""
        if any(_unread_bytes(descriptor) for descriptor in self.get_map()):
            return False
        address = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS", "")
        if address not in self._daemons:
            self._daemons[address] = _listener(address)
        daemon = self._daemons[address]
        return not daemon or Path(f"/proc/{daemon}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "S"


def _listener(address: str) -> int:
    """Process that listens at the address of a bus; 0, which stands for nobody, where none does."""
    with socket.socket(socket.AF_UNIX) as knock:
        try:
            knock.connect(address.partition("path=")[2].partition(",")[0])
        except OSError:
            return 0
        return int(struct.unpack("3i", knock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])


def _unread_bytes(descriptor: int) -> int:
    """What the other end of a socket has not read yet."""
    return int(struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, b"\0\0\0\0"))[0])


class RestingLoop(VirtualLoop):
    """An event loop beside the dbus-daemon of DBUS_SYSTEM_BUS_ADDRESS."""

    def __init__(self) -> None:
        self._resting = _Resting()
        asyncio.SelectorEventLoop.__init__(self, self._resting)

    def time(self) -> float:
        """Seconds that were waited for."""
        return self._resting.skipped_s


def at_rest(main: Coroutine[Any, Any, T]) -> T:
    """Result of a coroutine that uses the bus."""
    with asyncio.Runner(loop_factory=RestingLoop) as runner:
        return runner.run(main)
