"""A strap's intervals of very frequent ectopy against its own ECG: which beats were ventricular, what they are called.

The ECG says it by the shape of each QRS, which no interval tells: neurokit2 finds the R peaks, and a beat whose shape
is unlike the typical one is ventricular. Strap and ECG are laid side by side by their intervals alone.
"""

import gzip
import textwrap
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.artifacts import final_labels
from tests.validation.real import DATA, read_rr_ms

__all__ = ["Agreement", "compare", "lines"]

SAMPLES_HZ = 130
AROUND = np.arange(-20, 32)  # samples about an R peak: the QRS and the T wave
ALIKE_MIN = 0.86  # correlation with the typical beat: of 808 beats 6 lie between .82 and .86, 266 below, 542 above
MOVES = ((1, 1), (1, 2), (2, 2))  # intervals of strap and ECG that are the same stretch of time
MERGED_COST_MS, SHIFTED_COST_MS, WORST_MS = 120.0, 10.0, 400.0
REACH = 25  # intervals by which one may run ahead of the other
NAMES = ("before a ventricular beat", "after a ventricular beat", "between other beats")
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Classes of the strap's intervals by what the ECG shows, and the beats that it has and the strap has not."""

    strap_beats: int
    ecg_beats: int
    classes: dict[str, Counter[str]]
    differences_ms: Array  # strap minus ECG, of intervals that are one in both
    left_out: tuple[bool, ...]  # whether each beat that the strap left out was ventricular
    merged: Counter[str]  # classes of the intervals in which one was left out


def _beats() -> tuple[Array, NDArray[np.bool_]]:
    """R peaks of the ECG in ms, and which of them are ventricular."""
    import neurokit2

    with gzip.open(DATA / "polar_h10" / "frequent_pvc_ecg_130hz.csv.gz", "rt") as file:
        ecg_mv = np.loadtxt(file, delimiter=",", skiprows=1)[:, 1]
    cleaned = neurokit2.ecg_clean(ecg_mv, sampling_rate=SAMPLES_HZ)
    peaks = np.asarray(neurokit2.ecg_peaks(cleaned, sampling_rate=SAMPLES_HZ)[1]["ECG_R_Peaks"])
    peaks = peaks[(peaks + AROUND[0] >= 0) & (peaks + AROUND[-1] < len(ecg_mv))]
    shapes = ecg_mv[peaks[:, None] + AROUND]
    shapes = shapes - np.median(shapes, axis=1, keepdims=True)
    alike = np.corrcoef(np.vstack((np.median(shapes, axis=0), shapes)))[0, 1:]
    return peaks * 1000.0 / SAMPLES_HZ, alike < ALIKE_MIN


def _side_by_side(strap_ms: Array, ecg_ms: Array) -> list[tuple[int, int, int, int]]:
    """Stretches that are the same: first interval and how many, of the strap and of the ECG."""
    strap_at, ecg_at = (np.concatenate(([0.0], np.cumsum(rr_ms))) for rr_ms in (strap_ms, ecg_ms))
    cost = {(place, 0): 0.0 for place in range(REACH)} | {(0, place): 0.0 for place in range(REACH)}
    came: dict[tuple[int, int], tuple[int, int]] = {}
    for i in range(1, len(strap_at)):
        for j in range(max(1, i - REACH), min(len(ecg_at), i + REACH)):
            for a, b in MOVES:
                if (i - a, j - b) in cost:
                    apart_ms = abs(strap_at[i] - strap_at[i - a] - ecg_at[j] + ecg_at[j - b])
                    more = MERGED_COST_MS if a != b else SHIFTED_COST_MS * (a - 1)
                    found = cost[i - a, j - b] + min(apart_ms, WORST_MS) + more
                    if found < cost.get((i, j), np.inf):
                        cost[i, j], came[i, j] = found, (a, b)
    ends = [end for end in cost if end[0] == len(strap_ms) or end[1] == len(ecg_ms)]
    i, j = min((end for end in ends if min(end) > REACH), key=cost.__getitem__)
    stretches = []
    while (i, j) in came:
        a, b = came[i, j]
        i, j = i - a, j - b
        stretches.append((i, a, j, b))
    return stretches[::-1]


def compare() -> Agreement:
    """The strap's intervals and their final labels against its ECG."""
    rr_ms = read_rr_ms("pvc")
    assert rr_ms is not None
    labels = [label.value for label in final_labels(rr_ms)]
    peaks_ms, is_ventricular = _beats()
    ecg_ms = np.diff(peaks_ms)
    classes: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
    merged: Counter[str] = Counter()
    left_out: list[bool] = []
    differences_ms = []
    for i, a, j, b in _side_by_side(rr_ms, ecg_ms):
        if a < b:
            merged[labels[i]] += 1
            left_out.append(bool(is_ventricular[j + 1]))
            continue
        for k in range(a):
            begins, ends = is_ventricular[j + k], is_ventricular[j + k + 1]
            classes[NAMES[0] if ends else NAMES[1] if begins else NAMES[2]][labels[i + k]] += 1
        if a == 1:
            differences_ms.append(rr_ms[i] - ecg_ms[j])
    return Agreement(
        len(rr_ms), len(peaks_ms), classes, np.asarray(differences_ms), tuple(left_out), merged
    )  # fmt: skip


def lines(found: Agreement) -> list[str]:
    """The section of docs/artefacts.md."""
    columns = ("normal", "ectopic", "missed", "extra", "long or short")
    rows = []
    for name, counts in (*found.classes.items(), ("in which the strap left a beat out", found.merged)):
        cells = [
            counts["long"] + counts["short"] if column.startswith("long") else counts[column] for column in columns
        ]
        total = sum(counts.values())
        rows.append(f"| {name} | {' | '.join(map(str, cells))} | {100 * (1 - counts['normal'] / total):.1f} % |")
    middle_ms, most_ms = np.quantile(np.abs(found.differences_ms), (0.5, 0.99))
    says = (
        f"Ten minutes of a Polar H10: {found.strap_beats} intervals from the strap, {found.ecg_beats} R peaks in its "
        "ECG by neurokit2. What is ventricular is told by the shape of the QRS alone. Laid side by side, intervals "
        f"that are one in both differ by {middle_ms:.0f} ms in the median and in 99 % by no more than {most_ms:.0f} "
        f"ms. The strap left out {len(found.left_out)} beats, {sum(found.left_out)} of them ventricular. The "
        "recording is refused as irregular whatever the labels are."
    )
    return [
        "## Very frequent ectopy, a strap against its own ECG", "", textwrap.fill(says, 120), "",
        f"| interval | {' | '.join(columns)} | flagged |", "| --- |" + " ---: |" * (len(columns) + 1), *rows, "",
    ]  # fmt: skip
