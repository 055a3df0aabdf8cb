"""The process beside the server that makes analyses: one call after another by its pipe, until that is closed.

A call is a pickled ``(function, arguments, named arguments)`` behind its length, the answer ``(value, error)`` in the
same way. Both ends are this very program; nothing else can write to the pipe.
"""

import contextlib
import os
import pickle  # nosec B403 - both ends of the pipe are this program
import signal
import struct
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, BinaryIO

from biofeedback.errors import BiofeedbackError, StudyFailed

__all__ = ["LENGTH", "MOST_BYTES", "main"]

LENGTH = struct.Struct(">Q")  # before each call and answer
MOST_BYTES = 1 << 30  # of memory: a review of half an hour takes .1 to .15 GB, its report as PDF .2 GB
NICENESS = 10  # live sessions come first

resource: ModuleType | None
try:
    import resource
except ImportError:  # Windows; there no process is bounded from within
    resource = None


def main() -> None:
    """Answer calls on standard input until it is closed; what a call prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which closes the pipe
    _give_way()
    while (call := _read(sys.stdin.buffer)) is not None:
        answer = _answer(call)
        with contextlib.suppress(BrokenPipeError):  # the server is gone, and the next read says so
            answers.write(LENGTH.pack(len(answer)) + answer)
            answers.flush()


def _give_way() -> None:
    """Let all others go first, and take no more memory than is set."""
    with contextlib.suppress(AttributeError, OSError):  # Windows has no such call
        os.nice(NICENESS)
    if resource is not None:
        with contextlib.suppress(OSError, ValueError):  # less was allowed already
            resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def _read(calls: BinaryIO) -> bytes | None:
    """Next call; None: the pipe was closed."""
    head = calls.read(LENGTH.size)
    return calls.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _answer(call: bytes) -> bytes:
    """What comes of a call, or why nothing does."""
    work: Callable[..., Any]
    try:
        work, arguments, named = pickle.loads(call)  # nosec B301 - written by the server itself
        return pickle.dumps((work(*arguments, **named), None))
    except BiofeedbackError as error:
        return pickle.dumps((None, error))
    except MemoryError:
        return pickle.dumps((None, StudyFailed("it needs more memory than there is for it")))
    except Exception as error:  # noqa: BLE001 - whatever it is, the server hears of it and the next call is answered
        return pickle.dumps((None, StudyFailed(f"{type(error).__name__}: {error}")))


if __name__ == "__main__":
    main()
