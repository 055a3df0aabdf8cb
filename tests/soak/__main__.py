"""``make soak``: rounds of sessions over Bluetooth, ten times as fast; docs/soak.md tells what they held and took.

Every clock runs ten times as fast, those of the emulated straps as well as the session's and every time-out's. What a
frame takes is in real milliseconds, while frames come ten times as often as from real straps.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fake_bus import listening_bus
from numpy.typing import NDArray

from biofeedback.core.events import Notification
from biofeedback.recording import read_recording
from tests.soak.hurried_loop import HurriedLoop
from tests.soak.rounds import STREAMED, State, Taken, round_of_sessions, state

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "docs" / "soak.md"
PAGE = """# Straps for an hour

Made by `make soak`. {straps} emulated straps, each with heart rate, ECG and acceleration, on a fake org.bluez in a
process of its own, through unmodified bleak to {straps} sessions in one process: {rounds} rounds of sessions of
{minutes:g} minutes, every clock {speed:g} times as fast. Each strap goes out of range about every two minutes.

*Recorded* is from the first line of our code that sees a frame until it has been written; *answered* until the results
that follow from it are known and told; *on the way* is from when it was sent until it has been written: it holds the
bus and the wait for the loop as well. *Disk* is how long the disk takes to confirm what was written, for which the loop
waits once for each session in a second of its clock. All are real milliseconds (median / 99 % / most), while frames and
waits for the disk come {speed:g} times as often as with as many real straps. Memory, descriptors and tasks are what is
held between rounds, when no session runs. CPU is this process's share of one core, load the machine's over the last
minute ({cores} cores).

{table}

{whereabouts}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One round: what was held after it, and the place of its frames among those of each strap."""

    state: State
    spans: tuple[slice, ...]
    flushes: tuple[slice, ...]
    losses: int
    cpu_percent: float
    load: float


@contextlib.contextmanager
def crowd(address: str, straps: int, speed: float, out: Path) -> Iterator[None]:
    """The emulated straps while the block runs; what was heard of them is in a file after it."""
    command = [sys.executable, "-m", "tests.soak.crowd", address, str(straps), str(speed), str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.terminate()


async def soak(folder: Path, rounds: int, round_s: float, taken: list[Taken]) -> tuple[State, list[Row]]:
    """What was held at first, and after each round."""
    warm = folder / "warm"
    warm.mkdir()
    await round_of_sessions(warm, 60.0, [Taken() for _ in taken])  # imports, caches
    before, rows = state(), []
    for n in range(rounds):
        flushed = [one.flushes for one in taken]
        counts, losses = [one.count for one in taken], sum(one.losses for one in taken)
        (folder / str(n)).mkdir()
        began_s, used_s = time.monotonic(), time.process_time()
        await round_of_sessions(folder / str(n), round_s, taken)
        spans = tuple(slice(count, one.count) for count, one in zip(counts, taken, strict=True))
        flushes = tuple(slice(count, one.flushes) for count, one in zip(flushed, taken, strict=True))
        cpu_percent = 100 * (time.process_time() - used_s) / (time.monotonic() - began_s)
        rows.append(
            Row(state(), spans, flushes, sum(one.losses for one in taken) - losses, cpu_percent, os.getloadavg()[0])
        )
        sys.stderr.write(f"round {n + 1} of {rounds}: {rows[-1].state}, load {rows[-1].load:.1f}\n")
    return before, rows


def recorded(folder: Path, rounds: int, strap: int) -> list[str]:
    """Bytes of the streamed frames of a strap, as they were recorded."""
    values = []
    for n in range(rounds):
        events = read_recording(folder / str(n) / f"{strap}.jsonl").events
        values += [e.value.hex() for e in events if isinstance(e, Notification) and e.characteristic in STREAMED]
    return values


def sent_s(sent: dict[str, float], taken: Taken) -> NDArray[np.float64]:
    """When each frame that came was sent; no two of a strap are alike."""
    by_digest = {hash(bytes.fromhex(value)): at_s for value, at_s in sent.items()}
    return np.array([by_digest[digest] for digest in taken.digests[: taken.count].tolist()])


def whereabouts(sent: list[dict[str, float]], values: list[list[str]]) -> str:
    """What became of the frames."""
    missing = sum(len(set(one) - set(kept)) for one, kept in zip(sent, values, strict=True))
    doubled = sum(len(kept) - len(set(kept)) for kept in values)
    total = sum(len(kept) for kept in values)
    return f"{total} frames were recorded, {doubled} of them twice; {missing} were sent while a session ended."


def table(before: State, rows: list[Row], taken: list[Taken], sent: list[NDArray[np.float64]]) -> list[str]:
    """Lines of the table."""
    lines = [
        "| round | memory, MB | descriptors | tasks | frames | links lost | recorded, ms | answered, ms "
        "| on the way, ms | disk, ms | CPU | load |",
        "|--:" * 12 + "|",
        f"| before | {before.memory_mb:.1f} | {before.descriptors} | {before.tasks} " + "| " * 8 + "|",
    ]
    for n, row in enumerate(rows, start=1):
        parts = list(zip(row.spans, taken, sent, strict=True))
        spans_s = (
            np.concatenate([one.recorded_s[span] - one.came_s[span] for span, one, _ in parts]),
            np.concatenate([one.done_s[span] - one.came_s[span] for span, one, _ in parts]),
            np.concatenate([one.recorded_s[span] - at_s[span] for span, one, at_s in parts]),
            np.concatenate([one.flushed_s[span] for span, one in zip(row.flushes, taken, strict=True)]),
        )
        figures = " | ".join(percentiles(span_s * 1000) for span_s in spans_s)
        held = f"{row.state.memory_mb:.1f} | {row.state.descriptors} | {row.state.tasks}"
        frames = f"{len(spans_s[0])} | {row.losses}"
        lines.append(f"| {n} | {held} | {frames} | {figures} | {row.cpu_percent:.0f} % | {row.load:.1f} |")
    return lines


def percentiles(values_ms: NDArray[np.float64]) -> str:
    """Median, 99 % and the most."""
    return " / ".join(f"{value:.2f}" for value in np.percentile(values_ms, (50, 99, 100)))


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--straps", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--minutes", type=float, default=10.0, help="of each round, on the session's clock")
    parser.add_argument("--speed", type=float, default=10.0)
    options = parser.parse_args()
    taken = [Taken() for _ in range(options.straps)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with listening_bus(folder) as address, crowd(address, options.straps, options.speed, folder / "sent.json"):
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = address
            with asyncio.Runner(loop_factory=lambda: HurriedLoop(options.speed)) as runner:
                before, rows = runner.run(soak(folder, options.rounds, options.minutes * 60.0, taken))
        sent = json.loads((folder / "sent.json").read_text(encoding="utf-8"))
        values = [recorded(folder, options.rounds, n) for n in range(options.straps)]
    lines = table(before, rows, taken, [sent_s(one, t) for one, t in zip(sent, taken, strict=True)])
    since_s = min(one.came_s[0] for one in taken)
    later = [{value: at_s for value, at_s in one.items() if at_s > since_s} for one in sent]
    facts = {"table": "\n".join(lines), "whereabouts": whereabouts(later, values), "cores": os.cpu_count()}
    text = PAGE.format(**vars(options), **facts)
    OUT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
