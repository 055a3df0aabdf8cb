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

from tests.faults.full_disk import fill_disk, refuse_writes
from tests.faults.kills import kill_chain
from tests.faults.ordeal import run
from tests.faults.outcomes import page, say
from tests.faults.poison import side_by_side
from tests.faults.power import cut_power_often
from tests.faults.stopped_server import stop_and_go

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
    "kills": Part(kill_chain, 100, 4, ("kills", "early", "acknowledged", "sessions", "notes")),
    "power": Part(cut_power_often, 40, 1, ("cuts",)),
    "disk": Part(fill_disk, 10, 2, ("acknowledged",)),
    "refusals": Part(refuse_writes, 20, 4, ("acknowledged",)),
    "stops": Part(stop_and_go, 20, 4, ("acknowledged",)),
    "poison": Part(side_by_side, 4, 1, ()),
}


def main() -> int:
    """Exit status 1 where anything was wrong. All parts together write docs/faults.md."""
    names = sys.argv[1:2] or list(PARTS)
    outcomes = {name: _do(name, int(sys.argv[2]) if len(sys.argv) > 2 else PARTS[name].runs) for name in names}
    for name, of in outcomes.items():
        sys.stdout.write("\n" + say(name, PARTS[name].sums, of))
    if len(names) == len(PARTS):
        (ROOT / "docs" / "faults.md").write_text(page(outcomes))
    return int(any(one["wrong"] for of in outcomes.values() for one in of))


def _do(name: str, runs: int) -> list[dict[str, Any]]:
    """Outcomes of a part, of which what is missing is done now."""
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
    return [done[seed] for seed in sorted(done)]


async def _run_all(part: Part, seeds: list[int], note: Callable[[dict[str, Any]], None]) -> None:
    """Run seeds, a few at a time."""
    turn = asyncio.Semaphore(part.workers)

    async def run_one(seed: int) -> None:
        async with turn:
            note(asdict(await part.run(seed)))

    async with asyncio.TaskGroup() as group:
        for seed in seeds:
            group.create_task(run_one(seed))


def _state() -> str:
    """Digest of what an outcome follows from."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "biofeedback").rglob("*.py"), *Path(__file__).parent.glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
