"""``make faults``: goes on where it was stopped; a line a run in build/faults, the figures at the end.

``make faults ARGS="kills 20"`` does 20 runs of one part alone.
"""

import asyncio
import hashlib
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.faults.kills import kill_chain
from tests.faults.ordeal import run

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is done once for each of so many seeds, a few at a time. ``sums``: fields to be added up."""

    run: Callable[[int], Awaitable[Any]]
    runs: int
    workers: int
    sums: tuple[str, ...]


PARTS = {
    "collectors": Part(run, 200, 4, ("frames", "stayed", "logs", "sessions", "collector_kills", "server_kills")),
    "kills": Part(kill_chain, 100, 2, ("kills", "early", "acknowledged", "sessions", "notes")),
}


def main() -> int:
    """Exit status 1 where anything was wrong."""
    names = sys.argv[1:2] or list(PARTS)
    return max(_do(name, int(sys.argv[2]) if len(sys.argv) > 2 else PARTS[name].runs) for name in names)


def _do(name: str, runs: int) -> int:
    """Do what is missing of a part, and print its figures; 1 where anything was wrong."""
    part, path = PARTS[name], ROOT / "build" / "faults" / f"{name}-{_state()}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    done = {one["seed"]: one for one in map(json.loads, path.read_text().splitlines())} if path.exists() else {}
    missing = [seed for seed in range(1, runs + 1) if seed not in done]
    with path.open("a") as file:

        def note(outcome: dict[str, Any]) -> None:
            done[outcome["seed"]] = outcome
            file.write(json.dumps(outcome) + "\n")
            file.flush()
            wrong = sum(bool(one["wrong"]) for one in done.values())
            sys.stderr.write(f"\r{name}: {len(done)} of {runs}, {wrong} wrong ")

        asyncio.run(_run_all(part, missing, note))
    return _say(name, part, [done[seed] for seed in sorted(done)])


async def _run_all(part: Part, seeds: list[int], note: Callable[[dict[str, Any]], None]) -> None:
    """Run seeds, a few at a time."""
    turn = asyncio.Semaphore(part.workers)

    async def run_one(seed: int) -> None:
        async with turn:
            note(asdict(await part.run(seed)))

    async with asyncio.TaskGroup() as group:
        for seed in seeds:
            group.create_task(run_one(seed))


def _say(name: str, part: Part, outcomes: list[dict[str, Any]]) -> int:
    """Print the figures."""
    sums = ", ".join(f"{field} {sum(one[field] for one in outcomes)}" for field in part.sums)
    sys.stdout.write(f"\n{name}, {len(outcomes)} runs: {sums}\n")
    for is_fresh in (False, True):
        lives = [life for outcome in outcomes for life in outcome.get("lives", ()) if life["is_fresh"] == is_fresh]
        if lives:
            sys.stdout.write(f"live again, {'new interpreters' if is_fresh else 'forked'}: {len(lives)} times")
            sys.stdout.write("".join(f", {field} {_spread(lives, field)}" for field in ("live_s", "cpu_s")) + "\n")
    if faults := sorted({fault for one in outcomes for fault in one.get("faults", ())}):
        connections = ", ".join(f"{fault} {sum(one['faults'].get(fault, 0) for one in outcomes)}" for fault in faults)
        sys.stdout.write(f"connections: {connections}\n")
    wrong = [(one["seed"], line) for one in outcomes for line in one["wrong"]]
    for seed, line in wrong:
        sys.stdout.write(f"seed {seed}: {line}\n")
    sys.stdout.write(f"runs in which anything was wrong: {len({seed for seed, _ in wrong})}\n")
    return int(bool(wrong))


def _spread(lives: list[dict[str, Any]], field: str) -> str:
    """Median, 99th percentile and longest."""
    values = sorted(life[field] for life in lives)
    return f"{values[len(values) // 2]} / {values[len(values) * 99 // 100]} / {values[-1]}"


def _state() -> str:
    """Digest of what an outcome follows from."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "biofeedback").rglob("*.py"), *Path(__file__).parent.glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
