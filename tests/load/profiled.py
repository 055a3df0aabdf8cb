"""Where a server's time goes: CPU by part of the program, from a profile of it."""

import asyncio
import cProfile
import os
import pstats
import signal
import time
from collections import Counter
from pathlib import Path

__all__ = ["PROFILE", "begin", "end", "parts"]

PROFILE = "LOAD_PROFILE"  # in the environment: the file that a server writes its profile to
PARTS = (
    ("biofeedback/core/", "pipeline"),
    ("biofeedback/straps/", "simulated people"),
    ("biofeedback/store/", "store"),
    ("biofeedback/server/keeper", "store"),
    ("biofeedback/", "session and channel"),
    ("asyncio/", "event loop"),
    ("~ <method 'poll' of 'select", "event loop"),
    ("~ <method 'send' of '_socket", "sending, in the system"),
    ("uvicorn/", "websockets: acknowledgements"),
    ("websockets/", "websockets: acknowledgements"),
    ("numpy", "pipeline"),
)

REST = "Python itself and the rest"
HERE = f"{Path(__file__).resolve().parents[2]}/"

_profile = cProfile.Profile(time.thread_time)


def begin() -> None:
    """Profile from here on until SIGUSR2, where it was asked for."""
    if PROFILE in os.environ:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, end)
        _profile.enable()


def end() -> None:
    """Write what was found, the whole file at once."""
    _profile.disable()
    path = Path(os.environ[PROFILE])
    _profile.dump_stats(path.with_suffix(".part"))
    path.with_suffix(".part").rename(path)


def parts(path: Path) -> dict[str, float]:
    """Share of the CPU of each part of the program, the largest first."""
    spent: Counter[str] = Counter()
    for (file, _, name), row in pstats.Stats(str(path)).stats.items():
        place = f"{file.rpartition('site-packages/')[2].removeprefix(HERE)} {name}"
        part = next((part for found, part in PARTS if place.startswith(found) or f"/{found}" in place), REST)
        spent[part] += row[2]
    total = sum(spent.values())
    return {part: seconds / total for part, seconds in spent.most_common()}
