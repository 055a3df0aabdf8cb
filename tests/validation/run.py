"""Measures what is not measured yet, on all cores, and writes the page."""

import argparse
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing import get_context

from tests.validation.classes import CLASSES
from tests.validation.outcome import REAL, Outcome, measure
from tests.validation.page import write_page
from tests.validation.real import PEOPLE, read_rr_ms
from tests.validation.store import ROOT, Run, Store, fingerprint, sources
from tests.validation.tallies import count
from tests.validation.wording import console_line

__all__ = ["main", "open_tasks"]

CHUNK = 20  # sessions of one class that one process makes at a time
REAL_STARTS = 200  # of each recording; more overlap each other more
Task = tuple[str, int, int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status of a run."""
    options = _options(arguments)
    names = options.classes or [*CLASSES, *(REAL + name for name in PEOPLE if read_rr_ms(name) is not None)]
    store = Store(options.state or fingerprint())
    known = {(one.name, one.seed) for one in store.read()}
    tasks = open_tasks(names, options.sessions, known)
    if tasks and options.state is None:
        _measure_all(tasks, store, options.workers, options.minutes)
    by_class = _by_class(store, names, options.sessions)
    for name, outcomes in by_class.items():
        print(console_line(count(name, outcomes)))
    if options.classes:
        print("docs/validation.md stays as it is: only some classes were asked for")
        return 0
    write_page(by_class, store)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser("python -m tests.validation", description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000, help="of each class (1000)")
    parser.add_argument("--classes", nargs="*", default=[], metavar="CLASS", help="only these; prints, writes no page")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (one a core)")
    parser.add_argument("--minutes", type=float, default=None, help="stop measuring after so long, and write the page")
    parser.add_argument("--state", help="measure nothing; write the page of what an earlier state of the code answered")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.classes if name not in CLASSES and not name.startswith(REAL)]:
        parser.error(f"there is no class {unknown[0]!r}; choose from {', '.join(CLASSES)}")
    return options


def open_tasks(names: Sequence[str], sessions: int, known: set[tuple[str, int]]) -> list[Task]:
    """Stretches of seeds that are not measured, class by class in turn: a run cut short has of each class alike."""
    tasks = []
    for first in range(0, sessions, CHUNK):
        for name in names:
            end = min(first + CHUNK, sessions, REAL_STARTS if name.startswith(REAL) else sessions)
            if any((name, seed) not in known for seed in range(first, end)):
                tasks.append((name, first, end))
    return tasks


def _measure_all(tasks: Sequence[Task], store: Store, workers: int, minutes: float | None) -> None:
    """Measure, write down and say how far it is."""
    began_s, began_utc, load, done = time.monotonic(), _utc(), os.getloadavg()[0], 0
    commit, is_dirty = _commit()
    total = sum(end - first for _, first, end in tasks)
    try:
        with get_context().Pool(workers) as pool:
            for outcomes in pool.imap_unordered(_measure, tasks):
                store.append(outcomes)
                done += len(outcomes)
                spent_s = time.monotonic() - began_s
                left_min = spent_s / done * (total - done) / 60
                print(f"\r{done} of {total} sessions, {left_min:.0f} min left ", end="", file=sys.stderr, flush=True)
                if minutes is not None and spent_s > 60 * minutes:
                    break  # which ends the processes as well
    finally:  # what a run that is stopped has measured counts
        store.note_run(Run(began_utc, commit, is_dirty, load, workers, done, time.monotonic() - began_s))
    print(file=sys.stderr)


def _utc() -> str:
    """Time of day, in words."""
    return datetime.now(UTC).isoformat(timespec="minutes")


def _commit() -> tuple[str, bool]:
    """The commit that is checked out, and whether what outcomes follow from differs from it."""
    try:
        head, changed = (
            subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
            for words in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "--", *map(str, sources())])
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown", True
    return head, bool(changed)


def _measure(task: Task) -> list[Outcome]:
    """Outcomes of a stretch of seeds."""
    name, first, end = task
    return [measure(name, seed) for seed in range(first, end)]


def _by_class(store: Store, names: Sequence[str], sessions: int) -> dict[str, list[Outcome]]:
    """Outcomes of each class in order of seeds, each seed once."""
    found: dict[str, dict[int, Outcome]] = defaultdict(dict)
    for outcome in store.read():
        if outcome.seed < sessions:
            found[outcome.name][outcome.seed] = outcome
    return {name: [found[name][seed] for seed in sorted(found[name])] for name in names if name in found}
