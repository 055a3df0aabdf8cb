"""Sessions as four estimators saw them: the same beats, each with its own fit, kept on disk until the code changes."""

import hashlib
import pickle
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.validation.arc import fit_arc
from tests.validation.classes import CLASSES
from tests.validation.filters import Said, fit_floor, fit_matched
from tests.validation.looks import Seen, SeenBeats, see
from tests.validation.store import ROOT, sources
from tests.validation.weighing import fit_weighing, has_true_noise, true_noise

__all__ = [
    "FIRST_SEED",
    "NAMES",
    "NULLS",
    "ORACLE",
    "SHOWN",
    "TRADE_OFF",
    "Course",
    "Looked",
    "Session",
    "course",
    "gather",
    "measure",
]

FIRST_SEED = 5000  # none of them was looked at while the constants were chosen
CHUNK = 10
NULLS = ("free", "mayer_at_pacer", "mayer_changes", "flat", "drift")  # their worst sets the limits of equal error
SHOWN = (
    *NULLS, "double", "posture", "free_real_like", "own_slow", "own_slow_together", "own_slow_varied",
    "responder_8_12", "responder_2_5", "responder_12_20", "responder_mayer", "responder_late", "responder_varied",
    "responder_real_like",
)  # fmt: skip
# own slow breathing and somebody who answers, with the pacer fixed, varied at first, throughout, and later
TRADE_OFF = {
    "fixed": ("own_slow", "responder_8_12"),
    "first 3 breaths varied": ("own_slow_first_varied", "responder_first_varied"),
    "all breaths varied": ("own_slow_varied", "responder_varied"),
    "steady for 3 breaths, then varied": ("own_slow_later", "responder_8_12_later"),
}
FITS: dict[str, Callable[[SeenBeats], Any]] = {
    "floor": fit_floor, "matched filter": fit_matched, "arc": fit_arc, "weighing": fit_weighing,
}  # fmt: skip
ORACLE = "weighing, true noise"
NAMES = (*FITS, ORACLE)
FOLDER = ROOT / "build" / "estimators"  # git does not keep it


@dataclass(frozen=True, slots=True)
class Looked:
    """What all estimators made of one look; no fits where the signal bore none."""

    breaths: int
    used: int  # so many of them lay whole within the beats
    truth_ms: float | None
    fits: Mapping[str, Any]
    cpu_s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a class."""

    name: str
    seed: int
    looks: tuple[Looked, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """How the answer went: a yes stands until a later look finds another pace, or a signal that bears nothing."""

    yes_after: int | None  # breaths
    is_yes_at_last: bool
    covers: bool | None  # the truth, at the last look; None without an interval or a truth


def gather(sessions: int, workers: int) -> dict[str, list[Session]]:
    """All sessions by class; what an earlier run of the same code has measured is not measured again."""
    folder = FOLDER / _state()
    folder.mkdir(parents=True, exist_ok=True)
    names = dict.fromkeys((*SHOWN, *(name for pair in TRADE_OFF.values() for name in pair)))
    tasks = [
        (folder, name, FIRST_SEED + first, FIRST_SEED + min(first + CHUNK, sessions))
        for first in range(0, sessions, CHUNK)
        for name in names
    ]
    began_s, found = time.monotonic(), []
    with get_context().Pool(workers) as pool:
        for done, part in enumerate(pool.imap_unordered(_measured, tasks), start=1):
            found += part
            left_min = (time.monotonic() - began_s) / done * (len(tasks) - done) / 60
            print(f"\r{done} of {len(tasks)} parts, {left_min:.0f} min left ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    found.sort(key=lambda session: session.seed)
    return {name: [session for session in found if session.name == name] for name in names}


def _state() -> str:
    """Digest of everything that a session's fits follow from."""
    here = Path(__file__)
    own = (here, *(here.with_name(f"{name}.py") for name in ("looks", "filters", "arc", "weighing")))
    digest = hashlib.sha256()
    for path in (*sources(), *own):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _measured(task: tuple[Path, str, int, int]) -> list[Session]:
    """A stretch of seeds of one class, from disk where it is there."""
    folder, name, first, end = task
    path = folder / f"{name}-{first}-{end}.pickle"
    if path.exists():
        return list(pickle.loads(path.read_bytes()))
    found = [measure(name, seed) for seed in range(first, end)]
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(pickle.dumps(found))
    unfinished.rename(path)
    return found


def measure(name: str, seed: int) -> Session:
    """Fits of all estimators at the looks of one session."""
    return Session(name, seed, tuple(_looked(name, seed, seen) for seen in see(CLASSES[name], seed)))


def _looked(name: str, seed: int, seen: Seen) -> Looked:
    """Fits at one look, and what each took."""
    fits: dict[str, Any] = {}
    cpu_s: dict[str, float] = {}
    beats = seen.beats
    if beats is None:
        return Looked(seen.breaths, 0, seen.truth_ms, fits, cpu_s)
    for estimator, fit in FITS.items():
        began_s = time.process_time()
        fits[estimator] = fit(beats)
        fits[estimator].decide(beats.used)
        cpu_s[estimator] = time.process_time() - began_s
    if has_true_noise(CLASSES[name]):
        noise = true_noise(CLASSES[name], seed, float(beats.nn_ms.mean()))
        fits[ORACLE] = fit_weighing(beats, noise)
    return Looked(seen.breaths, beats.used, seen.truth_ms, fits, cpu_s)


def course(session: Session, decide: Callable[[Mapping[str, Any], int], Said]) -> Course:
    """The answer over the looks of a session, as one rule gives it."""
    yes_after, stands, covers = None, False, None
    for looked in session.looks:
        covers = None
        if not looked.fits:
            stands = False
            continue
        said = decide(looked.fits, looked.used)
        if said.is_yes and yes_after is None:
            yes_after = looked.breaths
        stands = (stands or said.is_yes) and not said.is_off_pace
        if looked.truth_ms is not None:
            covers = said.low_ms <= looked.truth_ms <= said.high_ms
    return Course(yes_after, stands, covers)
