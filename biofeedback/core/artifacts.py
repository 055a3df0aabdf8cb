"""Classes of beats when a step has ended, how many were not normal, and whether there is any normal to hold them to.

The classes are those of Lipponen and Tarvainen (2019, doi 10.1080/03091902.2019.1640306), each against a threshold from
the quartiles of 91 beats. They hold against it the difference of neighbours and the distance from a median; both grow
with the depth of breathing, so that clean beats of deep slow breathing are called long and a misplaced beat in it is
overlooked. Here it is the distance from where the neighbours on both sides would have put a beat (``shapes``), and the
beat must have the shape of its class. Thresholds are taken anew without what was found, until nothing changes. Ectopy
too frequent for any local threshold is found by ``irregularity``, a test of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core import shapes
from biofeedback.core.results import Artifact

__all__ = [
    "DIFFERENCE_ALPHA",
    "DIFFERENCE_MIN_MS",
    "IRREGULARITY_LIMIT",
    "MEDIAN_BEATS",
    "MIN_BEATS",
    "STRAP_FAULTS",
    "STRAY",
    "SWING",
    "WINDOW_BEATS",
    "Limit",
    "corrected_beats",
    "final_labels",
    "irregularity",
    "is_in_range",
    "strap_faults",
]

WINDOW_BEATS = 91  # Lipponen and Tarvainen 2019
MEDIAN_BEATS = 11  # Lipponen and Tarvainen 2019
DIFFERENCE_ALPHA = 5.2  # thresholds are so many quartile deviations; Lipponen and Tarvainen 2019
DIFFERENCE_MIN_MS = 50.0  # a calm heart's quartile deviation is a few ms
RANGE_MIN_MS, RANGE_MAX_MS = 300.0, 2000.0  # physiological gate: 200 to 30 beats per minute
IRREGULARITY_LIMIT = 0.4  # RSA of 500 ms peak to trough stays below .25; a real strap with frequent ectopy gives 1.0
MIN_BEATS = 8  # fewer beats give no threshold
PASSES = 4  # at most: where there is anything to be found two or three are the rule
EVERY_BEATS = 8  # thresholds over 91 beats change slowly: between every eighth they are interpolated


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold: quartile deviations, with a floor and a cap as fractions of the local median.

    Without a floor ordinary beats of a calm heart are flagged; without a cap the threshold grows with the ectopy that
    it should find.
    """

    alpha: float
    floor: float
    cap: float


SWING = Limit(10.0, 0.04, 0.25)  # 4.2 SD of normal noise
STRAY = Limit(14.0, 0.08, 0.25)  # 5.8 SD: a lone interval is rarer than a beat out of place

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
_IN_PAIRS = (Artifact.ECTOPIC, Artifact.EXTRA)
# No heart does it, or somebody saw that this one did not; a beat out of place may be the heart's own.
STRAP_FAULTS = (Artifact.MISSED, Artifact.EXTRA, Artifact.RANGE, Artifact.INTERPOLATED, Artifact.EXCLUDED)


def is_in_range(rr_ms: float) -> bool:
    """Whether an interval is one that a heart makes."""
    return RANGE_MIN_MS <= rr_ms <= RANGE_MAX_MS


def _quartile_deviation(values: Array) -> Array:
    """Half the distance between the quartiles of absolute values, in windows centred on each value."""
    size = min(WINDOW_BEATS, 2 * len(values) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(np.abs(values), size // 2, mode="reflect"), size)
    ordered = np.sort(windows[::EVERY_BEATS], axis=1)
    quartiles = []
    for share in (0.25, 0.75):
        place = share * (size - 1)
        low = int(place)
        high = min(low + 1, size - 1)
        quartiles.append(ordered[:, low] + (place - low) * (ordered[:, high] - ordered[:, low]))
    places = np.arange(len(values))
    return np.asarray(np.interp(places, places[::EVERY_BEATS], (quartiles[1] - quartiles[0]) / 2))


def _local_median(rr_ms: Array) -> Array:
    """Median of the beats around each."""
    size = min(MEDIAN_BEATS, 2 * len(rr_ms) - 1)
    padded = np.pad(rr_ms, size // 2, mode="reflect")
    return np.asarray(np.sort(np.lib.stride_tricks.sliding_window_view(padded, size), axis=1)[:, size // 2])


def _shifted(values: Array, by: int) -> Array:
    """Values so many beats later; beyond the edges the slope goes on, as a plain reflection would be a turn."""
    before, after = 2 * values[0] - values[2:0:-1], 2 * values[-1] - values[-2:-4:-1]
    return np.concatenate((before, values, after))[2 + by : 2 + by + len(values)]


@dataclass(frozen=True, slots=True)
class _Pass:
    """What one pass holds against what: the intervals, and the same with what was found put right for comparison."""

    rr_ms: Array
    clean_ms: Array
    is_clean: Mask
    median_ms: Array

    @classmethod
    def begin(cls, rr_ms: Array, is_clean: Mask) -> "_Pass":
        """Neighbours that were found to be spoilt give way to a line between those that were not."""
        places = np.arange(len(rr_ms))
        clean_ms = np.interp(places, places[is_clean], rr_ms[is_clean])
        return cls(rr_ms, clean_ms, is_clean, _local_median(clean_ms))

    def near(self, by: int) -> Array:
        """Neighbours so many beats later."""
        return _shifted(self.clean_ms, by)

    @property
    def next_ms(self) -> Array:
        """The next interval as it came."""
        return _shifted(self.rr_ms, 1)

    def exceeds(self, found: Array, usual: Array, reach: int, limit: Limit) -> Mask:
        """Whether statistics pass the threshold that beats give which are clean so far."""
        spoilt = np.convolve(~self.is_clean, np.ones(2 * reach + 1), mode="same") > 0
        places = np.flatnonzero(~spoilt)
        if len(places) < MIN_BEATS:
            places = np.arange(len(found))
        deviation = np.interp(np.arange(len(found)), places, _quartile_deviation(usual[places]))
        threshold = np.clip(limit.alpha * deviation, limit.floor * self.median_ms, limit.cap * self.median_ms)
        return np.asarray(np.abs(found) > threshold)

    def pairs(self) -> list[int]:
        """First intervals of pairs between which a beat is out of place, the clearest first."""
        before, after = self.near(-1), self.near(2)
        swing = shapes.swing_ms(before, self.rr_ms, self.next_ms, after)
        usual = shapes.swing_ms(before, self.clean_ms, self.near(1), after)
        is_one = self.exceeds(swing, usual, 2, SWING) & shapes.is_pair(before, self.rr_ms, self.next_ms, after)
        places = np.flatnonzero(is_one[:-1])
        return [int(place) for place in places[np.argsort(-np.abs(swing[places]), kind="stable")]]

    def extras(self) -> list[int]:
        """First intervals of pairs that are one interval."""
        expected = np.minimum((self.near(-1) + self.near(2)) / 2, shapes.EXPECTED_MAX * self.median_ms)
        is_one = shapes.is_extra(expected, self.rr_ms, self.next_ms)
        return [int(place) for place in np.flatnonzero(is_one[:-1])]

    def missed(self) -> list[int]:
        """Intervals that are two."""
        least = np.minimum(self.near(-1), self.near(1))
        expected = np.maximum(least, shapes.EXPECTED_MIN * self.median_ms)
        return [int(place) for place in np.flatnonzero(shapes.is_missed(expected, self.rr_ms))]

    def lone(self) -> list[int]:
        """Intervals that are too long or too short by themselves."""
        before, after = self.near(-1), self.near(1)
        stray = shapes.stray_ms(before, self.rr_ms, after)
        usual = shapes.stray_ms(before, self.clean_ms, after)
        is_one = self.exceeds(stray, usual, 1, STRAY) & shapes.is_lone(before, self.rr_ms, after)
        return [int(place) for place in np.flatnonzero(is_one)]

    def found(self) -> dict[int, Artifact]:
        """Class of each beat that is not normal, by its place."""
        found: dict[int, Artifact] = {}
        _mark_pairs(found, self.extras(), Artifact.EXTRA)
        _mark_pairs(found, self.pairs(), Artifact.ECTOPIC)
        for place in self.missed():
            found.setdefault(place, Artifact.MISSED)
        for place in self.lone():
            is_long = self.rr_ms[place] > self.clean_ms[place - 1 if place else 1]
            found.setdefault(place, Artifact.LONG if is_long else Artifact.SHORT)
        in_range = (self.rr_ms >= RANGE_MIN_MS) & (self.rr_ms <= RANGE_MAX_MS)
        return found | dict.fromkeys(np.flatnonzero(~in_range).tolist(), Artifact.RANGE)


def _mark_pairs(found: dict[int, Artifact], firsts: Iterable[int], artifact: Artifact) -> None:
    """Give two intervals each a class; no interval is given two."""
    for place in firsts:
        if place not in found and place + 1 not in found:
            found[place] = found[place + 1] = artifact


def final_labels(rr_ms: NDArray[np.float64]) -> list[Artifact]:
    """Class of each beat of one unbroken run, from windows centred on it.

    Parameters
    ----------
    rr_ms : ndarray, shape (n_beats,)
        RR intervals in ms.

    Notes
    -----
    Classes and windows of Lipponen and Tarvainen 2019, doi 10.1080/03091902.2019.1640306; what is held against the
    thresholds is our own, see the head of this module.
    """
    is_clean = (rr_ms >= RANGE_MIN_MS) & (rr_ms <= RANGE_MAX_MS)
    found = dict.fromkeys(np.flatnonzero(~is_clean).tolist(), Artifact.RANGE)
    is_settled = len(rr_ms) < MIN_BEATS or not is_clean.any()
    passes = 0
    while not is_settled and passes < PASSES:
        found = _Pass.begin(rr_ms, is_clean).found()
        is_normal = np.ones(len(rr_ms), dtype=bool)
        is_normal[list(found)] = False
        is_settled = np.array_equal(is_normal, is_clean) or not is_normal.any()
        is_clean, passes = is_normal, passes + 1
    labels = [Artifact.NORMAL] * len(rr_ms)
    for place, artifact in found.items():
        labels[place] = artifact
    return labels


def irregularity(rr_ms: NDArray[np.float64]) -> float | None:
    """Typical threshold of beat-to-beat differences as a fraction of the typical interval; None for too few beats.

    Above ``IRREGULARITY_LIMIT`` the beats are too irregular for any local test of artefacts: neither frequent ectopy
    nor an irregular rhythm leaves a normal neighbourhood to compare with.

    Notes
    -----
    ``Th1`` of Lipponen and Tarvainen 2019, doi 10.1080/03091902.2019.1640306.
    """
    if len(rr_ms) < MIN_BEATS:
        return None
    differences = np.diff(rr_ms, prepend=rr_ms[:1])
    differences[0] = differences[1:].mean()
    thresholds = np.maximum(DIFFERENCE_ALPHA * _quartile_deviation(differences), DIFFERENCE_MIN_MS)
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


def strap_faults(labels: Sequence[Artifact | None]) -> int:
    """Heart beats among the corrected ones that the strap missed or made up, or that were edited."""
    return corrected_beats([label if label in STRAP_FAULTS else None for label in labels])
