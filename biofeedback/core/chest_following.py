"""Does the person breathe along? From measured breaths beside the pacer's: with each of them, and with its pace."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.chest_breaths import ChestBreaths
from biofeedback.core.choices import Following
from biofeedback.core.pacing import Breath, Pacer

__all__ = ["MeasuredFollowing", "Otherwise", "breaths_followed", "measured_following"]

LATE_S, LATE_SD_S = 0.8, 1.0  # behind the pacer: people follow, and a strap's frames are some tenths on the way
PART_LATE_SD_S = 0.6  # of the exhale beside the inhale: many are done with it before the pacer is; assumed
FOLLOW_JITTER = (0.03, 0.05, 0.08, 0.12)  # SD of a turn when following, of a breath; science.md 5: .05-.1
OWN_JITTER = (0.02, 0.05, 0.10, 0.20)  # SD of a breath's length in a rhythm of one's own, of a breath; assumed
SHARED_TURN = 0.5  # of their jitter: one swing ends where the next begins
OWN_PACE_SD = 0.15  # of a pace near the pacer's; others are told by their pace alone; assumed
SWING_SD_S = 0.35  # by which noise of the wave moves the middle of a swing
LATE_START_SHARE = 0.3  # of people who begin with the second breath; assumed
PACES, PACES_OF_FEW = (0.8, 1.25), (0.65, 1.5)  # length of a breath to one of the pacer: nobody follows beyond
LENGTHS_LEAST, FEW_LENGTHS = 2, 6
HELD_BREATHS, HELD_LEAST_S = 1.5, 12.0  # without a swing for so many of the pacer's breaths is held
SEEN_FRACTION = 0.6  # of the time that must be read
SWINGS_LEAST = 4
NEAR = 0.25  # of a breath: a swing half done so much before or after its time, late by the usual, is another one
SEEN_OF_ONE = 0.8  # of a breath's time that must be read
WAY_ODDS_MIN = 1.0  # log odds of which way is in, before any one breath is judged
# An inhale is shorter than an exhale by so much of both, SD besides: which way along the wave's axis it is. A wave is
# not trusted beyond these log odds.
SHORTER, SHORTER_SD, SIGN_MAX = 0.12, 0.08, 2.5
# Log odds of breathing along that say so, and the other way round: docs/breathing.md.
TOGETHER_OF_FEW_MIN, FEW_BREATHS, TOGETHER_MIN, APART_MIN = 1.0, 3, 1.5, 1.5


class Otherwise(StrEnum):
    """What somebody does who does not breathe along."""

    HELD = "held"
    OTHER_PACE = "other_pace"


@dataclass(frozen=True, slots=True)
class MeasuredFollowing:
    """What measured breaths say of breathing along; ``log_odds`` against a pace of one's own, None where not asked."""

    following: Following
    otherwise: Otherwise | None = None
    log_odds: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Swings:
    """Middles of swings in seconds, which way they go, and their place in a rhythm that goes on through holes."""

    mid_s: NDArray[np.float64]
    is_up: NDArray[np.bool_]
    place: NDArray[np.float64]

    def since(self, start_s: float) -> "_Swings":
        """Those from a time on."""
        kept = self.mid_s >= start_s
        return _Swings(self.mid_s[kept], self.is_up[kept], self.place[kept])


def measured_following(breaths: ChestBreaths, pacer: Pacer, count: int) -> MeasuredFollowing | None:
    """Whether measured breaths go along with the pacer's first ``count``; None when too little of them can be read.

    Notes
    -----
    Two explanations of when the swings of the chest are half done: the pacer's breaths, late by a constant, each turn
    early or late by itself; or a rhythm of one's own with a pace and phase that nobody knows, in which what one breath
    is early all later ones are too. Both are normal distributions, so their odds are exact but for the sizes of the
    jitter, over which they are averaged (Kass and Raftery 1995, Bayes factors, doi 10.1080/01621459.1995.10476572). A
    person at a pace of one's own reaches odds of k with a chance of 1/k at most over all looks together (Robbins 1970,
    doi 10.1214/aoms/1177696786), as far as the explanation fits.
    """
    start_s, end_s = pacer.start_s, pacer.breath(count - 1).end_s
    period_s = (end_s - start_s) / count
    if breaths.seen_s(start_s, end_s) < SEEN_FRACTION * (end_s - start_s):
        return None
    if breaths.longest_pause_s(start_s, end_s) > max(HELD_LEAST_S, HELD_BREATHS * period_s):
        return MeasuredFollowing(Following.NO, Otherwise.HELD)
    first_s = start_s + pacer.pattern.inhale_s / 2  # before that ends the breath that nobody asked for
    lengths_s = breaths.lengths_s(first_s, end_s)
    if len(lengths_s) < LENGTHS_LEAST:
        lengths_s = 2 * breaths.halves_s(first_s, end_s)
    if len(lengths_s) < LENGTHS_LEAST:
        return None
    length_s = float(np.median(lengths_s))
    shortest, longest = PACES if len(lengths_s) >= FEW_LENGTHS else PACES_OF_FEW
    if not shortest < length_s / period_s < longest:
        return MeasuredFollowing(Following.NO, Otherwise.OTHER_PACE)
    swings = _swings(breaths, first_s, end_s, length_s)
    asked = [pacer.breath(index) for index in range(count + 1)]
    odds = _log_odds(swings, asked, period_s, _sign_odds(breaths))
    return None if odds is None else _judged(odds, count)


def breaths_followed(breaths: ChestBreaths, pacer: Pacer, first: int, count: int) -> tuple[Following, ...]:
    """Whether each of the pacer's breaths from ``first`` up to ``count`` was breathed along with.

    Notes
    -----
    ``yes``: one inhale and one exhale of the chest in its time, each half done within a quarter of a breath of the
    pacer's, late by the usual .8 s; ``no``: anything else; ``unknown``: it cannot be read, or not which way is in. This
    says when the chest moved, not why: of somebody at a slow pace of one's own a part falls in with the pacer by
    chance. Only ``measured_following`` tells the two apart, from all breaths together. Of the readable breaths
    in 20 simulated sessions a row (classes of docs/breathing.md) 93 % were ``yes`` of those who follow, 49 and 38 % of
    those who breathe slowly by themselves, at any phase and begun with the pacer, and .5 % of those who breathe freely.
    """
    asked = [pacer.breath(index) for index in range(first, count)]
    start_s, end_s = asked[0].inhale_start_s, asked[-1].end_s
    period_s = (end_s - start_s) / len(asked)
    swings = _swings(breaths, start_s + LATE_S, end_s + LATE_S, period_s)
    inhale_is_up = _inhale_is_up(swings, [*asked, pacer.breath(count)], period_s, _sign_odds(breaths))
    return tuple(_followed(breaths, swings, one, inhale_is_up=inhale_is_up) for one in asked)


def _inhale_is_up(swings: _Swings, asked: list[Breath], period_s: float, sign_odds: float) -> bool | None:
    """Which way along the wave's axis is in, of somebody who follows; None when it cannot be told."""
    some = swings.since((asked[0].inhale_start_s + asked[0].exhale_start_s) / 2)  # before, the last breath may end
    up, down = _both_ways(some, asked, period_s, sign_odds) if len(some.mid_s) else (0.0, 0.0)
    return None if abs(up - down) < WAY_ODDS_MIN else up > down


def _followed(breaths: ChestBreaths, swings: _Swings, asked: Breath, *, inhale_is_up: bool | None) -> Following:
    """Whether one breath was breathed along with."""
    start_s, end_s = asked.inhale_start_s + LATE_S, asked.end_s + LATE_S
    length_s = end_s - start_s
    if breaths.seen_s(start_s, end_s) < SEEN_OF_ONE * length_s:
        return Following.UNKNOWN
    inside = (swings.mid_s >= start_s) & (swings.mid_s < end_s)
    is_up, mid_s = swings.is_up[inside], swings.mid_s[inside]
    if len(is_up) != 2 or is_up[0] == is_up[1]:
        return Following.NO
    if inhale_is_up is None:
        return Following.UNKNOWN
    inhale_s, exhale_s = mid_s if is_up[0] == inhale_is_up else mid_s[::-1]
    off_s = (
        inhale_s - (asked.inhale_start_s + asked.exhale_start_s) / 2 - LATE_S,
        exhale_s - (asked.exhale_start_s + asked.exhale_end_s) / 2 - LATE_S,
    )
    return Following.YES if max(map(abs, off_s)) <= NEAR * length_s else Following.NO


def _judged(odds: float, count: int) -> MeasuredFollowing:
    """What log odds of breathing along say after so many breaths."""
    if odds > (TOGETHER_MIN if count > FEW_BREATHS else TOGETHER_OF_FEW_MIN):
        return MeasuredFollowing(Following.YES, None, odds)
    if odds < -APART_MIN:
        return MeasuredFollowing(Following.NO, Otherwise.OTHER_PACE, odds)
    return MeasuredFollowing(Following.UNKNOWN, None, odds)


def _swings(breaths: ChestBreaths, start_s: float, end_s: float, length_s: float) -> _Swings:
    """Swings between two times; over a hole the rhythm is taken to go on, to the nearest swing the same way."""
    inside = (breaths.mid_s >= start_s) & (breaths.mid_s <= end_s)
    mid_s, is_up, part = breaths.mid_s[inside], breaths.is_up[inside], breaths.part[inside]
    steps = np.ones(max(len(mid_s) - 1, 0))
    over = part[1:] != part[:-1]
    odd = (is_up[1:] != is_up[:-1]).astype(float)
    steps[over] = np.maximum(2 * np.round((np.diff(mid_s) * 2 / length_s - odd) / 2) + odd, 1.0)[over]
    return _Swings(mid_s, is_up, np.concatenate(([0.0], np.cumsum(steps)))[: len(mid_s)])


def _sign_odds(breaths: ChestBreaths) -> float:
    """Log odds that the inhale goes up: it takes less time than the exhale."""
    took_s = breaths.to_s - breaths.from_s
    up_s, down_s = took_s[breaths.is_up], took_s[~breaths.is_up]
    if not len(up_s) or not len(down_s):
        return 0.0
    shorter = (np.median(down_s) - np.median(up_s)) / (np.median(down_s) + np.median(up_s))
    return float(np.clip(2 * SHORTER * shorter / SHORTER_SD**2, -SIGN_MAX, SIGN_MAX))


def _log_odds(swings: _Swings, asked: list[Breath], period_s: float, sign_odds: float) -> float | None:
    """Log odds of breathing along, from the first breath on or from the second; None of too few swings."""
    odds = []
    for start_s, share in ((-math.inf, 1 - LATE_START_SHARE), (asked[1].inhale_start_s, LATE_START_SHARE)):
        some = swings.since(start_s)
        if len(some.mid_s) < SWINGS_LEAST:
            continue
        along = float(np.logaddexp(*_both_ways(some, asked, period_s, sign_odds)))
        odds.append(along - _alone(some, period_s) + math.log(share))
    return float(np.logaddexp.reduce(odds)) if odds else None


def _both_ways(swings: _Swings, asked: list[Breath], period_s: float, sign_odds: float) -> tuple[float, float]:
    """Log likelihood of somebody who follows and whose inhale goes up, and of one whose inhale goes down."""
    up, down = (_along(swings, asked, period_s, inhale_is_up=way) for way in (True, False))
    return up - float(np.logaddexp(0, -sign_odds)), down - float(np.logaddexp(0, sign_odds))


def _along(swings: _Swings, asked: list[Breath], period_s: float, *, inhale_is_up: bool) -> float:
    """Log likelihood of the swings of somebody who follows the pacer."""
    is_inhale = swings.is_up == inhale_is_up
    inhale_s = np.array([(one.inhale_start_s + one.exhale_start_s) / 2 for one in asked])
    exhale_s = np.array([(one.exhale_start_s + one.exhale_end_s) / 2 for one in asked])
    late_s = np.where(is_inhale, _beyond(swings.mid_s, inhale_s), _beyond(swings.mid_s, exhale_s)) - LATE_S
    size = len(late_s)
    jitter = np.eye(size) + SHARED_TURN * (np.eye(size, k=1) + np.eye(size, k=-1))
    shared = LATE_SD_S**2 + _parted(is_inhale) + SWING_SD_S**2 * np.eye(size)
    return _mean_log([_normal(late_s, shared + (part * period_s) ** 2 * jitter) for part in FOLLOW_JITTER])


def _alone(swings: _Swings, period_s: float) -> float:
    """Log likelihood of the swings of somebody with a rhythm of one's own."""
    place = swings.place - swings.place.mean()
    off_s = swings.mid_s - swings.mid_s.mean() - place * period_s / 2
    walked = np.minimum.outer(swings.place, swings.place)
    shared = period_s**2 / 12 + (OWN_PACE_SD * period_s / 2) ** 2 * np.outer(place, place) + _parted(swings.is_up)
    shared = shared + SWING_SD_S**2 * np.eye(len(place))
    return _mean_log([_normal(off_s, shared + (part * period_s) ** 2 / 2 * walked) for part in OWN_JITTER])


def _beyond(mid_s: NDArray[np.float64], asked_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each time lies after the nearest of those asked for."""
    return np.asarray(mid_s - asked_s[np.abs(mid_s[:, None] - asked_s).argmin(axis=1)])


def _parted(is_one: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Covariance of one kind of swing being late beside the other."""
    way = np.where(is_one, 0.5, -0.5)
    return PART_LATE_SD_S**2 * np.outer(way, way)


def _normal(off: NDArray[np.float64], covariance: NDArray[np.float64]) -> float:
    """Log density of a normal distribution at so far from its mean."""
    root = np.linalg.cholesky(covariance)
    white = np.linalg.solve(root, off)
    return float(-0.5 * white @ white - np.log(np.diag(root)).sum() - 0.5 * len(off) * math.log(math.tau))


def _mean_log(values: list[float]) -> float:
    """Logarithm of the mean of what these are logarithms of."""
    return float(np.logaddexp.reduce(values)) - math.log(len(values))
