"""docs/respiration.md: the breathing rate from beats against a belt and simulated people: ``python -m`` this module."""

import importlib.util
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from biofeedback.core.events import Step, StepKind
from biofeedback.core.pacing import Breath, Pattern
from biofeedback.core.respiration import breathing_rate
from biofeedback.report.folded import BOOTSTRAP_SEED, RESAMPLES, Folded, fold_breaths
from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import Follows, Traits
from tests.validation.classes import CLASSES, FREE
from tests.validation.real import DATA
from tests.validation.store import ROOT
from tests.validation.tallies import Share
from tests.validation.wording import number, percent_with_limits

__all__ = ["belt", "exhale_rise_ms", "fold_on_belt", "main"]

SEEDS, FIRST_SEED = 300, 110_000  # none of them was looked at while the constants were chosen
FROM_S, LENGTH_S, HOP_S = 40.0, 120.0, 10.0
WRONG_PER_MIN, SLOW_PER_MIN = 2.0, 7.5
FIGURES = (
    "named %", "median error /min", "bias /min", f"wrong by > {WRONG_PER_MIN:.0f}, % of named",
    f"named < {SLOW_PER_MIN}/min, %", "within one SD, % of named",
)  # fmt: skip
Array = NDArray[np.float64]
Estimate = Callable[[Array, Array], tuple[float, float] | None]  # rate and its SD a minute

_ALL_MAYER = replace(FREE, breathing_per_min=(8.0, 20.0), mayer_sd_bpm=(0.0, 3.0))
_EVEN = {"breathing_jitter_fraction": 0.1, "breathing_wander_fraction": 0.0}
_QUIET = {"noise_sd_bpm": (0.8, 0.8), "vlf_sd_bpm": (1.0, 2.0)}
_SLOW = replace(
    _ALL_MAYER, follows=Follows.OWN_SLOW_RHYTHM, rsa_bpm=(5.0, 25.0), slow_breathing_per_min=(3.5, 7.0),
    reaction_s=(0.0, 1.0),
)  # fmt: skip
PEOPLE: dict[str, Traits] = {
    "free 10-18/min, RSA 2-14 bpm, uneven breaths": FREE,
    "free 8-20/min, RSA 2-14 bpm, uneven breaths": _ALL_MAYER,
    "the same, even breaths (SD 10 %)": replace(_ALL_MAYER, **_EVEN),
    "the same, even breaths, quieter heart": replace(_ALL_MAYER, **_EVEN, **_QUIET),
    "free 10-18/min, Mayer wave SD 1.5-3 bpm at .1 Hz": CLASSES["mayer_at_pacer"].traits,
    "free 9-16/min, wanders as the widest recordings": CLASSES["free_real_like"].traits,
    "slow breathing 3.5-7/min, RSA 5-25 bpm": _SLOW,
    "follows 6/min, RSA 8-12 bpm": CLASSES["responder_8_12"].traits,
}


@dataclass(frozen=True, slots=True)
class Errors:
    """Rate found minus true, per minute, of all who were asked about; nan where none was named."""

    found: Array
    error: Array
    sd: Array

    @property
    def row(self) -> list[str]:
        """Named, median error, its bias, wrong among those named, named as slow, within one SD."""
        named = self.error[~np.isnan(self.error)]
        wrong = Share(int(np.sum(np.abs(named) > WRONG_PER_MIN)), len(named))
        slow = Share(int(np.sum(self.found < SLOW_PER_MIN)), len(self.error))
        has_sd = ~np.isnan(self.sd)
        inside = Share(int(np.sum(np.abs(self.error[has_sd]) <= self.sd[has_sd])), int(np.sum(has_sd)))
        median, bias = (float(np.median(x)) if len(x) else float("nan") for x in (np.abs(named), named))
        return [
            percent_with_limits(Share(len(named), len(self.error))), number(median, 2), number(bias, 2),
            percent_with_limits(wrong), percent_with_limits(slow),
            percent_with_limits(inside),
        ]  # fmt: skip


def _errors(pairs: Iterable[tuple[tuple[float, float] | None, float]]) -> Errors:
    """Errors of found against true rates per minute."""
    found, sd, true = np.array([(*((np.nan, np.nan) if one is None else one), other) for one, other in pairs]).T
    return Errors(found, found - true, sd)


def _median_per_min(starts_s: Array, start_s: float, end_s: float) -> float:
    """Median rate of the breaths that lie between two times, wholly or in part."""
    inside = (starts_s[1:] > start_s) & (starts_s[:-1] < end_s)
    return float(np.median(60.0 / np.diff(starts_s)[inside]))


def of_people(traits: Traits, seeds: int = SEEDS, length_s: float = LENGTH_S) -> Errors:
    """Errors over one stretch of each of so many simulated people."""
    pairs = []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        person = Person(traits, seed)
        if traits.follows is not Follows.NOTHING:
            person.watch(Step(1, 0.0, StepKind.BREATHE, 400.0, Pattern(4, 6)), 0.5)
        person.advance(FROM_S + length_s + 15.0)
        beats_s = np.array([at_s for at_s in person.beats_s if FROM_S <= at_s <= FROM_S + length_s])
        rr_ms = np.diff(beats_s) * 1000.0
        starts_s = np.array([breath.inhale_start_s for breath in person.respiration.taken])
        true = _median_per_min(starts_s, FROM_S, FROM_S + length_s)
        pairs.append((_ours(beats_s[1:] - rr_ms / 2000.0, rr_ms), true))
    return _errors(pairs)


# The person with the belt


def belt() -> tuple[Array, Array, list[Breath]]:
    """Midpoints in s, RR in ms and the belt's breaths of the person at rest."""
    t_s, rr_ms = np.loadtxt(DATA / "rest_ecg_respiration" / "rr.csv", delimiter=",", skiprows=1).T
    rows = np.loadtxt(DATA / "rest_ecg_respiration" / "breaths.csv", delimiter=",", skiprows=1).tolist()
    return t_s - rr_ms / 2000.0, rr_ms, [Breath(k, at, out, end, end) for k, (at, out, end) in enumerate(rows)]


def _against_belt(estimate: Estimate, window_s: float) -> Errors:
    """Errors in windows that begin every ten seconds."""
    mid_s, rr_ms, breaths = belt()
    starts_s = np.array([*(breath.inhale_start_s for breath in breaths), breaths[-1].end_s])
    pairs = []
    for start_s in np.arange(starts_s[0], starts_s[-1] - window_s, HOP_S).tolist():
        inside = (mid_s >= start_s) & (mid_s < start_s + window_s)
        true = _median_per_min(starts_s, start_s, start_s + window_s)
        pairs.append((estimate(mid_s[inside], rr_ms[inside]), true))
    return _errors(pairs)


def _ours(mid_s: Array, rr_ms: Array) -> tuple[float, float] | None:
    """This package's rate per minute and its SD."""
    found = breathing_rate(mid_s, rr_ms)
    return None if found is None else (found.hz * 60, found.sd_hz * 60)


def _neurokit2(mid_s: Array, rr_ms: Array) -> tuple[float, float] | None:
    """NeuroKit2: respiration derived from heart rate (van Gent 2019), its breaths found, median rate."""
    import neurokit2

    grid_s = np.arange(mid_s[0], mid_s[-1], 0.01)
    derived = neurokit2.ecg_rsp(np.interp(grid_s, mid_s, 60_000 / rr_ms), sampling_rate=100, method="vangent2019")
    _, found = neurokit2.rsp_process(derived, sampling_rate=100)
    starts = found["RSP_Troughs"]
    return (float(np.median(6000.0 / np.diff(starts))), np.nan) if len(starts) > 1 else None


def _heartpy(mid_s: Array, rr_ms: Array) -> tuple[float, float]:
    """HeartPy: peak of the Welch spectrum of RR."""
    from heartpy.analysis import calc_breathing

    return float(calc_breathing(rr_ms.tolist(), method="welch")[0]["breathingrate"]) * 60, np.nan


def exhale_rise_ms() -> tuple[float, float, float, float]:
    """RR in the last third of the real exhales minus that in the first: mean, 95 % interval, share of rises."""
    mid_s, rr_ms, breaths = belt()
    rises = []
    for breath in breaths:
        third_s = (breath.end_s - breath.exhale_start_s) / 3
        early_s = breath.exhale_start_s + np.linspace(0, third_s, 30)
        late_s = breath.end_s - third_s + np.linspace(0, third_s, 30)
        rises.append(np.interp(late_s, mid_s, rr_ms).mean() - np.interp(early_s, mid_s, rr_ms).mean())
    found = np.array(rises)
    chosen = np.random.default_rng(BOOTSTRAP_SEED).integers(len(found), size=(RESAMPLES, len(found)))
    low_ms, high_ms = np.percentile(found[chosen].mean(axis=1), [2.5, 97.5])
    return float(found.mean()), float(low_ms), float(high_ms), float(np.mean(found > 0))


def fold_on_belt() -> Folded:
    """RR over the real breaths, all stretched to their mean."""
    mid_s, rr_ms, breaths = belt()
    inhale_s, period_s = (
        float(np.mean([getattr(breath, name) - breath.inhale_start_s for breath in breaths]))
        for name in ("exhale_start_s", "end_s")
    )
    folded = fold_breaths(breaths, inhale_s, period_s, [np.column_stack((mid_s, rr_ms))])
    assert folded is not None
    return folded


# The page


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *rows])


def _draw(folded: Folded) -> None:
    """Picture of the breath-locked average."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    axes.axvspan(0, folded.inhale_s, color="#eeeeee", label="inhale, by the belt")
    axes.fill_between(folded.position_s, folded.low_ms, folded.high_ms, color="#9ecae1", label="95 % over breaths")
    axes.plot(folded.position_s, folded.mean_ms, color="#08306b")
    axes.set(xlabel="s in the breath", ylabel="RR, ms")
    axes.legend(fontsize=8)
    with mpl.rc_context({"svg.hashsalt": "biofeedback", "svg.fonttype": "none"}):
        figure.savefig(ROOT / "docs" / "respiration_folded.svg", metadata={"Date": None})


def main() -> None:
    """Write the page and its picture."""
    warnings.simplefilter("ignore")  # the peers warn of themselves
    page = f"""# Breathing from beats

Made by `python -m tests.validation.breathing_rate`, never by hand. The rate is `breathing_rate` of
`biofeedback/core/respiration.py`; brackets are Wilson's 95 % intervals.

{_simulated()}

{_real()}

{_folded()}
"""
    (ROOT / "docs" / "respiration.md").write_text(page, encoding="utf-8")


def _simulated() -> str:
    """What became of simulated people."""
    tables = []
    for length_s in (LENGTH_S, 240.0):
        rows = [[says, *of_people(traits, length_s=length_s).row] for says, traits in PEOPLE.items()]
        tables += [f"### {length_s:.0f} s", _table(["people", *FIGURES], rows)]
    every = "\n\n".join(tables)
    return f"""## Simulated people

{SEEDS} seeds a row from {FIRST_SEED} on; none of them was used to choose a constant. Truth: the median rate of the
breaths taken in the same time. Uneven breaths are those of the one real person with a belt: their lengths differ by
nearly a third, and the long ones swing the heart most. Most such people are not given a rate: it cannot be told. Nor is
the rate of most who follow the pacer, for nothing is made of what the pacer asks for: it would be found in those who
ignore it as well. Steps under 100 s are given none.

{every}"""


def _real() -> str:
    """Two real people, and what others make of one of them."""
    peers = {
        "neurokit2": ("neurokit2 (ecg_rsp, vangent2019)", _neurokit2),
        "heartpy": ("heartpy (calc_breathing, welch)", _heartpy),
    }
    estimates: dict[str, Estimate | None] = {"biofeedback": _ours}
    estimates |= {says: one if importlib.util.find_spec(name) else None for name, (says, one) in peers.items()}
    rows = [
        [f"{name}, {window_s:.0f} s", *(["not installed"] if one is None else _against_belt(one, window_s).row)]
        for window_s in (LENGTH_S,)
        for name, one in estimates.items()
    ]
    slow_ms = np.loadtxt(DATA / "polar_h10" / "slow_breathing_ibi.csv", delimiter=",")[:, 1]
    slow = breathing_rate(np.cumsum(slow_ms) / 1000 - slow_ms / 2000, slow_ms)
    assert slow is not None
    return f"""## A person at rest, against the belt

`rest_ecg_respiration`: windows every 10 s over 8 minutes, one person. The windows overlap, so the brackets are too
narrow. The peers give no SD, and always a rate. What is found here is nearly one a minute too high, and the SD does not
hold for this person: the model allows for long breaths that swing the heart most, as those of simulated people do, and
this person's do so less.

{_table(["from RR alone", *FIGURES], [[*row, *[""] * (len(FIGURES) + 1 - len(row))] for row in rows])}

`polar_h10/slow_breathing_ibi.csv`, ten minutes: {slow.hz * 60:.1f}/min (SD {slow.sd_hz * 60:.1f})."""


def _folded() -> str:
    """RR over real breaths, with its picture."""
    mean_ms, low_ms, high_ms, share = exhale_rise_ms()
    folded = fold_on_belt()
    _draw(folded)
    least_s = float(folded.position_s[int(np.argmin(folded.mean_ms))])
    return f"""## RR over real breaths

The same person's RR, folded on {folded.breaths} breaths of the belt, each stretched to {folded.inhale_s:.1f} s in and
{folded.period_s - folded.inhale_s:.1f} s out. RR in the last third of the exhale is {mean_ms:.0f} ms above that in the
first (95 % bootstrap over breaths {low_ms:.0f} to {high_ms:.0f}; a rise in {100 * share:.0f} % of breaths). RR is
lowest at {least_s:.1f} s, {folded.inhale_s - least_s:.1f} s before the inhale ends: the heart leads this belt, where
the simulator's people lag by .9 s (SD .8) at 9.5 a minute (science.md 6). That is inside the arc of lags that an answer
is tested over (science.md 5: 45 degrees ahead to 120 behind); how much of it is the belt's own delay cannot be told.

![RR over the breath](respiration_folded.svg)"""


if __name__ == "__main__":
    main()
