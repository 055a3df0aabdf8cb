"""Classes of beats: provisional two beats later, final when a step has ended.

Our own form of Lipponen and Tarvainen (2019, doi 10.1080/03091902.2019.1640306). Taken literally it calls clean beats
of deep slow breathing long, and its threshold grows with the ectopy it should find; so here a beat is an artefact only
when its interval also stands out of its neighbourhood, and the threshold is capped. Ectopy too frequent for any local
threshold is found by ``irregularity``, a test of its own.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.results import Artifact

__all__ = [
    "IRREGULARITY_LIMIT",
    "LABEL_DELAY_BEATS",
    "ProvisionalLabels",
    "corrected_beats",
    "final_labels",
    "irregularity",
    "is_in_range",
]

WINDOW_BEATS = 91  # Lipponen and Tarvainen 2019
MEDIAN_BEATS = 11  # Lipponen and Tarvainen 2019
ALPHA = 5.2  # thresholds are ALPHA times the quartile deviation; Lipponen and Tarvainen 2019
ECTOPIC_SLOPE, ECTOPIC_OFFSET = 0.13, 0.17  # Lipponen and Tarvainen 2019
THRESHOLD_MIN_MS = 50.0  # a calm heart's quartile deviation is a few ms: without a floor ordinary beats are flagged
THRESHOLD_MAX_MS = 400.0  # beyond this the threshold grows with the ectopy it should find
DEVIATION_MIN_FRACTION = 0.10  # an artefact's interval stands out of the local median by a tenth at least
SLACK_MAX_FRACTION = 0.3  # halving a long or adding to a short restores the median; a pause after 40 % does not
SHORT_MIN_FRACTION = 0.15  # premature beats come 15 to 40 % early; science.md 6
RANGE_MIN_MS, RANGE_MAX_MS = 300.0, 2000.0  # physiological gate: 200 to 30 beats per minute
LABEL_DELAY_BEATS = 2  # the classes need the next two differences
IRREGULARITY_LIMIT = 0.4  # RSA of 500 ms peak to trough stays below .25; a real strap with frequent ectopy gives 1.0
MIN_BEATS = 8  # fewer beats give no threshold


_IN_PAIRS = (Artifact.ECTOPIC, Artifact.EXTRA)


def is_in_range(rr_ms: float) -> bool:
    """Whether an interval is one that a heart makes."""
    return RANGE_MIN_MS <= rr_ms <= RANGE_MAX_MS


def _quartile_deviation(ordered: list[float]) -> float:
    """Half the distance between the quartiles of an ordered list."""
    last = len(ordered) - 1
    low_at, high_at = 0.25 * last, 0.75 * last
    low, high = int(low_at), int(high_at)
    low_next, high_next = min(low + 1, last), min(high + 1, last)
    q1 = ordered[low] + (low_at - low) * (ordered[low_next] - ordered[low])
    q3 = ordered[high] + (high_at - high) * (ordered[high_next] - ordered[high])
    return (q3 - q1) / 2


def _threshold(ordered: list[float]) -> float:
    """Uncapped threshold of an ordered window of absolute differences."""
    return max(ALPHA * _quartile_deviation(ordered), THRESHOLD_MIN_MS)


class _SortedWindow:
    """The last values, kept in order."""

    def __init__(self, size: int) -> None:
        self.ordered: list[float] = []
        self._recent: deque[float] = deque()
        self._size = size

    def push(self, value: float) -> None:
        """Take in a value; let the oldest go when the window is full."""
        if len(self._recent) == self._size:
            del self.ordered[bisect_left(self.ordered, self._recent.popleft())]
        self._recent.append(value)
        insort(self.ordered, value)


def _classify(
    d: tuple[float, float, float, float], th1: float, th2: float, rr: float, rr_next: float, median: float
) -> Artifact:
    """Class of one beat from the differences at j-1, j, j+1, j+2."""
    before, here, after, second = (value / th1 for value in d)
    deviation = rr - median
    if abs(here) <= 1 and abs(after) <= 1:
        return Artifact.NORMAL
    if abs(deviation) < max(min(th2, THRESHOLD_MAX_MS / 2), DEVIATION_MIN_FRACTION * median):
        return Artifact.NORMAL
    slack = min(max(th2, DEVIATION_MIN_FRACTION * median), SLACK_MAX_FRACTION * median)
    if fault := _strap_fault(rr, (rr - d[1], rr_next), median, slack):
        return fault
    if abs(here) > 1 and _is_ectopic(before, here, after):
        return Artifact.ECTOPIC
    if abs(here) <= 1 and abs(after) >= abs(second):
        return Artifact.NORMAL  # only the next difference is large: it belongs to the next beat
    return Artifact.LONG if deviation > 0 else Artifact.SHORT


def _strap_fault(rr: float, beside: tuple[float, float], median: float, slack: float) -> Artifact | None:
    """A missed or extra beat: halving the interval, or adding one beside it, restores the local median."""
    if rr < median:
        return Artifact.EXTRA if min(abs(rr + other - median) for other in beside) < slack else None
    # The pause after a premature beat may be nearly as long as two beats; but it has a short one beside it.
    has_short_beside = min(beside) < (1 - SHORT_MIN_FRACTION) * median
    return Artifact.MISSED if not has_short_beside and abs(rr / 2 - median) < slack else None


def _is_ectopic(before: float, here: float, after: float) -> bool:
    """Whether the difference is answered by one of the opposite sign beside it."""
    if here > 0:
        return min(before, after) < -ECTOPIC_SLOPE * here - ECTOPIC_OFFSET
    return max(before, after) > -ECTOPIC_SLOPE * here + ECTOPIC_OFFSET


class ProvisionalLabels:
    """Causal labels of one unbroken run of beats, two beats late."""

    def __init__(self) -> None:
        self._rr: deque[float] = deque(maxlen=LABEL_DELAY_BEATS + 3)
        self._differences = _SortedWindow(WINDOW_BEATS)
        self._deviations = _SortedWindow(WINDOW_BEATS)
        self._local = _SortedWindow(MEDIAN_BEATS)
        self._typical = _SortedWindow(WINDOW_BEATS)
        self._count = 0
        # Threshold of the last differences over the typical interval; None before a third of the window is there.
        self.irregularity: float | None = None

    def push(self, rr_ms: float) -> Artifact | None:
        """Take in a beat; return the class of the beat two before it, None for the first two."""
        if self._rr:
            self._differences.push(abs(rr_ms - self._rr[-1]))
        self._rr.append(rr_ms)
        self._local.push(rr_ms)
        self._typical.push(rr_ms)
        self._count += 1
        median = self._local.ordered[len(self._local.ordered) // 2]
        deviation = rr_ms - median
        self._deviations.push(abs(deviation) if deviation >= 0 else 2 * abs(deviation))
        if self._count <= LABEL_DELAY_BEATS:
            return None
        return self._label(median)

    def _label(self, median: float) -> Artifact:
        """Class of the beat two before the newest."""
        recent = list(self._rr)
        rr = recent[-3]
        if self._count < MIN_BEATS:
            return Artifact.NORMAL if is_in_range(rr) else Artifact.RANGE
        threshold_ms = _threshold(self._differences.ordered)
        if len(self._differences.ordered) >= WINDOW_BEATS // 3:
            self.irregularity = threshold_ms / self._typical.ordered[len(self._typical.ordered) // 2]
        if not is_in_range(rr):
            return Artifact.RANGE
        before = rr - recent[-4] if len(recent) > 3 else 0.0
        before_that = recent[-4] - recent[-5] if len(recent) > 4 else 0.0
        after, second = recent[-2] - rr, recent[-1] - recent[-2]
        return _classify(
            (before_that, before, after, second),
            min(threshold_ms, THRESHOLD_MAX_MS),
            _threshold(self._deviations.ordered),
            rr,
            recent[-2],
            median,
        )


def _reflected(values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Windows of ``size`` centred on each value, shape (n, size), reflected at the edges."""
    half = size // 2
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, half, mode="reflect"), size)


def _quartile_thresholds(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Threshold at each beat from the centred window of absolute values."""
    window = min(WINDOW_BEATS, 2 * len(values) - 1)
    ordered = np.sort(_reflected(np.abs(values), window), axis=1)
    last = ordered.shape[1] - 1
    quartiles = []
    for share in (0.25, 0.75):
        place = share * last
        low = int(place)
        high = min(low + 1, last)
        quartiles.append(ordered[:, low] + (place - low) * (ordered[:, high] - ordered[:, low]))
    return np.asarray(np.maximum(ALPHA * (quartiles[1] - quartiles[0]) / 2, THRESHOLD_MIN_MS))


def _differences(rr_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Difference of each interval from the one before; the first takes the mean of the others."""
    differences = np.diff(rr_ms, prepend=rr_ms[:1])
    differences[0] = differences[1:].mean()
    return differences


def final_labels(rr_ms: NDArray[np.float64]) -> list[Artifact]:
    """Class of each beat of one unbroken run, from windows centred on it.

    Parameters
    ----------
    rr_ms : ndarray, shape (n_beats,)
        RR intervals in ms.

    Notes
    -----
    Lipponen and Tarvainen 2019, doi 10.1080/03091902.2019.1640306, with the changes named at the head of this module.
    """
    in_range = (rr_ms >= RANGE_MIN_MS) & (rr_ms <= RANGE_MAX_MS)
    labels = [Artifact.NORMAL if ok else Artifact.RANGE for ok in in_range.tolist()]
    count = len(rr_ms)
    if count < MIN_BEATS:
        return labels
    differences = _differences(rr_ms)
    medians = np.median(_reflected(rr_ms, min(MEDIAN_BEATS, 2 * count - 1)), axis=1)
    deviations = rr_ms - medians
    th1 = np.minimum(_quartile_thresholds(differences), THRESHOLD_MAX_MS)
    th2 = _quartile_thresholds(np.where(deviations < 0, 2 * deviations, deviations))
    padded = np.concatenate((differences, [0.0, 0.0]))
    suspects = np.flatnonzero(((np.abs(differences) > th1) | (np.abs(padded[1:-1]) > th1)) & in_range)
    for j in suspects.tolist():
        d = (float(padded[j - 1]) if j else 0.0, float(padded[j]), float(padded[j + 1]), float(padded[j + 2]))
        rr_next = float(rr_ms[min(j + 1, count - 1)])
        labels[j] = _classify(d, float(th1[j]), float(th2[j]), float(rr_ms[j]), rr_next, float(medians[j]))
    return labels


def irregularity(rr_ms: NDArray[np.float64]) -> float | None:
    """Typical threshold of beat-to-beat differences as a fraction of the typical interval; None for too few beats.

    Above ``IRREGULARITY_LIMIT`` the beats are too irregular for any local test of artefacts: neither frequent ectopy
    nor an irregular rhythm leaves a normal neighbourhood to compare with.
    """
    if len(rr_ms) < MIN_BEATS:
        return None
    thresholds = _quartile_thresholds(_differences(rr_ms))
    return float(np.median(thresholds) / np.median(rr_ms))


def corrected_beats(labels: Sequence[Artifact | None]) -> int:
    """Heart beats that were not normal: an ectopic or extra beat spoils the intervals beside it and counts once."""
    if labels.count(Artifact.NORMAL) + labels.count(None) == len(labels):
        return 0  # by far the most frequent case, and this is asked every second
    count = 0
    previous: Artifact | None = None
    for label in labels:
        if label is not None and label is not Artifact.NORMAL:
            answered = label in _IN_PAIRS and previous is label
            count += not answered
            previous = None if answered else label
        else:
            previous = label
    return count
