"""Outcomes on disk, a JSON line each, in a folder of the code that made them: a run that was stopped goes on."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.validation.outcome import LookOutcome, Outcome

__all__ = ["ROOT", "Run", "Store", "fingerprint", "sources"]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "validation"  # git does not keep it
SIMULATORS = ("presets", "respiration", "physiology")
MAKERS = ("classes", "sessions", "outcome", "real")


def sources() -> list[Path]:
    """Everything that an outcome follows from: the core, the simulated people, the classes."""
    return [
        *sorted((ROOT / "biofeedback" / "core").glob("*.py")),
        *(ROOT / "biofeedback" / "straps" / f"{name}.py" for name in SIMULATORS),
        *(Path(__file__).parent / f"{name}.py" for name in MAKERS),
    ]


def fingerprint() -> str:
    """Digest of everything that an outcome follows from."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Run:
    """How one run went; ``load`` is the machine's over one minute when it began, other work included."""

    began_utc: str
    commit: str
    is_dirty: bool
    load: float
    workers: int
    sessions: int
    wall_s: float


class Store:
    """Outcomes made by one state of the code."""

    def __init__(self, state: str, folder: Path = FOLDER) -> None:
        self.path = folder / f"{state}.jsonl"

    def read(self) -> list[Outcome]:
        """All outcomes; a line that was cut off is made again."""
        if not self.path.exists():
            return []
        found = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                fields = json.loads(line)
            except json.JSONDecodeError:
                continue
            looks = tuple(LookOutcome(**look) for look in fields.pop("looks"))
            found.append(Outcome(looks=looks, **fields))
        return found

    def note_run(self, run: Run) -> None:
        """Keep how a run went."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".runs").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(run)) + "\n")

    def runs(self) -> list[Run]:
        """All runs that added outcomes, in order."""
        path = self.path.with_suffix(".runs")
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [Run(**json.loads(line)) for line in lines]

    def append(self, outcomes: Iterable[Outcome]) -> None:
        """Add outcomes."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(outcome)) + "\n" for outcome in outcomes)
