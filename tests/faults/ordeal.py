"""One run: a collector, a network that does its worst, a server, kills of either; then what both hold is compared."""

import asyncio
import json
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import websockets
from stored_files import stored_files

from biofeedback.core.events import Link, Notification
from biofeedback.keys import DeviceKeys
from biofeedback.recording import Recording, read_recording
from tests.faults.chaos import Chaos
from tests.faults.sides import collector, server, stop
from tests.ports import free_port

__all__ = ["Outcome", "run"]

DRAIN_S = 120.0  # on a machine that has much else to do
MOMENTS = 4  # at which something is killed, or another session begins
ANOTHER_SESSION = 0.15  # of the moments
Entry = tuple[str, int, float, str, str]  # origin.id, origin.seq, origin.t_s, characteristic, value


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run went; ``wrong`` is empty when both hold the same."""

    seed: int
    wrong: tuple[str, ...]
    frames: int  # that the server holds
    stayed: int  # in logs of sessions that had ended
    logs: int
    sessions: int
    collector_kills: int
    server_kills: int
    faults: dict[str, int]
    wall_s: float


async def run(seed: int) -> Outcome:
    """Outcome of one seed."""
    rng = random.Random(seed)
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults") as name:
        folder = Path(name)
        DeviceKeys(folder / "data").make("room-2", folder / "room-2.key")
        kills, faults, went = await _suffer(folder, rng)
        logs = [_of(path) for path in _begun(folder / "logs")]
        held = {path.stem: _entries(_of(path)) for path in _begun(stored_files(folder / "data"))}
    wrong, stayed = _compare(logs, held)
    wrong += [] if went else ["the collector did not stop when it was asked to"]
    frames = sum(len(entries) for entries in held.values())
    return Outcome(
        seed, tuple(wrong), frames, stayed, len(logs), len(held), *kills, faults, round(time.monotonic() - began_s, 2)
    )


async def _suffer(folder: Path, rng: random.Random) -> tuple[tuple[int, int], dict[str, int], bool]:
    """Run both sides through it; return the kills, what befell the connections, and whether it went at the end."""
    port = free_port()
    chaos = Chaos(port, rng)
    through = await chaos.open()
    sides = {"server": server(folder / "data", port), "collector": collector(folder, through, rng.randrange(1000))}
    kills = {"server": 0, "collector": 0}
    try:
        for _ in range(MOMENTS):
            await asyncio.sleep(rng.uniform(0.2, 1.5))
            if rng.random() < ANOTHER_SESSION:
                await _begin_another(port)
                continue
            side = rng.choice(list(sides))
            kills[side] += 1
            await asyncio.to_thread(stop, sides[side], signal.SIGKILL)
            await asyncio.sleep(rng.choice((0.0, 0.3)))
            again = rng.randrange(1000)
            sides[side] = server(folder / "data", port) if side == "server" else collector(folder, through, again)
        await asyncio.sleep(rng.uniform(0.2, 1.0))
        chaos.be_kind()
        await asyncio.sleep(rng.uniform(0.5, 1.5))
        went = await asyncio.to_thread(stop, sides["collector"], signal.SIGTERM)
        sides["collector"] = collector(folder, through, None)
        await _drain(folder)
    finally:
        for process in sides.values():
            await asyncio.to_thread(stop, process, signal.SIGKILL)
        await chaos.close()
    return (kills["collector"], kills["server"]), chaos.faults, went


async def _drain(folder: Path) -> None:
    """Return when the server holds all that it may, or when that takes too long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            while True:
                await asyncio.sleep(0.3)
                logs = [_of(path) for path in _begun(folder / "logs")]
                session = max((path.stem for path in _begun(stored_files(folder / "data"))), default="")
                if not session:
                    continue
                held = _entries(_of(stored_files(folder / "data") / f"{session}.jsonl"))
                if held == [entry for log in logs if _session(log) == session for entry in _entries(log)]:
                    return


async def _begin_another(port: int) -> None:
    """Let a page ask for another session; a server that was just killed is not asked."""
    with suppress(OSError, TimeoutError, websockets.WebSocketException):
        address, origin = f"ws://127.0.0.1:{port}/ws", f"http://127.0.0.1:{port}"
        async with asyncio.timeout(3), websockets.connect(address, origin=origin, max_size=None) as page:
            await page.send(json.dumps({"type": "hello", "protocol": 1, "role": "physio"}))
            await page.send(json.dumps({"type": "command", "command": "new"}))
            while json.loads(await page.recv())["type"] != "bye":
                pass


def _compare(logs: list[Recording], held: dict[str, list[Entry]]) -> tuple[list[str], int]:
    """What is wrong, and how much stayed in logs of sessions that had ended."""
    wrong, stayed = [], 0
    last = max(held)
    for session, entries in held.items():
        expected = [_entries(log) for log in logs if _session(log) == session]
        known = {log[0][0] for log in expected if log}
        wrong += [f"{session}: {entry} belongs elsewhere" for entry in entries if entry[0] not in known][:3]
        for log in expected:
            there = [entry for entry in entries if entry[0] == (log[0][0] if log else "")]
            stayed += len(log) - len(there)
            if there != log[: len(there)]:
                wrong.append(f"{session}: {log[0][0]} is not the beginning of its log")
            elif session == last and len(there) < len(log):
                wrong.append(f"{session}: {len(log) - len(there)} of {log[0][0]} are missing")
        if session == last and not wrong and entries != [entry for log in expected for entry in log]:
            wrong.append(f"{session}: the logs are not in their order")
    return wrong, stayed


def _begun(folder: Path) -> list[Path]:
    """Recordings of a folder, oldest first; one that was cut off before its first line holds nothing."""
    return [path for path in sorted(folder.glob("*.jsonl")) if b"\n" in path.read_bytes()]


def _of(path: Path) -> Recording:
    return read_recording(path)


def _session(log: Recording) -> str | None:
    session: str | None = log.header.extra["collector"]["session"]
    return session


def _entries(recording: Recording) -> list[Entry]:
    return list(_each(recording))


def _each(recording: Recording) -> Iterator[Entry]:
    """Yield what has an origin; a link's state stands for a value."""
    for event in recording.events:
        if isinstance(event, Notification | Link) and event.origin is not None:
            what = (
                ("link", event.state.value)
                if isinstance(event, Link)
                else (event.characteristic.value, event.value.hex())
            )
            yield (event.origin.id, event.origin.seq, event.origin.t_s, *what)
