"""NN intervals with artefacts put right, for measures over a window; never for display, and never for an answer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.artifacts import RANGE_MAX_MS
from biofeedback.core.results import Artifact

__all__ = ["corrected_nn_ms"]

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
    beats, total_ms, is_sure = _stretches(rr_ms, labels)
    found = np.repeat(total_ms / beats, beats)
    known = np.flatnonzero(np.repeat(is_sure, beats))
    if not len(known):
        return found[np.isfinite(found)]
    begins = np.cumsum(beats) - beats
    for stretch in np.flatnonzero(~is_sure).tolist():
        place, count = int(begins[stretch]), int(beats[stretch])
        guess = _between(found, known, np.arange(place, place + count))
        keeps_time = np.isfinite(total_ms[stretch])
        found[place : place + count] = guess + (total_ms[stretch] - guess.sum()) / count if keeps_time else guess
    return found


def _stretches(
    rr_ms: NDArray[np.float64], labels: Sequence[Artifact]
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.bool_]]:
    """Beats that each stretch holds in truth, the time they take (nan: not known), and whether that says all."""
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
    return beats[is_begin], total_ms[is_begin], is_sure[is_begin]


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
