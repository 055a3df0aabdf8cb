"""``python -m tests.bench.storing``: what it costs to decode, seal and store a beat, as many straps send them.

Each group of a tenth of a second is one commit with synchronous=FULL; the thread's CPU is counted with the loop's.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.table import Table

from biofeedback.core.events import Characteristic, Notification
from biofeedback.core.heart_rate import decode
from biofeedback.header import Header, encode_header
from biofeedback.ids import new_ulid
from biofeedback.store import Store, open_store, people, sessions
from biofeedback.store.recorder import StoreRecorder, open_recorder
from biofeedback.store.sessions import StoredSession
from tests.bench import machine

__all__ = ["Cost", "at_full_speed", "at_one_a_second"]

PAYLOAD = bytes.fromhex("104372038a03")  # two RR intervals
STRAPS = (1, 500, 5000)
LASTING_S = 8
TICK_S = 0.05
BUDGET_US = 15.0  # service.md: decoded, validated and stored, without HRV


@dataclass(frozen=True, slots=True)
class Cost:
    """What so many beats took, all told."""

    straps: int
    beats: int
    cpu_us: float  # a beat
    wall_s: float
    longest_commit_ms: float


async def at_one_a_second(straps: int, lasting_s: float) -> Cost:
    """Cost of a beat a second of each strap."""

    async def beat(recorders: list[StoreRecorder]) -> int:
        began_s, beats, turn = time.perf_counter(), 0, _turns(recorders)
        while (passed_s := time.perf_counter() - began_s) < lasting_s:
            while beats < passed_s * straps:
                _beat(*next(turn))
                beats += 1
            await asyncio.sleep(TICK_S)
        return beats

    return await _measure(straps, beat)


async def at_full_speed(straps: int, beats: int) -> Cost:
    """Cost of beats as fast as they can be stored."""

    async def beat(recorders: list[StoreRecorder]) -> int:
        turn = _turns(recorders)
        for number in range(beats):
            _beat(*next(turn))
            if number % 1000 == 0:
                await asyncio.sleep(0)
        return beats

    return await _measure(straps, beat)


async def _measure(straps: int, beat: Callable[[list[StoreRecorder]], Awaitable[int]]) -> Cost:
    """What recording costs until all of it is committed."""
    with tempfile.TemporaryDirectory() as name:
        store = await open_store(Path(name))
        recorders = await _begin(store, straps)
        longest_s, stop = [0.0], asyncio.Event()
        watch = asyncio.create_task(_watch(store, longest_s, stop))
        cpu_s, wall_s = time.process_time(), time.perf_counter()
        beats = await beat(recorders)
        assert await store.commit()
        cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
        stop.set()
        await watch
        await store.close()
    return Cost(straps, beats, cpu_s / beats * 1e6, wall_s, longest_s[0] * 1e3)


async def _watch(store: Store, longest_s: list[float], stop: asyncio.Event) -> None:
    """How long a confirmation takes, one after the other."""
    while not stop.is_set():
        began_s = time.perf_counter()
        await store.commit()
        longest_s[0] = max(longest_s[0], time.perf_counter() - began_s)


async def _begin(store: Store, straps: int) -> list[StoreRecorder]:
    """A session of each strap, each with a person."""

    def begin(connection) -> list[str]:
        made = []
        for _ in range(straps):
            session, person = new_ulid(), people.add(connection)
            line = encode_header(Header(session, "2026-11-22T09:00:00Z"))
            sessions.add(connection, StoredSession(session, person.id, line))
            made.append(session)
        return made

    return [await open_recorder(store, session) for session in await store.write(begin)]


def _turns(recorders: list[StoreRecorder]) -> Iterator[tuple[StoreRecorder, int]]:
    """Each strap in turn, with the seq of its next beat."""
    return ((recorder, seq) for seq in count(1) for recorder in recorders)


def _beat(recorder: StoreRecorder, seq: int) -> None:
    """What a notification of a strap costs before any HRV."""
    decode(PAYLOAD)
    recorder.record(Notification(seq, seq * 0.937, 1, Characteristic.HEART_RATE, PAYLOAD))


def main() -> int:
    """Measure, and print."""
    console = Console(width=118, highlight=False)
    console.print(machine.describe() + "\n", soft_wrap=True)
    table = Table("", "beats/s", "CPU us a beat", "budget", "longest commit ms", title_justify="left")
    table.title = "A beat decoded, sealed and stored (SQLite, FULL, a commit each tenth of a second)"
    for straps in STRAPS:
        paced = asyncio.run(at_one_a_second(straps, LASTING_S))
        table.add_row(f"{straps} straps, one beat a second each", *_figures(paced))
    table.add_row("500 straps, as fast as can be", *_figures(asyncio.run(at_full_speed(500, 200_000))))
    console.print(table)
    return 0


def _figures(cost: Cost) -> tuple[str, ...]:
    """Figures of a row."""
    speed = f"{cost.beats / cost.wall_s:,.0f}"
    return speed, f"{cost.cpu_us:.1f}", f"{BUDGET_US:.0f}", f"{cost.longest_commit_ms:.0f}"


if __name__ == "__main__":
    sys.exit(main())
