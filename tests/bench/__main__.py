"""``make bench``: prints the figures that have a budget, each beside neurokit2 where it does something like it."""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import machine, neurokit
from tests.bench.comparison import Finding, compare, tables
from tests.bench.process import cost, first_page_s

# This process imports nothing heavy before the others are measured: their peak memory would begin at its own.
TEN_MINUTES_S = 600
HOUR_S = 3600
IMPORTS = (
    ("pass", "Python itself"),
    ("import biofeedback.cli", "biofeedback.cli"),
    ("import numpy", "numpy"),
    ("import biofeedback.core.pipeline", "biofeedback.core.pipeline"),
    ("import biofeedback.report.document", "biofeedback.report.document"),
    ("import biofeedback.server", "biofeedback.server"),
    ("import scipy.signal", "scipy.signal"),
    ("import scipy.stats", "scipy.stats"),
    ("import matplotlib.pyplot", "matplotlib.pyplot"),
    ("import neurokit2", "neurokit2"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, its budget, and the same of neurokit2 (None: it has nothing like it)."""

    what: str
    figure: float
    budget: float
    unit: str
    neurokit: float | None = None


def main() -> int:
    """Measure, and print as it goes."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does; neurokit2 gets the same
    console = Console(width=118, highlight=False)
    console.print(machine.describe() + "\n", soft_wrap=True)
    with tempfile.TemporaryDirectory() as folder, console.status("measuring (about a minute)"):
        imports = [(name, cost(["-c", code], times=3)) for code, name in IMPORTS]
        rows = [*_commands(Path(folder)), *_pipeline(console, Path(folder))]
    console.print(_budgets(rows))
    table = Table("import", "CPU s", "peak MB", title="What an import costs, as a whole process", title_justify="left")
    for name, used in imports:
        table.add_row(name, f"{used.cpu_s:.2f}", f"{used.peak_mb:.0f}")
    console.print(table)
    with console.status("beside the peers, each in a process of its own (up to half an hour with all of them)"):
        findings = list(compare())
    for compared in tables(findings):
        console.print(compared, soft_wrap=True)
    day = next(one for one in findings if (one.package, one.span, one.row) == ("biofeedback", "24 h", "all"))
    console.print(_budgets(_day(day)))
    return 0


def _day(found: Finding) -> list[Row]:
    """A day of RR intervals, against its budget."""
    assert found.cpu_s is not None
    assert found.peak_mb is not None
    return [
        Row("24 h of RR: all rows, after the import", found.cpu_s, 0.5, "CPU s"),
        Row("  its peak memory, import and all", found.peak_mb, 300.0, "MB"),
    ]


def _commands(folder: Path) -> list[Row]:
    """Whole commands."""
    cost(["-m", "tests.bench.session", str(folder), str(TEN_MINUTES_S)], times=1)
    recording, intervals = (str(folder / f"{TEN_MINUTES_S}.{ending}") for ending in ("jsonl", "txt"))
    analyze = cost(["-m", "biofeedback", "analyze", "--json", recording])
    nearest = cost(["-m", "tests.bench.neurokit", intervals], times=3)
    return [
        Row("biofeedback --help", cost(["-m", "biofeedback", "--help"]).cpu_s, 0.3, "CPU s"),
        Row("biofeedback serve: start to first page", first_page_s(), 3.0, "wall s"),
        Row("biofeedback analyze --json, ten minutes", analyze.cpu_s, 1.0, "CPU s", nearest.cpu_s),
        Row("  its peak memory", analyze.peak_mb, float("inf"), "MB", nearest.peak_mb),
    ]


def _pipeline(console: Console, folder: Path) -> list[Row]:
    """The pipeline, in this process."""
    from tests.bench.session import pipeline_cost, recorded, rr_ms

    recording = recorded(folder, HOUR_S)
    costs = [pipeline_cost(recording) for _ in range(3)]
    best = min(costs, key=lambda found: found.mean_us)
    intervals = rr_ms(recording)
    neurokit.measure(intervals[:300])  # so that its imports are not counted here
    console.print(f"an hour's session: {best.beats} beats, {len(recording.events)} inputs, {best.results} results")
    return [
        Row("pipeline a beat, live over an hour", best.mean_us, 100.0, "CPU us", neurokit.refreshed_us(intervals)),
        Row("pipeline a beat, the hour offline", best.mean_us, 100.0, "CPU us", neurokit.offline_us(intervals)),
        Row("  the longest for one input", best.longest_ms, float("inf"), "wall ms"),
    ]


def _budgets(rows: list[Row]) -> Table:
    """Table of the figures that have a budget."""
    table = Table("what", "biofeedback", "budget", "", "neurokit2", "unit", title="Figures", title_justify="left")
    for row in rows:
        has_budget = row.budget != float("inf")
        table.add_row(
            row.what,
            _number(row.figure),
            f"{row.budget:g}" if has_budget else "",
            ("within" if row.figure <= row.budget else "OVER") if has_budget else "",
            "" if row.neurokit is None else _number(row.neurokit),
            row.unit,
        )
    return table


def _number(value: float) -> str:
    """Three digits or so."""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


if __name__ == "__main__":
    sys.exit(main())
