"""``python -m tests.bench.correction``: writes docs/artefacts.md, what correction leaves of planted artefacts.

Beside neurokit2 always, and beside hrv-analysis, heartpy and systole where the extra ``peers`` is installed.
"""

import contextlib
import io
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biofeedback.core import hrv
from biofeedback.core.artifacts import final_labels
from biofeedback.core.correction import corrected_nn_ms
from biofeedback.core.results import Artifact
from tests.bench import ectopy, machine
from tests.bench.planted import ALL_KINDS, plant
from tests.validation.real import DATA, read_rr_ms

__all__ = ["errors", "neurokit_classes", "our_classes", "truths", "write_page"]

ROOT = Path(__file__).parents[2]
FRACTIONS = (0.003, 0.01, 0.03, 0.05)
SEEDS = range(10)
WINDOW_S = 300.0
WINDOWS = 8  # of one recording at most
SIMULATED = 6
MEASURES = ("RMSSD", "SDNN", "LF", "HF")
Array = NDArray[np.float64]
Correct = Callable[[Array], Array]


def _neurokit(rr_ms: Array) -> Array:
    import neurokit2

    peaks = np.concatenate(([0.0], np.cumsum(rr_ms))).round().astype(int)
    return np.diff(neurokit2.signal_fixpeaks(peaks, sampling_rate=1000, iterative=True, method="Kubios")[1])


def _hrv_analysis(rr_ms: Array) -> Array:
    from hrvanalysis import get_nn_intervals

    found = np.asarray(get_nn_intervals(rr_ms.tolist(), verbose=False), dtype=float)
    return found[np.isfinite(found)]


def _heartpy(rr_ms: Array) -> Array:
    import heartpy

    working, _ = heartpy.process_rr(rr_ms.tolist(), threshold_rr=True, clean_rr=True, measures={}, working_data={})
    return np.asarray(working["RR_list_cor"], dtype=float)


def _systole(rr_ms: Array) -> Array:
    from systole.correction import correct_rr

    return np.asarray(correct_rr(rr_ms, verbose=False)[0], dtype=float)


def _ours(rr_ms: Array) -> Array:
    return corrected_nn_ms(rr_ms, final_labels(rr_ms))


def _raw(rr_ms: Array) -> Array:
    return rr_ms


# name: module, what corrects
PROGRAMS: dict[str, tuple[str, Correct]] = {
    "raw": ("numpy", _raw),
    "biofeedback": ("biofeedback", _ours),
    "neurokit2": ("neurokit2", _neurokit),
    "hrv-analysis": ("hrvanalysis", _hrv_analysis),
    "heartpy": ("heartpy", _heartpy),
    "systole": ("systole", _systole),
}


@cache
def _is_there(module: str) -> bool:
    """Whether a program can be imported; one that is installed beside what it does not go with cannot."""
    try:
        import_module(module)
    except (ImportError, TypeError):
        return False
    return True


def neurokit_classes(rr_ms: Array) -> list[str | None]:
    """Class of each interval by ``signal_fixpeaks(method="Kubios")``, None for normal; its indices count peaks."""
    import neurokit2

    peaks = np.concatenate(([0.0], np.cumsum(rr_ms))).round().astype(int)
    info, _ = neurokit2.signal_fixpeaks(peaks, sampling_rate=1000, iterative=False, method="Kubios")
    found: list[str | None] = [None] * len(rr_ms)
    for name in ("ectopic", "missed", "extra", "longshort"):
        for place in info[name]:
            if place:
                found[int(place) - 1] = name
    return found


def our_classes(rr_ms: Array) -> list[str | None]:
    """Class of each interval, None for normal."""
    return [None if label is Artifact.NORMAL else label.value for label in final_labels(rr_ms)]


def _without_oddities(rr_ms: Array) -> Array:
    """Real intervals in which what either program flags is bridged: variability as it is, artefacts none."""
    for _ in range(4):
        pairs = zip(our_classes(rr_ms), neurokit_classes(rr_ms), strict=True)
        is_odd = np.asarray([ours is not None or theirs is not None for ours, theirs in pairs])
        if not is_odd.any():
            break
        places = np.arange(len(rr_ms))
        rr_ms = np.interp(places, places[~is_odd], rr_ms[~is_odd])
    return rr_ms


def truths() -> dict[str, dict[str, Array]]:
    """Windows of five minutes by kind: real ones where the recordings are there, and simulated ones."""
    real: dict[str, Array] = {}
    for name in ("rest", "watch", "nn_1h", "slow") if DATA.exists() else ():
        rr_ms = read_rr_ms(name)
        assert rr_ms is not None
        ends_s = np.cumsum(rr_ms) / 1000
        for k in range(min(WINDOWS, int(ends_s[-1] // WINDOW_S))):
            inside = (ends_s >= k * WINDOW_S) & (ends_s < (k + 1) * WINDOW_S)
            real[f"{name} {k}"] = _without_oddities(rr_ms[inside])
    simulated = {f"simulated {seed}": _simulated(seed) for seed in range(SIMULATED)}
    return {"real": real, "simulated": simulated} if real else {"simulated": simulated}


def _simulated(seed: int) -> Array:
    """Two waves and noise, each interval with the value at its middle."""
    rng = np.random.default_rng(seed)
    mean_ms, slow_ms, fast_ms, noise_ms = (rng.uniform(*span) for span in ((700, 1050), (15, 60), (10, 40), (5, 15)))
    fast_hz, t_s, found = rng.uniform(0.2, 0.3), 0.0, []
    while t_s < WINDOW_S:
        mid_s = t_s + mean_ms / 2000
        waves = slow_ms * np.sin(0.2 * np.pi * mid_s) + fast_ms * np.sin(2 * np.pi * fast_hz * mid_s + 1.0)
        found.append(mean_ms + float(waves) + noise_ms * rng.standard_normal())
        t_s += found[-1] / 1000
    return np.asarray(found)


def _measures(nn_ms: Array) -> Array:
    """RMSSD, SDNN, LF and HF by our own functions, whoever corrected."""
    spectral = hrv.spectral_measures(np.cumsum(nn_ms) / 1000 - nn_ms / 2000, nn_ms)
    found = (hrv.rmssd_ms(np.diff(nn_ms)), hrv.sdnn_ms(nn_ms), spectral.lf_power_ms2, spectral.hf_power_ms2)
    return np.asarray([np.nan if value is None else value for value in found])


def errors(nn: Mapping[str, Array], fraction: float, seeds: Iterable[int] = SEEDS) -> dict[str, Array]:
    """Absolute errors of each program in percent, one row for each window and seed."""
    found: dict[str, list[Array]] = {name: [] for name, (module, _) in PROGRAMS.items() if _is_there(module)}
    for nn_ms in nn.values():
        truth = _measures(nn_ms)
        for seed in seeds:
            spoilt = plant(nn_ms, fraction, seed).rr_ms
            for name, rows in found.items():
                with contextlib.redirect_stdout(io.StringIO()):  # some talk
                    rows.append(100 * np.abs(_measures(PROGRAMS[name][1](spoilt)) / truth - 1))
    return {name: np.asarray(rows) for name, rows in found.items()}


def _table(kind: str, nn: Mapping[str, Array]) -> list[str]:
    """Errors of all programs at all levels."""
    lines = [
        f"## Errors, {kind} intervals ({len(nn)} windows of five minutes, {len(SEEDS)} seeds each)", "",
        "Median absolute error in %, in brackets the middle half.", "",
        f"| artefacts | measure | {' | '.join(PROGRAMS)} |", f"| --- | --- |{' --- |' * len(PROGRAMS)}",
    ]  # fmt: skip
    for fraction in FRACTIONS:
        found = errors(nn, fraction)
        for k, measure in enumerate(MEASURES):
            peers = {name: float(np.nanmedian(rows[:, k])) for name, rows in found.items()}
            nearest = min(peers, key=lambda name: peers[name])
            cells = [_cell(found.get(name), k, is_nearest=name == nearest) for name in PROGRAMS]
            lines.append(f"| {100 * fraction:g} % | {measure} | {' | '.join(cells)} |")
    return [*lines, ""]


def _cell(rows: Array | None, k: int, *, is_nearest: bool) -> str:
    """One figure with its spread."""
    if rows is None:
        return "not installed"
    low, middle, high = np.nanpercentile(rows[:, k], (25, 50, 75))
    return f"{'**' if is_nearest else ''}{middle:.2f}{'**' if is_nearest else ''} ({low:.1f}-{high:.1f})"


def _confusion(nn: Mapping[str, Array]) -> list[str]:
    """What was planted against what either program says."""
    ours: Counter[tuple[str, str]] = Counter()
    theirs: Counter[tuple[str, str]] = Counter()
    for nn_ms in nn.values():
        for seed in SEEDS:
            planted = plant(nn_ms, 0.03, seed, ALL_KINDS)
            for table, classes in ((ours, our_classes), (theirs, neurokit_classes)):
                table.update(
                    (kind or "none", name or "normal")
                    for kind, name in zip(planted.kinds, classes(planted.rr_ms), strict=True)
                )
    columns = ("normal", "ectopic", "missed", "extra", "long or short", "range")
    lines = [f"| planted | program | {' | '.join(columns)} |", "| --- | --- |" + " ---: |" * len(columns)]
    for kind in (*ALL_KINDS, "none"):
        for name, table in (("biofeedback", ours), ("neurokit2", theirs)):
            long_or_short = sum(table[kind, word] for word in ("long", "short", "longshort"))
            counts = [long_or_short if column.startswith("long") else table[kind, column] for column in columns]
            lines.append(f"| {kind} | {name} | {' | '.join(map(str, counts))} |")
    return lines


def _left_out(nn: Mapping[str, Mapping[str, Array]]) -> list[str]:
    """What the same labels give when odd beats, and differences beside them, are left out instead of put right."""
    columns = [
        f"{kind} {measure} {way}" for kind in nn for measure in MEASURES[:2] for way in ("left out", "put right")
    ]
    lines = [f"| artefacts | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    for fraction in FRACTIONS:
        cells: list[str] = []
        for windows in nn.values():
            pairs = [(nn_ms, plant(nn_ms, fraction, seed).rr_ms) for nn_ms in windows.values() for seed in SEEDS]
            found = np.asarray([_both_ways(nn_ms, rr_ms) for nn_ms, rr_ms in pairs])
            cells += [f"{value:.2f}" for value in np.median(found, axis=0)]
        lines.append(f"| {100 * fraction:g} % | {' | '.join(cells)} |")
    return [*lines, ""]


def _both_ways(nn_ms: Array, rr_ms: Array) -> Array:
    """Absolute errors in percent of RMSSD and SDNN, each with odd beats left out and put right."""
    labels = final_labels(rr_ms)
    is_normal = np.asarray([label is Artifact.NORMAL for label in labels])
    left_out = (hrv.rmssd_ms(hrv.successive_differences_ms(rr_ms, is_normal)), hrv.sdnn_ms(rr_ms[is_normal]))
    put_right = _measures(corrected_nn_ms(rr_ms, labels))[:2]
    found = np.stack((np.asarray(left_out, dtype=float), put_right), axis=1)
    return np.asarray(100 * np.abs(found / _measures(nn_ms)[:2, None] - 1)).ravel()


def write_page(path: Path = ROOT / "docs" / "artefacts.md") -> None:
    """Measure and write the page."""
    nn = truths()
    packages = ("neurokit2", "hrv-analysis", "heartpy", "systole")
    versions = ", ".join(f"{name} {version(name)}" for name in packages if _is_there(PROGRAMS[name][0]))
    described = "\n".join(line for line in machine.describe().splitlines() if not line.startswith("load"))
    lines = [OPENING.format(versions=versions, machine=described, seeds=f"{SEEDS[0]} to {SEEDS[-1]}")]
    for kind, windows in nn.items():
        lines += _table(kind, windows)
    lines += ["## Put right or left out", "", LEFT_OUT, "", *_left_out(nn)]
    lines += ["## Classes, interval by interval, at 3 % artefacts, all windows", ""]
    lines += [*_confusion({name: one for windows in nn.values() for name, one in windows.items()}), "", DIFFERENCES]
    if DATA.exists():
        lines += ["", *ectopy.lines(ectopy.compare())[:-1]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


OPENING = """# Artefacts: what is found, and what correction leaves

Made by `python -m tests.bench.correction`, a part of `make bench`; never by hand. Missed, extra, ectopic (15-40 % early
with a full pause) and misplaced R peaks (8-30 % beside their place) are planted in equal parts into intervals whose
truth is known; every program corrects the same intervals with its own defaults, and all measures are then taken by one
set of functions. **Bold** is nearest to the truth. Real intervals are other people's recordings; what this program or
neurokit2 flags in them beforehand is bridged, so that the truth holds no artefact of its own. heartpy leaves beats out
instead of putting them right.

```
peers     {versions}
seeds     {seeds}
{machine}
```
"""

LEFT_OUT = """\
The same labels, median absolute error in %. The measures over a step are reported from beats put right, and not with
the two differences beside an odd beat left out of RMSSD: put right is nearer to the truth or as near everywhere but in
RMSSD of simulated hearts at 5 %, and one list serves all measures. Exhale answers use clean beats only."""

DIFFERENCES = """How the classes differ:

- **A beat out of place** is one thing here, and both its intervals are ectopic; neurokit2 mostly calls the first
  ectopic and the second long or short.
- **Small moves** in hearts that vary much are found by how far a beat lies from what both its neighbours say; the
  difference of neighbours, which neurokit2 takes, holds the breathing as well. What stays normal here are moves of
  about a tenth of an interval in hearts whose neighbours differ by as much.
- **Extra** needs two short intervals that are as long as one, and both are named. neurokit2 names one and calls the
  other long, short or normal.
- **Long and short** intervals by themselves are told less well than by neurokit2: nearly a third of them is taken for a
  beat out of place, together with an interval beside it that was not touched, and a tenth stays normal.
- **Range** is the physiological gate, 300 to 2000 ms, which neurokit2 has not: two beats of a slow heart in one
  interval, or a small part of one.
- **Nothing planted, yet flagged**: neurokit2's thresholds have no floor; a calm heart's beats pass them."""


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write_page(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "artefacts.md")
