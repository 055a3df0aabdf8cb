"""This package beside its peers on five minutes, an hour and a day of RR intervals: CPU and memory of each row."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from rich.table import Table

from tests.bench.packages import CPU_S, FIVE_MINUTES_S, PACKAGES, ROWS

__all__ = ["LIMIT_S", "Finding", "compare", "tables"]

LIMIT_S = 600.0  # of wall time, for who sleeps or is given no processor; of CPU time each has its own limit
SPANS = {"5 min": FIVE_MINUTES_S, "1 h": 3600, "24 h": 86400}
TITLES = {"nonlinear": "Poincare, entropy, DFA", "time": "time domain"}
ALL = "all"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one package did in one row; ``trouble`` says why there are no figures."""

    package: str
    span: str
    row: str
    cpu_s: float | None = None
    peak_mb: float | None = None
    trouble: str | None = None


def compare(limit_s: float = LIMIT_S) -> Iterator[Finding]:
    """Every package in every row, each in a process of its own; a peer that was too slow is given nothing longer."""
    for package in PACKAGES:
        gone: dict[str, str] = {}
        for span in SPANS:
            findings = [
                Finding(package, span, row, trouble=gone[row]) if row in gone else _run(package, span, row, limit_s)
                for row in ROWS
            ]
            gone |= {one.row: one.trouble for one in findings if one.trouble is not None}
            yield from findings
            yield _sum(package, span, findings)


def _run(package: str, span: str, row: str, limit_s: float) -> Finding:
    """One row of one package."""
    command = [sys.executable, "-m", "tests.bench.packages", package, row, str(SPANS[span])]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        return Finding(package, span, row, trouble=f"over {limit_s:.0f} s at {span}")
    if done.returncode == -signal.SIGXCPU:
        return Finding(package, span, row, trouble=f"over {CPU_S} s at {span}")
    if done.returncode:
        return Finding(package, span, row, trouble=f"died at {span}")
    found = json.loads(done.stdout.splitlines()[-1])
    trouble = found.get("trouble")
    if trouble and trouble != "not installed":
        trouble = f"{trouble} at {span}"
    return Finding(package, span, row, found.get("cpu_s"), found.get("peak_mb"), trouble)


def _sum(package: str, span: str, findings: list[Finding]) -> Finding:
    """All rows that the package has, one after the other."""
    troubles = [one.trouble for one in findings if one.trouble]
    if troubles:
        return Finding(package, span, ALL, trouble=troubles[0])
    had = [one for one in findings if one.cpu_s is not None and one.peak_mb is not None]
    cpu_s, peak_mb = sum(one.cpu_s or 0.0 for one in had), max(one.peak_mb or 0.0 for one in had)
    return Finding(package, span, ALL, cpu_s, peak_mb)


def tables(findings: list[Finding]) -> Iterator[Table]:
    """CPU seconds, then peak memory; the best of each row is marked."""
    known = {(one.package, one.span, one.row): one for one in findings}
    for field, unit, digits in (("cpu_s", "CPU seconds", 4), ("peak_mb", "Peak memory of the process, MB", 0)):
        table = Table("", *(_titled(package) for package in PACKAGES), title=unit, title_justify="left")
        for span in SPANS:
            for row in (*ROWS, ALL):
                cells = [known[package, span, row] for package in PACKAGES]
                figures = [getattr(one, field) for one in cells]
                best = min((figure for figure in figures if figure is not None), default=None)
                shown = (_shown(one, figure, best, digits) for one, figure in zip(cells, figures, strict=True))
                table.add_row(f"{span}, {TITLES.get(row, row)}", *shown)
        yield table


def _titled(package: str) -> str:
    """Name and version."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


def _shown(one: Finding, figure: float | None, best: float | None, digits: int) -> str:
    """A figure, the best one with an asterisk; or why there is none."""
    if figure is None:
        return one.trouble or "-"
    return f"{figure:.{digits}f}{' *' if figure == best else ''}"
