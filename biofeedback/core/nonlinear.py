"""Entropy and scaling of NN intervals. Missing is None, never 0."""

import math

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.spectrum import WINDOW_S, windows

__all__ = ["dfa_alpha1", "sample_entropy"]

TOLERANCE_SD = 0.2  # Richman and Moorman 2000, with templates of 2 beats
ENTROPY_MIN_BEATS = 100  # Richman and Moorman 2000: ten to the power of a template's length at least
BOXES_BEATS = range(4, 17)  # Peng 1995: short-term scaling, 4 to 16 beats
BOXES_MIN = 4  # of the largest size: fewer give no mean


def sample_entropy(
    mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], is_followed: NDArray[np.bool_]
) -> float | None:
    """Sample entropy, m 2 and r .2 SD (ddof 1), of five minutes; of more, the mean over half-overlapping windows.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms.
    is_followed : ndarray of bool, shape (n_beats,)
        Whether the next interval in the array is the very next one: no template bridges one that was left out.

    Returns
    -------
    float or None
        In nats; None where fewer than 100 templates are there, the intervals do not vary, or nothing matches.

    Notes
    -----
    Richman and Moorman (2000), doi 10.1152/ajpheart.2000.278.6.H2039: minus the logarithm of the share of pairs of
    templates alike over two beats that are alike over the third as well; a template is not compared with itself.
    """
    if not len(nn_ms):
        return None
    whole = is_followed[:-2] & is_followed[1:-1]
    found = []
    for part in windows(mid_s, WINDOW_S):
        starts = np.flatnonzero(whole[part.start : max(part.start, part.stop - 2)])
        value = _window_entropy(nn_ms[part], starts) if len(starts) >= ENTROPY_MIN_BEATS else None
        found += [] if value is None else [value]
    return float(np.mean(found)) if found else None


def _window_entropy(nn_ms: NDArray[np.float64], starts: NDArray[np.intp]) -> float | None:
    """Sample entropy of one window, from templates of three beats that begin at ``starts``."""
    tolerance_ms = TOLERANCE_SD * float(nn_ms.std(ddof=1))
    # Sorted by the first beat, those alike in it lie side by side: a tenth of all pairs is left to look at.
    starts = starts[np.argsort(nn_ms[starts], kind="stable")]
    first_ms, second_ms, third_ms = nn_ms[starts], nn_ms[starts + 1], nn_ms[starts + 2]
    alike = np.searchsorted(first_ms, first_ms + tolerance_ms, side="right") - np.arange(1, len(starts) + 1)
    one = np.repeat(np.arange(len(starts)), alike)
    other = np.arange(len(one)) - np.repeat(np.cumsum(alike) - alike, alike) + one + 1
    is_match = np.abs(second_ms[one] - second_ms[other]) <= tolerance_ms
    over_two = int(np.count_nonzero(is_match))
    over_three = int(np.count_nonzero(np.abs(third_ms[one[is_match]] - third_ms[other[is_match]]) <= tolerance_ms))
    return math.log(over_two / over_three) if over_three and tolerance_ms > 0 else None


def dfa_alpha1(nn_ms: NDArray[np.float64], is_followed: NDArray[np.bool_]) -> float | None:
    """Short-term scaling exponent of detrended fluctuation analysis, boxes of 4 to 16 beats.

    Parameters
    ----------
    nn_ms : ndarray, shape (n_beats,)
        NN intervals in ms.
    is_followed : ndarray of bool, shape (n_beats,)
        Whether the next interval in the array is the very next one: no box bridges one that was left out.

    Returns
    -------
    float or None
        No unit; .5 for intervals without memory. None for fewer than 64 beats in unbroken boxes, or without variation.

    Notes
    -----
    Peng et al. (1995), doi 10.1063/1.166141: boxes side by side, a straight line removed from the running sum in each,
    slope of the logarithm of the root mean square residual over that of the size, all 13 sizes alike.
    """
    if not len(nn_ms) or np.ptp(nn_ms) == 0.0:
        return None
    profile_ms = np.cumsum(nn_ms - nn_ms.mean())
    ends = np.append(np.flatnonzero(~is_followed[:-1]) + 1, len(nn_ms))
    squares_ms2 = [_box_squares_ms2(profile_ms, ends, size) for size in BOXES_BEATS]
    if len(squares_ms2[-1]) < BOXES_MIN:
        return None
    fluctuations_ms = [math.sqrt(float(squares.mean())) for squares in squares_ms2]
    return float(np.polyfit(np.log(BOXES_BEATS), np.log(fluctuations_ms), 1)[0])


def _box_squares_ms2(profile_ms: NDArray[np.float64], ends: NDArray[np.intp], size: int) -> NDArray[np.float64]:
    """Mean square about the straight line in each box of one size, side by side in stretches that end at ``ends``."""
    begins = np.append(0, ends[:-1])
    counts = (ends - begins) // size
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    boxes_ms = profile_ms[(np.repeat(begins, counts) + within * size)[:, None] + np.arange(size)]
    place = np.arange(size) - (size - 1) / 2
    centred_ms = boxes_ms - boxes_ms.mean(axis=1, keepdims=True)
    slope_ms = centred_ms @ place / float(place @ place)
    return np.asarray(((centred_ms - slope_ms[:, None] * place) ** 2).mean(axis=1))
