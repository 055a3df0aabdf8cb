"""NN intervals with artefacts put right, for measures over a window; never for display, and never for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.artifacts import RANGE_MAX_MS
from biofeedback.core.results import Artifact

__all__ = ["corrected_by_beat_ms", "corrected_nn_ms", "unbridged"]

SIDES = 2  # neighbours on each side that a cubic rests on
_PAIRED = (Artifact.ECTOPIC, Artifact.EXTRA, Artifact.RANGE)


def corrected_nn_ms(rr_ms: NDArray[np.float64], labels: Sequence[Artifact]) -> NDArray[np.float64]:
    """NN intervals of one unbroken run: missed beats put in, extra ones taken out, moved ones put back.

    Parameters
    ----------
    rr_ms : ndarray, shape (n_beats,)
        RR intervals in ms.
    labels : sequence of Artifact
        Final class of each.

    Returns
    -------
    ndarray, shape (n_corrected,)
        NN intervals in ms. What an artefact spoilt takes the same time as before, but where a lone interval was too
        long or too short by itself. Without a normal beat beside it such an interval is left out.

    Notes
    -----
    Corrections of Lipponen and Tarvainen 2019, doi 10.1080/03091902.2019.1640306: a missed beat is put in, an extra one
    taken out, an ectopic one moved. Where they take the middle, a cubic through two beats on each side says how the
    intervals divide their time; that comes nearer to the truth (docs/artefacts.md).
    """
    found = _put_right(_stretches(rr_ms, labels))
    return found[np.isfinite(found)]


def corrected_by_beat_ms(rr_ms: NDArray[np.float64], labels: Sequence[Artifact]) -> NDArray[np.float64]:
    """The same, one for each interval as it came: the mean of what was put in for it, nan where nothing was.

    For display beside the intervals as measured. Of two that were one, the second has none.

    Parameters
    ----------
    rr_ms : ndarray, shape (n_beats,)
        RR intervals in ms of one unbroken run.
    labels : sequence of Artifact
        Final class of each.

    Returns
    -------
    ndarray, shape (n_beats,)
    """
    stretches = _stretches(rr_ms, labels)
    beats, begins = stretches.beats, stretches.begins
    came = np.diff(begins, append=len(rr_ms))  # intervals that came in each stretch: one, or the two of a pair
    within = np.arange(beats.sum()) - np.repeat(np.cumsum(beats) - beats, beats)
    place = np.repeat(begins, beats) + np.minimum(within, np.repeat(came, beats) - 1)
    counts = np.bincount(place, minlength=len(rr_ms))
    sums_ms = np.bincount(place, _put_right(stretches), len(rr_ms))
    return np.where(counts > 0, sums_ms / np.maximum(counts, 1), np.nan)


def unbridged(labels: Sequence[Artifact]) -> list[slice]:
    """Stretches of a run between beats that were excluded by hand: nothing is to bridge their places."""
    ends = [place for place, label in enumerate(labels) if label is Artifact.EXCLUDED]
    begins = [0, *(place + 1 for place in ends)]
    return [slice(begin, end) for begin, end in zip(begins, [*ends, len(labels)], strict=True) if begin < end]


@dataclass(frozen=True, slots=True)
class _Stretches:
    """What intervals stand for, stretch by stretch; arrays of shape (n_stretches,)."""

    begins: NDArray[np.intp]  # place of the interval that each begins with
    beats: NDArray[np.intp]  # beats that each holds in truth
    total_ms: NDArray[np.float64]  # time that these take, nan: not known
    is_sure: NDArray[np.bool_]  # whether that says all


def _put_right(stretches: _Stretches) -> NDArray[np.float64]:
    """NN intervals of all stretches, nan where nothing near says anything of one."""
    beats, total_ms, is_sure = stretches.beats, stretches.total_ms, stretches.is_sure
    found = np.repeat(total_ms / beats, beats)
    known = np.flatnonzero(np.repeat(is_sure, beats))
    if not len(known):
        return found
    begins = np.cumsum(beats) - beats
    for stretch in np.flatnonzero(~is_sure).tolist():
        place, count = int(begins[stretch]), int(beats[stretch])
        guess = _between(found, known, np.arange(place, place + count))
        keeps_time = np.isfinite(total_ms[stretch])
        found[place : place + count] = guess + (total_ms[stretch] - guess.sum()) / count if keeps_time else guess
    return found


def _stretches(rr_ms: NDArray[np.float64], labels: Sequence[Artifact]) -> _Stretches:
    """What each stretch of intervals holds in truth."""
    odd = [place for place, label in enumerate(labels) if label is not Artifact.NORMAL]
    beats, total_ms = np.ones(len(rr_ms), dtype=np.intp), rr_ms.astype(np.float64)
    is_sure, is_begin = np.ones(len(rr_ms), dtype=bool), np.ones(len(rr_ms), dtype=bool)
    typical_ms = float(np.median(rr_ms)) if odd else 0.0
    for place in odd:
        if not is_begin[place]:
            continue
        label, after = labels[place], labels[place + 1] if place + 1 < len(rr_ms) else Artifact.NORMAL
        is_sure[place] = False
        if label in _PAIRED and after in _PAIRED:
            is_begin[place + 1] = False
            total_ms[place] += rr_ms[place + 1]
            is_sure[place] = Artifact.EXTRA in (label, after)
            beats[place] = 1 if is_sure[place] else 2
        elif label is Artifact.MISSED or rr_ms[place] > RANGE_MAX_MS:
            beats[place] = max(2, round(float(rr_ms[place]) / typical_ms))
        else:
            total_ms[place] = np.nan
    return _Stretches(np.flatnonzero(is_begin), beats[is_begin], total_ms[is_begin], is_sure[is_begin])


def _between(values: NDArray[np.float64], known: NDArray[np.intp], places: NDArray[np.intp]) -> NDArray[np.float64]:
    """Values at some places in a row from a cubic through the known ones nearest on each side."""
    after = int(np.searchsorted(known, places[0]))
    near = known[max(0, after - SIDES) : after + SIDES]
    if after < SIDES or after + SIDES > len(known):
        return np.interp(places, near, values[near])
    terms = [
        values[one] * np.prod([(places - other) / (one - other) for other in near if other != one], axis=0)
        for one in near
    ]
    return np.asarray(np.sum(terms, axis=0))
