"""The two sides as processes that can be killed: forked from one that has everything loaded, they start at once."""

import asyncio
import math
import multiprocessing
import os
import random
import signal
import sys
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from biofeedback.clock import Clock, clock_of
from biofeedback.collecting import Collector, Place, Timings
from biofeedback.core.events import Step
from biofeedback.keys import read_key
from biofeedback.server import serve
from biofeedback.settings import Settings
from biofeedback.straps import Sink, Strap
from biofeedback.straps.simulated import SimulatedStrap

__all__ = ["collector", "cpu_s", "fresh_page_server", "page_server", "server", "stop"]

STOPS_WITHIN_S = 120.0  # on a machine that has much else to do
SPEED = 50.0  # frames a second, about
FAST = Timings(back_off_s=(0.02, 0.05, 0.1), open_s=2.0, ping_s=0.5)
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.sides"])


class _Silent:
    """A strap that gives nothing: for a collector that only sends what is left."""

    source, simulated = "simulated", True

    def watch(self, step: Step | None) -> None:
        pass

    async def run(self, sink: Sink, clock: Clock) -> None:
        await asyncio.Event().wait()


def server(data: Path, port: int) -> BaseProcess:
    """A server that runs, for a collector."""
    return _started(_serve, data, port, "remote-simulated:room-2")


def page_server(data: Path, port: int) -> BaseProcess:
    """A server that runs, for a page with a strap."""
    return _started(_serve, data, port, "browser")


def fresh_page_server(data: Path, port: int) -> BaseProcess:
    """The same, from a new interpreter that loads everything first, as after a power cut."""
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(data, port, "browser"), daemon=True)
    process.start()
    return process


def collector(folder: Path, port: int, seed: int | None) -> BaseProcess:
    """A collector that runs, with a simulated strap; None: with none."""
    return _started(_collect, folder, port, seed)


def cpu_s(process: BaseProcess) -> float:
    """Seconds that a side has computed until now; nan where the system has no /proc."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return math.nan
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stop(process: BaseProcess, signal_: signal.Signals) -> bool:
    """Stop a side, and say whether it went by itself, within a time that a busy machine needs."""
    assert process.pid is not None
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal_)
    process.join(STOPS_WITHIN_S)
    if process.is_alive():
        process.kill()
        process.join()
        return False
    return True


def _started(side: object, *arguments: object) -> BaseProcess:
    process = _context.Process(target=side, args=arguments, daemon=True)
    process.start()
    return process


def _serve(data: Path, port: int, strap: str) -> None:
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process lives
    serve(Settings(data=data, port=port, strap=strap))


def _collect(folder: Path, port: int, seed: int | None) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    strap: Strap = _Silent() if seed is None else SimulatedStrap("responder", seed)
    asyncio.run(_collecting(strap, folder, port))


async def _collecting(strap: Strap, folder: Path, port: int) -> None:
    random.seed()
    place, key = Place.parse(f"http://127.0.0.1:{port}"), read_key(folder / "room-2.key")
    collector = Collector(strap, clock_of(SPEED), folder / "logs", place, key, lambda *_, **__: None, 30, FAST)
    await collector.run()
