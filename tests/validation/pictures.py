"""The two pictures of docs/validation.md, the same bytes from the same figures."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from tests.validation import spectra
from tests.validation.classes import CLASSES, Kind
from tests.validation.tallies import LOOKS, Tally

__all__ = ["draw_answers", "draw_spectra"]

COLOURS = {3: "#9ecae1", 6: "#4292c6", 12: "#08306b"}
FALSE_YES = (Kind.NULL, Kind.OWN_SLOW, Kind.FLAT_SEEN)
REAL_COLOURS = ("#d94801", "#7a0177", "#238b45", "#525252")


def _save(figure: Figure, path: Path) -> None:
    """Write a drawing without the time of day in it."""
    with mpl.rc_context({"svg.hashsalt": "biofeedback", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})


def draw_answers(tallies: Mapping[str, Tally], path: Path) -> None:
    """Share of sessions with a yes by each look, class by class, with intervals and targets."""
    shown = [tally for name, tally in tallies.items() if CLASSES[name].is_exercise]
    shown.sort(key=lambda tally: CLASSES[tally.name].kind not in FALSE_YES)
    figure = Figure(figsize=(9, 0.36 * len(shown) + 1.2), layout="constrained")
    axes = figure.subplots()
    for row, tally in enumerate(shown):
        for shift, breaths in zip((-0.22, 0.0, 0.22), LOOKS, strict=True):
            share = tally.ever_yes[breaths]
            low, high = share.limits
            axes.plot([100 * low, 100 * high], [row + shift] * 2, color=COLOURS[breaths], lw=1)
            axes.plot(100 * share.value, row + shift, "o", color=COLOURS[breaths], ms=4)
        axes.plot(100 * tally.final["yes"].value, row + 0.22, "x", color="black", ms=5)
        for target in CLASSES[tally.name].targets:
            if target.figure == "ever_yes" and target.breaths is not None:
                at = row + (-0.22, 0.0, 0.22)[LOOKS.index(target.breaths)]
                limit = target.low or target.high
                axes.plot([100 * limit] * 2, [at - 0.14, at + 0.14], color="#cb181d", lw=2)
    for breaths in LOOKS:
        axes.plot([], [], "o", color=COLOURS[breaths], label=f"ever yes by {breaths} breaths")
    axes.plot([], [], "x", color="black", label="yes in the end")
    axes.plot([], [], color="#cb181d", lw=2, label="target")
    axes.axhline(sum(CLASSES[tally.name].kind in FALSE_YES for tally in shown) - 0.5, color="#969696", lw=0.8)
    axes.set_yticks(range(len(shown)), [tally.name for tally in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(-1, 101)
    axes.set_xlabel("sessions, % (simulated people; bars are 95 % intervals)")
    axes.grid(axis="x", color="#dddddd", lw=0.5)
    axes.legend(fontsize=8, loc="center right")
    _save(figure, path)


def draw_spectra(path: Path) -> None:
    """Density of heart rate at rest: real people over what the simulator makes."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    panels = figure.subplots(1, 3, sharey=True)
    for axes, name in zip(panels, ("default traits", "class free", "class free_real_like"), strict=True):
        densities = np.asarray([makeup.density for makeup in spectra.of_simulated(name)])
        low, middle, high = np.percentile(densities, (5, 50, 95), axis=0)
        axes.fill_between(spectra.FREQUENCIES_HZ, low, high, color="#c6dbef", label="simulated, 5-95 %")
        axes.plot(spectra.FREQUENCIES_HZ, middle, color="#08306b", label="simulated, median")
        for colour, person in zip(REAL_COLOURS, spectra.free_people(), strict=False):
            middle = np.median([makeup.density for makeup in spectra.of_real(person)], axis=0)
            axes.plot(spectra.FREQUENCIES_HZ, middle, color=colour, lw=1, label=f"real: {person}")
        axes.axvline(0.1, color="#969696", lw=0.8, ls=":")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(f"simulated: {name}", fontsize=10)
        axes.set_xlabel("frequency (Hz); dotted: the 4-6 pacer")
    panels[0].set_ylabel("density of heart rate (bpm2/Hz)")
    panels[0].legend(fontsize=8)
    _save(figure, path)
