"""What the estimators' limits trade: power at equal error, and the varied pacer's curve; with the pictures of both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from biofeedback.core.answers import LATER_TOGETHER_MIN, LOOKS, TOGETHER_MIN, VARIED_TOGETHER_MIN, at_look
from tests.validation.courses import NULLS, TRADE_OFF, Course, Session, course
from tests.validation.tallies import Share

__all__ = [
    "ERROR",
    "NEUTRAL",
    "SET_MINIMA",
    "TOGETHER_MINS",
    "Minima",
    "Tally",
    "TradeOff",
    "draw_power",
    "draw_trade_off",
    "equal_error",
    "tally",
    "trade_off",
]

ERROR = 0.04
NEUTRAL = {"floor": 1.0, "matched filter": 1.0, "arc": 1.0, "weighing": 0.0}  # limits as they are: a factor, an offset
RANGES = {"floor": (0.4, 3.0), "matched filter": (0.4, 3.0), "arc": (0.4, 3.0), "weighing": (-2.5, 6.0)}
HALVINGS, POINTS = 10, 25
Minima = tuple[float, ...]  # least evidence at each look
TOGETHER_MINS: list[Minima] = [(minimum,) * len(LOOKS) for minimum in np.arange(-1.0, 3.01, 0.25).tolist()]
COLOURS = {"floor": "#969696", "matched filter": "#d94801", "arc": "#238b45", "weighing": "#08306b"}
PACER_COLOURS = dict(zip(TRADE_OFF, ("#d94801", "#238b45", "#08306b", "#6a51a3"), strict=True))
# what the core has for each pacer
SET_MINIMA: dict[str, Minima] = dict(
    zip(TRADE_OFF, (TOGETHER_MIN, VARIED_TOGETHER_MIN, VARIED_TOGETHER_MIN, LATER_TOGETHER_MIN), strict=True)
)
Sessions = Mapping[str, Sequence[Session]]


@dataclass(frozen=True, slots=True)
class Tally:
    """One estimator on one class."""

    ever: dict[int, Share]
    at_last: Share
    coverage: Share


def _count(courses: Sequence[Course]) -> Tally:
    """Shares over sessions."""
    ever = {
        look: Share(sum(one.yes_after is not None and one.yes_after <= look for one in courses), len(courses))
        for look in LOOKS
    }
    known = [one.covers for one in courses if one.covers is not None]
    at_last = Share(sum(one.is_yes_at_last for one in courses), len(courses))
    return Tally(ever, at_last, Share(sum(known), len(known)))


def tally(sessions: Sequence[Session], estimator: str, stricter: float | None = None) -> Tally | None:
    """Shares of an estimator with its limits as they are, or moved; None where it was not tried."""
    if not any(estimator in looked.fits for session in sessions for looked in session.looks):
        return None
    moved = () if stricter is None else (stricter,)
    return _count([course(one, lambda fits, used: fits[estimator].decide(used, *moved)) for one in sessions])


def _worst(sessions: Sessions, estimator: str, stricter: float) -> float:
    """Largest share of nulls with a yes at any look."""
    tallies = [tally(sessions[name], estimator, stricter) for name in NULLS]
    return max(one.ever[LOOKS[-1]].value for one in tallies if one is not None)


def equal_error(sessions: Sessions, estimator: str) -> float:
    """By how much all limits of an estimator move for the worst null to have ``ERROR`` false yes."""
    low, high = RANGES[estimator]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _worst(sessions, estimator, middle) > ERROR else (low, middle)
    return high


def draw_power(sessions: Sessions, path: Path) -> None:
    """Power against false yes as the limits of each estimator move."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    panels = (("responder_8_12", 3), ("responder_2_5", 12))
    all_axes = figure.subplots(1, 2)
    for estimator, limits in RANGES.items():
        moved = [*np.linspace(*limits, POINTS).tolist(), NEUTRAL[estimator]]
        false = 100 * np.array([_worst(sessions, estimator, stricter) for stricter in moved])
        for axes, (name, look) in zip(all_axes, panels, strict=True):
            power = 100 * np.array([_power(sessions[name], estimator, look, stricter) for stricter in moved])
            axes.plot(false[:-1], power[:-1], color=COLOURS[estimator], label=estimator)
            axes.plot(false[-1], power[-1], "o", color=COLOURS[estimator])
    for axes, (name, look) in zip(all_axes, panels, strict=True):
        axes.axvline(100 * ERROR, color="#cb181d", lw=0.8, ls=":")
        axes.set(xlim=(0, 20), ylim=(0, 101), title=f"{name}, yes by {look} breaths")
        axes.set_xlabel("ever a false yes, worst of the nulls, %")
        axes.set_ylabel("sessions with a yes, %")
        axes.grid(color="#dddddd", lw=0.5)
        axes.legend(fontsize=8, loc="lower right")
    _save(figure, path)


def _power(sessions: Sequence[Session], estimator: str, look: int, stricter: float) -> float:
    """Share with a yes by a look."""
    found = tally(sessions, estimator, stricter)
    assert found is not None
    return found.ever[look].value


@dataclass(frozen=True, slots=True)
class TradeOff:
    """One pacer at one least evidence against a rhythm of one's own: own slow breathing, and somebody who answers."""

    pacer: str
    together_min: Minima
    own_slow: Tally
    responder: Tally

    @property
    def is_set(self) -> bool:
        """Whether the core has this value for this pacer."""
        return self.together_min == SET_MINIMA[self.pacer]


def trade_off(sessions: Sessions) -> list[TradeOff]:
    """The curve of every pacer, the values that are set among them."""
    found = []
    for pacer, (own_slow, responder) in TRADE_OFF.items():
        for minimum in sorted({*TOGETHER_MINS, *SET_MINIMA.values()}):
            pair = [
                _count([course(one, _together(minimum)) for one in sessions[name]]) for name in (own_slow, responder)
            ]
            found.append(TradeOff(pacer, minimum, *pair))
    return found


def _together(minimum: Minima) -> Callable:
    """The core's rule with another least evidence."""
    return lambda fits, used: fits["weighing"].is_yes_at(used, at_look(minimum, used))


def draw_trade_off(found: Sequence[TradeOff], path: Path) -> None:
    """Somebody who answers against own slow breathing, for each pacer."""
    figure = Figure(figsize=(12, 4), layout="constrained")
    panels = (("ever", 3), ("ever", 6), ("in the end", 6))  # own slow breathing, and the look of the other
    for axes, (kind, look) in zip(figure.subplots(1, 3, sharey=True), panels, strict=True):
        for pacer, colour in PACER_COLOURS.items():
            ones = [one for one in found if one.pacer == pacer]
            points = 100 * np.array([(_false(one.own_slow, kind), one.responder.ever[look].value) for one in ones])
            on_curve = [one.together_min in TOGETHER_MINS for one in ones]
            axes.plot(*points[on_curve].T, color=colour, label=pacer, marker=".", ms=3)
            axes.plot(*points[[one.is_set for one in ones]].T, "o", color=colour)
        for limit in (5, 25) if kind == "ever" else (5,):
            axes.axvline(limit, color="#cb181d", lw=0.8, ls=":")
        axes.set(xlim=(0, None), ylim=(0, 101), xlabel=f"own slow breathing: yes {kind}, %")
        axes.set_title(f"yes by {look} breaths", fontsize=10)
        axes.grid(color="#dddddd", lw=0.5)
        axes.legend(fontsize=8, loc="lower right")
    figure.axes[0].set_ylabel("8-12 bpm: yes, %")
    _save(figure, path)


def _false(own_slow: Tally, kind: str) -> float:
    """Share of own slow breathing called an answer."""
    return (own_slow.ever[LOOKS[-1]] if kind == "ever" else own_slow.at_last).value


def _save(figure: Figure, path: Path) -> None:
    """Write a drawing without the time of day in it."""
    with mpl.rc_context({"svg.hashsalt": "biofeedback", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})
