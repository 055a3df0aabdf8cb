"""Where the numbers of a report come from: how they are made, by what, out of which file."""

from collections.abc import Sequence
from pathlib import Path

from biofeedback import __version__
from biofeedback.lang import Words
from biofeedback.report.folded import BINS, BOOTSTRAP_SEED, RESAMPLES
from biofeedback.report.methods import METHODS
from biofeedback.report.source import Facts

__all__ = ["file_rows", "method_rows"]

Rows = list[tuple[str, str]]


def method_rows(words: Words, names: Sequence[str] = tuple(METHODS)) -> Rows:
    """Methods of these names, and that of the breath average."""
    rows = [
        (words(f"report.method.{name}"), words(f"report.method.{name}.text", value=METHODS[name])) for name in names
    ]
    average = words("report.method.breath_average.text", bins=BINS, resamples=RESAMPLES, seed=BOOTSTRAP_SEED)
    return [*rows, (words("report.method.breath_average"), average)]


def file_rows(facts: Facts, words: Words) -> Rows:
    """The file, its hash, and what it was recorded and analysed with."""
    rows = {
        "file": Path(facts.file).name,
        "sha256": facts.sha256,
        "session": facts.session,
        "started": facts.started_utc,
        "software": facts.software,
        "analysed": __version__,
        "unit": facts.unit,
    }
    return [(words(f"report.fact.{name}"), value) for name, value in rows.items() if value]
