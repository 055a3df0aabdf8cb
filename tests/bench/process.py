"""What a whole process costs, start and imports included."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Cost", "cost", "first_page_s"]

TIMES = 5  # runs of which the median is told
_ADDRESS = re.compile(r"http://[^\s/]+")


@dataclass(frozen=True, slots=True)
class Cost:
    """Median over some runs. ``peak_mb`` is at least that of the process that asks: the system hands it down."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def cost(arguments: Sequence[str], times: int = TIMES) -> Cost:
    """Cost of ``python ARGUMENTS`` as a whole process; it must succeed."""
    runs = [_run([sys.executable, *arguments]) for _ in range(times)]
    return Cost(*(median(getattr(run, name) for run in runs) for name in ("cpu_s", "wall_s", "peak_mb")))


def _run(command: list[str]) -> Cost:
    """One run; its CPU time is the system's own count for that process and what it waited for."""
    start_s = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - start_s
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Cost(used.ru_utime + used.ru_stime, wall_s, kilobytes / 1024)


def first_page_s(times: int = TIMES) -> float:
    """Median wall time from starting ``biofeedback serve`` to having the patient page."""
    return median(_first_page_s() for _ in range(times))


def _first_page_s() -> float:
    """One start of a server, on a port that is free and with a data folder of its own."""
    with tempfile.TemporaryDirectory() as data:
        start_s = time.perf_counter()
        with _server(data) as server:
            for line in server.stdout or ():
                if found := _ADDRESS.search(line):
                    with urllib.request.urlopen(f"{found[0]}/patient", timeout=10) as page:
                        page.read()
                    return time.perf_counter() - start_s
    raise RuntimeError("biofeedback serve did not say where its pages are")


@contextlib.contextmanager
def _server(data: str) -> Iterator[subprocess.Popen[str]]:
    """A server, stopped at the end."""
    command = [sys.executable, "-m", "biofeedback", "serve", "--strap", "simulated", "--port", "0", "--data", data]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server
        finally:
            server.send_signal(signal.SIGTERM)
