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
        long or too short by itself.

    Notes
    -----
    Corrections of Lipponen and Tarvainen 2019, doi 10.1080/03091902.2019.1640306: a missed beat is put in, an extra one
    taken out, an ectopic one moved. Where they take the middle, a cubic through two beats on each side says how the
    intervals divide their time; that comes nearer to the truth (docs/artefacts.md).
    """
    stretches = _stretches(rr_ms, labels)
    found = np.concatenate([np.full(beats, total_ms / beats) for beats, total_ms, _ in stretches] or [np.empty(0)])
    is_known = np.concatenate([np.full(beats, known) for beats, _, known in stretches] or [np.empty(0, dtype=bool)])
    known = np.flatnonzero(is_known)
    if not len(known):
        return found
    place = 0
    for beats, total_ms, is_sure in stretches:
        if not is_sure:
            guess = _between(found, known, np.arange(place, place + beats))
            keeps_time = np.isfinite(total_ms)
            found[place : place + beats] = guess + (total_ms - guess.sum()) / beats if keeps_time else guess
        place += beats
    return found


def _stretches(rr_ms: NDArray[np.float64], labels: Sequence[Artifact]) -> list[tuple[int, float, bool]]:
    """Beats that each stretch holds in truth, the time they take (nan: not known), and whether that says all."""
    typical_ms = float(np.median(rr_ms)) if len(rr_ms) else 0.0
    found: list[tuple[int, float, bool]] = []
    place = 0
    while place < len(rr_ms):
        label, here_ms = labels[place], float(rr_ms[place])
        after = labels[place + 1] if place + 1 < len(rr_ms) else Artifact.NORMAL
        place += 1
        if label is Artifact.NORMAL:
            found.append((1, here_ms, True))
        elif label in _PAIRED and after in _PAIRED:
            total_ms = here_ms + float(rr_ms[place])
            place += 1
            is_one = Artifact.EXTRA in (label, after)
            found.append((1 if is_one else 2, total_ms, is_one))
        elif label is Artifact.MISSED or here_ms > RANGE_MAX_MS:
            found.append((max(2, round(here_ms / typical_ms)), here_ms, False))
        else:
            found.append((1, np.nan, False))
    return found


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
