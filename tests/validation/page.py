"""docs/validation.md: what each class must hold, what it did, and what misses."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.bench import machine
from tests.validation import spectra
from tests.validation.classes import CLASSES, Kind, SessionClass, Target
from tests.validation.outcome import REAL, Outcome
from tests.validation.pictures import draw_answers, draw_spectra
from tests.validation.real import PEOPLE
from tests.validation.store import ROOT, Store
from tests.validation.tallies import LOOKS, Tally, count
from tests.validation.wording import number, percent, percent_with_limits

__all__ = ["write_page"]

DOCS = ROOT / "docs"
BOOTSTRAPS = 4000
FIGURE_WORDS = {
    "ever_yes": "ever yes",
    "final_yes": "yes in the end",
    "final_no": "no in the end",
    "coverage": "coverage at the last look",
    "calmer_yes": "calmer: yes",
    "calmer_coverage": "calmer: coverage",
}
Rows = Sequence[Sequence[str]]


def write_page(outcomes: Mapping[str, Sequence[Outcome]], store: Store, folder: Path = DOCS) -> None:
    """Write the page and its pictures; real people have their part where there are outcomes of them."""
    tallies = {name: count(name, found) for name, found in outcomes.items()}
    simulated = {name: tally for name, tally in tallies.items() if name in CLASSES}
    parts = [
        _opening(store, tallies),
        _verdict(simulated),
        _nulls(simulated),
        _responders(simulated, outcomes),
        _intervals(simulated),
        _varied(simulated),
        _calmer(simulated),
    ]
    if any(name.startswith(REAL) for name in outcomes):
        parts += [_real(tallies, outcomes), _makeup()]
        draw_spectra(folder / "validation_noise.svg")
    draw_answers(simulated, folder / "validation_answers.svg")
    (folder / "validation.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _table(head: Sequence[str], rows: Rows) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _opening(store: Store, tallies: Mapping[str, Tally]) -> str:
    """What this is, and of which code on which machine."""
    runs = store.runs()
    sizes = [tally.sessions for name, tally in tallies.items() if name in CLASSES]
    least, most = min(sizes), max(sizes)
    size = f"{least}" if least == most else f"{least} to {most}"
    short = " The issue asks for 1000 of each; where there are fewer, intervals are wider." if least < 1000 else ""
    made = "; ".join(
        f"{run.began_utc} commit {run.commit}{' with changes not committed' if run.is_dirty else ''}, {run.workers} "
        f"process{'es' if run.workers > 1 else ''}, {run.sessions} sessions in {run.wall_s / 60:.1f} min, "
        f"load {run.load:.1f} when it began"
        for run in runs
    )
    cpu_ms = float(np.mean([tally.cpu_ms for tally in tallies.values()]))
    described = "\n".join(line for line in machine.describe().splitlines() if not line.startswith("load"))
    return f"""# What the answers hold

Made by `make validate`, never by hand. All people here are **simulated**, but for the section on real recordings. A
session is 120 s of baseline, 120 s of 4-6 (12 breaths, looks after 3, 6 and 12) and 120 s of recovery; it goes through
the strap's bytes and the same pipeline as a live session. The classes are data in `tests/validation/classes.py`.
Brackets are Wilson's 95 % intervals. **Ever yes** counts every session in which a look until then said yes, also when
it was taken back; **in the end** is the session's answer.

**{size} sessions of each simulated class**, seeds 0 to {most - 1}.{short} The
limits of the exhale answer were chosen on seeds below 400 of these classes; the seeds from 400 on were not looked at.
From how much on one's own breathing goes on was chosen on seeds 20000 to 20139, of which nothing is shown; what a
pacer that is varied later asks for, on 70 to 250 other people of each of thirteen classes, not shown either.

```
state     {store.path.stem} (digest of the core, the simulator and the classes)
runs      {made}
cpu       {cpu_ms:.0f} ms a session, simulation and pipeline together
{described}
```"""


def _aim(target: Target) -> str:
    """A target in words."""
    look = f" by {target.breaths} breaths" if target.breaths and target.figure == "ever_yes" else ""
    low = f">= {100 * target.low:g}" if target.low > 0 else ""
    high = f"<= {100 * target.high:g}" if target.high < 1 else ""
    return f"{FIGURE_WORDS[target.figure]}{look} {' and '.join(part for part in (low, high) if part)} %"


def _verdict(tallies: Mapping[str, Tally]) -> str:
    """Every target with its figure; what misses first."""
    found = []
    for name, tally in tallies.items():
        for target in CLASSES[name].targets:
            share = tally.share(target)
            found.append((share.judge(target), name, _aim(target), percent_with_limits(share)))
    found.sort(key=lambda row: ("misses" not in row[0], row[0] != "**misses**"))
    missed = sum("misses" in row[0] for row in found)
    rows = [(name, aim, seen, verdict) for verdict, name, aim, seen in found]
    return f"""## Held and missed

**{missed} of {len(found)} targets are missed.** "By chance perhaps" means that the interval reaches over the target.

{_table(("class", "target", "seen, %", "verdict"), rows)}

![ever yes by class](validation_answers.svg)"""


def _of(tallies: Mapping[str, Tally], *kinds: Kind) -> list[tuple[SessionClass, Tally]]:
    """Classes of some kinds with their figures."""
    return [(CLASSES[name], tally) for name, tally in tallies.items() if CLASSES[name].kind in kinds]


def _nulls(tallies: Mapping[str, Tally]) -> str:
    """False yes of the exhale answer."""
    rows = [
        (
            f"{one.name}: {one.says}", str(tally.sessions),
            *(percent_with_limits(tally.ever_yes[look]) for look in LOOKS),
            percent_with_limits(tally.final["yes"]), percent(tally.final["no"].value), percent(tally.refused.value),
            *(percent(tally.following[word].value) for word in ("yes", "no", "unknown")),
        )
        for one, tally in _of(tallies, Kind.NULL, Kind.OWN_SLOW, Kind.FLAT_SEEN)
    ]  # fmt: skip
    head = ("class", "N", *(f"ever yes, {look} breaths" for look in LOOKS), "yes in the end", "no in the end",
            "refused", "follows: yes", "no", "unknown")  # fmt: skip
    return f"""## Where a yes is false (all %)

"Refused" is unknown for the signal's sake; "follows" is what the last look said.

{_table(head, rows)}"""


def _responders(tallies: Mapping[str, Tally], outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """Power, time, and what stood in the way."""
    found = _of(tallies, Kind.RESPONDER, Kind.REFUSED)
    rows = [
        (
            f"{one.name}: {one.says}", str(tally.sessions),
            *(percent_with_limits(tally.ever_yes[look]) for look in LOOKS),
            percent_with_limits(tally.final["yes"]), percent(tally.final["no"].value), percent(tally.refused.value),
            *(percent(tally.following[word].value) for word in ("yes", "no", "unknown")), number(tally.time_s),
        )
        for one, tally in found
    ]  # fmt: skip
    head = ("class", "N", *(f"ever yes, {look} breaths" for look in LOOKS), "yes in the end", "no in the end",
            "refused", "follows: yes", "no", "unknown", "median time to yes, s")  # fmt: skip
    both = [*found, *_of(tallies, Kind.FLAT_SEEN)]
    why = [(one.name, *(_reasons(outcomes[one.name], look) for look in LOOKS)) for one, _ in both]
    return f"""## Where the heart answers (all %)

{_table(head, rows)}

What a look said when it did not say yes, % of all sessions:

{_table(("class", *(f"{look} breaths" for look in LOOKS)), why)}"""


def _reasons(outcomes: Sequence[Outcome], breaths: int) -> str:
    """How often each reason stood in the way of a yes at a look."""
    looks = [look for one in outcomes for look in one.looks if look.breaths == breaths]
    counts = Counter(look.reason or look.answer for look in looks if look.answer != "yes")
    return ", ".join(f"{reason} {100 * hits / len(outcomes):.1f}" for reason, hits in counts.most_common()) or "-"


def _intervals(tallies: Mapping[str, Tally]) -> str:
    """Coverage, bias and width of the effect's interval."""
    rows = [
        (
            one.name, percent_with_limits(tally.coverage), percent_with_limits(tally.stop_coverage),
            number(tally.truth_ms, 1), number(tally.bias_ms, 1),
            percent(tally.bias_ms / tally.truth_ms) if tally.truth_ms > 5 else "-", number(tally.width_ms, 0),
        )
        for one, tally in _of(tallies, Kind.NULL, Kind.RESPONDER, Kind.REFUSED, Kind.FLAT_SEEN) if tally.coverage.of
    ]  # fmt: skip
    head = ("class", "coverage at the last look, %", "at the look that decided, %", "true effect, ms", "bias, ms",
            "bias, %", "median width, ms")  # fmt: skip
    return f"""## The effect's interval

The truth is the mean, over the breaths up to the look, of RR in the last third of the exhale minus the first, at the
heart and without noise; free breathing has none that is locked: 0. The interval is the repeated one, wide enough for
all three looks at once, so that more than 95 % is to be expected at any one of them.

{_table(head, rows)}"""


def _varied(tallies: Mapping[str, Tally]) -> str:
    """What a varied pacer costs and brings."""
    pairs = (("fixed", "own_slow", "responder_8_12"), ("first 3 breaths varied", "own_slow_first_varied",
             "responder_first_varied"), ("all varied", "own_slow_varied", "responder_varied"),
             ("steady for 3 breaths, then varied", "own_slow_later", "responder_8_12_later"))  # fmt: skip
    rows = []
    for words, slow, responder in pairs:
        if slow in tallies and responder in tallies:
            one, other = tallies[slow], tallies[responder]
            rows.append((
                words, *(percent(one.ever_yes[look].value) for look in LOOKS), percent(one.final["yes"].value),
                *(percent(other.ever_yes[look].value) for look in LOOKS), percent(other.final["yes"].value),
            ))  # fmt: skip
    head = ("pacer", "own slow: ever yes, 3", "6", "12", "in the end", "8-12 bpm: yes by 3", "6", "12", "in the end")
    return f"""## A varied pacer (all %)

Breaths of 4-6 that are 10-20 % longer or shorter; in the last row, three breaths of 4-6 and then one each of 8, 8.5 to
12 s in an order that is drawn: the exercise `varied_later_4_6`, before which the classes "later" sit.

{_table(head, rows)}

Three steady breaths answer as soon as a fixed pacer does. Then a rhythm of one's own falls out of step, and a yes that
it was given is taken back; a Mayer wave of .1 Hz no longer lies where the pacer's line is, and hides no answer. A
session begins with the fixed pacer all the same, as the clinic hands it out: simulated people follow a varied one as
well as a fixed one, and whether patients do, and like it, is for the clinic to see."""


def _calmer(tallies: Mapping[str, Tally]) -> str:
    """The calmer answer."""
    rows = [
        (
            f"{one.name}: {one.says}", str(tally.sessions), percent_with_limits(tally.calmer["yes"]),
            percent(tally.calmer["no"].value), percent_with_limits(tally.calmer_coverage),
            number(tally.calmer_bias_bpm, 2),
        )
        for one, tally in _of(tallies, Kind.CALMER_NULL, Kind.CALMER)
    ]  # fmt: skip
    head = ("class", "N", "yes, %", "no, %", "coverage, %", "bias, bpm")
    return f"""## Is the heart calmer than before?

Recovery minus baseline without any exercise. A yes is a fall below the range in which 95 % of the changes lie that are
found after sitting alone; the interval whose coverage stands here is that of the session's own change. Only the classes
called "known" have earlier sessions of the same person as their prior.

{_table(head, rows)}"""


def _real(tallies: Mapping[str, Tally], outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """False yes on real people who saw no pacer."""
    rows = [
        (
            f"{name}: {person.says}", str(tally.sessions),
            *(percent(tally.ever_yes[look].value) for look in LOOKS), percent(tally.final["yes"].value),
            percent(tally.refused.value), *(percent(tally.following[word].value) for word in ("yes", "no", "unknown")),
        )
        for name, person in PEOPLE.items() if (tally := tallies.get(REAL + name)) is not None
    ]  # fmt: skip
    free = [outcomes[REAL + name] for name in spectra.free_people() if REAL + name in outcomes]
    head = (
        "recording",
        "starts",
        "ever yes, 3",
        "6",
        "12",
        "yes in the end",
        "refused",
        "follows: yes",
        "no",
        "unknown",
    )
    return f"""## Real RR, a virtual pacer

Sessions of two minutes of baseline and two of a 4-6 pacer that nobody saw, begun at random in the real recordings
(they overlap each other). Reported, never tuned on. All %.

{_table(head, rows)}

The {len(free)} people whose breath is free and whose rhythm can be read, each counted alike, bootstrap over people:
ever yes {_clusters([[_ever(one) for one in found] for found in free])}, yes in the end
{_clusters([[one.answer == "yes" for one in found] for found in free])}. So few people say little of everyone."""


def _ever(outcome: Outcome) -> bool:
    """Whether any look said yes."""
    return any(look.answer == "yes" for look in outcome.looks)


def _clusters(hits: Sequence[Sequence[bool]]) -> str:
    """Mean over people with the interval of a bootstrap that draws people, then their sessions."""
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(BOOTSTRAPS):
        people = rng.integers(len(hits), size=len(hits))
        drawn.append(np.mean([rng.choice(np.asarray(hits[k], float), len(hits[k])).mean() for k in people]))
    low, high = np.percentile(drawn, (2.5, 97.5))
    return f"{100 * np.mean([np.mean(one) for one in hits]):.1f} % ({100 * low:.1f}-{100 * high:.1f})"


def _makeup() -> str:
    """Simulated against real heart rate."""
    simulated = {name: spectra.of_simulated(name) for name in spectra.SIMULATED}
    real = {name: spectra.of_real(name) for name in spectra.free_people()}
    rows = [
        (words, *(_spread([m.figures[key] for m in made]) for made in (*simulated.values(), *real.values())))
        for key, words in spectra.FIGURES.items()
    ]
    head = (
        "five minutes of free breathing",
        *(f"simulated: {name}" for name in simulated),
        *(f"real: {name}" for name in real),
    )
    ratios = [
        (words, *(_ratios(key, made, real.values()) for made in simulated.values()))
        for key, words in spectra.FIGURES.items()
    ]
    return f"""## The simulator's noise beside real noise

The slow wandering (level and slope), the white floor and the irregularity of free breathing are fitted to real people
by `python -m tests.validation.fitting`. The default traits cover the two who are known to be at rest (rest, watch); the
two `real_like` classes cover the third recording as well, an hour of which nobody wrote down that the person sat still.
Neither claims anything of other people. RSA and Mayer wave are not fitted; each class gives its own, and the ordinary
classes wander by no more than the 3 bpm (SD within .0033-.04 Hz) that they are meant for. One power law does not do at
.02-.05 Hz: rest has less there than its twin, nn_1h more. Real RMSSD is still 1.4 to 2 times that of the ordinary
classes.

Windows of five minutes, one a minute from the recordings; {spectra.PEOPLE_MADE} simulated people. Median (5th-95th
percentile). VLF from .0033 Hz. Powers (ms2) are of RR; densities (bpm2/Hz) of instantaneous heart rate, 60/RR, which is
what the simulator moves, so that they do not change with the mean heart rate.

{_table(head, rows)}

The median of each real person over the simulated median ({", ".join(real)}); bold where it lies outside the 5th to 95th
percentile of the simulated people:

{_table(("real over simulated", *simulated), ratios)}

![spectra of simulated and real RR](validation_noise.svg)"""


def _ratios(key: str, made: Sequence[spectra.Makeup], real: Iterable[Sequence[spectra.Makeup]]) -> str:
    """Medians of real people over the simulated median."""
    own = [makeup.figures[key] for makeup in made]
    low, middle, high = np.nanpercentile(own, (5, 50, 95))
    values = [float(np.nanmedian([makeup.figures[key] for makeup in found])) for found in real]
    words = (f"{value / middle:.1f}" for value in values)
    return ", ".join(w if low <= value <= high else f"**{w}**" for w, value in zip(words, values, strict=True))


def _spread(values: Sequence[float]) -> str:
    """Median with percentiles."""
    low, middle, high = np.nanpercentile(values, (5, 50, 95))
    digits = 0 if middle >= 20 else 1 if middle >= 2 else 2
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"
