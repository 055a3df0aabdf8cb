"""``make faults``: 200 runs, goes on where it was stopped; a line a run in build/faults, the figures at the end."""

import asyncio
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.faults.ordeal import run

ROOT = Path(__file__).resolve().parents[2]
RUNS = 200
WORKERS = 4  # each waits most of the time


def main() -> int:
    """Exit status 1 where anything was wrong."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    path = ROOT / "build" / "faults" / f"{_state()}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    done = {one["seed"]: one for one in map(json.loads, path.read_text().splitlines())} if path.exists() else {}
    missing = [seed for seed in range(1, runs + 1) if seed not in done]
    with path.open("a") as file:

        def note(outcome: dict[str, Any]) -> None:
            done[outcome["seed"]] = outcome
            file.write(json.dumps(outcome) + "\n")
            file.flush()
            sys.stderr.write(f"\r{len(done)} of {runs}, {sum(bool(one['wrong']) for one in done.values())} wrong ")

        asyncio.run(_run_all(missing, note))
    return _say([done[seed] for seed in sorted(done)])


async def _run_all(seeds: list[int], note: Callable[[dict[str, Any]], None]) -> None:
    """Run seeds, a few at a time."""
    turn = asyncio.Semaphore(WORKERS)

    async def run_one(seed: int) -> None:
        async with turn:
            note(asdict(await run(seed)))

    async with asyncio.TaskGroup() as group:
        for seed in seeds:
            group.create_task(run_one(seed))


def _say(outcomes: list[dict[str, Any]]) -> int:
    """Print the figures."""
    names = ("frames", "stayed", "logs", "sessions", "collector_kills", "server_kills", "wall_s")
    sums = {name: sum(one[name] for one in outcomes) for name in names}
    faults = sorted({fault for one in outcomes for fault in one["faults"]})
    sys.stdout.write(
        f"\n{len(outcomes)} runs: " + ", ".join(f"{name} {value:.0f}" for name, value in sums.items()) + "\n"
    )
    connections = ", ".join(f"{fault} {sum(one['faults'].get(fault, 0) for one in outcomes)}" for fault in faults)
    sys.stdout.write(f"connections: {connections}\n")
    wrong = [(one["seed"], line) for one in outcomes for line in one["wrong"]]
    for seed, line in wrong:
        sys.stdout.write(f"seed {seed}: {line}\n")
    sys.stdout.write(f"runs in which both do not hold the same: {len({seed for seed, _ in wrong})}\n")
    return int(bool(wrong))


def _state() -> str:
    """Digest of what an outcome follows from."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "biofeedback").rglob("*.py"), *Path(__file__).parent.glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
