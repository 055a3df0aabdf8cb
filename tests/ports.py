"""Ports for programs that are told theirs before they run, and take it again when they come back."""

import random
import socket
from contextlib import suppress

# Systems give away ports above these by themselves: whoever asks for any port meanwhile is given none of these.
ASKED_FOR = range(10_000, 32_000)


def free_port() -> int:
    """A port of this machine that nobody listens at, and that nobody is given who did not ask for it."""
    for port in random.SystemRandom().sample(ASKED_FOR, 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("all ports of this machine are taken")
