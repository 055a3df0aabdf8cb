"""Functions for the process beside the server to call: what it makes of success, of errors and of death."""

import os
import signal
import socket
import time

from biofeedback.errors import InputError, RecordingCorrupt

__all__ = ["break_down", "damaged", "die", "double", "hoard", "id_of_process", "linger", "refuse", "shout"]


def double(what, *, more=None):
    return 2 * what if more is None else 2 * what + more


def id_of_process() -> int:
    return os.getpid()


def refuse() -> None:
    raise InputError("b.jsonl: there is nothing in it")


def damaged() -> None:
    raise RecordingCorrupt("b.jsonl", 3, "the line is no JSON")


def break_down() -> None:
    raise ZeroDivisionError("by zero")


def shout(text: str) -> str:
    os.write(1, text.encode())  # as a library may that thinks this is a terminal
    return text


def die() -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def linger(port: int | None = None) -> None:
    """Knock at a port, and compute for a minute."""
    if port is not None:
        socket.create_connection(("127.0.0.1", port)).close()
    until_s = time.monotonic() + 60
    while time.monotonic() < until_s:
        pass


def hoard(size: int) -> int:
    return len(bytearray(size))
