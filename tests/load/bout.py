"""One bout: a server on one core, viewers on another, and what it took."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.load.profiled import PROFILE, parts

__all__ = ["Bout", "Taken", "profile_bout", "run_bout"]

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class Bout:
    """What is asked of a server: ``program`` of this folder, with so many sessions and viewers."""

    program: str
    sessions: int
    viewers: int
    rate_hz: float = 1.0
    seconds: float = 10.0
    settle_s: float = 3.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What it took. ``heard`` is what the viewers measured; ``waited``: share of the time without a core to run on."""

    us_per_message: float
    core: float
    waited: float
    kb_per_viewer: float
    load: float
    heard: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Server:
    """A server under load."""

    process: subprocess.Popen[str]
    port: int
    folder: Path

    def cpu_s(self) -> float:
        """CPU that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def waited_s(self) -> float:
        """Time in which it would have run, and the machine was busy with something else."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9

    def rss_kb(self) -> int:
        """Memory that it holds."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def run_bout(bout: Bout, client: list[str]) -> Taken:
    """What a bout took."""
    with serving(bout) as server:
        before_kb = open_kb = server.rss_kb()
        used_s, waited_s, began_s = server.cpu_s(), server.waited_s(), time.monotonic()
        for line in watching(bout, client, server):
            if line == "ready":
                open_kb = server.rss_kb()
                server.process.send_signal(signal.SIGUSR1)
            elif line == "measuring":
                used_s, waited_s, began_s = server.cpu_s(), server.waited_s(), time.monotonic()
            else:
                used_s, lasted_s = server.cpu_s() - used_s, time.monotonic() - began_s
                heard = json.loads(line)
                return Taken(
                    us_per_message=1e6 * used_s / max(1, heard["messages"]),
                    core=used_s / lasted_s,
                    waited=(server.waited_s() - waited_s) / lasted_s,
                    kb_per_viewer=(open_kb - before_kb) / bout.viewers,
                    load=os.getloadavg()[0],
                    heard=heard,
                )
    raise RuntimeError(f"the viewers of {bout} measured nothing")


def profile_bout(bout: Bout, client: list[str]) -> dict[str, float]:
    """Where the server's time goes in a bout: shares of its CPU."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "profile"
        with serving(bout, {PROFILE: str(path)}) as server:
            for line in watching(bout, client, server):
                if line == "ready":
                    server.process.send_signal(signal.SIGUSR1)
            server.process.send_signal(signal.SIGUSR2)
            while not path.exists():
                server.cpu_s()  # it is there, and writes
                time.sleep(0.1)
        return parts(path)


@contextmanager
def serving(bout: Bout, also: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """The server while the block runs; ``also`` stands in its environment."""
    with tempfile.TemporaryDirectory() as name:
        arguments = [str(bout.sessions), str(bout.rate_hz), name]
        command = [sys.executable, "-m", f"tests.load.{bout.program}", *arguments]
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **also}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
            os.sched_setaffinity(process.pid, CORES[:1])
            assert process.stdout is not None
            try:
                port = next(int(line.split()[1]) for line in process.stdout if line.startswith("port "))
                yield Server(process, port, Path(name))
            finally:
                process.send_signal(signal.SIGTERM)


def watching(bout: Bout, client: list[str], server: Server) -> Iterator[str]:
    """What the viewers print, line by line."""
    rooms = server.folder / "rooms"
    command = [*client, "-p", str(server.port), "-n", str(bout.viewers), "-d", str(bout.seconds)]
    command += ["-w", str(bout.settle_s), *bout.flags, *(["-t", "-R", str(rooms)] if rooms.exists() else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        os.sched_setaffinity(process.pid, CORES[-1:])
        assert process.stdout is not None
        for line in process.stdout:
            yield line.strip()
